# language: fr
@OSL @SI
Fonctionnalité: Délivrance sous charge et malgré les pannes
  Chaque télédossier terminé parvient à son destinataire, à lui seul, une fois, à l'octet près ; ce qui est acquitté ne se
  perd pas ; une réponse perdue ne laisse rien à moitié fait (PRES-2021, « Exigences »).

  @DEL-01 @DEL-04
  Scénario: Trente télédossiers déposés et traités en même temps
    Quand 4 dépôts à la fois produisent 30 télédossiers, que 3 traitements à la fois relèvent pour chaque SI
    Alors chaque télédossier est parvenu à chacun de ses destinataires, à l'octet près [DEL-01]
    Et aucun n'est parvenu à un autre [DEL-01]
    Et aucune notification n'est revenue après sa suppression, ni en double [DEL-01]
    Et l'on relève le temps entre la fin du dépôt et la mise à disposition [DEL-04]

  @DEL-02 @RESTART @serial
  Scénario: Un arrêt brutal ne perd rien de ce qui est acquitté
    Quand des télédossiers sont déposés pendant que le hub est arrêté brutalement, puis relancé
    Alors tout ce qui avait été acquitté est là après le redémarrage [DEL-02]
    Étant donné un télédossier d'une seule pièce jointe, encore à créer
    Quand l'OSL crée ce télédossier
    Alors le hub accepte la création [DEL-02]

  @DEL-03
  Plan du scénario: Une réponse perdue laisse un seul état, fait ou pas fait : <demande>, <moment>
    Quand un partenaire perd la réponse à cette demande, <moment> : <demande>
    Alors l'état lu ensuite est entier, fait ou pas fait [DEL-03]
    Et la demande, reprise si elle n'est pas faite, aboutit [DEL-03]

    Exemples:
      | demande                        | moment                     |
      | envoi d'un fichier             | aussitôt envoyée           |
      | envoi d'un fichier             | peu après l'envoi          |
      | envoi d'un fichier             | en voyant venir la réponse |
      | fin du dépôt                   | aussitôt envoyée           |
      | fin du dépôt                   | peu après l'envoi          |
      | fin du dépôt                   | en voyant venir la réponse |
      | changement de statut           | aussitôt envoyée           |
      | changement de statut           | peu après l'envoi          |
      | changement de statut           | en voyant venir la réponse |
      | création d'un événement        | aussitôt envoyée           |
      | création d'un événement        | peu après l'envoi          |
      | création d'un événement        | en voyant venir la réponse |
      | suppression d'une notification | aussitôt envoyée           |
      | suppression d'une notification | peu après l'envoi          |
      | suppression d'une notification | en voyant venir la réponse |
      | suppression d'un télédossier   | aussitôt envoyée           |
      | suppression d'un télédossier   | peu après l'envoi          |
      | suppression d'un télédossier   | en voyant venir la réponse |
