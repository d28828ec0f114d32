# language: fr
@OSL @SI
Fonctionnalité: Transmission des pièces jointes d'un télédossier
  Le SI télécharge, une fois le télédossier complété, les fichiers reçus qui lui sont adressés, octet pour octet ; jamais
  un fichier infecté, rejeté, absent, adressé à un autre, ou que la démarche n'admet pas (SFD-1.2.2 §3.5.5, RC002 à
  RC004, §3.5.6 ; OAS-FOLDER-1.2.7).

  @PJ-13
  Scénario: Le destinataire télécharge les octets déposés
    Soit un télédossier transmis au SI
    Alors le SI peut télécharger chaque fichier déposé [PJ-13]

  @PJ-13
  Scénario: Deux fichiers de même nom gardent chacun leurs octets
    Quand l'OSL transmet au SI deux fichiers de même nom
    Alors le SI télécharge les octets de chacun, à moins que le hub ne les ait refusés [PJ-13]

  @PJ-16
  Scénario: Les fichiers voyagent en flux d'octets dans les deux sens
    Soit un télédossier transmis au SI
    Alors le fichier a été envoyé, et se télécharge, en flux d'octets [PJ-16]

  @PJ-14 @SI2
  Scénario: Un dossier ne montre que les pièces jointes qui lui sont adressées
    Soit un télédossier transmis aux deux SI, avec une pièce pour chacun et une pour les deux
    Alors chaque SI ne voit dans son dossier que ses propres pièces jointes [PJ-14]

  @PJ-15 @SI2
  Scénario: Un dossier ne donne pas les pièces jointes adressées à un autre
    Soit un télédossier transmis aux deux SI, avec une pièce pour chacun et une pour les deux
    Alors le SI ne peut pas télécharger le fichier du second SI [PJ-15]
    Et le SI peut télécharger son propre fichier [PJ-15]

  @PJ-17 @SI2
  Scénario: Une pièce jointe commune parvient à tous ses destinataires
    Soit un télédossier transmis aux deux SI, avec une pièce pour chacun et une pour les deux
    Alors le SI peut télécharger le fichier commun [PJ-17]
    Et le second SI peut télécharger le fichier commun [PJ-17]

  @PJ-07 @VIRUS
  Plan du scénario: Un fichier infecté, <annonce>, ne parvient jamais au destinataire
    Soit un télédossier dont un fichier a été reçu, et un autre, infecté, <annonce>
    Quand le télédossier parvient à ses destinataires
    Alors le SI ne peut pas télécharger l'autre fichier [PJ-07]
    Et le SI peut télécharger le fichier reçu [PJ-07]

    Exemples:
      | annonce            |
      | annoncé après lui  |
      | annoncé avant lui  |

  @PJ-08
  Scénario: Un fichier rejeté ne parvient jamais au destinataire
    Soit un télédossier dont un fichier a été reçu, et un autre rejeté
    Quand le télédossier parvient à ses destinataires
    Alors le SI ne peut pas télécharger l'autre fichier [PJ-08]
    Et le dossier ne dit pas reçu l'autre fichier [PJ-08]
    Et le SI peut télécharger le fichier reçu [PJ-08]

  @PJ-19
  Scénario: Un fichier ne se télécharge pas avant que son verdict soit rendu
    Soit un télédossier créé par l'OSL pour le SI, sans ses fichiers
    Alors le SI ne peut télécharger aucun fichier dont le verdict n'est pas rendu [PJ-19]
    Quand le télédossier parvient à ses destinataires
    Alors le SI peut télécharger le fichier reçu [PJ-19]

  @PJ-19
  Scénario: Un fichier qui n'a pas été envoyé ne se télécharge pas
    Soit un télédossier dont un fichier a été reçu, et un autre pas encore envoyé
    Quand l'OSL complète le télédossier
    Alors le SI ne peut pas télécharger l'autre fichier [PJ-19]

  @PJ-10
  Plan du scénario: Une pièce jointe d'un format que la démarche n'admet pas ne parvient jamais au SI (la dernière <de>)
    Soit un télédossier <de>, encore à créer
    Quand l'OSL tente de le transmettre avec une pièce d'un format que la démarche n'admet pas
    Alors cette pièce jointe n'est jamais parvenue au SI [PJ-10]
    Quand l'OSL tente de le transmettre avec une pièce que la démarche admet
    Alors cette pièce jointe est parvenue au SI [PJ-10]

    Exemples:
      | de                      |
      | d'une seule pièce jointe |
      | de deux pièces jointes  |

  @PJ-11
  Plan du scénario: Une pièce jointe d'un type que la démarche n'admet pas ne parvient jamais au SI (la dernière <de>)
    Soit un télédossier <de>, encore à créer
    Quand l'OSL tente de le transmettre avec une pièce d'un type que la démarche n'admet pas
    Alors cette pièce jointe n'est jamais parvenue au SI [PJ-11]
    Quand l'OSL tente de le transmettre avec une pièce que la démarche admet
    Alors cette pièce jointe est parvenue au SI [PJ-11]

    Exemples:
      | de                      |
      | d'une seule pièce jointe |
      | de deux pièces jointes  |

  @PJ-12
  Plan du scénario: Une pièce jointe plus grosse que le maximum de la démarche ne parvient jamais au SI (la dernière <de>)
    Soit un télédossier <de>, encore à créer
    Quand l'OSL tente de le transmettre avec une pièce plus grosse que le maximum de la démarche
    Alors cette pièce jointe n'est jamais parvenue au SI [PJ-12]
    Quand l'OSL annonce une pièce du maximum exact de la démarche
    Alors le hub accepte la demande [PJ-12]

    Exemples:
      | de                      |
      | d'une seule pièce jointe |
      | de deux pièces jointes  |

  @PJ-20
  Scénario: Les fichiers aux tailles limites passent octet pour octet dans les deux sens
    Soit un télédossier créé par l'OSL pour le SI, de fichiers aux tailles limites
    Alors chacun de ses fichiers, envoyé tel qu'annoncé, est reçu [PJ-20]
    Quand le télédossier parvient à ses destinataires
    Alors le SI peut télécharger chaque fichier déposé [PJ-20]

  @PJ-20
  Plan du scénario: Un fichier de <taille> octet est reçu, ou non
    Quand l'OSL dépose un fichier de <taille> octet
    Alors l'on relève ce que le hub fait de ce fichier [PJ-20]

    Exemples:
      | taille |
      | 0      |
      | 1      |

  @PJ-21
  Scénario: Les octets d'un télédossier complet ne sont plus remplacés, ou le sont
    Soit un télédossier transmis au SI
    Quand l'OSL envoie de nouveau le fichier, avec d'autres octets
    Alors l'on relève quels octets le SI télécharge [PJ-21]

  @PJ-22
  Scénario: Le verdict et l'empreinte suivent les octets envoyés de nouveau, ou non
    Soit un télédossier créé par l'OSL pour le SI, sans ses fichiers
    Quand l'OSL envoie le fichier tronqué, puis tel qu'annoncé, puis avec d'autres octets
    Et le télédossier parvient à ses destinataires
    Alors l'on relève quels octets le SI télécharge [PJ-22]

  @PJ-18 @BIG
  Scénario: Un fichier de la plus grande taille admise passe dans les deux sens
    Quand l'OSL transmet un fichier de la plus grande taille admise
    Alors le hub confirme sans contenu [PJ-18]
    Et ce fichier est reçu [PJ-18]
    Quand le télédossier parvient à ses destinataires
    Alors le SI peut télécharger ce gros fichier [PJ-18]
