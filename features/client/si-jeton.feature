# language: fr
@SI
Fonctionnalité: S'authentifier et consulter le hub
  Ce qui se juge sur toute la session, et le renouvellement du jeton (contrat §2).

  @CLI-03
  Scénario: Le jeton prend fin pendant le traitement
    Étant donné un télédossier complet déposé pour le client
    Et que le banc met fin au jeton pendant le traitement
    Quand le client passe
    Alors le client demande un autre jeton et poursuit, sans rien perdre [CLI-03]

  @CLI-01 @CLI-02 @CLI-04 @CLI-11 @CLI-14
  Scénario: Toute la session
    Alors les jetons sont demandés par les identifiants du client, avec son scope [CLI-01]
    Et ils servent à plus d'un appel [CLI-02]
    Et les trois en-têtes techniques sont envoyés [CLI-04]
    Et les types d'action et les statuts employés sont ceux des listes [CLI-11]
    Et le hub est consulté à un rythme supportable [CLI-14]
