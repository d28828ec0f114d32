# language: fr
@OSL @SI
Fonctionnalité: Tolérance : ce qu'un client peut envoyer sans mettre le hub en défaut
  Les clients en service envoient des paramètres et des champs que le hub ne connaît pas, des en-têtes à leur longueur
  maximale, des corps fragmentés, plusieurs demandes sur une même connexion, et savent lire des réponses compressées
  (API Folder 1.2.7 ; CI-SI-1.2.6). Le hub ignore ou refuse proprement ce qu'il ne connaît pas, et sert le reste.

  @WIRE-02
  Plan du scénario: Un paramètre de requête inconnu est ignoré ou refusé proprement : « <demande> »
    Soit de quoi demander « <demande> » comme OSL
    Quand OSL demande, avec un paramètre de requête inconnu : « <demande> »
    Alors le hub ignore ce qu'il ne connaît pas, ou le refuse comme invalide [WIRE-02]
    Quand OSL demande : « <demande> »
    Alors la demande « <demande> » est permise [WIRE-02]

    Exemples:
      | demande                  |
      | lire le télédossier      |
      | relever les notifications |
      | lister les abonnements   |

  @WIRE-02
  Plan du scénario: Un champ inconnu dans le corps est ignoré ou refusé proprement : « <demande> »
    Soit de quoi demander « <demande> » comme OSL
    Quand OSL demande, avec un champ inconnu dans le corps : « <demande> »
    Alors le hub ignore ce qu'il ne connaît pas, ou le refuse comme invalide [WIRE-02]

    Exemples:
      | demande                         |
      | déclarer un télédossier         |
      | ajouter un événement au dossier |
      | changer le statut du dossier    |

  @WIRE-02
  Scénario: Les trois en-têtes techniques sont admis à leur longueur maximale
    Soit de quoi demander « déclarer un télédossier » comme OSL
    Quand OSL demande, avec des en-têtes techniques de 50 caractères : « déclarer un télédossier »
    Alors la demande « déclarer un télédossier » est permise [WIRE-02]

  @WIRE-02
  Scénario: La même réponse se lit, que le client accepte la compression ou non
    Soit un télédossier transmis au SI
    Quand l'OSL lit le télédossier en acceptant gzip, puis sans accepter de compression
    Alors les deux lectures disent la même chose, la seconde sans compression [WIRE-02]

  @WIRE-02
  Scénario: Plusieurs demandes se suivent sur une même connexion
    Soit un télédossier transmis au SI
    Quand l'OSL lit le télédossier 5 fois sur une connexion gardée ouverte
    Alors chaque lecture a reçu sa réponse entière [WIRE-02]

  @WIRE-02
  Scénario: Les corps envoyés par fragments sont reçus comme les autres
    Soit un télédossier créé par l'OSL pour le SI, sans ses fichiers
    Quand l'OSL envoie par fragments le fichier du télédossier
    Alors le fichier envoyé par fragments est reçu intact [WIRE-02]
    Quand l'OSL envoie par fragments la demande de complétude du télédossier
    Alors la demande envoyée par fragments aboutit [WIRE-02]

  @WIRE-04
  Scénario: Une demande sans corps qui annonce du JSON est servie, ou non
    Soit un télédossier transmis au SI
    Alors l'on relève si le hub sert les demandes sans corps qui annoncent du JSON [WIRE-04]

  @WIRE-05 @long
  Scénario: Les dates sont des instants justes, sous l'une de leurs deux écritures
    Soit un télédossier transmis au SI
    Et un événement STATUS_UPDATE créé par le SI, et dont l'OSL est notifié
    Alors chaque date des réponses est celle de l'heure que le hub donne [WIRE-05]

  @WIRE-06
  Scénario: Les réponses portent ce que les descriptions des API exigent
    Soit un télédossier transmis au SI
    Et un événement STATUS_UPDATE créé par le SI, et dont l'OSL est notifié
    Alors les réponses portent les propriétés que les descriptions des API exigent [WIRE-06]
