# language: fr
@OSL @SI
Fonctionnalité: Événements
  Chaque partie agit sur le dossier par des événements, qui tracent et transmettent : l'autre partie en est notifiée si
  l'événement le demande (PRES-2021, « Modification d'un case » ; SFD §3.5.8 et annexe 4.2).

  @EVT-01
  Plan du scénario: <acteur> peut créer un événement <action>
    Soit un télédossier transmis au SI
    Quand <acteur> crée un événement <action>
    Alors le hub accepte la demande [EVT-01]
    Et l'événement porte l'action <action> [EVT-01]

    Exemples:
      | acteur | action          |
      | le SI  | STATUS_UPDATE   |
      | le SI  | ATTACH_DL       |
      | le SI  | ATTACH_DL_ALL   |
      | le SI  | COM_ADD         |
      | le SI  | SENDING_MESSAGE |
      | l'OSL  | STATUS_UPDATE   |
      | l'OSL  | COM_ADD         |
      | l'OSL  | SENDING_MESSAGE |

  @EVT-01
  Plan du scénario: <acteur> peut créer un événement ATTACH_DEPOSIT avec ses pièces jointes
    Soit un télédossier transmis au SI
    Quand <acteur> crée un événement ATTACH_DEPOSIT avec 1 fichier
    Alors le hub accepte la demande [EVT-01]
    Et l'événement porte l'action ATTACH_DEPOSIT [EVT-01]

    Exemples:
      | acteur |
      | le SI  |
      | l'OSL  |

  @EVT-02
  Plan du scénario: Une action hors liste (<action>) est refusée
    Soit un télédossier transmis au SI
    Quand le SI crée un événement <action>
    Alors le hub refuse la demande comme invalide [EVT-02]
    Et le dossier compte 0 événement [EVT-02]
    Quand le SI crée un événement STATUS_UPDATE
    Alors le hub accepte la demande [EVT-02]

    Exemples:
      | action         |
      | ACTION_LIBRE   |
      | STATUS_UPDATED |

  @EVT-03
  Plan du scénario: Un ATTACH_DEPOSIT sans pièce jointe (<liste>) est refusé
    Soit un télédossier transmis au SI
    Quand le SI crée un événement ATTACH_DEPOSIT dont la liste des pièces jointes est <liste>
    Alors le hub refuse la demande comme invalide [EVT-03]
    Et le dossier compte 0 événement [EVT-03]
    Quand le SI crée un événement ATTACH_DEPOSIT avec 1 fichier
    Alors le hub accepte la demande [EVT-03]

    Exemples:
      | liste   |
      | vide    |
      | absente |

  @EVT-04
  Plan du scénario: Une pièce jointe n'est pas admise avec l'action <action>
    Soit un télédossier transmis au SI
    Quand le SI crée un événement <action> avec 1 fichier
    Alors le hub refuse la demande comme invalide [EVT-04]
    Et le dossier compte 0 événement [EVT-04]
    Quand le SI crée un événement <action>
    Alors le hub accepte la demande [EVT-04]

    Exemples:
      | action          |
      | STATUS_UPDATE   |
      | ATTACH_DL       |
      | COM_ADD         |
      | SENDING_MESSAGE |

  @EVT-05
  Plan du scénario: L'ATTACH_DEPOSIT créé par <acteur> commence en cours et ne notifie encore personne
    Soit un télédossier transmis au SI
    Quand <acteur> crée un événement ATTACH_DEPOSIT avec 1 fichier, qui demande une notification
    Alors l'événement commence au statut IN_PROGRESS [EVT-05]
    Et <autre> n'est pas notifié de l'événement [EVT-05]

    Exemples:
      | acteur | autre |
      | le SI  | l'OSL |
      | l'OSL  | le SI |

  @EVT-06
  Plan du scénario: L'événement <action> créé par <acteur> commence au statut SENT
    Soit un télédossier transmis au SI
    Quand <acteur> crée un événement <action>
    Alors l'événement commence au statut SENT [EVT-06]

    Exemples:
      | acteur | action          |
      | le SI  | STATUS_UPDATE   |
      | le SI  | ATTACH_DL       |
      | le SI  | ATTACH_DL_ALL   |
      | le SI  | COM_ADD         |
      | le SI  | SENDING_MESSAGE |
      | l'OSL  | STATUS_UPDATE   |
      | l'OSL  | SENDING_MESSAGE |

  @EVT-07
  Plan du scénario: Un événement <action> du SI, qui le demande, notifie l'OSL
    Soit un télédossier transmis au SI
    Quand le SI crée un événement <action>, qui demande une notification
    Alors l'OSL est notifié de l'événement [EVT-07]

    Exemples:
      | action          |
      | STATUS_UPDATE   |
      | SENDING_MESSAGE |
      | ATTACH_DL_ALL   |
      | COM_ADD         |

  @EVT-08
  Plan du scénario: Un événement <action> de l'OSL, qui le demande, notifie le SI
    Soit un télédossier transmis au SI
    Quand l'OSL crée un événement <action>, qui demande une notification
    Alors le SI est notifié de l'événement [EVT-08]

    Exemples:
      | action          |
      | STATUS_UPDATE   |
      | SENDING_MESSAGE |

  @EVT-09
  Plan du scénario: L'événement créé par <acteur> sans demander de notification ne notifie personne
    Soit un télédossier transmis au SI
    Quand <acteur> crée un événement <action>
    Alors <autre> n'est pas notifié de l'événement [EVT-09]

    Exemples:
      | acteur | action          | autre |
      | le SI  | STATUS_UPDATE   | l'OSL |
      | l'OSL  | SENDING_MESSAGE | le SI |

  @EVT-12
  Plan du scénario: <autre> accuse réception d'un événement créé par <acteur>
    Soit un télédossier transmis au SI
    Et un événement SENDING_MESSAGE créé par <acteur>, et dont <autre> est notifié
    Quand <autre> demande le statut RECEIVED pour l'événement
    Alors le hub accepte la demande [EVT-12]
    Et l'événement est au statut RECEIVED [EVT-12]
    Et l'on relève comment l'auteur de l'événement apprend cet accusé de réception [EVT-12]

    Exemples:
      | acteur | autre |
      | le SI  | l'OSL |
      | l'OSL  | le SI |

  @EVT-13
  Plan du scénario: <acteur> renonce à un envoi de pièces jointes avant son terme
    Soit un télédossier transmis au SI
    Quand <acteur> crée un événement ATTACH_DEPOSIT avec 1 fichier
    Et <acteur> envoie les fichiers de l'événement
    Et <acteur> supprime l'événement
    Alors le hub confirme sans contenu [EVT-13]
    Et l'événement n'existe plus [EVT-13]
    Et le dossier compte 0 événement [EVT-13]

    Exemples:
      | acteur |
      | le SI  |
      | l'OSL  |

  @EVT-14
  Plan du scénario: Un événement <action> déjà émis ne se supprime plus
    Soit un télédossier transmis au SI
    Quand le SI crée un événement <action>
    Et le SI supprime l'événement
    Alors le hub refuse la demande comme invalide [EVT-14]
    Et l'événement existe toujours [EVT-14]

    Exemples:
      | action          |
      | STATUS_UPDATE   |
      | SENDING_MESSAGE |

  @EVT-14
  Scénario: Un envoi de pièces jointes ne se supprime qu'avant d'être émis
    Soit un télédossier transmis au SI
    Quand le SI crée un événement ATTACH_DEPOSIT avec 1 fichier
    Et le SI envoie les fichiers de l'événement
    Et le SI demande le statut SENT pour l'événement
    Et le SI supprime l'événement
    Alors le hub refuse la demande comme invalide [EVT-14]
    Et l'événement existe toujours [EVT-14]
    Quand le SI crée un événement ATTACH_DEPOSIT avec 1 fichier
    Et le SI supprime l'événement
    Alors le hub accepte la demande [EVT-14]

  @EVT-15
  Plan du scénario: Le commentaire d'un événement <action> du SI n'est jamais montré à l'OSL
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut HUBEE_NOTIFIED
    Quand le SI émet un événement <action> dont tout est rempli
    Alors le SI retrouve son commentaire dans l'événement [EVT-15]
    Et l'OSL retrouve le message dans l'événement, sans le commentaire [EVT-15]
    Et le commentaire ne paraît dans rien de ce que l'OSL peut lire, fût-ce après son accusé de réception [EVT-15]

    Exemples:
      | action          |
      | COM_ADD         |
      | SENDING_MESSAGE |
      | ATTACH_DEPOSIT  |

  @EVT-17
  Scénario: Le statut changé, puis annoncé par un événement, est le nouveau
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut SENT
    Quand le SI demande le statut SI_RECEIVED pour le dossier
    Et le SI crée un événement qui annonce le passage de SENT à SI_RECEIVED
    Alors le hub accepte la création [EVT-17]
    Et le dossier est au statut SI_RECEIVED [EVT-17]

  @EVT-17
  Scénario: Le statut annoncé par un événement, puis changé, est le nouveau
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut SENT
    Quand le SI crée un événement qui annonce le passage de SENT à SI_RECEIVED
    Et le SI demande le statut SI_RECEIVED pour le dossier
    Alors le dossier est au statut SI_RECEIVED [EVT-17]

  @EVT-18
  Plan du scénario: L'événement créé par <acteur> suffit à faire passer le dossier de <départ> à <statut>
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut <départ>
    Quand <acteur> crée un événement <manière> annonce le passage de <départ> à <statut>
    Alors l'événement seul a fait passer le dossier au statut <statut> [EVT-18]

    Exemples:
      | acteur | manière               | départ         | statut      |
      | le SI  | qui                   | HUBEE_NOTIFIED | SENT        |
      | le SI  | sans notification qui | SENT           | SI_RECEIVED |
      | le SI  | qui                   | IN_PROGRESS    | DONE        |
      | l'OSL  | qui                   | DONE           | CLOSED      |

  @EVT-18
  Scénario: Un événement qui n'annonce aucun statut laisse le dossier au sien
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut SENT
    Quand le SI crée un événement qui rappelle le statut HUBEE_NOTIFIED et n'en annonce aucun
    Alors le dossier est resté au statut SENT [EVT-18]

  @EVT-22
  Plan du scénario: L'émetteur d'un événement créé par <acteur> est sa propre organisation, quoi qu'en dise la demande
    Soit un télédossier transmis au SI
    Quand <acteur> crée un événement STATUS_UPDATE
    Alors l'émetteur de l'événement est <acteur> [EVT-22]
    Quand <acteur> crée un événement STATUS_UPDATE dont l'émetteur annoncé est <autre>
    Alors l'événement est refusé, ou son émetteur est <acteur> [EVT-22]

    Exemples:
      | acteur | autre |
      | le SI  | l'OSL |
      | l'OSL  | le SI |

  @EVT-24
  Plan du scénario: La longueur de <champ> est bornée à <longueur> caractères
    Soit un télédossier transmis au SI
    Quand le SI crée un événement dont <champ> compte <trop> caractères
    Alors le hub refuse la demande comme invalide [EVT-24]
    Et le dossier compte 0 événement [EVT-24]
    Quand le SI crée un événement dont <champ> compte <longueur> caractères
    Alors le hub accepte la demande [EVT-24]
    Et l'événement rend <champ> de <longueur> caractères intact [EVT-24]

    Exemples:
      | champ                    | longueur | trop |
      | message                  | 1000     | 1001 |
      | comment                  | 1000     | 1001 |
      | author                   | 255      | 256  |
      | caseCurrentStatus        | 15       | 16   |
      | attachments/0/fileName   | 255      | 256  |
      | attachments/0/type       | 100      | 101  |

    @depuis:CI-SI-1.2.6
    Exemples:
      | champ                    | longueur | trop |
      | partnerAttributes        | 1024     | 1025 |

  @EVT-25
  Scénario: Le changement de statut d'un événement par POST n'est admis qu'avec l'en-tête qui le dit
    Soit un télédossier transmis au SI
    Et un événement SENDING_MESSAGE créé par l'OSL, et dont le SI est notifié
    Quand le SI demande par POST le statut RECEIVED pour l'événement, sans en-tête de substitution
    Alors le hub refuse la méthode [EVT-25]
    Et l'événement n'est pas passé au statut RECEIVED [EVT-25]
    Quand le SI demande par POST le statut RECEIVED pour l'événement, avec l'en-tête de substitution
    Alors le hub accepte la demande [EVT-25]
    Et l'événement est au statut RECEIVED [EVT-25]

  @EVT-27
  Plan du scénario: Ce que fait le hub du statut d'événement <statut> est relevé
    Soit un télédossier transmis au SI
    Et un événement SENDING_MESSAGE créé par l'OSL, et dont le SI est notifié
    Quand le SI demande le statut <statut> pour l'événement
    Alors l'on relève ce que le hub fait de ce statut d'événement [EVT-27]

    Exemples:
      | statut      |
      | IN_PROGRESS |
      | LU          |

  @EVT-27
  Scénario: Ce que fait le hub des statuts d'un envoi demandés hors de leur tour est relevé
    Soit un télédossier transmis au SI
    Quand le SI crée un événement ATTACH_DEPOSIT avec 1 fichier
    Et le SI envoie les fichiers de l'événement
    Et l'OSL demande le statut RECEIVED pour l'événement
    Alors l'on relève ce que le hub fait de ce statut d'événement [EVT-27]
    Quand l'OSL demande le statut SENT pour l'événement
    Alors l'on relève ce que le hub fait de ce statut d'événement [EVT-27]
    Quand le SI demande le statut RECEIVED pour l'événement
    Alors l'on relève ce que le hub fait de ce statut d'événement [EVT-27]

  @EVT-28 @long
  Scénario: Chaque événement garde ce qui lui est propre
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut HUBEE_NOTIFIED
    Quand le SI crée deux événements d'auteurs, de logiciels et d'attributs différents, l'un après l'autre
    Alors chacun est relu avec ce qui lui est propre [EVT-28]

  @EVT-28
  Plan du scénario: Les deux parties relisent un événement <action> de <acteur> tel qu'envoyé, acquitté ou non
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut HUBEE_NOTIFIED
    Quand <acteur> émet un événement <action> dont tout est rempli
    Alors <acteur> relit l'événement tel qu'envoyé [EVT-28]
    Et <autre> relit l'événement tel qu'envoyé [EVT-28]
    Quand <autre> demande le statut RECEIVED pour l'événement
    Alors <acteur> relit l'événement tel qu'envoyé [EVT-28]
    Et <autre> relit l'événement tel qu'envoyé [EVT-28]

    Exemples:
      | acteur | action          | autre |
      | le SI  | STATUS_UPDATE   | l'OSL |
      | le SI  | ATTACH_DEPOSIT  | l'OSL |
      | l'OSL  | SENDING_MESSAGE | le SI |
      | l'OSL  | ATTACH_DEPOSIT  | le SI |

  @EVT-29
  Scénario: Un événement reçu reste visible dans son dossier
    Soit un télédossier transmis au SI
    Et un événement SENDING_MESSAGE créé par l'OSL, et dont le SI est notifié
    Quand le SI demande le statut RECEIVED pour l'événement
    Alors le hub accepte la demande [EVT-29]
    Et le dossier compte 1 événement [EVT-29]

  @EVT-29 @SI2
  Scénario: Ni le statut d'un dossier ni ses événements ne touchent son voisin
    Soit un télédossier transmis au SI et au second SI
    Et le dossier conduit au statut SENT
    Alors celui du second SI n'a pas changé de statut [EVT-29]
    Quand l'OSL crée un événement STATUS_UPDATE, qui demande une notification
    Alors le second SI n'est pas notifié de l'événement [EVT-29]

  @EVT-32
  Plan du scénario: Un événement sans <propriété> est refusé
    Soit un télédossier transmis au SI
    Quand le SI crée un événement sans la propriété <propriété>
    Alors le hub refuse la demande comme invalide [EVT-32]
    Et le dossier compte 0 événement [EVT-32]
    Quand le SI crée un événement STATUS_UPDATE
    Alors le hub accepte la demande [EVT-32]

    Exemples:
      | propriété    |
      | actionType   |
      | notification |

  @EVT-32
  Scénario: Un événement dont la notification n'est ni vraie ni fausse est refusé
    Soit un télédossier transmis au SI
    Quand le SI crée un événement dont la notification est le texte « false »
    Alors le hub refuse la demande comme invalide [EVT-32]
    Et le dossier compte 0 événement [EVT-32]
    Quand le SI crée un événement STATUS_UPDATE
    Alors le hub accepte la demande [EVT-32]

  @EVT-16 @ADMIN @SANDBOX @serial
  Scénario: Un message du SI est refusé quand la démarche interdit les messages
    Soit un télédossier transmis au SI
    Quand l'administrateur modifie la démarche d'essai
      | champ                | valeur |
      | messageToTransmitter | false  |
    Et le SI crée un événement SENDING_MESSAGE portant un message
    Alors le hub refuse la demande comme invalide [EVT-16]
    Et le dossier compte 0 événement [EVT-16]
    Quand le SI crée un événement STATUS_UPDATE portant un message
    Alors ce que fait le hub de ce message est relevé pour la divergence D13 [EVT-16]
    Quand l'administrateur modifie la démarche d'essai
      | champ                | valeur |
      | messageToTransmitter | true   |
    Et le SI crée un événement SENDING_MESSAGE portant un message
    Alors le hub accepte la demande [EVT-16]
