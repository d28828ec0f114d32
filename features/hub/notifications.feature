# language: fr
@OSL @SI
Fonctionnalité: Récupération des notifications
  Un partenaire relève sa file par lots, traite chaque notification, puis la supprime ; il recommence jusqu'à ce que
  la file soit vide (PRES-2021, « Récupération des notifications » ; SFD §3.5.3). D'autres que ces scénarios se servent du
  hub : leurs notifications sont attendues dans les files, et n'y sont jamais touchées.

  @NOT-01
  Scénario: Un lot compte 25 notifications quand rien d'autre n'est demandé
    Soit un télédossier complet, et assez d'événements de l'OSL pour causer 30 notifications
    Quand le SI relève un lot de notifications
    Alors le lot compte 25 notifications [NOT-01]

  @NOT-02
  Plan du scénario: Le partenaire choisit la taille du lot : <taille>
    Soit un télédossier complet, et assez d'événements de l'OSL pour causer <attente> notifications
    Quand le SI relève un lot de <taille> notifications au plus
    Alors le lot compte <taille> notifications [NOT-02]

    Exemples:
      | taille | attente |
      | 1      | 5       |
      | 3      | 5       |
      | 28     | 30      |

  @NOT-03
  Plan du scénario: Une taille de lot qui n'est pas un nombre est refusée : « <taille> »
    Quand le SI relève un lot de taille « <taille> »
    Alors le hub refuse la demande comme invalide [NOT-03]
    Quand le SI relève un lot de taille « 5 »
    Alors le hub accepte la demande [NOT-03]

    Exemples:
      | taille       |
      | abc          |
      | vingt-cinq   |
      | 5notifications |

  @NOT-03
  Plan du scénario: Une taille de lot nulle, négative ou décimale : ce que fait le hub est relevé (« <taille> »)
    Quand le SI relève un lot de taille « <taille> »
    Alors l'on relève ce que le hub fait de cette taille de lot [NOT-03]

    Exemples:
      | taille |
      | 0      |
      | -1     |
      | 2.5    |

  @NOT-04
  Scénario: Lire et supprimer lot après lot donne chaque notification une seule fois
    Soit un télédossier complet sur une démarche peu fréquentée, et 12 événements de l'OSL, notifiés au SI
    Quand le SI relève sa file par lots de 5 et supprime les siennes une à une, jusqu'à n'en plus trouver
    Alors chacune des notifications causées a été donnée une fois et une seule [NOT-04]

  @NOT-17
  Scénario: Les notifications d'un lot se reconnaissent dans n'importe quel ordre
    Soit un télédossier transmis au SI, et assez d'événements pour que 4 notifications l'attendent
    Quand le SI relève sa file
    Alors ces notifications y sont toutes, sans que leur ordre compte [NOT-17]

  @NOT-05
  Scénario: Lire une notification ne la retire pas
    Soit un télédossier complet sur une démarche peu fréquentée
    Quand le SI relève sa file jusqu'à y voir la notification du télédossier, puis deux fois encore
    Alors la notification du télédossier y était chaque fois, la même [NOT-05]

  @NOT-05
  Scénario: Clore ne retire aucune notification
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut CLOSED
    Et le télédossier clos par l'OSL
    Alors la notification du télédossier attend toujours le SI [NOT-05]

  @NOT-06
  Scénario: Supprimer une notification l'efface pour toujours, et n'efface qu'elle
    Soit un télédossier transmis au SI, et assez d'événements pour que 2 notifications l'attendent
    Quand le SI supprime la première de ces notifications
    Alors le hub confirme sans contenu [NOT-06]
    Et la notification supprimée ne revient plus, l'autre attend toujours [NOT-06]

  @NOT-07
  Scénario: Supprimer deux fois la même notification est refusé la seconde fois
    Soit un télédossier transmis au SI
    Quand le SI supprime la notification du télédossier
    Alors le hub accepte la demande [NOT-07]
    Quand le SI supprime la notification du télédossier
    Alors le hub répond que l'objet n'existe pas [NOT-07]

  @NOT-07
  Scénario: Supprimer une notification d'identifiant inconnu est refusé
    Soit un télédossier transmis au SI
    Quand le SI demande la suppression d'une notification, l'identifiant de la notification étant inconnu
    Alors le hub répond que l'objet n'existe pas [NOT-07]
    Quand le SI supprime la notification du télédossier
    Alors le hub accepte la demande [NOT-07]

  @NOT-08
  Scénario: Un identifiant de notification mal formé est refusé, un vrai est accepté
    Soit un télédossier transmis au SI
    Quand le SI demande la suppression d'une notification, l'identifiant de la notification étant mal formé
    Alors le hub refuse la demande comme invalide [NOT-08]
    Quand le SI supprime la notification du télédossier
    Alors le hub accepte la demande [NOT-08]

  @NOT-09
  Scénario: Le partenaire ne relève que les notifications d'une démarche
    Soit deux notifications dans la file de l'OSL, de deux démarches quand ses accès le permettent
    Quand l'OSL relève sa file pour la première démarche
    Alors la file montre la seule notification de la première démarche [NOT-09]
    Quand l'OSL relève sa file pour l'autre démarche
    Alors la file montre la seule notification de l'autre démarche [NOT-09]
    Quand l'OSL relève sa file pour une démarche inconnue
    Alors la file ne montre ni l'une ni l'autre [NOT-09]
    Quand l'OSL relève sa file pour le début d'un code de démarche
    Alors la file ne montre ni l'une ni l'autre [NOT-09]

  @NOT-10
  Scénario: Plusieurs démarches demandées ensemble donnent les notifications de chacune
    Soit deux notifications dans la file de l'OSL, de deux démarches quand ses accès le permettent
    Quand l'OSL relève sa file pour les deux démarches, le paramètre étant répété
    Alors la file montre les notifications des deux démarches [NOT-10]

  @NOT-10
  Scénario: Des codes de démarche joints par une virgule sont compris, ou non
    Soit deux notifications dans la file de l'OSL, de deux démarches quand ses accès le permettent
    Quand l'OSL relève sa file pour les deux démarches, les codes joints par une virgule
    Alors l'on relève ce que le hub fait des codes joints [NOT-10]

  @NOT-18
  Scénario: Le plus petit lot d'une démarche se trouve derrière les notifications d'une autre
    Soit deux notifications dans la file de l'OSL, de deux démarches quand ses accès le permettent
    Alors un lot d'une seule notification, demandé pour chacune des deux démarches, n'est jamais vide [NOT-18]

  @NOT-19
  Scénario: Une démarche prioritaire passe devant les autres, ou non
    Soit deux notifications dans la file de l'OSL, de deux démarches quand ses accès le permettent
    Alors l'on relève ce que le hub fait d'une démarche prioritaire [NOT-19]

  @NOT-11 @SI2
  Scénario: Chaque service instructeur ne voit que les notifications de son SIRET
    Soit un télédossier transmis au SI et au second SI
    Alors le SI et le second SI voient chacun leur notification et non celle de l'autre [NOT-11]

  @NOT-12 @SI1b
  Scénario: Deux guichets d'un même SIRET ne voient chacun que leurs notifications
    Soit un télédossier transmis au SI et à l'autre guichet du SI
    Alors le SI et l'autre guichet du SI voient chacun leur notification et non celle de l'autre [NOT-12]

  @NOT-13
  Scénario: L'opérateur et le service instructeur ont chacun leurs notifications
    Soit un télédossier transmis au SI
    Et un événement STATUS_UPDATE créé par le SI, et dont l'OSL est notifié
    Alors la notification du télédossier attend le SI, et non l'OSL [NOT-13]
    Et la notification de l'événement attend l'OSL, et non le SI [NOT-13]

  @NOT-14 @OTHER
  Scénario: Les accès d'une démarche ne montrent pas les notifications d'une autre
    Soit un télédossier transmis au SI
    Alors le SI voit la notification, le même SI par les accès d'une autre démarche ne la voit pas [NOT-14]
    Et réciproquement pour un télédossier de cette autre démarche, si un OSL déclaré peut l'y déposer [NOT-14]

  @NOT-15
  Scénario: La notification d'un nouveau télédossier dit de qui, pour qui et sur quoi, sans événement
    Soit un télédossier transmis au SI
    Quand le SI relève sa file
    Alors la notification du télédossier porte tous ses champs [NOT-15]

  @NOT-15
  Scénario: La notification d'un événement dit de qui, pour qui, sur quoi et pour quel événement
    Soit un télédossier transmis au SI
    Et un événement STATUS_UPDATE créé par le SI, et dont l'OSL est notifié
    Quand l'OSL relève sa file
    Alors la notification de l'événement porte tous ses champs [NOT-15]

  @NOT-15 @long
  Scénario: La date d'une notification est relevée
    Soit un télédossier créé par l'OSL pour le SI, ses fichiers envoyés
    Quand l'OSL complète le télédossier, quelques secondes plus tard
    Alors l'on relève si la notification du télédossier est datée d'après sa création, et d'une même date à chaque lecture [NOT-15]

  @NOT-16
  Scénario: Sur demande, la notification dit aussi la nature et l'état de l'événement, tenus à jour
    Soit un télédossier transmis au SI
    Et un événement STATUS_UPDATE créé par le SI, et dont l'OSL est notifié
    Quand l'OSL relève sa file avec le détail des événements
    Alors la notification de l'événement dit « STATUS_UPDATE » et « SENT » [NOT-16]
    Quand l'OSL demande le statut RECEIVED pour l'événement
    Et que l'OSL relève sa file avec le détail des événements
    Alors la notification de l'événement dit « STATUS_UPDATE » et « RECEIVED » [NOT-16]
    Quand l'OSL relève sa file avec le détail des événements, pour la démarche
    Alors la notification de l'événement dit « STATUS_UPDATE » et « RECEIVED » [NOT-16]
