# language: fr
@OSL @SI
Fonctionnalité: Suppression, clôture et réouverture d'un télédossier
  Avant la complétude, l'OSL peut supprimer ce qu'il a créé ; ensuite le télédossier appartient aussi à ses destinataires.
  L'OSL le clôt quand ses dossiers le sont, et peut le rouvrir (SFD-1.2.2 §3.5.5 ; OAS-FOLDER-1.2.7).

  @FOL-22
  Scénario: L'OSL supprime un télédossier qu'il n'a pas complété
    Soit un télédossier créé par l'OSL pour le SI, ses fichiers envoyés
    Quand l'OSL supprime le télédossier
    Alors le télédossier et ses dossiers sont introuvables [FOL-22]

  @FOL-23
  Scénario: L'OSL ne peut supprimer un télédossier transmis
    Soit un télédossier transmis au SI
    Quand l'OSL supprime le télédossier
    Alors le hub refuse la demande comme invalide [FOL-23]
    Et le télédossier a gardé son statut [FOL-23]
    Quand le SI demande la lecture d'un dossier, l'identifiant du dossier étant juste
    Alors le hub accepte la demande [FOL-23]
    Étant donné un télédossier créé par l'OSL pour le SI, ses fichiers envoyés
    Quand l'OSL supprime le télédossier
    Alors le hub accepte la demande [FOL-23]

  @FOL-23
  Scénario: L'OSL ne peut pas davantage supprimer un télédossier clos
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut CLOSED
    Et le télédossier clos par l'OSL
    Quand l'OSL supprime le télédossier
    Alors le hub refuse la demande comme invalide [FOL-23]
    Et le télédossier a gardé son statut [FOL-23]

  @FOL-24
  Scénario: L'OSL clôt un télédossier
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut CLOSED
    Quand l'OSL demande le statut CLOSED pour le télédossier
    Alors le hub confirme sans contenu [FOL-24]
    Et le télédossier est au statut CLOSED [FOL-24]

  @FOL-14 @FOL-24 @long
  Scénario: L'OSL clôt un télédossier à la date qu'il donne, sans y changer autre chose
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut CLOSED
    Quand l'OSL clôt le télédossier en donnant la date de clôture
    Alors le hub confirme sans contenu [FOL-24]
    Et le télédossier est au statut CLOSED [FOL-24]
    Et le télédossier garde la date de clôture donnée [FOL-24]
    Et la lecture du télédossier rend le télédossier sans altération [FOL-14]

  @FOL-25 @FOL-26
  Scénario: L'OSL rouvre un télédossier clos, dont les dossiers restent clos
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut CLOSED
    Et le télédossier clos par l'OSL
    Quand l'OSL demande le statut HUBEE_NOTIFIED pour le télédossier
    Alors le hub confirme sans contenu [FOL-25]
    Et le télédossier est au statut HUBEE_NOTIFIED [FOL-25]
    Et chaque dossier a gardé son statut [FOL-26]

  @FOL-27
  Scénario: L'on relève ce que le hub fait d'un statut hors de la liste
    Soit un télédossier créé par l'OSL pour le SI, ses fichiers envoyés
    Quand l'OSL demande le statut ETALONNE pour le télédossier
    Alors l'on relève ce que le hub fait de ce statut de télédossier [FOL-27]

  @FOL-28
  Scénario: Un POST vaut PATCH quand un en-tête le dit, et lui seul
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut CLOSED
    Quand l'OSL demande par POST le statut CLOSED pour le télédossier, sans en-tête de substitution
    Alors le hub refuse la méthode [FOL-28]
    Et le télédossier a gardé son statut [FOL-28]
    Quand l'OSL demande par POST le statut CLOSED pour le télédossier, avec l'en-tête de substitution
    Alors le hub confirme sans contenu [FOL-28]
    Et le télédossier est au statut CLOSED [FOL-28]

  @FOL-29
  Plan du scénario: Pour <action> un télédossier, il faut un identifiant connu et bien formé
    Soit un télédossier créé par l'OSL pour le SI, ses fichiers envoyés
    Quand l'OSL demande <opération> d'un télédossier, l'identifiant du télédossier étant inconnu
    Alors le hub répond que l'objet n'existe pas [FOL-29]
    Quand l'OSL demande <opération> d'un télédossier, l'identifiant du télédossier étant mal formé
    Alors le hub refuse la demande comme invalide [FOL-29]
    Quand l'OSL demande <opération> d'un télédossier, l'identifiant du télédossier étant juste
    Alors le hub accepte la demande [FOL-29]

    Exemples:
      | action    | opération      |
      | lire      | la lecture     |
      | compléter | la complétude  |
      | supprimer | la suppression |
