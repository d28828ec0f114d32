# language: fr
@OSL @SI
Fonctionnalité: Dépôt d'un télédossier
  L'OSL déclare le télédossier : le demandeur, un dossier par destinataire, les pièces jointes et leurs destinataires. Le
  hub le rend avec ses identifiants et attend les fichiers (PRES-2021, « Création d'un TD par un OSL » ; SFD-1.2.2
  §3.5.5).

  @FOL-01
  Scénario: Un télédossier créé attend ses fichiers
    Soit un télédossier bien formé adressé au SI, encore à créer
    Quand l'OSL crée ce télédossier
    Alors le télédossier créé est au statut "HUBEE_RECEIVED", ainsi que chacun de ses dossiers [FOL-01]
    Et chaque pièce jointe du télédossier créé attend son fichier et porte son propre identifiant [FOL-01]

  @FOL-02
  Scénario: Un télédossier compte un dossier pour un seul destinataire
    Soit un télédossier bien formé adressé au SI, encore à créer
    Quand l'OSL crée ce télédossier
    Alors le télédossier créé porte un identifiant, et un dossier pour chaque destinataire [FOL-02]

  @FOL-02 @SI2
  Scénario: Un télédossier compte un dossier pour chacun de ses deux destinataires
    Soit un télédossier bien formé adressé au SI et au second SI, encore à créer
    Quand l'OSL crée ce télédossier
    Alors le télédossier créé porte un identifiant, et un dossier pour chaque destinataire [FOL-02]
    Quand le télédossier parvient à ses destinataires
    Alors chaque destinataire lit son propre dossier [FOL-02]

  @FOL-14
  Scénario: Un télédossier est rendu tel qu'il a été envoyé
    Soit un télédossier bien formé adressé au SI, encore à créer
    Quand l'OSL crée ce télédossier
    Alors la création rend le télédossier sans altération [FOL-14]
    Et la lecture du télédossier rend le télédossier sans altération [FOL-14]

  @FOL-15
  Scénario: Le hub garde le nom du logiciel qui a déposé
    Soit un télédossier bien formé adressé au SI, encore à créer
    Quand l'OSL crée ce télédossier depuis le logiciel "Guichet-mairie" de "Editeur-public" en version "12.0.3"
    Alors le hub accepte la création [FOL-15]
    Et la lecture du télédossier rend le nom du logiciel sans altération [FOL-15]
    Quand l'OSL le complète depuis un autre logiciel
    Alors la lecture du télédossier rend le nom du logiciel sans altération [FOL-15]

  @FOL-15
  Scénario: Le hub garde le nom du logiciel, même sans éditeur ni version
    Soit un télédossier bien formé adressé au SI, encore à créer
    Quand l'OSL crée ce télédossier depuis le seul logiciel "Guichet-mairie"
    Alors le hub accepte la création [FOL-15]
    Et la lecture du télédossier rend le nom du logiciel sans altération [FOL-15]

  @FOL-16
  Scénario: Les textes accentués et non latins sont conservés jusqu'au destinataire
    Soit un télédossier aux textes accentués, grecs, cyrilliques et chinois, encore à créer
    Quand l'OSL crée ce télédossier
    Alors la création rend ces textes sans altération [FOL-16]
    Et la lecture du télédossier rend ces textes sans altération [FOL-16]
    Quand le télédossier parvient à ses destinataires
    Alors la lecture du dossier par le SI rend ces textes sans altération [FOL-16]

  @FOL-30
  Plan du scénario: Un télédossier <manière> est accepté : c'est facultatif
    Soit un télédossier bien formé adressé au SI, encore à créer
    Quand l'OSL crée ce télédossier <manière>
    Alors le hub accepte la création [FOL-30]

    Exemples:
      | manière                                                       |
      | sans "applicant.email"                                        |
      | avec une valeur nulle dans la propriété "applicant.email"     |

    @depuis:CI-SI-1.2.6
    Exemples:
      | manière                            |
      | sans "cases.0.partnerAttributes"   |

  @FOL-31
  Scénario: Les guillemets, les apostrophes et les espaces sont conservés jusqu'au destinataire
    Soit un télédossier aux textes à guillemets, apostrophes et espaces, encore à créer
    Quand l'OSL crée ce télédossier
    Alors la création rend ces textes sans altération [FOL-31]
    Et la lecture du télédossier rend ces textes sans altération [FOL-31]
    Quand le télédossier parvient à ses destinataires
    Alors la lecture du dossier par le SI rend ces textes sans altération [FOL-31]
    Quand le SI demande le statut SENT pour le dossier
    Alors la lecture du dossier par le SI rend ces textes sans altération [FOL-31]

  @FOL-31 @SI2 @depuis:CI-SI-1.2.6
  Scénario: Chacun des dossiers garde ce que son logiciel lui joint
    Soit un télédossier bien formé adressé au SI et au second SI, encore à créer
    Quand l'OSL crée ce télédossier
    Alors la lecture du télédossier rend les partnerAttributes de chaque dossier sans altération [FOL-31]
    Quand le télédossier parvient à ses destinataires
    Alors chaque destinataire lit dans son dossier ses propres partnerAttributes [FOL-31]

  @FOL-31
  Scénario: Une barre oblique et un pour-cent dans un nom de fichier sont conservés, ou non
    Soit un télédossier bien formé adressé au SI, encore à créer
    Quand l'OSL crée ce télédossier avec une barre oblique et un pour-cent dans la propriété "attachments.0.fileName"
    Alors l'on relève ce que le hub fait de ce nom de fichier [FOL-31]

  @FOL-31
  Scénario: Deux numéros de télédossier que seule la casse distingue sont deux télédossiers, ou non
    Soit un télédossier bien formé adressé au SI, encore à créer
    Quand l'OSL crée ce télédossier
    Et l'OSL crée ce télédossier sous le même numéro en minuscules
    Alors l'on relève ce que le hub fait de ce numéro [FOL-31]
