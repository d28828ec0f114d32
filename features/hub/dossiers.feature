# language: fr
@OSL @SI
Fonctionnalité: Dossiers
  Un télédossier compte un dossier par destinataire. Le service instructeur le télécharge, l'acquitte, le fait avancer
  de statut en statut ; l'opérateur de services en ligne le clôt et peut le rouvrir (PRES-2021, « Téléchargement » et
  « Mise à jour du statut » ; SFD §3.5.6 et §3.5.7).

  @CAS-01
  Scénario: Le dossier porte les données du télédossier
    Soit un télédossier transmis au SI
    Quand le SI lit le dossier
    Alors le dossier porte le demandeur du télédossier [CAS-01]
    Et le dossier porte le code de démarche du télédossier [CAS-01]

  @CAS-02
  Plan du scénario: Le SI fait passer le dossier de <départ> à <statut>
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut <départ>
    Quand le SI demande le statut <statut> pour le dossier
    Alors le hub accepte la demande [CAS-02]
    Et le dossier est au statut <statut> [CAS-02]

    Exemples:
      | départ         | statut        |
      | HUBEE_NOTIFIED | SENT          |
      | SENT           | SI_RECEIVED   |
      | SI_RECEIVED    | IN_PROGRESS   |
      | SI_RECEIVED    | REFUSED       |
      | IN_PROGRESS    | REFUSED       |
      | SI_RECEIVED    | DONE          |
      | IN_PROGRESS    | DONE          |

    # L'échec d'intégration n'est pas au contrat de 2021.
    @depuis:CI-SI-1.2.6
    Exemples:
      | départ         | statut        |
      | SI_RECEIVED    | SI_INTG_ERROR |
      | IN_PROGRESS    | SI_INTG_ERROR |
      | DONE           | SI_INTG_ERROR |

    # ADD_AWAITING n'est demandé que sur une démarche qui l'emploie.
    @demarche:recensementCitoyen
    Exemples:
      | départ       | statut        |
      | IN_PROGRESS  | ADD_AWAITING  |
      | ADD_AWAITING | REFUSED       |
      | ADD_AWAITING | DONE          |

    @demarche:recensementCitoyen @depuis:CI-SI-1.2.6
    Exemples:
      | départ       | statut        |
      | ADD_AWAITING | SI_INTG_ERROR |

  @CAS-03
  Plan du scénario: Un statut hors liste (<statut>) est refusé et le dossier reste comme il était
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut SENT
    Quand le SI demande le statut <statut> pour le dossier
    Alors le hub refuse la demande comme invalide [CAS-03]
    Et le dossier est resté au statut SENT [CAS-03]
    Quand le SI demande le statut SI_RECEIVED pour le dossier
    Alors le hub accepte la demande [CAS-03]
    Et le dossier est au statut SI_RECEIVED [CAS-03]

    Exemples:
      | statut      |
      | EN_COURS    |
      | IN_PROGRES  |
      | si_received |

  @CAS-04
  Scénario: L'acquittement se fait par le statut SENT, puis par un événement
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut HUBEE_NOTIFIED
    Quand le SI demande le statut SENT pour le dossier
    Alors le hub accepte la demande [CAS-04]
    Et le dossier est au statut SENT [CAS-04]
    Quand le SI crée un événement qui annonce le passage de HUBEE_NOTIFIED à SENT
    Alors le hub accepte la demande [CAS-04]
    Et le dossier est au statut SENT [CAS-04]

  @CAS-05
  Plan du scénario: Un passage à <statut> par <acteur>, sans événement, ne notifie personne
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut <départ>
    Et les notifications de ce dossier dont <autre> dispose déjà
    Quand <acteur> demande le statut <statut> pour le dossier
    Alors le dossier passe au statut <statut>, et <autre> n'en est pas notifié [CAS-05]

    Exemples:
      | acteur | départ | statut         | autre |
      | le SI  | SENT   | SI_RECEIVED    | l'OSL |
      | l'OSL  | DONE   | CLOSED         | le SI |
      | l'OSL  | CLOSED | HUBEE_NOTIFIED | le SI |

  @CAS-06
  Plan du scénario: L'OSL clôt un dossier au statut <départ>
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut <départ>
    Quand l'OSL demande le statut CLOSED pour le dossier
    Alors le hub accepte la demande [CAS-06]
    Et le dossier est au statut CLOSED [CAS-06]

    Exemples:
      | départ      |
      | SI_RECEIVED |
      | IN_PROGRESS |
      | DONE        |
      | REFUSED     |

    @demarche:recensementCitoyen
    Exemples:
      | départ       |
      | ADD_AWAITING |

  @CAS-07 @CAS-17
  Scénario: L'OSL rouvre un dossier clos avec tous ses événements, et l'instruction reprend
    Soit un télédossier transmis au SI
    Quand le SI crée 2 événements COM_ADD
    Étant donné le dossier conduit au statut CLOSED
    Quand l'OSL demande le statut HUBEE_NOTIFIED pour le dossier
    Alors le hub accepte la demande [CAS-07]
    Et le dossier est au statut HUBEE_NOTIFIED [CAS-07]
    Et le dossier compte 2 événements [CAS-17]
    Quand le SI demande le statut SENT pour le dossier
    Alors le hub accepte la demande [CAS-07]

  @CAS-08
  Scénario: Ce que fait le hub d'un dossier renvoyé par l'OSL est relevé
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut SI_INTG_ERROR
    Quand l'OSL demande le statut HUBEE_COMPLETED pour le dossier
    Alors l'on relève l'effet du renvoi sur le dossier et sur la file du SI [CAS-08]

  @CAS-09
  Scénario: Un échec d'intégration, avec son événement, notifie l'OSL
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut SI_RECEIVED
    Quand le SI demande le statut SI_INTG_ERROR pour le dossier
    Et le SI crée un événement qui annonce le passage de SI_RECEIVED à SI_INTG_ERROR
    Alors l'OSL est notifié de l'événement [CAS-09]
    Et le dossier est au statut SI_INTG_ERROR [CAS-09]

  @CAS-10
  Scénario: Le changement de statut par POST n'est admis qu'avec l'en-tête qui le dit
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut SENT
    Quand le SI demande par POST le statut SI_RECEIVED pour le dossier, sans en-tête de substitution
    Alors le hub refuse la méthode [CAS-10]
    Et le dossier est resté au statut SENT [CAS-10]
    Quand le SI demande par POST le statut SI_RECEIVED pour le dossier, avec l'en-tête de substitution
    Alors le hub accepte la demande [CAS-10]
    Et le dossier est au statut SI_RECEIVED [CAS-10]

  @CAS-11
  Plan du scénario: <opération> d'un dossier inconnu, ou d'un identifiant mal formé, est refusée
    Soit un télédossier transmis au SI
    Quand le SI demande <opération> d'un dossier, l'identifiant du dossier étant inconnu
    Alors le hub répond que l'objet n'existe pas [CAS-11]
    Quand le SI demande <opération> d'un dossier, l'identifiant du dossier étant mal formé
    Alors le hub refuse la demande comme invalide [CAS-11]
    Quand le SI demande <opération> d'un dossier, l'identifiant du dossier étant juste
    Alors le hub accepte la demande [CAS-11]

    Exemples:
      | opération         |
      | la lecture        |
      | le passage à SENT |

  @CAS-12
  Scénario: Chaque événement figure dans le dossier avec son auteur, son émetteur et ses dates
    Soit un télédossier transmis au SI
    Quand le SI crée un événement STATUS_UPDATE signé "Agent du SI", qui demande une notification
    Et l'OSL crée un événement SENDING_MESSAGE signé "Agent de l'OSL", qui demande une notification
    Et le SI crée un événement COM_ADD signé "Autre agent du SI", qui demande une notification
    Et le SI lit le dossier
    Alors le dossier montre les 3 événements créés, chacun avec son auteur, son émetteur et ses dates [CAS-12]

  @CAS-13
  Plan du scénario: Le saut de <départ> à <statut> est relevé
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut <départ>
    Quand <acteur> demande le statut <statut> pour le dossier
    Alors l'on relève ce que le hub fait de ce saut [CAS-13]

    Exemples:
      | départ         | acteur | statut        |
      | HUBEE_NOTIFIED | le SI  | SI_RECEIVED   |
      | HUBEE_NOTIFIED | le SI  | IN_PROGRESS   |
      | HUBEE_NOTIFIED | le SI  | DONE          |
      | HUBEE_NOTIFIED | le SI  | SI_INTG_ERROR |
      | SENT           | le SI  | IN_PROGRESS   |
      | SENT           | le SI  | REFUSED       |
      | SENT           | le SI  | SI_INTG_ERROR |
      | DONE           | le SI  | IN_PROGRESS   |
      | CLOSED         | le SI  | IN_PROGRESS   |
      | HUBEE_NOTIFIED | l'OSL  | CLOSED        |

  @CAS-17
  Scénario: Un dossier montre tous ses événements, si nombreux soient-ils
    Soit un télédossier transmis au SI
    Quand le SI crée 51 événements COM_ADD
    Alors le dossier compte 51 événements [CAS-17]

  @CAS-18
  Scénario: Ce que fait le hub du statut que le dossier a déjà est relevé
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut SENT
    Quand le SI demande le statut SENT pour le dossier
    Alors l'on relève ce que le hub fait du statut que le dossier a déjà [CAS-18]

  @CAS-19
  Plan du scénario: Ce que fait le hub du statut <statut> demandé par <acteur> est relevé
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut <départ>
    Quand <acteur> demande le statut <statut> pour le dossier
    Alors l'on relève ce que le hub fait d'un statut destiné à l'autre partie [CAS-19]

    Exemples:
      | départ         | acteur | statut |
      | DONE           | le SI  | CLOSED |
      | HUBEE_NOTIFIED | l'OSL  | SENT   |
      | IN_PROGRESS    | l'OSL  | DONE   |

  @CAS-15
  Scénario: Ce que la lecture allégée omet est relevé
    Soit un télédossier transmis au SI
    Et un événement STATUS_UPDATE créé par le SI, et dont l'OSL est notifié
    Quand le SI lit le dossier, puis le lit sous sa forme allégée
    Alors l'on relève ce que la lecture allégée omet [CAS-15]

  @CAS-14 @ADMIN @SANDBOX @serial
  Scénario: La migration d'une organisation déplace ses dossiers, leurs événements et leurs notifications
    Soit une organisation d'essai abonnée à la démarche d'essai, sans aucun dossier
    Et un télédossier transmis à l'organisation d'essai, avec un événement de l'OSL, que le SI ne peut pas lire
    Quand l'administrateur migre l'organisation d'essai vers celle du SI
    Alors la migration annonce 1 dossier déplacé [CAS-14]
    Et le SI lit le dossier migré et son événement [CAS-14]
    Et le SI trouve dans sa file la notification du télédossier migré [CAS-14]
    Quand l'administrateur migre une organisation inconnue vers celle du SI
    Alors le hub répond que l'objet n'existe pas [CAS-14]
