# language: fr
@ADMIN
Fonctionnalité: Référentiel des organisations
  L'administrateur crée, lit, liste et modifie les organisations, OSL et SI (SFD §2.3.4, §3.5.9 ; OAS-ORG).

  @ORG-01 @SANDBOX @serial
  Scénario: Une organisation se crée et se relit
    Quand l'administrateur crée une organisation nouvelle
    Alors l'organisation est créée [ORG-01]
    Et la relecture de l'organisation donne ce qui a été enregistré [ORG-01]

  @ORG-02 @SANDBOX @serial
  Scénario: Une organisation ne se crée pas deux fois
    Quand l'administrateur crée une organisation nouvelle
    Alors l'organisation est créée [ORG-02]
    Quand l'administrateur crée la même organisation sous un autre nom
    Alors l'organisation est refusée comme existant déjà [ORG-02]
    Et la relecture de l'organisation donne ce qui a été enregistré [ORG-02]
    Quand l'administrateur crée la même organisation sous un autre guichet
    Alors l'organisation est créée [ORG-02]

  @ORG-03
  Scénario: Deux critères se cumulent
    Quand l'administrateur lit la liste des organisations
    Et l'administrateur relit cette liste, triée et filtrée par un SIRET qui y figure et un type qui y figure
    Alors la liste filtrée donne tout ce qui répond au critère, et rien d'autre [ORG-03]
    Quand l'administrateur relit cette liste, triée et filtrée par un SIRET qui y figure et un type qui n'y figure pas
    Alors la liste filtrée est vide [ORG-03]

  @ORG-03
  Plan du scénario: La liste des organisations se filtre par <critère>
    Quand l'administrateur lit la liste des organisations
    Et l'administrateur relit cette liste, filtrée par un <critère> qui y figure
    Alors la liste filtrée donne tout ce qui répond au critère, et rien d'autre [ORG-03]
    Quand l'administrateur relit cette liste, filtrée par un <critère> qui n'y figure pas
    Alors la liste filtrée est vide [ORG-03]

    Exemples:
      | critère |
      | type    |
      | SIRET   |

  @ORG-03
  Scénario: La liste des organisations se lit page par page
    Quand l'administrateur lit la liste des organisations
    Et l'administrateur relit cette liste par pages
    Alors les pages, bout à bout, redonnent la liste [ORG-03]

  @ORG-03
  Plan du scénario: La liste des organisations se trie par <champ>
    Quand l'administrateur lit la liste des organisations triée par <champ>
    Alors la liste est triée [ORG-03]

    Exemples:
      | champ            |
      | company_register |
      | branche_code     |

  @ORG-04 @SANDBOX @serial
  Scénario: Une organisation se modifie
    Quand l'administrateur crée une organisation nouvelle
    Alors l'organisation est créée [ORG-04]
    Quand l'administrateur modifie l'organisation
      | champ      | valeur              |
      | name       | Étalon, nom modifié |
      | postalCode | "38540"             |
      | territory  | Heyrieux            |
    Alors l'organisation est modifiée [ORG-04]
    Et la relecture de l'organisation donne ce qui a été enregistré [ORG-04]

  @ORG-05 @SANDBOX @serial
  Scénario: Une organisation à laquelle manque une propriété obligatoire est refusée
    Quand l'administrateur crée une organisation nouvelle, sans donner tour à tour
      | propriété       |
      | type            |
      | companyRegister |
      | branchCode      |
      | name            |
      | postalCode      |
      | territory       |
      | status          |
    Alors chaque fois, la demande est refusée comme invalide [ORG-05]
    Quand l'administrateur crée la même organisation
    Alors l'organisation est créée [ORG-05]

  @ORG-05 @SANDBOX @serial
  Scénario: Une organisation dont un champ est mal formé est refusée
    Quand l'administrateur crée une organisation nouvelle, avec tour à tour
      | champ           | valeur         |
      | companyRegister | 2138054430001  |
      | companyRegister | 2138054430001A |
      | branchCode      | 12345678901    |
      | email           | sans-arobase   |
    Alors chaque fois, la demande est refusée comme invalide [ORG-05]
    Quand l'administrateur crée la même organisation
    Alors l'organisation est créée [ORG-05]

  @ORG-06
  Scénario: Une organisation inconnue
    Quand l'administrateur lit une organisation qui n'existe pas
    Alors l'organisation est inconnue [ORG-06]
    Quand l'administrateur lit une organisation de la liste
    Alors l'organisation est donnée [ORG-06]
    Quand l'administrateur lit la même organisation sous un guichet qui n'existe pas
    Alors l'organisation est inconnue [ORG-06]

  @ORG-06 @SANDBOX @serial
  Scénario: Une organisation inconnue ne se modifie pas
    Quand l'administrateur modifie une organisation qui n'existe pas
    Alors l'organisation est invalide ou inconnue [ORG-06]
