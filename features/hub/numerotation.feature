# language: fr
@OSL @SI
Fonctionnalité: Numérotation des télédossiers
  L'OSL numérote : code de l'OSL, code de la démarche, numéro libre de 13 caractères ; le dossier de chaque destinataire
  porte le numéro du télédossier, un tiret et deux caractères. Le hub garde ces numéros tels quels (PRES-2021,
  « Création d'un TD », étape 2 ; SFD-1.2.2 §3.5.5).

  @NUM-01
  Plan du scénario: Un numéro de la forme <exemple> est accepté et rendu inchangé
    Soit une démarche dont les numéros commencent par "<début>", ou à défaut une autre
    Quand l'OSL crée un télédossier dont le numéro est "<début>" suivi d'un numéro libre de 13 caractères
    Alors le hub garde ce numéro de télédossier tel quel [NUM-01]

    Exemples: codes de cinq caractères au plus, séparés ou non
      | début       | exemple                 |
      | DILA-AEC-   | DILA-AEC-1000000013734  |
      | CNAF-SGR-   | CNAF-SGR-1000000013734  |
      | DILAAEC     | DILAAEC1000000013734    |
      | ETALOESSAI  | ETALOESSAI1000000013734 |
      | ETALO-ESSAI- | ETALO-ESSAI-1000000013734 |

    Exemples: codes plus longs, en service
      | début          | exemple                     |
      | DGS-CERTDC-    | DGS-CERTDC-0000000000001    |
      | DILA-DDPACS-   | DILA-DDPACS-1000000013734   |
      | CNAF-IRSACG-   | CNAF-IRSACG-1000000013734   |
      | SNATED-SNATED- | SNATED-SNATED-1000000013734 |
      | Formulaire-QF- | Formulaire-QF-AB12CD34EF56G |

  @NUM-03
  Plan du scénario: Le numéro d'un dossier terminé par <fin> est gardé jusqu'au destinataire
    Quand l'OSL crée un télédossier dont le dossier porte le numéro du télédossier suivi de "<fin>"
    Alors la création rend le numéro de dossier sans altération [NUM-03]
    Et la lecture du télédossier rend le numéro de dossier sans altération [NUM-03]
    Quand le télédossier parvient à ses destinataires
    Alors la lecture du dossier par le SI rend le numéro de dossier sans altération [NUM-03]

    Exemples:
      | fin |
      | -01 |
      | -99 |
      | -A1 |

  @NUM-06
  Scénario: Un numéro compte trente caractères au plus
    Quand l'OSL crée un télédossier dont le numéro compte 31 caractères
    Alors le hub refuse la demande comme invalide [NUM-06]
    Quand l'OSL crée un télédossier dont le numéro compte 30 caractères
    Alors le hub accepte ce long numéro, ou s'en tient à la forme de 2021, qu'il accepte [NUM-06]

  @NUM-02 @NUM-04 @NUM-05
  Scénario: Un numéro réemployé laisse le premier télédossier intact, et l'on relève ce que le hub fait des numéros hors forme
    Soit un télédossier créé par l'OSL pour le SI, ses fichiers envoyés
    Quand l'OSL crée un second télédossier sous le même numéro
    Alors le premier télédossier est resté intact [NUM-02]
    Quand l'OSL crée un télédossier dont le numéro n'a ni code d'OSL ni code de démarche
    Alors l'on relève ce que le hub fait de ce numéro de télédossier [NUM-04]
    Quand l'OSL crée un télédossier dont le dossier porte un numéro sans rapport avec celui du télédossier
    Alors l'on relève ce que le hub fait de ce numéro de dossier [NUM-05]
