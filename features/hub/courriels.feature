# language: fr
@OSL @SI @MAIL @serial
Fonctionnalité: Courriels
  Un SI qui l'a demandé (fréquence de notification « unitaire ») reçoit un courriel à chaque télédossier et à chaque
  événement qui l'attend, à l'adresse de son abonnement (PRES-2021, « Modification d'un case » ; SFD §3.5.5, §3.5.8).

  @MAIL-01
  Plan du scénario: La fin du dépôt envoie un courriel au SI qui en veut un à chaque fois (« <fréquence> »)
    Soit un SI abonné avec la fréquence de notification "<fréquence>"
    Et un télédossier créé par l'OSL pour le SI, ses fichiers envoyés
    Alors aucun nouveau courriel ne part pour ce télédossier [MAIL-01]
    Quand l'OSL termine ce télédossier
    Alors un seul courriel part, à l'adresse de l'abonnement [MAIL-01]

    Exemples:
      | fréquence |
      | unitaire  |
      | Unitaire  |

  @MAIL-02
  Scénario: Un SI qui ne demande pas de courriel à chaque fois n'en reçoit pas
    Soit un SI abonné avec la fréquence de notification "unitaire"
    Et un télédossier transmis au SI
    Alors le SI en est averti par courriel [MAIL-02]
    Soit un SI abonné avec la fréquence de notification "aucune"
    Et un télédossier transmis au SI
    Alors aucun nouveau courriel ne part pour ce télédossier [MAIL-02]

  @MAIL-03
  Scénario: Un événement de l'OSL qui notifie le SI lui envoie un courriel
    Soit un SI abonné avec la fréquence de notification "unitaire"
    Et un télédossier déposé pour ce SI, averti par courriel
    Quand l'OSL envoie au SI un événement qui ne le notifie pas
    Alors aucun nouveau courriel ne part pour ce télédossier [MAIL-03]
    Quand l'OSL envoie au SI un événement qui le notifie
    Alors un nouveau courriel part, à l'adresse de l'abonnement [MAIL-03]

  @MAIL-03
  Scénario: Un dépôt de pièces par l'OSL envoie un courriel quand il est transmis
    Soit un SI abonné avec la fréquence de notification "unitaire"
    Et un télédossier déposé pour ce SI, averti par courriel
    Quand l'OSL prépare un dépôt de pièces complémentaires qui rouvre le dossier
    Alors aucun nouveau courriel ne part pour ce télédossier [MAIL-03]
    Quand l'OSL transmet ce dépôt de pièces complémentaires
    Alors un nouveau courriel part, à l'adresse de l'abonnement [MAIL-03]

  @MAIL-05
  Scénario: Un dépôt de pièces qui ne rouvre pas le dossier n'envoie pas de courriel
    Soit un SI abonné avec la fréquence de notification "unitaire"
    Et un télédossier déposé pour ce SI, averti par courriel
    Quand l'OSL prépare un dépôt de pièces complémentaires qui laisse le dossier en l'état
    Et l'OSL transmet ce dépôt de pièces complémentaires
    Alors aucun nouveau courriel ne part pour ce télédossier [MAIL-05]
    Quand l'OSL prépare un dépôt de pièces complémentaires qui rouvre le dossier
    Et l'OSL transmet ce dépôt de pièces complémentaires
    Alors un nouveau courriel part, à l'adresse de l'abonnement [MAIL-05]

  @MAIL-04
  Scénario: Un courriel ne dit rien du demandeur
    Soit un SI abonné avec la fréquence de notification "unitaire"
    Quand l'OSL dépose pour ce SI un télédossier dont le demandeur porte un nom singulier
    Alors ce que le courriel montre du demandeur est relevé [MAIL-04]
