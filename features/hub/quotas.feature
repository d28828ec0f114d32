# language: fr
# Ces scénarios vont au bout des quotas et au-delà : ils se jouent seuls, en dernier.
@serial @QUOTA
Fonctionnalité: Quotas de la passerelle
  Une passerelle comme PISTE compte les demandes de chaque application, par seconde, par minute ou par jour, toutes
  ensemble ou méthode par méthode ; ce qui les dépasse est refusé, sans atteindre le hub (CGU-PISTE-2022 ; PISTE-AIFE).

  @GATE-01 @SI
  Scénario: Dans les limites de ses quotas, une application est toujours servie
    Soit des quotas que rien n'entame
    Quand le SI fait, l'une après l'autre, presque autant de demandes que ses quotas le permettent
    Alors aucune demande n'est refusée par quota [GATE-01]

  @GATE-02 @OSL @SI @EXCEED
  Scénario: Une demande au-delà du quota est refusée, et rien n'en est fait
    Soit un télédossier transmis au SI
    Et des quotas que rien n'entame
    Quand le SI, au-delà de son quota, ajoute un événement au dossier
    Alors l'événement est refusé par quota, et le dossier est tel qu'avant [GATE-02]

  @GATE-03 @OSL @SI @EXCEED
  Scénario: Une application qui dépasse son quota n'en gêne pas une autre, et garde son jeton
    Soit des quotas que rien n'entame
    Quand le SI dépasse son quota, et que l'OSL fait une demande pendant ce temps
    Alors l'on relève si l'OSL est servi [GATE-03]
    Quand la fenêtre du quota est passée
    Alors l'on relève si le jeton du SI est toujours bon [GATE-03]

  @GATE-04 @SI @EXCEED
  Scénario: Une fois la fenêtre du quota passée, l'application est de nouveau servie
    Soit des quotas que rien n'entame
    Quand le SI dépasse son quota
    Et que la fenêtre du quota est passée
    Alors l'on relève si le SI est de nouveau servi [GATE-04]

  @GATE-05 @SI @EXCEED
  Scénario: La passerelle dit ce qu'il reste du quota, et quand revenir
    Soit des quotas que rien n'entame
    Quand le SI fait quelques demandes, puis dépasse son quota
    Alors l'on relève si les en-têtes de quota sont là, et disent vrai [GATE-05]

  @GATE-06 @OSL @SI @EXCEED @METHOD
  Scénario: Le quota d'une méthode, une fois dépassé, laisse passer les autres méthodes
    Soit des quotas que rien n'entame
    Quand le quota d'une méthode est dépassé, et qu'une autre méthode est demandée pendant ce temps
    Alors l'on relève si l'autre méthode est servie [GATE-06]
