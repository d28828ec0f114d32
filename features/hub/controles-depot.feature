# language: fr
@OSL @SI
Fonctionnalité: Contrôles à la création d'un télédossier
  Le hub refuse ce qui est mal formé, inconnu ou non abonné, dit toutes les fautes à la fois et ne crée alors rien
  (SFD-1.2.2 §3.5.5 et « Gestion des erreurs » ; OAS-FOLDER-1.2.7). Chaque refus est suivi du même télédossier, sans la
  seule faute refusée, qui est accepté.

  @FOL-03
  Plan du scénario: Un télédossier sans <propriété> est refusé
    Soit un télédossier bien formé adressé au SI, encore à créer
    Quand l'OSL crée ce télédossier sans "<propriété>"
    Alors le hub refuse ce télédossier incomplet, et l'on relève s'il nomme "<propriété>" [FOL-03]
    Quand l'OSL crée ce télédossier
    Alors le hub accepte la demande [FOL-03]

    Exemples:
      | propriété                         |
      | processCode                       |
      | externalId                        |
      | applicant                         |
      | applicant.firstName               |
      | applicant.lastName                |
      | cases                             |
      | cases.0.externalId                |
      | cases.0.recipient                 |
      | cases.0.recipient.type            |
      | cases.0.recipient.companyRegister |
      | cases.0.recipient.branchCode      |
      | attachments                       |
      | attachments.0.fileName            |
      | attachments.0.type                |
      | attachments.0.size                |
      | attachments.0.mimeType            |
      | attachments.0.recipients          |

  @FOL-03
  Plan du scénario: Un télédossier dont la liste <liste> est vide est refusé
    Soit un télédossier bien formé adressé au SI, encore à créer
    Quand l'OSL crée ce télédossier avec une liste vide dans la propriété "<liste>"
    Alors le hub refuse ce télédossier incomplet, et l'on relève s'il nomme "<liste>" [FOL-03]
    Quand l'OSL crée ce télédossier
    Alors le hub accepte la demande [FOL-03]

    Exemples:
      | liste                    |
      | cases                    |
      | attachments              |
      | attachments.0.recipients |

  @FOL-03
  Plan du scénario: Un télédossier avec <contenu> dans la propriété "<propriété>" est refusé
    Soit un télédossier bien formé adressé au SI, encore à créer
    Quand l'OSL crée ce télédossier avec <contenu> dans la propriété "<propriété>"
    Alors le hub refuse la demande comme invalide [FOL-03]
    Quand l'OSL crée ce télédossier
    Alors le hub accepte la demande [FOL-03]

    Exemples:
      | contenu                  | propriété           |
      | une adresse sans arobase | applicant.email     |
      | une valeur nulle         | applicant.firstName |
      | une valeur nulle         | applicant.lastName  |
      | un nombre                | applicant.lastName  |

  @FOL-04
  Scénario: Plusieurs fautes de forme sont toutes signalées dans la même réponse
    Soit un télédossier bien formé adressé au SI, encore à créer
    Quand l'OSL crée ce télédossier sans "applicant", "externalId" ni "attachments.0.fileName"
    Alors le hub signale chacune de ces fautes dans sa réponse [FOL-04]
    Quand l'OSL crée ce télédossier
    Alors le hub accepte la demande [FOL-04]

  @FOL-04
  Scénario: Plusieurs destinataires inconnus sont tous signalés dans la même réponse
    Soit un télédossier bien formé adressé au SI, encore à créer
    Quand l'OSL crée ce télédossier pour deux organisations qui n'existent pas
    Alors le hub signale chacune de ces fautes dans sa réponse [FOL-04]
    Quand l'OSL crée ce télédossier
    Alors le hub accepte la demande [FOL-04]

  @FOL-05
  Plan du scénario: La propriété <propriété> compte <longueur> caractères au plus
    Soit un télédossier bien formé adressé au SI, encore à créer
    Quand l'OSL crée ce télédossier avec <trop> caractères dans la propriété "<propriété>"
    Alors le hub refuse la demande comme invalide [FOL-05]
    Quand l'OSL crée ce télédossier avec <longueur> caractères dans la propriété "<propriété>"
    Alors le hub accepte la demande [FOL-05]
    Et la lecture du télédossier rend la propriété "<propriété>" sans altération [FOL-05]

    Exemples:
      | propriété                 | longueur | trop |
      | applicant.firstName       | 255      | 256  |
      | applicant.lastName        | 255      | 256  |
      | attachments.0.fileName    | 255      | 256  |

    @depuis:CI-SI-1.2.6
    Exemples:
      | propriété                 | longueur | trop |
      | cases.0.partnerAttributes | 1024     | 1025 |

  @FOL-05
  Scénario: Les longueurs sont tenues au-delà de la première pièce jointe
    Soit un télédossier de deux pièces jointes, encore à créer
    Quand l'OSL crée ce télédossier avec 256 caractères dans la propriété "attachments.1.fileName"
    Alors le hub refuse la demande comme invalide [FOL-05]
    Quand l'OSL crée ce télédossier avec 255 caractères dans la propriété "attachments.1.fileName"
    Alors le hub accepte la demande [FOL-05]

  @FOL-05
  Scénario: Une longueur se compte en caractères, quelle que soit la place qu'ils prennent
    Soit un télédossier bien formé adressé au SI, encore à créer
    Quand l'OSL crée ce télédossier avec 256 lettres accentuées dans la propriété "applicant.firstName"
    Alors le hub refuse la demande comme invalide [FOL-05]
    Quand l'OSL crée ce télédossier avec 255 lettres accentuées dans la propriété "applicant.firstName"
    Alors le hub accepte la demande [FOL-05]

  @FOL-05
  Scénario: L'adresse du demandeur compte 320 caractères au plus
    Soit un télédossier bien formé adressé au SI, encore à créer
    Quand l'OSL crée ce télédossier avec 321 caractères dans la propriété "applicant.email"
    Alors le hub refuse la demande comme invalide [FOL-05]
    Quand l'OSL crée ce télédossier avec 120 caractères dans la propriété "applicant.email"
    Alors le hub accepte la demande [FOL-05]

  @FOL-05
  Scénario: Un numéro de dossier de 30 caractères est admis, de plus de 100 il est refusé
    Soit un télédossier bien formé adressé au SI, encore à créer
    Quand l'OSL crée ce télédossier avec 101 caractères dans la propriété "cases.0.externalId"
    Alors le hub refuse la demande comme invalide [FOL-05]
    Quand l'OSL crée ce télédossier avec 30 caractères dans la propriété "cases.0.externalId"
    Alors le hub accepte ce long numéro, ou s'en tient à la forme de 2021, qu'il accepte [FOL-05]

  @FOL-05
  Scénario: Les en-têtes techniques comptent jusqu'à 50 caractères
    Soit un télédossier bien formé adressé au SI, encore à créer
    Quand l'OSL crée ce télédossier avec 50 caractères dans chaque en-tête technique
    Alors le hub accepte la demande [FOL-05]

  @FOL-06
  Scénario: Un télédossier d'une démarche inconnue est refusé
    Soit un télédossier bien formé adressé au SI, encore à créer
    Quand l'OSL crée ce télédossier pour une démarche qui n'existe pas
    Alors le hub refuse la demande, d'une façon ou d'une autre [FOL-06]
    Quand l'OSL crée ce télédossier
    Alors le hub accepte la demande [FOL-06]

  @FOL-08
  Scénario: Un télédossier adressé à une organisation inconnue est refusé
    Soit un télédossier bien formé adressé au SI, encore à créer
    Quand l'OSL crée ce télédossier pour une organisation qui n'existe pas
    Alors le refus dit que le destinataire n'existe pas [FOL-08]
    Quand l'OSL crée ce télédossier
    Alors le hub accepte la demande [FOL-08]

  @FOL-09
  Scénario: Un télédossier adressé à une organisation sans abonnement est refusé
    Soit un télédossier bien formé adressé au SI, encore à créer
    Quand l'OSL crée ce télédossier pour une organisation qui existe et n'est pas abonnée à la démarche
    Alors le hub refuse la demande comme invalide [FOL-09]
    Quand l'OSL crée ce télédossier
    Alors le hub accepte la demande [FOL-09]

  @FOL-11
  Scénario: L'on relève ce que le hub fait d'une pièce jointe adressée à un dossier absent
    Soit un télédossier bien formé adressé au SI, encore à créer
    Quand l'OSL crée ce télédossier avec le numéro d'un dossier absent dans la propriété "attachments.0.recipients"
    Alors l'on relève ce que le hub fait de cette pièce jointe sans destinataire [FOL-11]

  @FOL-12
  Scénario: Une création refusée ne laisse rien derrière elle
    Soit un télédossier bien formé adressé au SI, encore à créer
    Et que l'OSL s'est vu refuser ce télédossier, "applicant" manquant, puis un destinataire inconnu y figurant en second
    Alors aucun dossier des télédossiers refusés n'est notifié au SI [FOL-12]
    Et le numéro du télédossier refusé reste libre : le même, bien formé, est créé avec ses seuls dossiers [FOL-12]

  @FOL-07 @ADMIN @SANDBOX @serial
  Scénario: L'on relève ce que le hub fait d'un dépôt sur une démarche désactivée
    Soit un télédossier bien formé adressé au SI, encore à créer
    Quand l'administrateur modifie la démarche d'essai
      | champ       | valeur |
      | isActivated | false  |
    Et l'OSL crée ce télédossier
    Alors ce que fait le hub de ce dépôt est relevé pour la divergence D16 [FOL-07]

  @FOL-10 @ADMIN @SANDBOX @serial
  Plan du scénario: Un télédossier adressé à un SI dont l'abonnement est <statut> est refusé
    Soit un télédossier bien formé adressé au SI, encore à créer
    Quand l'administrateur donne à l'abonnement du SI le statut "<statut>"
    Et l'OSL crée ce télédossier
    Alors le hub refuse la demande comme invalide [FOL-10]
    Quand l'administrateur donne à l'abonnement du SI le statut "Actif"
    Et l'OSL crée ce télédossier
    Alors le hub accepte la demande [FOL-10]

    Exemples:
      | statut   |
      | Inactif  |
      | Suspendu |
      | Refusé   |
