# language: fr
@OSL @SI
Fonctionnalité: Délivrance sous charge et malgré les pannes
  Chaque télédossier terminé parvient à son destinataire, à lui seul, une fois, à l'octet près ; ce qui est acquitté ne se
  perd pas ; une réponse perdue ne laisse rien à moitié fait (PRES-2021, « Exigences »).

  @DEL-01 @DEL-04
  Scénario: Trente télédossiers déposés et traités en même temps
    Quand 4 dépôts à la fois produisent 30 télédossiers, que 3 traitements à la fois relèvent pour chaque SI
    Alors chaque télédossier est parvenu à chacun de ses destinataires, à l'octet près [DEL-01]
    Et aucun n'est parvenu à un autre [DEL-01]
    Et aucune notification n'est revenue après sa suppression, ni en double [DEL-01]
    Et l'on relève le temps entre la fin du dépôt et la mise à disposition [DEL-04]

  @DEL-02 @RESTART @serial
  Scénario: Un arrêt brutal ne perd rien de ce qui est acquitté
    Quand des télédossiers sont déposés pendant que le hub est arrêté brutalement, puis relancé
    Alors tout ce qui avait été acquitté est là après le redémarrage [DEL-02]
    Étant donné un télédossier d'une seule pièce jointe, encore à créer
    Quand l'OSL crée ce télédossier
    Alors le hub accepte la création [DEL-02]

  @DEL-03
  Plan du scénario: Une réponse perdue laisse un seul état, fait ou pas fait : <demande>, <moment>
    Quand un partenaire perd la réponse à cette demande, <moment> : <demande>
    Alors l'état lu ensuite est entier, fait ou pas fait [DEL-03]
    Et la demande, reprise si elle n'est pas faite, aboutit [DEL-03]

    Exemples:
      | demande                        | moment                     |
      | envoi d'un fichier             | aussitôt envoyée           |
      | envoi d'un fichier             | peu après l'envoi          |
      | envoi d'un fichier             | en voyant venir la réponse |
      | fin du dépôt                   | aussitôt envoyée           |
      | fin du dépôt                   | peu après l'envoi          |
      | fin du dépôt                   | en voyant venir la réponse |
      | changement de statut           | aussitôt envoyée           |
      | changement de statut           | peu après l'envoi          |
      | changement de statut           | en voyant venir la réponse |
      | création d'un événement        | aussitôt envoyée           |
      | création d'un événement        | peu après l'envoi          |
      | création d'un événement        | en voyant venir la réponse |
      | suppression d'une notification | aussitôt envoyée           |
      | suppression d'une notification | peu après l'envoi          |
      | suppression d'une notification | en voyant venir la réponse |
      | suppression d'un télédossier   | aussitôt envoyée           |
      | suppression d'un télédossier   | peu après l'envoi          |
      | suppression d'un télédossier   | en voyant venir la réponse |

  @DEL-05
  Plan du scénario: Un télédossier complété <nombre> fois à la fois n'est pas plus notifié que de suite
    Quand un télédossier est complété <nombre> fois de suite, et deux autres <nombre> fois à la fois
    Alors le SI n'est pas plus notifié à la fois que de suite [DEL-05]

    Exemples:
      | nombre |
      | 2      |
      | 8      |

  @DEL-05
  Scénario: Un événement émis plusieurs fois à la fois n'est pas plus notifié que de suite
    Soit un télédossier transmis au SI
    Quand un événement de pièces jointes est émis 4 fois de suite, et deux autres 4 fois à la fois
    Alors le SI n'est pas plus notifié à la fois que de suite [DEL-05]

  @DEL-05
  Scénario: Des créations simultanées d'un même numéro ne se recouvrent pas
    Quand trois clients créent à la fois un télédossier de même numéro, deux fois
    Alors chacun des télédossiers acceptés se lit, et il n'y en a qu'un si le hub refuse un numéro déjà pris [DEL-05]

  @DEL-05
  Scénario: Des envois simultanés ne mêlent pas leurs octets
    Quand les fichiers d'un télédossier sont envoyés à la fois, le dernier en plusieurs versions
    Alors chaque fichier est reçu, et se télécharge tel que l'une de ses versions [DEL-05]

  @DEL-05
  Scénario: Des événements simultanés sont tous gardés, et chacun notifié une fois
    Soit un télédossier transmis au SI
    Quand l'OSL crée 8 événements à la fois, qui demandent une notification
    Alors les 8 événements figurent au dossier, et le SI est notifié une fois de chacun [DEL-05]
