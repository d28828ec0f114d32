# language: fr
@OSL @SI
Fonctionnalité: Pièces jointes des événements
  Un événement ATTACH_DEPOSIT annonce ses pièces jointes ; il n'est émis qu'une fois toutes reçues, et l'autre partie
  les télécharge (PRES-2021, « Modification d'un case », 1 à 5 ; SFD §3.5.8 RC003 à RC005).

  @EVT-10
  Plan du scénario: <acteur> ne peut émettre l'événement tant qu'une pièce jointe manque
    Soit un télédossier transmis au SI
    Quand <acteur> crée un événement ATTACH_DEPOSIT avec 2 fichiers
    Et <acteur> envoie le fichier 1 de l'événement
    Et <acteur> demande le statut SENT pour l'événement
    Alors le hub refuse la demande comme invalide [EVT-10]
    Et l'événement est au statut IN_PROGRESS [EVT-10]
    Quand <acteur> envoie le fichier 2 de l'événement
    Et <acteur> demande le statut SENT pour l'événement
    Alors le hub accepte la demande [EVT-10]
    Et l'événement est au statut SENT [EVT-10]

    Exemples:
      | acteur |
      | le SI  |
      | l'OSL  |

  @EVT-10 @EVT-31
  Scénario: Une pièce jointe rejetée empêche d'émettre l'événement
    Soit un télédossier transmis au SI
    Quand le SI crée un événement ATTACH_DEPOSIT avec 1 fichier
    Et le SI envoie le fichier 1 de l'événement, d'un autre contenu
    Alors le fichier 1 de l'événement est au statut REJECTED [EVT-31]
    Quand le SI demande le statut SENT pour l'événement
    Alors le hub refuse la demande comme invalide [EVT-10]
    Et l'événement est au statut IN_PROGRESS [EVT-10]

  @EVT-11 @EVT-09
  Plan du scénario: Une fois l'envoi de pièces jointes émis par <acteur>, <autre> en est notifié si l'envoi le demande
    Soit un télédossier transmis au SI
    Quand <acteur> crée un événement ATTACH_DEPOSIT avec 1 fichier, qui demande une notification
    Et <acteur> envoie les fichiers de l'événement
    Et <acteur> demande le statut SENT pour l'événement
    Alors <autre> est notifié de l'événement [EVT-11]
    Quand <acteur> crée un événement ATTACH_DEPOSIT avec 1 fichier
    Et <acteur> envoie les fichiers de l'événement
    Et <acteur> demande le statut SENT pour l'événement
    Alors <autre> n'est pas notifié de l'événement [EVT-09]

    Exemples:
      | acteur | autre |
      | le SI  | l'OSL |
      | l'OSL  | le SI |

  @EVT-21
  Plan du scénario: <autre> télécharge à l'octet près les pièces jointes envoyées par <acteur>
    Soit un télédossier transmis au SI
    Quand <acteur> crée un événement ATTACH_DEPOSIT avec 3 fichiers
    Et <acteur> envoie les fichiers de l'événement
    Et <acteur> demande le statut SENT pour l'événement
    Alors <autre> peut télécharger chaque pièce jointe de l'événement [EVT-21]

    Exemples:
      | acteur | autre |
      | le SI  | l'OSL |
      | l'OSL  | le SI |

  @EVT-21
  Scénario: Deux fichiers de même nom, joints ensemble, gardent chacun leurs octets
    Soit un télédossier transmis au SI
    Quand le SI joint au dossier deux fichiers de même nom
    Alors l'OSL télécharge les octets de chacun, à moins que le hub ne les ait refusés [EVT-21]

  @PJ-20
  Plan du scénario: Les fichiers aux tailles limites, joints par <acteur>, passent octet pour octet
    Soit un télédossier transmis au SI
    Quand <acteur> crée un événement de fichiers aux tailles limites
    Alors chacun des fichiers de l'événement, envoyé par <acteur> tel qu'annoncé, est reçu [PJ-20]
    Quand <acteur> demande le statut SENT pour l'événement
    Alors <autre> peut télécharger chaque pièce jointe de l'événement [PJ-20]

    Exemples:
      | acteur | autre |
      | le SI  | l'OSL |
      | l'OSL  | le SI |

  @PJ-21
  Scénario: Les octets d'un événement émis ne sont plus remplacés, ou le sont
    Soit un télédossier transmis au SI
    Quand le SI crée un événement ATTACH_DEPOSIT avec 1 fichier
    Et le SI envoie les fichiers de l'événement
    Et le SI demande le statut SENT pour l'événement
    Et le SI envoie de nouveau le fichier de l'événement, avec d'autres octets
    Alors l'on relève quels octets l'OSL télécharge [PJ-21]

  @EVT-19
  Plan du scénario: Joint par <acteur>, <fichier> d'un format que la démarche n'admet pas n'est jamais délivré
    Soit un télédossier transmis au SI
    Quand <acteur> joint au dossier <fichier> d'un format que la démarche n'admet pas
    Alors <autre> ne peut pas télécharger le fichier joint [EVT-19]
    Quand <acteur> joint au dossier un fichier d'un format que la démarche admet
    Alors <autre> peut télécharger le fichier joint [EVT-19]

    Exemples:
      | acteur | fichier                         | autre |
      | le SI  | un fichier                      | l'OSL |
      | l'OSL  | un fichier                      | le SI |
      | le SI  | un fichier admis, puis un autre | l'OSL |
      | l'OSL  | un fichier admis, puis un autre | le SI |

  @EVT-20 @ADMIN @SANDBOX @serial
  Scénario: Le SI ne peut rien joindre quand la démarche ne lui permet aucun format
    Soit un télédossier transmis au SI
    Quand l'administrateur modifie la démarche d'essai
      | champ                      | valeur |
      | siAttachmentFormatsEnabled | []     |
    Et le SI joint au dossier un fichier d'un format que la démarche admet
    Alors l'OSL ne peut pas télécharger le fichier joint [EVT-20]
    Quand l'administrateur modifie la démarche d'essai
      | champ                      | valeur                                                     |
      | siAttachmentFormatsEnabled | ["application/pdf", "application/xml", "application/json"] |
    Et le SI joint au dossier un fichier d'un format que la démarche admet
    Alors l'OSL peut télécharger le fichier joint [EVT-20]

  @EVT-30
  Scénario: Joint par le SI, un fichier plus gros que le maximum de la démarche n'est jamais délivré
    Soit un télédossier transmis au SI
    Quand le SI joint au dossier un fichier plus gros que le maximum de la démarche
    Alors cette pièce jointe n'est jamais parvenue à l'OSL [EVT-30]
    Quand le SI joint au dossier un fichier d'un format que la démarche admet
    Alors l'OSL peut télécharger le fichier joint [EVT-30]

  @EVT-31 @PJ-08
  Plan du scénario: Joint par <acteur>, un fichier d'un autre contenu que celui annoncé est rejeté, et l'événement retenu
    Soit un télédossier transmis au SI
    Quand <acteur> crée un événement ATTACH_DEPOSIT avec 1 fichier
    Et <acteur> envoie le fichier 1 de l'événement, d'un autre contenu
    Alors le fichier 1 de l'événement est au statut REJECTED [EVT-31]
    Quand <acteur> demande le statut SENT pour l'événement
    Alors le hub refuse la demande comme invalide [EVT-31]
    Et l'événement est au statut IN_PROGRESS [EVT-31]
    Et <acteur> ne peut pas télécharger le fichier 1 de l'événement [PJ-08]
    Et <autre> ne peut pas télécharger le fichier 1 de l'événement [PJ-08]

    Exemples:
      | acteur | autre |
      | le SI  | l'OSL |
      | l'OSL  | le SI |

  @EVT-31
  Scénario: Ce que devient un fichier d'une autre taille que celle annoncée est relevé
    Soit un télédossier transmis au SI
    Quand le SI crée un événement ATTACH_DEPOSIT avec 1 fichier
    Et le SI envoie le fichier 1 de l'événement, tronqué
    Alors l'on relève ce que le hub fait d'un fichier d'événement d'une autre taille [EVT-31]

  @OWN-13
  Plan du scénario: Ce que fait le hub d'un fichier que <autre> envoie dans un événement créé par <acteur> est relevé
    Soit un télédossier transmis au SI
    Quand <acteur> crée un événement ATTACH_DEPOSIT avec 1 fichier
    Et <autre> envoie le fichier 1 dans l'événement de l'autre partie
    Alors l'on relève ce que le hub fait d'un fichier envoyé dans l'événement de l'autre partie [OWN-13]

    Exemples:
      | acteur | autre |
      | le SI  | l'OSL |
      | l'OSL  | le SI |

  @EVT-26 @PJ-07 @VIRUS @demarche:<démarche>
  Plan du scénario: Une pièce jointe infectée, <forme>, est reconnue comme telle
    Soit un télédossier transmis au SI
    Quand l'OSL crée un événement avec une pièce jointe saine et une pièce jointe infectée, <forme>
    Alors la pièce jointe saine est RECEIVED et la pièce jointe infectée CORRUPTED [EVT-26]
    Et l'on relève ce que le hub fait de l'émission de l'événement infecté [EVT-26]
    Et l'OSL ne peut pas télécharger le fichier 2 de l'événement [PJ-07]
    Et le SI ne peut pas télécharger le fichier 2 de l'événement [PJ-07]

    Exemples:
      | démarche    | forme                |
      | CAF-contact | en texte             |
      | SGR         | dans une archive zip |

  @EVT-23
  Plan du scénario: <opération> avec un identifiant inconnu ou mal formé est refusée
    Soit un télédossier transmis au SI
    Et de quoi demander <opération>
    Quand le SI demande <opération>, l'identifiant <objet> étant inconnu
    Alors le hub répond que l'objet n'existe pas [EVT-23]
    Quand le SI demande <opération>, l'identifiant <objet> étant mal formé
    Alors le hub refuse la demande comme invalide [EVT-23]
    Quand le SI demande <opération>, l'identifiant <objet> étant juste
    Alors le hub accepte la demande [EVT-23]

    Exemples:
      | opération                                 | objet              |
      | la création d'un événement                | du dossier         |
      | la lecture d'un événement                 | du dossier         |
      | la lecture d'un événement                 | de l'événement     |
      | l'émission d'un événement                 | de l'événement     |
      | la suppression d'un événement             | de l'événement     |
      | l'envoi d'une pièce jointe d'événement    | de l'événement     |
      | l'envoi d'une pièce jointe d'événement    | de la pièce jointe |
      | la lecture d'une pièce jointe d'événement | de l'événement     |
      | la lecture d'une pièce jointe d'événement | de la pièce jointe |
