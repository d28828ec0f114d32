# language: fr
@SI
Fonctionnalité: Recevoir et envoyer des événements
  Un événement notifié est lu, ses pièces jointes téléchargées, il passe à RECEIVED, et la notification est supprimée ensuite
  (CINE-2022 ; VALISE-1.7).

  @CLI-06 @CLI-09 @CLI-10
  Scénario: Un message de l'opérateur, auquel le service répond par une pièce jointe
    Étant donné un télédossier complet déposé pour le client
    Quand le client passe
    Et un message de l'opérateur sur ce télédossier
    Et que le client passe
    Alors le message est lu, passé à RECEIVED, et sa notification supprimée ensuite [CLI-09]
    Et aucune notification n'est supprimée avant que son objet ait été récupéré [CLI-06]
    Et les pièces jointes envoyées sont déclarées, déposées telles qu'annoncées, puis l'événement passé à SENT [CLI-10]

  @CLI-06 @CLI-09
  Scénario: Un complément avec une pièce jointe
    Étant donné un télédossier complet déposé pour le client
    Quand le client passe
    Et un complément de l'opérateur, avec une pièce jointe, sur ce télédossier
    Et que le client passe
    Alors le complément est lu, sa pièce jointe téléchargée, il est passé à RECEIVED, et sa notification supprimée ensuite [CLI-09]
    Et aucune notification n'est supprimée avant que son objet ait été récupéré [CLI-06]

  @CLI-09
  Scénario: La clôture, puis la réouverture avec une pièce jointe
    Étant donné un télédossier complet déposé pour le client
    Quand le client passe
    Et la clôture de ce télédossier par l'opérateur
    Et que le client passe
    Et la réouverture de ce télédossier par l'opérateur, avec une pièce jointe
    Et que le client passe
    Alors chaque événement est lu, ses pièces jointes téléchargées, il est passé à RECEIVED, et sa notification supprimée ensuite [CLI-09]
