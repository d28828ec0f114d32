# language: fr
@SI
Fonctionnalité: Supporter ce qu'un hub peut faire et ce qui peut lui arriver
  Après chaque panne le client doit mener à bien un échange sans panne : rien n'est perdu, rien n'est traité deux fois, et le
  hub n'est pas martelé (PRES-2021, « Les Fonctions des API », exigences).

  @CLI-13
  Plan du scénario: Le banc <panne>
    Étant donné un télédossier complet déposé pour le client
    Et que le banc <panne>
    Quand le client passe
    Et un télédossier complet déposé pour le client
    Et que le client passe
    Alors rien n'est perdu, rien n'est traité deux fois, et le hub n'est pas martelé [CLI-13]

    Exemples:
      | panne                                                      |
      | répond 500 à la lecture d'un dossier                       |
      | répond 500 à un téléchargement                             |
      | répond 503 à la lecture des notifications                  |
      | répond 503 à l'envoi d'un événement                        |
      | répond 500 à la suppression d'une notification             |
      | est indisponible un moment                                 |
      | répond 429 avec Retry-After                                |
      | rompt la connexion avant de lire un événement envoyé       |
      | rompt la connexion après avoir enregistré un événement     |
      | rompt la connexion après avoir supprimé une notification   |
      | tarde à répondre                                           |
      | tronque un téléchargement                                  |
      | envoie d'autres octets que ceux de l'empreinte             |

  @CLI-12
  Plan du scénario: Le banc <particularité>
    Étant donné 3 télédossiers déposés pour le client
    Et que le banc <particularité>
    Quand le client passe
    Et un télédossier complet déposé pour le client
    Et que le client passe
    Alors tout est traité [CLI-12]

    Exemples:
      | particularité                                   |
      | donne les notifications dans un autre ordre     |
      | ajoute des champs inconnus à toutes ses réponses |
      | donne une liste vide                            |

  @CLI-12
  Scénario: Une notification dont le dossier a disparu
    Étant donné un télédossier dont le dossier disparaît avant d'être lu
    Quand le client passe
    Et un télédossier complet déposé pour le client
    Et que le client passe
    Alors tout ce qui existe est traité, et le hub n'est pas martelé [CLI-12]

  @CLI-12
  Scénario: Mille notifications en attente
    Étant donné un télédossier complet déposé pour le client
    Quand le client passe
    Et des notifications en attente en très grand nombre
    Et que le client passe
    Alors tout est traité [CLI-12]
