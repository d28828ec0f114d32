# language: fr
@OSL @SI
Fonctionnalité: Envoi des pièces jointes d'un télédossier
  Chaque fichier annoncé à la création est envoyé ensuite. Le hub contrôle sa taille, la conformité de ses octets au
  type annoncé et l'absence de virus ; le verdict se lit dans le statut de la pièce jointe (SFD-1.2.2 §3.5.5, RC002 à
  RC004, annexe 4.3 ; OAS-FOLDER-1.2.7).

  @PJ-01
  Scénario: Un fichier envoyé tel qu'annoncé est reçu
    Soit un télédossier créé par l'OSL pour le SI, sans ses fichiers
    Quand l'OSL envoie le fichier tel qu'annoncé
    Alors le hub confirme sans contenu [PJ-01]
    Et ce fichier est reçu [PJ-01]

  @PJ-01
  Plan du scénario: Un fichier <contenu> est reçu quand il est annoncé <format>
    Soit une démarche qui admet les fichiers "<format>"
    Quand l'OSL envoie comme tel un fichier "<contenu>"
    Alors ce fichier est reçu [PJ-01]

    Exemples: un format, sous ses différentes écritures
      | format | contenu                  |
      | PDF    | PDF                      |
      | XML    | XML                      |
      | XML    | XML sans prologue        |
      | XML    | XML en ISO-8859-1        |
      | XML    | XML en UTF-16            |
      | XML    | XML avec marque d'ordre  |
      | JSON   | JSON                     |
      | JSON   | JSON en tableau          |
      | texte  | texte                    |
      | zip    | zip                      |
      | ODT    | ODT                      |
      | DOCX   | DOCX                     |

  @PJ-02
  Plan du scénario: Un fichier qui compte, en octets, <nombre> de <sens> qu'annoncé est rejeté
    Soit un télédossier créé par l'OSL pour le SI, sans ses fichiers
    Quand l'OSL envoie le fichier avec, en octets, <nombre> de <sens> qu'annoncé
    Alors le hub refuse la demande comme invalide [PJ-02]
    Et ce fichier est rejeté [PJ-02]
    Étant donné un télédossier créé par l'OSL pour le SI, sans ses fichiers
    Quand l'OSL envoie le fichier tel qu'annoncé
    Alors le hub accepte la demande [PJ-02]

    Exemples:
      | nombre | sens  |
      | 1      | moins |
      | 1      | plus  |
      | 100    | moins |
      | 5000   | plus  |

  @PJ-03
  Plan du scénario: Un fichier <contenu> annoncé <format> est rejeté
    Soit une démarche qui admet les fichiers "<format>"
    Quand l'OSL envoie comme tel un fichier "<contenu>"
    Alors ce fichier est rejeté [PJ-03]
    Quand l'OSL envoie comme tel un fichier "<format>"
    Alors ce fichier est reçu [PJ-03]

    Exemples: un contenu d'une autre famille que le type annoncé
      | format | contenu |
      | PDF    | XML     |
      | PDF    | PNG     |
      | PDF    | zip     |
      | XML    | PDF     |
      | XML    | PNG     |
      | XML    | zip     |
      | JSON   | PDF     |
      | JSON   | PNG     |
      | texte  | PNG     |
      | texte  | PDF     |
      | zip    | PDF     |
      | zip    | XML     |
      | ODT    | PDF     |
      | ODT    | DOCX    |
      | DOCX   | PDF     |
      | DOCX   | ODT     |

  @PJ-04
  Scénario: L'on relève ce que le hub fait d'une empreinte fausse
    Soit un télédossier créé par l'OSL pour le SI, sans ses fichiers
    Quand l'OSL envoie le fichier avec l'empreinte d'un autre
    Alors l'on relève ce que le hub fait de cette empreinte [PJ-04]

  @PJ-05
  Scénario: Un fichier envoyé avec son empreinte est reçu
    Soit un télédossier créé par l'OSL pour le SI, sans ses fichiers
    Quand l'OSL envoie le fichier avec son empreinte exacte
    Alors le hub accepte la demande [PJ-05]

  @PJ-06 @VIRUS
  Plan du scénario: Un fichier infecté annoncé <format> est déclaré tel, son jumeau sain est reçu
    Soit une démarche qui admet les fichiers "<format>"
    Quand l'OSL envoie comme tel le fichier de test EICAR
    Alors ce fichier est déclaré infecté [PJ-06]
    Quand l'OSL envoie comme tel un fichier sain du format annoncé
    Alors ce fichier est reçu [PJ-06]

    Exemples:
      | format |
      | texte  |
      | zip    |

  @PJ-06 @VIRUS
  Scénario: Un fichier infecté n'est reçu sous aucun format
    Soit une démarche qui admet l'un des formats en service
    Quand l'OSL envoie comme tel le fichier de test EICAR
    Alors ce fichier est déclaré infecté, ou rejeté comme n'étant pas du format annoncé [PJ-06]
    Quand l'OSL envoie comme tel un fichier sain du format annoncé
    Alors ce fichier est reçu [PJ-06]

  @PJ-09
  Scénario: Un fichier envoyé vers une pièce jointe inconnue est refusé
    Soit un télédossier créé par l'OSL pour le SI, sans ses fichiers
    Quand l'OSL envoie le fichier vers une pièce jointe inconnue
    Alors le hub répond que l'objet n'existe pas [PJ-09]
    Quand l'OSL envoie le fichier tel qu'annoncé
    Alors le hub accepte la demande [PJ-09]
