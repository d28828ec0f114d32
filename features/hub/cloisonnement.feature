# language: fr
@OSL @SI
Fonctionnalité: Cloisonnement : un télédossier n'appartient qu'à ses parties
  Un télédossier n'est accessible qu'à l'opérateur de services en ligne qui l'a déposé et, dossier par dossier, au
  service instructeur à qui chaque dossier est adressé, par les accès de la démarche (SFD §3.5.3 RC002, §3.5.5 RC001,
  §3.5.6 RC001, §3.5.7 RC002 ; ERR-0.5). Tout autre reçoit un refus faute de droit, et n'a rien changé ; la même demande,
  faite par la partie concernée, aboutit.

  Plan du scénario: Un autre service instructeur ne peut pas « <demande> »
    Soit de quoi demander « <demande> » en tant que SI
    Quand le second SI, sans droit sur ce télédossier, demande : « <demande> »
    Alors la demande est refusée faute de droit [<règle>] et le télédossier est tel qu'avant [OWN-09]
    Quand SI demande : « <demande> »
    Alors la demande « <demande> » est permise [<règle>]

    @OWN-01 @OWN-09 @SI2
    Exemples: Lire un dossier
      | demande         | règle  |
      | lire le dossier | OWN-01 |

    @OWN-02 @OWN-09 @SI2
    Exemples: Ses pièces jointes
      | demande                           | règle  |
      | télécharger un fichier du dossier | OWN-02 |

    @OWN-03 @OWN-09 @SI2
    Exemples: Son statut
      | demande                      | règle  |
      | changer le statut du dossier | OWN-03 |

    @OWN-04 @OWN-09 @SI2
    Exemples: Ses événements
      | demande                              | règle  |
      | ajouter un événement au dossier      | OWN-04 |
      | lire un événement                    | OWN-04 |
      | changer le statut d'un événement     | OWN-04 |
      | envoyer un fichier d'un événement    | OWN-04 |
      | télécharger un fichier d'un événement | OWN-04 |
      | supprimer un événement               | OWN-04 |

    @OWN-05 @OWN-09 @SI2
    Exemples: Ses notifications
      | demande                    | règle  |
      | supprimer une notification | OWN-05 |

  @OWN-06 @OWN-09 @OTHER
  Plan du scénario: Les accès d'une autre démarche du même service instructeur ne permettent pas de « <demande> »
    Soit de quoi demander « <demande> » en tant que SI
    Quand le SI par ses accès d'une autre démarche, sans droit sur ce télédossier, demande : « <demande> »
    Alors la demande est refusée faute de droit [OWN-06] et le télédossier est tel qu'avant [OWN-09]
    Quand SI demande : « <demande> »
    Alors la demande « <demande> » est permise [OWN-06]

    Exemples:
      | demande                               |
      | lire le dossier                       |
      | télécharger un fichier du dossier     |
      | changer le statut du dossier          |
      | ajouter un événement au dossier       |
      | lire un événement                     |
      | télécharger un fichier d'un événement |
      | supprimer une notification            |

  @OWN-07 @OWN-09 @OSL2
  Plan du scénario: Un autre opérateur de services en ligne ne peut pas « <demande> »
    Soit de quoi demander « <demande> » en tant que OSL
    Quand le second OSL, sans droit sur ce télédossier, demande : « <demande> »
    Alors la demande est refusée faute de droit [OWN-07] et le télédossier est tel qu'avant [OWN-09]
    Quand OSL demande : « <demande> »
    Alors la demande « <demande> » est permise [OWN-07]

    Exemples:
      | demande                          |
      | lire le télédossier              |
      | changer le statut du télédossier |
      | supprimer le télédossier         |
      | envoyer un fichier du télédossier |

  @OWN-08 @OSL2
  Scénario: Un opérateur de services en ligne ne déclare rien pour la démarche d'un autre
    Soit de quoi demander « déclarer un télédossier » en tant que OSL
    Quand le second OSL, sans droit sur ce télédossier, demande : « déclarer un télédossier »
    Alors le hub refuse la demande, comme invalide ou faute de droit [OWN-08]
    Quand OSL demande : « déclarer un télédossier »
    Alors le hub accepte la demande [OWN-08]
