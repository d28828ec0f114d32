# language: fr
@OSL @SI
Fonctionnalité: Récupération des notifications
  Un partenaire relève sa file par lots, traite chaque notification, puis la supprime ; il recommence jusqu'à ce que
  la file soit vide (PRES-2021, « Récupération des notifications » ; SFD §3.5.3).

  @NOT-01
  Scénario: Un lot compte 25 notifications quand rien d'autre n'est demandé
    Soit un télédossier transmis au SI, et assez d'événements pour que 30 notifications l'attendent
    Quand le SI relève un lot de notifications
    Alors le lot compte 25 notifications [NOT-01]

  @NOT-02
  Plan du scénario: Le partenaire choisit la taille du lot
    Soit un télédossier transmis au SI, et assez d'événements pour que 30 notifications l'attendent
    Quand le SI relève un lot de <taille> notifications au plus
    Alors le lot compte <taille> notifications [NOT-02]

    Exemples:
      | taille |
      | 3      |
      | 28     |
