# language: fr
@SI
Fonctionnalité: Recevoir des télédossiers
  Le logiciel d'un service instructeur relève ses notifications, récupère chaque télédossier, l'instruit, et ne supprime la
  notification qu'ensuite (PRES-2021, « Récupération des notifications » et « Téléchargement d'un télé-dossier »).

  @CLI-06 @CLI-07 @CLI-08 @CLI-11
  Scénario: Un nouveau télédossier, avec toutes les pièces de la démarche
    Étant donné un télédossier complet déposé pour le client
    Quand le client passe
    Alors le dossier est lu et chacune de ses pièces jointes téléchargée [CLI-07]
    Et le dossier passe par le statut que la démarche impose, puis par un statut final, chacun avec un événement [CLI-08]
    Et les types d'action et les statuts employés sont ceux des listes [CLI-11]
    Et la notification est supprimée, une fois le télédossier récupéré [CLI-06]

  @CLI-05 @CLI-06 @CLI-07 @CLI-08
  Scénario: Plus de télédossiers en attente que n'en contient un lot
    Étant donné 27 télédossiers déposés pour le client
    Quand le client passe
    Alors les lots sont relevés jusqu'au dernier [CLI-05]
    Et chaque télédossier est récupéré en entier [CLI-07]
    Et chaque dossier est instruit jusqu'à un statut final [CLI-08]
    Et chaque notification est supprimée, une à une, une fois son télédossier récupéré [CLI-06]

  @CLI-07 @CLI-12
  Scénario: Un télédossier dont une pièce jointe est infectée
    Étant donné un télédossier dont une pièce jointe est infectée
    Quand le client passe
    Alors le reste du télédossier est traité [CLI-12], et une demande de la pièce infectée est relevée [CLI-07]

  @CLI-12
  Scénario: Une file vide
    Quand le client passe
    Alors le client lit la liste vide et ne fait rien d'autre [CLI-12]
