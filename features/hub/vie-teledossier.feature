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
    Alors le hub refuse de supprimer le télédossier, qui reste intact [FOL-23]
    Étant donné un télédossier créé par l'OSL pour le SI, ses fichiers envoyés
    Quand l'OSL supprime le télédossier
    Alors le hub accepte d'agir sur le télédossier [FOL-23]

  @FOL-24
  Scénario: L'OSL clôt un télédossier
    Soit un télédossier traité par le SI, ses dossiers clos par l'OSL
    Quand l'OSL clôt le télédossier
    Alors le télédossier est au statut "CLOSED" [FOL-24]

  @FOL-24
  Scénario: L'OSL clôt un télédossier à la date qu'il donne
    Soit un télédossier traité par le SI, ses dossiers clos par l'OSL
    Quand l'OSL clôt le télédossier en donnant sa date de clôture
    Alors le télédossier est au statut "CLOSED" [FOL-24]
    Et le télédossier garde la date de clôture envoyée [FOL-24]

  @FOL-25 @FOL-26
  Scénario: L'OSL rouvre un télédossier clos, dont les dossiers restent clos
    Soit un télédossier clos par l'OSL
    Quand l'OSL rouvre le télédossier
    Alors le télédossier est au statut "HUBEE_NOTIFIED" [FOL-25]
    Et aucun dossier du télédossier n'a changé de statut [FOL-26]

  @FOL-27
  Scénario: L'on relève ce que le hub fait d'un statut hors de la liste
    Soit un télédossier créé par l'OSL pour le SI, ses fichiers envoyés
    Quand l'OSL demande pour le télédossier le statut "ETALONNE"
    Alors l'on relève ce que le hub fait de ce statut de télédossier [FOL-27]

  @FOL-28
  Scénario: Un POST vaut PATCH quand un en-tête le dit, et lui seul
    Soit un télédossier traité par le SI, ses dossiers clos par l'OSL
    Quand l'OSL clôt le télédossier par un POST sans l'en-tête qui le fait valoir PATCH
    Alors le hub dit que cette méthode n'est pas admise sur un télédossier, qui ne change pas [FOL-28]
    Quand l'OSL clôt le télédossier par un POST valant PATCH
    Alors le télédossier est au statut "CLOSED" [FOL-28]

  @FOL-29
  Plan du scénario: Pour <action> un télédossier, il faut un identifiant connu et bien formé
    Soit un télédossier créé par l'OSL pour le SI, ses fichiers envoyés
    Quand l'OSL veut <action> un télédossier inconnu
    Alors le hub répond que ce télédossier n'existe pas [FOL-29]
    Quand l'OSL veut <action> un télédossier dont l'identifiant n'en est pas un
    Alors le hub refuse la demande comme invalide [FOL-29]
    Quand l'OSL veut <action> le télédossier qu'il a déposé
    Alors le hub accepte d'agir sur le télédossier [FOL-29]

    Exemples:
      | action    |
      | lire      |
      | compléter |
      | supprimer |
