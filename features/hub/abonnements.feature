# language: fr
Fonctionnalité: Abonnements aux démarches
  Un SI reçoit les télédossiers d'une démarche quand il y est abonné : DataPass enregistre la demande, l'administrateur en
  fixe les modalités, et l'abonnement prend effet à sa date d'activation (SFD §3.5.4 ; OAS-SUB ; PRES-2021).

  @SUB-01 @OSL
  Plan du scénario: La liste des abonnements se filtre par <critère>
    Quand l'OSL lit la liste des abonnements à ses démarches
    Et l'OSL relit la liste des abonnements filtrée par le <critère> de l'un d'eux
    Alors la liste filtrée donne tous ceux qui le portent, et eux seuls [SUB-01]
    Quand l'OSL relit la liste des abonnements filtrée par un <critère> qu'aucun ne porte
    Alors la liste filtrée des abonnements est vide [SUB-01]

    Exemples:
      | critère         |
      | code démarche   |
      | statut          |
      | SIRET           |

  @SUB-01 @OSL
  Scénario: Plusieurs démarches se demandent ensemble
    Quand l'OSL lit la liste des abonnements à ses démarches
    Et l'OSL relit la liste des abonnements à deux de ses démarches
    Alors la liste filtrée donne tous ceux qui le portent, et eux seuls [SUB-01]

  @SUB-02 @OSL
  Scénario: La liste des abonnements se lit page par page
    Quand l'OSL lit la liste des abonnements à ses démarches
    Et l'OSL relit la liste des abonnements par pages
    Alors les pages d'abonnements, bout à bout, redonnent la liste [SUB-02]
    Et chaque page d'abonnements dit où elle se situe [SUB-02]

  @SUB-03 @OSL
  Plan du scénario: La liste des abonnements se trie
    Quand l'OSL lit la liste des abonnements triée par SIRET, en ordre <ordre>
    Alors la liste des abonnements est triée [SUB-03]

    Exemples:
      | ordre       |
      | croissant   |
      | décroissant |

  @SUB-04 @OSL
  Scénario: Un abonnement se lit par son identifiant
    Quand l'OSL lit la liste des abonnements à ses démarches
    Et l'OSL lit le premier abonnement par son identifiant
    Alors l'abonnement lu est celui de la liste [SUB-04]
    Quand l'OSL lit un abonnement qui n'existe pas
    Alors l'abonnement est inconnu [SUB-04]
    Quand l'OSL lit un abonnement par un identifiant mal formé
    Alors l'identifiant d'abonnement est refusé [SUB-04]

  @ORG-01 @ORG-06 @SUB-05 @SUB-07 @SUB-11 @OSL @ADMIN @DATAPASS @SANDBOX @serial
  Scénario: L'enrôlement d'un SI, de bout en bout
    Quand l'administrateur cherche une organisation qui n'existe pas encore
    Alors l'organisation est inconnue [ORG-06]
    Quand l'administrateur crée cette organisation
    Alors l'organisation est créée [ORG-01]
    Quand DataPass abonne cette organisation à la démarche
    Alors l'abonnement est créé [SUB-05]
    Et l'abonnement a le statut Inactif [SUB-05]
    Quand l'administrateur choisit le mode d'accès, la fréquence, l'adresse et la date d'activation de l'abonnement
    Alors la relecture de l'abonnement montre ces choix [SUB-11]
    Et l'abonnement a le statut Actif [SUB-07]
    Et un télédossier pour cette organisation est accepté [SUB-07]

  @SUB-06 @ADMIN @DATAPASS @SANDBOX @serial
  Scénario: Une organisation ne s'abonne qu'une fois à une démarche
    Soit une organisation nouvelle
    Quand DataPass abonne cette organisation à la démarche
    Alors l'abonnement est créé [SUB-06]
    Quand DataPass abonne cette organisation à la démarche
    Alors l'abonnement est refusé comme existant déjà [SUB-06]
    Et l'organisation n'a qu'un abonnement à la démarche [SUB-06]

  @SUB-07 @OSL @ADMIN @DATAPASS @SANDBOX @serial
  Scénario: Un abonnement prend effet à sa date d'activation
    Soit une organisation nouvelle, abonnée à la démarche par DataPass
    Quand l'administrateur fixe à demain l'activation de l'abonnement
    Alors l'abonnement a le statut Inactif [SUB-07]
    Et un télédossier pour cette organisation est refusé [SUB-07]
    Quand la date d'activation de l'abonnement arrive
    Alors l'abonnement a le statut Actif [SUB-07]
    Et un télédossier pour cette organisation est accepté [SUB-07]

  @SUB-08 @OSL @SI @ADMIN @SANDBOX @serial
  Scénario: Un abonnement suspendu puis réactivé
    Quand l'administrateur suspend l'abonnement du SI
    Alors un télédossier pour le SI est refusé [SUB-08]
    Quand l'administrateur réactive l'abonnement du SI
    Alors un télédossier pour le SI est accepté [SUB-08]

  @SUB-09 @ADMIN @DATAPASS @SANDBOX @serial
  Scénario: Une demande refusée est conservée avec son motif
    Soit une organisation nouvelle
    Quand DataPass enregistre le refus de l'abonnement de cette organisation, avec un motif
    Alors l'abonnement est créé [SUB-09]
    Et la relecture de l'abonnement montre le refus et son motif [SUB-09]

  @SUB-10 @ADMIN @DATAPASS @SANDBOX @serial
  Scénario: Un abonnement dont un champ est mal formé est refusé
    Soit une organisation nouvelle
    Quand DataPass abonne cette organisation à la démarche, avec tour à tour
      | champ                           | valeur         |
      | email                           | sans-arobase   |
      | localAdministrator.email        | sans-arobase   |
      | localAdministrator.phoneNumber  | 01 02          |
      | localAdministrator.mobileNumber | zéro six       |
      | subscriber.companyRegister      | 2138054430001  |
      | subscriber.companyRegister      | 2138054430001A |
    Alors toutes ces demandes d'abonnement sont refusées comme invalides [SUB-10]
    Et l'organisation n'a aucun abonnement à la démarche [SUB-10]
    Quand DataPass abonne cette organisation à la démarche
    Alors l'abonnement est créé [SUB-10]

  @SUB-11 @ADMIN @DATAPASS @SANDBOX @serial
  Scénario: L'administrateur modifie les modalités d'un abonnement
    Soit une organisation nouvelle, abonnée à la démarche par DataPass
    Quand l'administrateur choisit le mode d'accès, la fréquence, l'adresse et la date d'activation de l'abonnement
    Alors la relecture de l'abonnement montre ces choix [SUB-11]
    Quand l'administrateur change d'avis sur ces modalités de l'abonnement
    Alors la relecture de l'abonnement montre ces choix [SUB-11]

  @SUB-12 @ADMIN @DATAPASS @SANDBOX @serial
  Scénario: Un abonnement auquel manque une propriété obligatoire est refusé
    Soit une organisation nouvelle
    Quand DataPass abonne cette organisation à la démarche, sans donner tour à tour
      | propriété                  |
      | datapassId                 |
      | processCode                |
      | subscriber                 |
      | subscriber.type            |
      | subscriber.companyRegister |
      | subscriber.branchCode      |
      | notificationFrequency      |
      | localAdministrator         |
      | localAdministrator.email   |
    Alors toutes ces demandes d'abonnement sont refusées comme invalides [SUB-12]
    Et l'organisation n'a aucun abonnement à la démarche [SUB-12]
    Quand DataPass abonne cette organisation à la démarche
    Alors l'abonnement est créé [SUB-12]

  @SUB-13 @ADMIN @DATAPASS @SANDBOX @serial
  Scénario: Une démarche désactivée ne prend pas de nouvel abonnement
    Soit une organisation nouvelle
    Quand l'administrateur désactive la démarche aux abonnements
    Et DataPass abonne cette organisation à la démarche
    Alors l'abonnement est refusé par le hub [SUB-13]
    Et l'organisation n'a aucun abonnement à la démarche [SUB-13]
    Quand l'administrateur rouvre la démarche aux abonnements
    Et DataPass abonne cette organisation à la démarche
    Alors l'abonnement est créé [SUB-13]
