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
    Et le temps entre la fin du dépôt et la mise à disposition est relevé [DEL-04]

  @DEL-02 @RESTART @serial
  Scénario: Un arrêt brutal ne perd rien de ce qui est acquitté
    Quand des télédossiers sont déposés pendant que le hub est arrêté brutalement, puis relancé
    Alors tout ce qui avait été acquitté est là après le redémarrage [DEL-02]
    Et le hub prend de nouveaux télédossiers [DEL-02]

  @DEL-03
  Plan du scénario: Une réponse perdue laisse un seul état, fait ou pas fait : <demande>
    Quand un partenaire perd la réponse à cette demande : <demande>
    Alors l'état lu ensuite est entier, fait ou pas fait [DEL-03]
    Et la demande, reprise si elle n'est pas faite, aboutit [DEL-03]

    Exemples:
      | demande                          |
      | envoi d'un fichier               |
      | fin du dépôt                     |
      | changement de statut             |
      | création d'un événement          |
      | suppression d'une notification   |
      | suppression d'un télédossier     |
