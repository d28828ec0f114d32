# language: fr
@OSL
Fonctionnalité: Déposer malgré les pannes
  Après chaque panne le client doit mener à bien un dépôt : rien n'est perdu, rien n'est déposé deux fois, et le hub n'est pas
  martelé.

  @CLI-27
  Plan du scénario: Le banc <panne>
    Étant donné que le banc <panne>
    Quand le client passe
    Et que le client passe
    Alors rien n'est perdu, rien n'est traité deux fois, et le hub n'est pas martelé [CLI-27]

    Exemples:
      | panne                                                    |
      | met fin au jeton pendant le dépôt                        |
      | répond 503 à la création d'un télédossier                |
      | répond 500 au dépôt d'une pièce jointe                   |
      | rompt la connexion après avoir créé le télédossier       |
      | rompt la connexion avant de recevoir une pièce jointe    |
      | rompt la connexion après avoir terminé le dépôt          |
      | est indisponible un moment                               |

  @CLI-27
  Scénario: Toute la session
    Alors les jetons sont demandés par les identifiants du client, avec son scope [CLI-27]
