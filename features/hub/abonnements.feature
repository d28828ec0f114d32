# language: fr
Fonctionnalité: Abonnements aux démarches
  Un SI reçoit les télédossiers d'une démarche quand il y est abonné : DataPass enregistre la demande, l'administrateur en
  fixe les modalités, et l'abonnement prend effet à sa date d'activation (SFD §3.5.4 ; OAS-SUB ; PRES-2021).

  @SUB-01 @OSL
  Plan du scénario: La liste des abonnements se filtre par <critère>
    Quand l'OSL lit la liste des abonnements
    Et l'OSL relit cette liste, filtrée par un <critère> qui y figure
    Alors la liste filtrée donne tout ce qui répond au critère, et rien d'autre [SUB-01]
    Quand l'OSL relit cette liste, filtrée par un <critère> qui n'y figure pas
    Alors la liste filtrée est vide [SUB-01]

    Exemples:
      | critère         |
      | code démarche   |
      | statut          |
      | SIRET           |

  @SUB-01 @OSL
  Scénario: Plusieurs démarches se demandent ensemble
    Quand l'OSL lit la liste des abonnements
    Et l'OSL relit cette liste, filtrée par deux codes démarche qui y figurent
    Alors la liste filtrée donne tout ce qui répond au critère, et rien d'autre [SUB-01]

  @SUB-01 @OSL
  Plan du scénario: Deux critères se cumulent, même quand la liste est triée : <premier> et <second>
    Quand l'OSL lit la liste des abonnements
    Et l'OSL relit cette liste, triée et filtrée par un <premier> qui y figure et un <second> qui y figure
    Alors la liste filtrée donne tout ce qui répond au critère, et rien d'autre [SUB-01]
    Quand l'OSL relit cette liste, triée et filtrée par un <premier> qui y figure et un <second> qui n'y figure pas
    Alors la liste filtrée est vide [SUB-01]

    Exemples:
      | premier       | second        |
      | code démarche | statut        |
      | code démarche | SIRET         |
      | SIRET         | statut        |

  @SUB-02 @OSL
  Scénario: La liste des abonnements se lit page par page
    Quand l'OSL lit la liste des abonnements
    Et l'OSL relit cette liste par pages
    Alors les pages, bout à bout, redonnent la liste [SUB-02]
    Et chaque page dit où elle se situe [SUB-02]

  @SUB-03 @OSL
  Plan du scénario: La liste des abonnements se trie
    Quand l'OSL lit la liste des abonnements triée par SIRET <ordre>
    Alors la liste est triée [SUB-03]

    Exemples:
      | ordre       |
      | croissant   |
      | décroissant |

  @SUB-04 @OSL
  Scénario: Un abonnement se lit par son identifiant
    Quand l'OSL lit la liste des abonnements
    Et l'OSL lit un abonnement de la liste
    Alors l'abonnement lu est celui de la liste [SUB-04]
    Quand l'OSL lit un abonnement qui n'existe pas
    Alors l'abonnement est inconnu [SUB-04]
    Quand l'OSL lit un abonnement d'identifiant mal formé
    Alors le hub refuse la demande comme invalide [SUB-04]

  @ORG-01 @ORG-06 @SUB-05 @SUB-07 @SUB-11 @OSL @ADMIN @DATAPASS @SANDBOX @serial
  Scénario: L'enrôlement d'un SI, de bout en bout
    Quand l'administrateur lit une organisation qui n'existe pas
    Alors l'organisation est inconnue [ORG-06]
    Quand l'administrateur crée cette organisation
    Alors l'organisation est créée [ORG-01]
    Quand DataPass crée l'abonnement de cette organisation à la démarche
    Alors l'abonnement est créé [SUB-05]
    Et l'abonnement a le statut Inactif [SUB-05]
    Quand l'administrateur modifie l'abonnement
      | champ                 | valeur              |
      | accessMode            | PORTAIL             |
      | notificationFrequency | unitaire            |
      | email                 | guichet@example.org |
      | activateDateTime      | hier                |
    Alors l'abonnement est modifié [SUB-11]
    Et la relecture de l'abonnement donne ce qui a été enregistré [SUB-11]
    Et l'abonnement a le statut Actif [SUB-07]
    Et un télédossier pour cette organisation est accepté [SUB-07]

  @SUB-06 @ADMIN @DATAPASS @SANDBOX @serial
  Scénario: Une organisation ne s'abonne qu'une fois à une démarche
    Soit une organisation nouvelle
    Quand DataPass crée l'abonnement de cette organisation à la démarche
    Alors l'abonnement est créé [SUB-06]
    Quand DataPass crée l'abonnement de cette organisation à la démarche
    Alors l'abonnement est refusé comme existant déjà [SUB-06]
    Et l'organisation compte 1 abonnement à la démarche [SUB-06]

  @SUB-07 @OSL @ADMIN @DATAPASS @SANDBOX @serial
  Scénario: Un abonnement prend effet à sa date d'activation
    Soit une organisation nouvelle
    Et l'abonnement de cette organisation à la démarche
    Quand l'administrateur fixe à demain l'activation de l'abonnement
    Alors l'abonnement a le statut Inactif [SUB-07]
    Et un télédossier pour cette organisation est refusé [SUB-07]
    Quand la date d'activation de l'abonnement arrive
    Alors l'abonnement a le statut Actif [SUB-07]
    Et un télédossier pour cette organisation est accepté [SUB-07]

  @SUB-08 @OSL @SI @ADMIN @SANDBOX @serial
  Scénario: Un abonnement suspendu puis réactivé
    Quand l'administrateur donne à l'abonnement du SI le statut "Suspendu"
    Alors un télédossier pour le SI est refusé [SUB-08]
    Quand l'administrateur donne à l'abonnement du SI le statut "Actif"
    Alors un télédossier pour le SI est accepté [SUB-08]

  @SUB-09 @ADMIN @DATAPASS @SANDBOX @serial
  Scénario: Une demande refusée est conservée avec son motif
    Soit une organisation nouvelle
    Quand DataPass enregistre le refus de l'abonnement de cette organisation, avec un motif
    Alors l'abonnement est créé [SUB-09]
    Et la relecture de l'abonnement donne ce qui a été enregistré [SUB-09]
    Quand l'administrateur renvoie l'abonnement tel qu'il l'a lu
    Alors l'abonnement est modifié [SUB-09]
    Et la relecture de l'abonnement donne ce qui a été enregistré [SUB-09]

  @SUB-10 @ADMIN @DATAPASS @SANDBOX @serial
  Scénario: Un abonnement dont un champ est mal formé est refusé
    Soit une organisation nouvelle
    Quand DataPass crée l'abonnement de cette organisation à la démarche, avec tour à tour
      | champ                           | valeur         |
      | email                           | sans-arobase   |
      | localAdministrator.email        | sans-arobase   |
      | localAdministrator.phoneNumber  | 01 02          |
      | localAdministrator.mobileNumber | zéro six       |
      | subscriber.companyRegister      | 2138054430001  |
      | subscriber.companyRegister      | 2138054430001A |
      | status                          | Peut-être      |
    Alors chaque fois, la demande est refusée comme invalide [SUB-10]
    Et l'organisation compte 0 abonnement à la démarche [SUB-10]
    Quand DataPass crée l'abonnement de cette organisation à la démarche
    Alors l'abonnement est créé [SUB-10]

  @SUB-11 @ADMIN @DATAPASS @SANDBOX @serial
  Scénario: L'administrateur modifie les modalités d'un abonnement
    Soit une organisation nouvelle
    Et l'abonnement de cette organisation à la démarche
    Quand l'administrateur modifie l'abonnement
      | champ                 | valeur              |
      | accessMode            | PORTAIL             |
      | notificationFrequency | unitaire            |
      | email                 | guichet@example.org |
      | activateDateTime      | hier                |
    Alors l'abonnement est modifié [SUB-11]
    Et la relecture de l'abonnement donne ce qui a été enregistré [SUB-11]
    Quand l'administrateur modifie l'abonnement
      | champ                 | valeur                    |
      | accessMode            | API                       |
      | notificationFrequency | aucune                    |
      | email                 | autre-guichet@example.org |
      | activateDateTime      | avant-hier                |
    Alors l'abonnement est modifié [SUB-11]
    Et la relecture de l'abonnement donne ce qui a été enregistré [SUB-11]

  @SUB-11 @ADMIN @DATAPASS @SANDBOX @serial
  Scénario: Tout ce qu'un abonnement peut porter se relit, et survit à une modification
    Soit une organisation nouvelle
    Quand DataPass crée l'abonnement de cette organisation à la démarche, toutes ses propriétés remplies
    Alors l'abonnement est créé [SUB-11]
    Et la relecture de l'abonnement donne ce qui a été enregistré [SUB-11]
    Quand l'administrateur renvoie l'abonnement tel qu'il l'a lu, sans son statut
    Alors l'abonnement est modifié [SUB-11]
    Et la relecture de l'abonnement donne ce qui a été enregistré [SUB-11]

  @SUB-12 @ADMIN @DATAPASS @SANDBOX @serial
  Scénario: Un abonnement auquel manque une propriété obligatoire est refusé
    Soit une organisation nouvelle
    Quand DataPass crée l'abonnement de cette organisation à la démarche, sans donner tour à tour
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
    Alors chaque fois, la demande est refusée comme invalide [SUB-12]
    Et l'organisation compte 0 abonnement à la démarche [SUB-12]
    Quand DataPass crée l'abonnement de cette organisation à la démarche
    Alors l'abonnement est créé [SUB-12]

  @SUB-13 @ADMIN @DATAPASS @SANDBOX @serial
  Scénario: Une démarche désactivée ne prend pas de nouvel abonnement
    Soit une organisation nouvelle
    Quand l'administrateur modifie la démarche d'essai
      | champ       | valeur |
      | isActivated | false  |
    Et DataPass crée l'abonnement de cette organisation à la démarche
    Alors l'abonnement est refusé [SUB-13]
    Et l'organisation compte 0 abonnement à la démarche [SUB-13]
    Quand l'administrateur modifie la démarche d'essai
      | champ       | valeur |
      | isActivated | true   |
    Et DataPass crée l'abonnement de cette organisation à la démarche
    Alors l'abonnement est créé [SUB-13]
