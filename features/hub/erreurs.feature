# language: fr
@OSL @SI
Fonctionnalité: Erreurs
  Une demande que le hub ne peut satisfaire reçoit une erreur qui porte un code et un message, sans jamais mettre le hub en
  défaut (SFD, « Gestion des erreurs » ; aide aux cas d'erreurs).

  @ERR-01
  Plan du scénario: Une erreur porte un code et un message : <cas>
    Quand l'OSL provoque une erreur : <cas>
    Alors l'erreur porte un code et un message [ERR-01]
    Quand l'OSL relève ses notifications
    Alors la réponse ne porte aucune erreur [ERR-01]

    Exemples:
      | cas                                    |
      | télédossier vide                       |
      | appel sans jeton                       |
      | jeton inconnu                          |
      | opération réservée à l'administrateur  |
      | télédossier qui n'existe pas           |
      | identifiant mal formé                  |

  @ERR-02
  Plan du scénario: Un télédossier en JSON <défaut> est refusé
    Quand l'OSL crée un télédossier en JSON <défaut>
    Alors le hub refuse la demande comme invalide [ERR-02]
    Quand l'OSL crée le même télédossier en JSON bien formé
    Alors le télédossier est créé [ERR-02]

    Exemples:
      | défaut                  |
      | tronqué                 |
      | suivi d'autre chose     |
      | sans guillemets         |
      | remplacé par du texte   |

  @ERR-02
  Scénario: Un changement de statut en JSON mal formé est refusé et ne change rien
    Soit un télédossier créé par l'OSL pour le SI, sans ses fichiers
    Quand l'OSL change le statut du télédossier en JSON tronqué
    Alors le hub refuse la demande comme invalide [ERR-02]
    Et le télédossier est toujours en cours de dépôt [ERR-02]

  @ERR-03
  Plan du scénario: Ce que le hub fait d'un télédossier présenté comme <type>
    Quand l'OSL crée un télédossier présenté comme <type>
    Alors ce que le hub en fait est relevé [ERR-03]

    Exemples:
      | type            |
      | text/plain      |
      | application/xml |
      | rien du tout    |

  @ERR-04
  Plan du scénario: Un chemin inconnu : <chemin>
    Quand l'OSL appelle <méthode> <chemin>
    Alors le hub répond que rien n'est là [ERR-04]
    Quand l'OSL relève ses notifications
    Alors la réponse ne porte aucune erreur [ERR-04]

    Exemples:
      | méthode | chemin                    |
      | GET     | /etalon                   |
      | GET     | /folders/{id}/etalon      |
      | GET     | /cases/{id}/events/etalon/attachments |
      | POST    | /etalon/{id}              |
      | DELETE  | /cases/{id}/etalon        |

  @ERR-04
  Plan du scénario: Une méthode que l'opération n'a pas : <méthode> <chemin>
    Quand l'OSL appelle <méthode> <chemin>
    Alors le hub répond que rien n'est là [ERR-04]
    Quand l'OSL relève ses notifications
    Alors la réponse ne porte aucune erreur [ERR-04]

    Exemples:
      | méthode | chemin             |
      | PUT     | /folders           |
      | DELETE  | /notifications     |
      | POST    | /notifications     |
      | PATCH   | /notifications     |
      | PUT     | /cases/{id}        |
      | ETALON  | /notifications     |

  @ERR-04
  Plan du scénario: Une demande hors des règles de HTTP ne met pas le hub en défaut : <défaut>
    Quand une demande hors des règles est envoyée au hub : <défaut>
    Alors le hub n'est pas en défaut [ERR-04]
    Quand l'OSL relève ses notifications
    Alors la réponse ne porte aucune erreur [ERR-04]

    Exemples:
      | défaut                          |
      | caractère nul dans le chemin    |
      | remontée dans les répertoires   |
      | barres obliques doublées        |
      | encodage interrompu             |
      | chemin de huit mille caractères |
      | version de HTTP inconnue        |
      | longueur qui n'est pas un nombre |

  @ERR-07
  Scénario: Les fautes d'un événement sont toutes signalées dans la même réponse
    Soit un télédossier transmis au SI
    Quand le SI crée un événement sans action ni notification, au commentaire trop long
    Alors le hub signale chacune de ces fautes dans sa réponse [ERR-07]
    Quand le SI crée un événement STATUS_UPDATE
    Alors le hub accepte la demande [ERR-07]

  @ERR-07 @DATAPASS
  Scénario: Les fautes d'un abonnement sont toutes signalées dans la même réponse
    Quand DataPass crée un abonnement sans démarche, ni abonné, ni numéro de demande
    Alors le hub signale chacune de ces fautes dans sa réponse [ERR-07]

  @ERR-05
  Plan du scénario: Une erreur ne montre rien de l'intérieur du hub : <cas>
    Quand l'OSL provoque une erreur : <cas>
    Alors ce que l'erreur montre de l'intérieur du hub est relevé [ERR-05]

    Exemples:
      | cas                                    |
      | télédossier vide                       |
      | identifiant mal formé                  |
      | apostrophe dans un filtre              |
      | nombre démesuré                        |
      | type inattendu                         |

  @ERR-06
  Scénario: Une demande refusée ne change rien
    Soit un télédossier transmis au SI
    Et un événement STATUS_UPDATE créé par le SI, et dont l'OSL est notifié
    Quand les parties font, l'une après l'autre, les demandes que le hub doit ou peut refuser
    Alors l'on relève celles qui ont changé quelque chose bien que refusées [ERR-06]
