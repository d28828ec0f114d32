# language: fr
@DATAPASS
Fonctionnalité: Enrôler un service instructeur
  Le logiciel d'enrôlement trouve ou crée l'organisation, crée l'abonnement une seule fois, et sait qu'il peut déjà exister
  (contrat §6 et §9).

  @CLI-30
  Scénario: Le même enrôlement, deux fois
    Quand le client passe
    Et que le client passe
    Alors l'organisation existe, l'abonnement est créé une seule fois, et le second passage s'en accommode [CLI-30]

  @CLI-30
  Scénario: Toute la session
    Alors la façon dont les jetons sont demandés est relevée [CLI-30]
