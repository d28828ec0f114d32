# language: fr
@OSL @SI
Fonctionnalité: Cinématiques de bout en bout
  Les échanges entre l'OSL et le SI, appel après appel, tels que les documents les enchaînent (PRES-2021, cinématiques 6
  à 8 ; CINE-2022, CI-SI-1.2.6 et VALISE-1.7 pour la clôture, la réouverture, l'échec d'intégration et les compléments).

  @EVT-06 @EVT-08 @EVT-12 @NOT-06
  Scénario: Modification d'un dossier sans pièce jointe, par l'OSL
    Soit un télédossier transmis au SI
    Quand l'OSL crée un événement SENDING_MESSAGE, qui demande une notification
    Alors l'événement commence au statut SENT [EVT-06]
    Et le SI est notifié de l'événement [EVT-08]
    Quand le SI traite l'événement dont il est notifié
    Alors l'événement est au statut RECEIVED [EVT-12]
    Et le SI ne trouve plus la notification de l'événement dans sa file [NOT-06]

  @EVT-06 @EVT-07 @EVT-12 @NOT-06
  Scénario: Modification d'un dossier sans pièce jointe, par le SI
    Soit un télédossier transmis au SI
    Quand le SI crée un événement SENDING_MESSAGE, qui demande une notification
    Alors l'événement commence au statut SENT [EVT-06]
    Et l'OSL est notifié de l'événement [EVT-07]
    Quand l'OSL traite l'événement dont il est notifié
    Alors l'événement est au statut RECEIVED [EVT-12]
    Et l'OSL ne trouve plus la notification de l'événement dans sa file [NOT-06]

  @EVT-05 @EVT-11 @EVT-21 @EVT-12
  Plan du scénario: Modification d'un dossier avec pièces jointes, par <acteur>
    Soit un télédossier transmis au SI
    Quand <acteur> crée un événement ATTACH_DEPOSIT avec 2 fichiers, qui demande une notification
    Alors l'événement commence au statut IN_PROGRESS [EVT-05]
    Quand <acteur> envoie les fichiers de l'événement
    Et <acteur> demande le statut SENT pour l'événement
    Alors <autre> est notifié de l'événement [EVT-11]
    Quand <autre> traite l'événement dont il est notifié
    Alors les pièces jointes de l'événement ont été reçues à l'octet près [EVT-21]
    Et l'événement est au statut RECEIVED [EVT-12]

    Exemples:
      | acteur | autre |
      | le SI  | l'OSL |
      | l'OSL  | le SI |

  @EVT-13 @EVT-11
  Plan du scénario: <acteur> annule une modification avec pièces jointes, puis la recommence
    Soit un télédossier transmis au SI
    Quand <acteur> crée un événement ATTACH_DEPOSIT avec 2 fichiers, qui demande une notification
    Et <acteur> envoie le fichier 1 de l'événement
    Et <acteur> supprime l'événement
    Alors le hub confirme sans contenu [EVT-13]
    Et l'événement n'existe plus [EVT-13]
    Quand <acteur> crée un événement ATTACH_DEPOSIT avec 1 fichier, qui demande une notification
    Et <acteur> envoie les fichiers de l'événement
    Et <acteur> demande le statut SENT pour l'événement
    Alors <autre> est notifié de l'événement [EVT-11]

    Exemples:
      | acteur | autre |
      | le SI  | l'OSL |
      | l'OSL  | le SI |

  @PJ-13 @CAS-04 @NOT-06
  Scénario: Téléchargement d'un télédossier par le SI
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut HUBEE_NOTIFIED
    Quand chaque destinataire télécharge son dossier et ses pièces jointes
    Alors les pièces jointes du dépôt ont été reçues à l'octet près [PJ-13]
    Quand le SI demande le statut SENT pour le dossier
    Alors le hub accepte la demande [CAS-04]
    Quand le SI crée un événement qui annonce le passage de HUBEE_NOTIFIED à SENT
    Alors le hub accepte la demande [CAS-04]
    Et le dossier est au statut SENT [CAS-04]
    Quand le SI retire de sa file la notification du télédossier
    Alors le SI ne trouve plus la notification du télédossier dans sa file [NOT-06]

  @EVT-18 @EVT-07
  Scénario: Acquittement d'un télédossier par un seul événement
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut HUBEE_NOTIFIED
    Quand chaque destinataire télécharge son dossier et ses pièces jointes
    Et le SI crée un événement qui annonce le passage de HUBEE_NOTIFIED à SENT
    Alors l'événement seul a fait passer le dossier au statut SENT [EVT-18]
    Et l'OSL est notifié de l'événement [EVT-07]

  @CAS-02 @EVT-07 @demarche:recensementCitoyen
  Scénario: Mise à jour du statut par le SI, chaque étape annoncée à l'OSL
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut SENT
    Quand le SI passe le dossier de SENT à SI_RECEIVED et l'annonce
    Alors le dossier est au statut SI_RECEIVED [CAS-02]
    Et l'OSL est notifié de l'événement [EVT-07]
    Quand le SI passe le dossier de SI_RECEIVED à IN_PROGRESS et l'annonce
    Alors le dossier est au statut IN_PROGRESS [CAS-02]
    Quand le SI passe le dossier de IN_PROGRESS à ADD_AWAITING et l'annonce
    Alors le dossier est au statut ADD_AWAITING [CAS-02]
    Quand le SI passe le dossier de ADD_AWAITING à DONE et l'annonce
    Alors le dossier est au statut DONE [CAS-02]
    Et l'OSL est notifié de l'événement [EVT-07]

  @EVT-07 @EVT-12 @CAS-06 @EVT-08 @FOL-24 @long
  Plan du scénario: Clôture d'un dossier <issue>
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut IN_PROGRESS
    Quand le SI passe le dossier de IN_PROGRESS à <issue> et l'annonce
    Alors l'OSL est notifié de l'événement [EVT-07]
    Quand l'OSL traite l'événement dont il est notifié
    Alors l'événement est au statut RECEIVED [EVT-12]
    Quand l'OSL passe le dossier de <issue> à CLOSED et l'annonce
    Alors le dossier est au statut CLOSED [CAS-06]
    Et le SI est notifié de l'événement [EVT-08]
    Quand l'OSL clôt le télédossier en donnant la date de clôture
    Alors le télédossier est au statut CLOSED [FOL-24]
    Et le télédossier garde la date de clôture donnée [FOL-24]
    Quand le SI traite l'événement dont il est notifié
    Alors l'événement est au statut RECEIVED [EVT-12]

    Exemples:
      | issue   |
      | DONE    |
      | REFUSED |

  @CAS-07 @FOL-25 @EVT-11 @EVT-21 @EVT-12
  Scénario: Réouverture d'un télédossier clos, avec des compléments
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut CLOSED
    Et le télédossier clos par l'OSL
    Quand l'OSL rouvre le dossier et le télédossier avec des compléments
    Alors le dossier est au statut HUBEE_NOTIFIED [CAS-07]
    Et le télédossier est au statut HUBEE_NOTIFIED [FOL-25]
    Et le SI est notifié de l'événement [EVT-11]
    Quand le SI traite l'événement dont il est notifié
    Alors les pièces jointes de l'événement ont été reçues à l'octet près [EVT-21]
    Et l'événement est au statut RECEIVED [EVT-12]

  @CAS-09 @CAS-08
  Scénario: Échec d'intégration, puis renvoi du dossier par l'OSL
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut SI_RECEIVED
    Quand le SI passe le dossier de SI_RECEIVED à SI_INTG_ERROR et l'annonce
    Alors l'OSL est notifié de l'événement [CAS-09]
    Et le dossier est au statut SI_INTG_ERROR [CAS-09]
    Quand l'OSL traite l'événement dont il est notifié
    Et l'OSL demande le statut HUBEE_COMPLETED pour le dossier
    Alors l'on relève l'effet du renvoi sur le dossier et sur la file du SI [CAS-08]

  @CAS-09 @FOL-18
  Scénario: Échec d'intégration, puis dépôt d'un autre télédossier
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut SI_RECEIVED
    Quand le SI passe le dossier de SI_RECEIVED à SI_INTG_ERROR et l'annonce
    Alors l'OSL est notifié de l'événement [CAS-09]
    Quand l'OSL dépose un autre télédossier, corrigé
    Alors chaque destinataire est notifié de son dossier, sans événement [FOL-18]

  @EVT-07 @<règle> @CAS-08 @demarche:recensementCitoyen
  Plan du scénario: Compléments demandés par le SI, donnés par <réponse>, <renvoi>
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut IN_PROGRESS
    Quand le SI demande des compléments à l'OSL
    Alors l'OSL est notifié de l'événement [EVT-07]
    Quand l'OSL traite l'événement dont il est notifié
    Et l'OSL répond par <réponse>, <renvoi>
    Alors le SI est notifié de l'événement [<règle>]
    Et l'on relève le statut du dossier après la réponse de l'OSL [CAS-08]

    Exemples:
      | réponse             | renvoi                                | règle  |
      | un message          | sans autre appel                      | EVT-08 |
      | un message          | et demande aussi le renvoi du dossier | EVT-08 |
      | des pièces jointes  | sans autre appel                      | EVT-11 |
      | des pièces jointes  | et demande aussi le renvoi du dossier | EVT-11 |

  @PJ-13 @EVT-07 @EVT-12 @CAS-06 @EVT-08 @FOL-24
  Scénario: Parcours simple, du dépôt à la clôture
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut HUBEE_NOTIFIED
    Quand chaque destinataire télécharge son dossier et ses pièces jointes
    Alors les pièces jointes du dépôt ont été reçues à l'octet près [PJ-13]
    Quand le SI passe le dossier de HUBEE_NOTIFIED à SENT et l'annonce
    Alors l'OSL est notifié de l'événement [EVT-07]
    Quand l'OSL traite l'événement dont il est notifié
    Et le SI retire de sa file la notification du télédossier
    Et le SI passe le dossier de SENT à SI_RECEIVED et l'annonce
    Et l'OSL traite l'événement dont il est notifié
    Et le SI passe le dossier de SI_RECEIVED à DONE et l'annonce
    Et l'OSL traite l'événement dont il est notifié
    Alors l'événement est au statut RECEIVED [EVT-12]
    Quand l'OSL passe le dossier de DONE à CLOSED et l'annonce
    Alors le dossier est au statut CLOSED [CAS-06]
    Et le SI est notifié de l'événement [EVT-08]
    Quand le SI traite l'événement dont il est notifié
    Et l'OSL demande le statut CLOSED pour le télédossier
    Alors le télédossier est au statut CLOSED [FOL-24]

  @CAS-06 @CAS-07 @FOL-25 @EVT-11 @EVT-21 @FOL-24
  Scénario: Parcours avec réouverture, du dépôt à la seconde clôture
    Soit un télédossier transmis au SI
    Et le dossier conduit au statut HUBEE_NOTIFIED
    Quand chaque destinataire télécharge son dossier et ses pièces jointes
    Et le SI passe le dossier de HUBEE_NOTIFIED à SENT et l'annonce
    Et l'OSL traite l'événement dont il est notifié
    Et le SI passe le dossier de SENT à SI_RECEIVED et l'annonce
    Et l'OSL traite l'événement dont il est notifié
    Et le SI passe le dossier de SI_RECEIVED à DONE et l'annonce
    Et l'OSL traite l'événement dont il est notifié
    Et l'OSL passe le dossier de DONE à CLOSED et l'annonce
    Et le SI traite l'événement dont il est notifié
    Et l'OSL demande le statut CLOSED pour le télédossier
    Alors le dossier est au statut CLOSED [CAS-06]
    Et le télédossier est au statut CLOSED [FOL-24]
    Quand l'OSL rouvre le dossier et le télédossier avec des compléments
    Alors le dossier est au statut HUBEE_NOTIFIED [CAS-07]
    Et le télédossier est au statut HUBEE_NOTIFIED [FOL-25]
    Et le SI est notifié de l'événement [EVT-11]
    Quand le SI traite l'événement dont il est notifié
    Alors les pièces jointes de l'événement ont été reçues à l'octet près [EVT-21]
    Quand le SI passe le dossier de HUBEE_NOTIFIED à SENT et l'annonce
    Et l'OSL traite l'événement dont il est notifié
    Et le SI passe le dossier de SENT à SI_RECEIVED et l'annonce
    Et l'OSL traite l'événement dont il est notifié
    Et le SI passe le dossier de SI_RECEIVED à DONE et l'annonce
    Et l'OSL traite l'événement dont il est notifié
    Et l'OSL passe le dossier de DONE à CLOSED et l'annonce
    Et le SI traite l'événement dont il est notifié
    Et l'OSL demande le statut CLOSED pour le télédossier
    Alors le dossier est au statut CLOSED [CAS-06]
    Et le télédossier est au statut CLOSED [FOL-24]
