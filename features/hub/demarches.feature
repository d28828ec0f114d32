# language: fr
@ADMIN
Fonctionnalité: Référentiel des démarches
  L'administrateur crée, lit, liste et modifie les démarches : ce qu'elles admettent, et combien de temps leurs
  télédossiers sont gardés (SFD §2.3.3, §3.5.9 ; OAS-PROC).

  @PROC-01 @SANDBOX @serial
  Scénario: Une démarche se crée et se relit
    Quand l'administrateur crée une démarche nouvelle
    Alors la démarche est créée [PROC-01]
    Et la relecture de la démarche donne ce qui a été enregistré [PROC-01]

  @PROC-02
  Scénario: La liste des démarches contient celles des partenaires
    Quand l'administrateur lit la liste des démarches
    Alors la liste contient toutes les démarches que les partenaires utilisent [PROC-02]

  @PROC-02
  Scénario: La liste des démarches se filtre par OSL
    Quand l'administrateur lit la liste des démarches
    Et l'administrateur relit cette liste, filtrée par un OSL qui y figure
    Alors la liste filtrée donne tout ce qui répond au critère, et rien d'autre [PROC-02]
    Quand l'administrateur relit cette liste, filtrée par un OSL qui n'y figure pas
    Alors la liste filtrée est vide [PROC-02]

  @PROC-02
  Plan du scénario: La liste des démarches se trie par <champ>
    Quand l'administrateur lit la liste des démarches triée par <champ>
    Alors la liste est triée [PROC-02]

    Exemples:
      | champ |
      | code  |
      | name  |

  @PROC-03 @OSL @SI @SANDBOX @serial
  Scénario: Un type de pièce jointe ajouté à une démarche vaut aussitôt pour les dépôts
    Quand l'OSL dépose un télédossier avec une pièce de type "Etalon-Piece-Nouvelle"
    Alors ce dépôt est refusé [PROC-03]
    Quand l'administrateur ajoute le type de pièce "Etalon-Piece-Nouvelle" à ceux de la démarche d'essai
    Et l'OSL dépose un télédossier avec une pièce de type "Etalon-Piece-Nouvelle"
    Alors ce dépôt est accepté [PROC-03]

  @PROC-03 @OSL @SI @SANDBOX @serial
  Scénario: Une taille maximale abaissée vaut aussitôt pour les dépôts
    Quand l'OSL dépose un télédossier avec une pièce de 1000 octets
    Alors ce dépôt est accepté [PROC-03]
    Quand l'administrateur modifie la démarche d'essai
      | champ                    | valeur |
      | attachmentMaxSizeEnabled | 500    |
    Et l'OSL dépose un télédossier avec une pièce de 1000 octets
    Alors ce dépôt est refusé [PROC-03]

  @PROC-03 @SANDBOX @serial
  Scénario: Une démarche modifiée se relit telle qu'elle est devenue
    Quand l'administrateur crée une démarche nouvelle
    Alors la démarche est créée [PROC-03]
    Quand l'administrateur modifie la démarche
      | champ                    | valeur              |
      | name                     | Étalon, nom modifié |
      | attachmentFormatsEnabled | ["text/plain"]      |
      | timeBeforeArchiving      | 4321                |
    Alors la démarche est modifiée [PROC-03]
    Et la relecture de la démarche donne ce qui a été enregistré [PROC-03]

  @PROC-04 @SANDBOX @serial
  Scénario: Une démarche à laquelle manque une propriété obligatoire est refusée
    Quand l'administrateur crée une démarche nouvelle, sans donner tour à tour
      | propriété                |
      | code                     |
      | name                     |
      | isActivated              |
      | osl                      |
      | attachmentFormatsEnabled |
      | attachmentTypesEnabled   |
      | attachmentMaxSizeEnabled |
      | statusBeforeFileDeletion |
      | timeBeforeFileDeletion   |
      | timeBeforeArchiving      |
      | timeBeforeFolderDeletion |
      | messageToTransmitter     |
      | subscriptionValidation   |
    Alors chaque fois, la demande est refusée comme invalide [PROC-04]
    Quand l'administrateur crée la même démarche
    Alors la démarche est créée [PROC-04]

  @PROC-04 @SANDBOX @serial
  Scénario: Une démarche dont un champ sort de sa liste est refusée
    Quand l'administrateur crée une démarche nouvelle, avec tour à tour
      | champ                    | valeur    |
      | subscriptionValidation   | Peut-être |
      | isActivated              | peut-être |
      | timeBeforeArchiving      | un an     |
    Alors chaque fois, la demande est refusée comme invalide [PROC-04]
    Quand l'administrateur crée la même démarche
    Alors la démarche est créée [PROC-04]

  @PROC-05
  Scénario: Une démarche inconnue
    Quand l'administrateur lit une démarche qui n'existe pas
    Alors la démarche est inconnue [PROC-05]
    Quand l'administrateur lit une démarche de la liste
    Alors la démarche est donnée [PROC-05]

  @PROC-05 @SANDBOX @serial
  Scénario: Une démarche inconnue ne se modifie pas
    Quand l'administrateur modifie une démarche qui n'existe pas
    Alors la démarche est inconnue [PROC-05]
