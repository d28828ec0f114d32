# language: fr
@OSL @SI
Fonctionnalité: Cloisonnement : un télédossier n'appartient qu'à ses parties
  Un télédossier n'est accessible qu'à l'opérateur de services en ligne qui l'a déposé et, dossier par dossier, au
  service instructeur à qui chaque dossier est adressé, par les accès de la démarche (SFD §3.5.3 RC002, §3.5.5 RC001,
  §3.5.6 RC001, §3.5.7 RC002 ; ERR-0.5). Tout autre reçoit un refus faute de droit, et n'a rien changé ; la même demande,
  faite par la partie concernée, aboutit.

  Les demandes sont tirées de la matrice des droits : un étranger au dossier fait toutes celles que permet son rôle, telles
  quelles, par le POST qui vaut PATCH, et sous un dossier à lui. L'état est relu après chacune.

  @OWN-01 @OWN-02 @OWN-03 @OWN-04 @OWN-05 @OWN-09 @OWN-12 @SI2
  Scénario: Un autre service instructeur n'obtient rien d'un dossier, fût-il destinataire d'un dossier voisin
    Soit un dossier du SI avec les événements de ses deux parties, que vise le second SI, qui a le sien
    Quand le second SI y fait chaque demande permise à son rôle, puis la partie concernée fait les mêmes
    Alors pour le second SI, chacune est refusée et sans effet, pour la partie elle aboutit [OWN-01] [OWN-02] [OWN-03] [OWN-04] [OWN-05] [OWN-09] [OWN-12]
    Et l'on relève ce que le hub fait d'un événement demandé sous un autre dossier de l'OSL [OWN-12]

  @OWN-09 @OWN-10 @SI1b
  Scénario: Un autre guichet du même SIRET n'obtient rien d'un dossier, fût-il destinataire d'un dossier voisin
    Soit un dossier du SI avec les événements de ses deux parties, que vise l'autre guichet du SI, qui a le sien
    Quand l'autre guichet du SI y fait chaque demande permise à son rôle, puis la partie concernée fait les mêmes
    Alors pour l'autre guichet du SI, chacune est refusée et sans effet, pour la partie elle aboutit [OWN-09] [OWN-10]

  @OWN-06 @OWN-09 @OTHER
  Scénario: Les accès d'une autre démarche du même service instructeur n'obtiennent rien d'un dossier de celle-ci
    Soit un dossier du SI avec les événements de ses deux parties, que vise le SI par ses accès d'une autre démarche, qui a le sien
    Quand le SI par ses accès d'une autre démarche y fait chaque demande permise à son rôle, puis la partie concernée fait les mêmes
    Alors pour le SI par ses accès d'une autre démarche, chacune est refusée et sans effet, pour la partie elle aboutit [OWN-06] [OWN-09]

  @OWN-07 @OWN-09 @OWN-11 @OSL2
  Scénario: Un autre opérateur de services en ligne n'obtient rien d'un dossier qu'il n'a pas déposé
    Soit un dossier du SI avec les événements de ses deux parties, que vise le second OSL, qui a le sien
    Quand le second OSL y fait chaque demande permise à son rôle, puis la partie concernée fait les mêmes
    Alors pour le second OSL, chacune est refusée et sans effet, pour la partie elle aboutit [OWN-07] [OWN-09] [OWN-11]

  @OWN-07 @OWN-09 @OSL2
  Plan du scénario: Un autre opérateur de services en ligne ne peut pas « <demande> »
    Soit de quoi demander « <demande> » comme OSL
    Quand le second OSL, sans droit sur ce télédossier, demande : « <demande> »
    Alors la demande est refusée faute de droit [OWN-07] et le télédossier est tel qu'avant [OWN-09]
    Quand OSL demande : « <demande> »
    Alors la demande « <demande> » est permise [OWN-07]

    Exemples:
      | demande                          |
      | lire le télédossier              |
      | changer le statut du télédossier |
      | supprimer le télédossier         |
      | envoyer un fichier du télédossier |

  @OWN-07 @OWN-09 @OSL2
  Scénario: Un autre opérateur de services en ligne n'alimente pas un télédossier par le chemin du sien
    Soit un télédossier créé par l'OSL pour le SI, sans ses fichiers
    Quand le second OSL envoie le fichier de ce télédossier par le chemin d'un autre, qui est à lui
    Alors la demande est refusée faute de droit ou d'objet [OWN-07] et le télédossier est tel qu'avant [OWN-09]

  @OWN-08 @OSL2
  Scénario: Un opérateur de services en ligne ne fait rien parvenir pour la démarche d'un autre
    Soit un télédossier créé par l'OSL pour le SI, sans ses fichiers
    Quand le second OSL tente de transmettre au SI un télédossier de cette démarche
    Alors il est refusé, au plus tard à la complétude, et le SI n'en est pas notifié [OWN-08]

  @OWN-14 @OSL2
  Scénario: Un opérateur de services en ligne ne voit pas les abonnements à la démarche d'un autre
    Quand le second OSL demande la liste des abonnements, puis l'un de ceux de cette démarche
    Alors il n'obtient aucun abonnement à cette démarche [OWN-14]
