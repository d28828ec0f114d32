# language: fr
# Un jeton nouveau peut mettre fin au précédent : ces scénarios se jouent seuls.
@serial
Fonctionnalité: Authentification
  Un partenaire échange ses identifiants contre un jeton, le présente à chaque appel et le renouvelle quand il expire
  (PRES-2021, « Authentification HubEE » ; SFD §3.5.2 ; RFC 6749).

  @AUTH-01
  Scénario: Chaque accès déclaré obtient un jeton pour son rôle
    Quand chaque accès déclaré demande un jeton
    Alors chacun reçoit un jeton de type Bearer, valable un certain temps [AUTH-01]

  @AUTH-01 @OSL
  Scénario: Une demande de jeton sans type de contenu est prise pour un formulaire, ou non
    Quand l'OSL demande un jeton sans dire que sa demande est un formulaire
    Alors l'on relève ce que le hub fait de cette demande de jeton [AUTH-01]

  @AUTH-02 @OSL
  Scénario: Un secret erroné ne donne pas de jeton
    Quand l'OSL demande un jeton avec un secret erroné
    Alors le jeton est refusé faute d'identification [AUTH-02]
    Quand l'OSL demande un jeton
    Alors l'OSL reçoit un jeton [AUTH-02]

  @AUTH-02 @OSL
  Scénario: Un secret vide ne donne pas de jeton
    Quand l'OSL demande un jeton avec un secret vide
    Alors le jeton est refusé, comme invalide ou faute d'identification [AUTH-02]
    Quand l'OSL demande un jeton
    Alors l'OSL reçoit un jeton [AUTH-02]

  @AUTH-02 @OSL
  Scénario: Un client inconnu n'obtient pas de jeton
    Quand l'OSL demande un jeton sous un identifiant inconnu
    Alors le jeton est refusé faute d'identification [AUTH-02]
    Quand l'OSL demande un jeton
    Alors l'OSL reçoit un jeton [AUTH-02]

  @AUTH-12 @OSL
  Scénario: Un identifiant ou un secret d'une autre casse n'est pas le bon
    Quand un client demande un jeton, la casse de son identifiant changée, puis celle de son secret
    Alors aucun jeton ne lui est donné [AUTH-12]
    Quand l'OSL demande un jeton
    Alors l'OSL reçoit un jeton [AUTH-12]

  @AUTH-13 @OSL
  Plan du scénario: Une demande de jeton d'un autre type que client_credentials (<type>) est refusée
    Quand l'OSL demande un jeton avec le grant_type <type>
    Alors le jeton est refusé, comme invalide ou faute d'identification [AUTH-13]
    Quand l'OSL demande un jeton
    Alors l'OSL reçoit un jeton [AUTH-13]

    Exemples:
      | type     |
      | password |
      | etalon   |

  @AUTH-03 @OSL
  Plan du scénario: Un appel sans jeton est refusé : <manque>
    Quand l'OSL relève ses notifications <manque>
    Alors l'appel est refusé faute de jeton valable [AUTH-03]
    Quand l'OSL relève ses notifications avec un jeton neuf
    Alors l'appel est accepté [AUTH-03]

    Exemples:
      | manque                      |
      | sans présenter de jeton     |
      | avec un jeton vide          |
      | sous un autre schéma que Bearer |

  @AUTH-04 @OSL
  Plan du scénario: Un jeton que le hub n'a pas délivré est refusé
    Quand l'OSL relève ses notifications avec un jeton <défaut>
    Alors l'appel est refusé faute de jeton valable [AUTH-04]
    Quand l'OSL relève ses notifications avec un jeton neuf
    Alors l'appel est accepté [AUTH-04]

    Exemples:
      | défaut               |
      | inconnu              |
      | altéré au début      |
      | altéré en son milieu |
      | altéré à la fin      |
      | tronqué              |
      | allongé              |
      | dont la casse a changé |

  @AUTH-05 @OSL @TTL
  Scénario: Un jeton est accepté jusqu'à son terme, et refusé ensuite
    Soit un premier jeton de l'OSL, et la durée de vie annoncée
    Quand le terme du premier jeton approche
    Et l'OSL relève ses notifications avec le premier jeton
    Alors l'appel est accepté [AUTH-05]
    Quand le terme du premier jeton est passé
    Et l'OSL relève ses notifications avec le premier jeton
    Alors l'appel est refusé faute de jeton valable [AUTH-05]
    Quand l'OSL relève ses notifications avec un jeton neuf
    Alors l'appel est accepté [AUTH-05]

  @AUTH-06 @OSL
  Scénario: Un même jeton sert à tous les appels
    Soit un premier jeton de l'OSL, et la durée de vie annoncée
    Alors le premier jeton est accepté à dix appels de suite [AUTH-06]

  @AUTH-06 @AUTH-07 @OSL
  Scénario: Un nouveau jeton se demande avant le terme du précédent
    Soit un premier jeton de l'OSL, et la durée de vie annoncée
    Quand l'OSL relève ses notifications avec un jeton neuf
    Alors l'appel est accepté [AUTH-07]
    Quand l'OSL relève ses notifications avec le premier jeton
    Alors l'on relève si le jeton précédent sert encore [AUTH-06]

  @AUTH-08 @OSL
  Scénario: Un OSL n'obtient pas les droits d'un administrateur
    Quand l'OSL demande un jeton pour le rôle d'administrateur
    Alors il n'obtient pas de quoi lire les organisations [AUTH-08]
    Quand l'OSL demande un jeton
    Alors l'OSL reçoit un jeton [AUTH-08]

  @AUTH-08 @SI
  Scénario: Un SI n'obtient pas les droits d'un OSL
    Quand le SI demande un jeton pour le rôle d'OSL
    Alors il n'obtient pas de quoi lire les abonnements [AUTH-08]
    Quand le SI demande un jeton pour le rôle de SI
    Alors le SI reçoit un jeton [AUTH-08]

  @AUTH-09 @OSL
  Scénario: Un jeton ne doit pas rester dans un cache
    Quand l'OSL demande un jeton
    Alors ce que la réponse dit de sa mise en cache est relevé [AUTH-09]

  @AUTH-10 @TLS
  Scénario: Seules les versions récentes de TLS sont acceptées
    Quand un client ouvre une connexion en TLS 1.1
    Alors la connexion est refusée [AUTH-10]
    Quand un client ouvre une connexion en TLS 1.2 ou 1.3
    Alors la connexion est acceptée [AUTH-10]

  @AUTH-11 @OSL
  Scénario: Chaque opération de la matrice exige un jeton
    Quand chaque opération de la matrice est appelée sans jeton
    Alors toutes sont refusées faute de jeton [AUTH-11]
    Quand chaque opération de la matrice est appelée par l'OSL avec un jeton
    Alors aucune n'est refusée faute de jeton [AUTH-11]
