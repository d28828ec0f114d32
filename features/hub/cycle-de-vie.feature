# language: fr
@OSL @SI @ADMIN @CLOCK @serial
Fonctionnalité: Cycle de vie des fichiers et des dossiers
  Chaque démarche dit combien de temps les fichiers sont gardés après le statut qu'elle choisit, quand un dossier clos est
  archivé, et quand il est supprimé (SFD §3.5.10, annexe 4.1).

  @LIFE-01 @LIFE-02 @LIFE-04
  Scénario: Un fichier est purgé à son échéance, pas avant
    Soit une démarche aux délais connus, sur laquelle un télédossier est transmis au SI
    Quand le dossier du SI atteint le statut à partir duquel la démarche purge ses fichiers
    Et l'échéance de la purge approche
    Alors le SI télécharge encore le fichier [LIFE-02]
    Quand l'échéance de la purge est passée
    Alors le fichier est purgé [LIFE-01]
    Et le téléchargement du fichier purgé est refusé comme introuvable [LIFE-04]
    Et le nom, le type et la taille du fichier purgé sont conservés [LIFE-04]

  @LIFE-02
  Scénario: Un fichier dont le dossier n'a pas atteint le statut prévu n'est pas purgé
    Soit une démarche aux délais connus, sur laquelle un télédossier est transmis au SI
    Quand le dossier reste en deçà du statut à partir duquel la démarche purge ses fichiers
    Et l'échéance de la purge est passée
    Alors le SI télécharge encore le fichier [LIFE-02]

  @LIFE-01 @LIFE-03 @SI2
  Scénario: Un fichier commun à deux dossiers attend le second
    Soit une démarche aux délais connus, sur laquelle un télédossier est transmis au SI et au second SI
    Quand le dossier du SI atteint le statut à partir duquel la démarche purge ses fichiers
    Et l'échéance de la purge est passée
    Alors le second SI télécharge encore le fichier [LIFE-03]
    Quand le dossier du second SI atteint le statut à partir duquel la démarche purge ses fichiers
    Et l'échéance de la purge est passée
    Alors le fichier est purgé [LIFE-01]

  @LIFE-05 @LIFE-06
  Scénario: Un dossier clos est archivé, puis supprimé
    Soit une démarche aux délais connus, sur laquelle un télédossier est transmis au SI
    Quand l'OSL clôt le dossier et le télédossier
    Alors le dossier clos reçoit encore un événement [LIFE-05]
    Quand l'échéance de l'archivage approche
    Alors l'administrateur lit encore le dossier au statut CLOSED [LIFE-05]
    Quand l'échéance de l'archivage est passée
    Alors le dossier est archivé [LIFE-05]
    Et le dossier archivé ne se modifie plus [LIFE-05]
    Quand l'échéance de la suppression approche
    Alors l'administrateur lit encore le dossier au statut ARCHIVED [LIFE-06]
    Quand l'échéance de la suppression est passée
    Alors le dossier et le télédossier n'existent plus [LIFE-06]

  @LIFE-07
  Scénario: La liste des fichiers à purger et la confirmation de leur purge concordent
    Soit une démarche aux délais connus, sur laquelle un télédossier est transmis au SI
    Quand le dossier du SI atteint le statut à partir duquel la démarche purge ses fichiers
    Alors le fichier n'est pas à purger [LIFE-07]
    Quand l'échéance de la purge est passée
    Alors le fichier est à purger [LIFE-07]
    Quand le SI confirme la purge de ce fichier
    Alors la purge est confirmée [LIFE-07]
    Et le fichier n'est pas à purger [LIFE-07]
