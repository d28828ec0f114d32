# language: fr
@OSL @SI
Fonctionnalité: Démarches de bout en bout
  Chaque démarche en service se parcourt du dépôt à la clôture, avec ses propres pièces jointes et les statuts qu'elle
  impose (CI-SI-1.2.6, CINE-2022 ; contrat §7). Une démarche que les accès déclarés ne couvrent pas n'est pas jouée.

  # La démarche à deux destinataires : le couple DD n'est adressé qu'au premier, le couple VA aux deux.
  @CAS-16 @SI2 @demarche:<démarche>
  Plan du scénario: La démarche <démarche> se parcourt jusqu'à <final> par ses deux destinataires
    Quand l'OSL crée un télédossier avec chacune des pièces jointes de la démarche
    Alors le hub accepte la création [CAS-16]
    Quand le télédossier parvient à ses destinataires
    Et chaque destinataire télécharge son dossier et ses pièces jointes
    Alors chaque destinataire fait passer son dossier par <statuts>, jusqu'à <final> [CAS-16]
    Et l'OSL clôt chaque dossier, puis le télédossier [CAS-16]

    Exemples:
      | démarche | statuts               | final   |
      | CERTDC   | SENT puis IN_PROGRESS | DONE    |

  @CAS-16 @demarche:<démarche>
  Plan du scénario: La démarche <démarche> se parcourt jusqu'à <final>
    Quand l'OSL crée un télédossier avec chacune des pièces jointes de la démarche
    Alors le hub accepte la création [CAS-16]
    Quand le télédossier parvient à ses destinataires
    Et chaque destinataire télécharge son dossier et ses pièces jointes
    Alors chaque destinataire fait passer son dossier par <statuts>, jusqu'à <final> [CAS-16]
    Et l'OSL clôt chaque dossier, puis le télédossier [CAS-16]

    Exemples:
      | démarche                  | statuts               | final   |
      | EtatCivil                 | SENT puis SI_RECEIVED | DONE    |
      | EtatCivil                 | SENT puis SI_RECEIVED | REFUSED |
      | JeChangeDeCoordonnees     | SENT puis SI_RECEIVED | DONE    |
      | JeChangeDeCoordonnees     | SENT puis SI_RECEIVED | REFUSED |
      | recensementCitoyen        | SENT puis SI_RECEIVED | DONE    |
      | recensementCitoyen        | SENT puis SI_RECEIVED | REFUSED |
      | depotDossierPACS          | SENT puis SI_RECEIVED | DONE    |
      | depotDossierPACS          | SENT puis SI_RECEIVED | REFUSED |
      | HebergementTourisme       | SENT puis SI_RECEIVED | DONE    |
      | HebergementTourisme       | SENT puis SI_RECEIVED | REFUSED |
      | OTV                       | SENT puis SI_RECEIVED | DONE    |
      | OTV                       | SENT puis SI_RECEIVED | REFUSED |
      | SNATED                    | SENT puis IN_PROGRESS | DONE    |
      | SNATED                    | SENT puis IN_PROGRESS | REFUSED |
      | CAF-contact               | SENT puis SI_RECEIVED | DONE    |
      | CAF-contact               | SENT puis SI_RECEIVED | REFUSED |
      | RSABEI-RSABAI             | SENT puis IN_PROGRESS | DONE    |
      | RSABEI-RSABAI             | SENT puis IN_PROGRESS | REFUSED |
      | RSABEM-RSABAM             | SENT puis IN_PROGRESS | DONE    |
      | RSABEM-RSABAM             | SENT puis IN_PROGRESS | REFUSED |
      | RSABEX-RSABAX             | SENT puis IN_PROGRESS | DONE    |
      | RSABEX-RSABAX             | SENT puis IN_PROGRESS | REFUSED |
      | IRSACG-IRSDCG             | SENT puis IN_PROGRESS | DONE    |
      | IRSACG-IRSDCG             | SENT puis IN_PROGRESS | REFUSED |
      | RSAFIM                    | SENT puis IN_PROGRESS | DONE    |
      | RSAFIM                    | SENT puis IN_PROGRESS | REFUSED |
      | RSAFIX                    | SENT puis IN_PROGRESS | DONE    |
      | RSAFIX                    | SENT puis IN_PROGRESS | REFUSED |
      | RSACTM                    | SENT puis IN_PROGRESS | DONE    |
      | RSACTM                    | SENT puis IN_PROGRESS | REFUSED |
      | GRO                       | SENT puis IN_PROGRESS | DONE    |
      | GRO                       | SENT puis IN_PROGRESS | REFUSED |
      | DSG                       | SENT puis IN_PROGRESS | DONE    |
      | DSG                       | SENT puis IN_PROGRESS | REFUSED |
      | SGR                       | SENT puis IN_PROGRESS | DONE    |
      | SGR                       | SENT puis IN_PROGRESS | REFUSED |
      | MSABEI                    | SENT puis IN_PROGRESS | DONE    |
      | MSABEI                    | SENT puis IN_PROGRESS | REFUSED |
      | MSABEM                    | SENT puis IN_PROGRESS | DONE    |
      | MSABEM                    | SENT puis IN_PROGRESS | REFUSED |
      | MSABEX                    | SENT puis IN_PROGRESS | DONE    |
      | MSABEX                    | SENT puis IN_PROGRESS | REFUSED |
      | MSAFIM                    | SENT puis IN_PROGRESS | DONE    |
      | MSAFIM                    | SENT puis IN_PROGRESS | REFUSED |
      | RSA                       | SENT puis IN_PROGRESS | DONE    |
      | RSA                       | SENT puis IN_PROGRESS | REFUSED |
      | FormulaireQF              | SENT puis SI_RECEIVED | DONE    |
      | FormulaireQF              | SENT puis SI_RECEIVED | REFUSED |
      | ContactsAllocataires-BRSA | SENT puis SI_RECEIVED | DONE    |
      | ContactsAllocataires-BRSA | SENT puis SI_RECEIVED | REFUSED |
      | DDmariage                 | SENT puis SI_RECEIVED | DONE    |
      | DDmariage                 | SENT puis SI_RECEIVED | REFUSED |
      | ProactiviteCnousBoursiers | SENT puis SI_RECEIVED | DONE    |
      | ProactiviteCnousBoursiers | SENT puis SI_RECEIVED | REFUSED |
