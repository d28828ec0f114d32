# language: fr
@OSL @SI
Fonctionnalité: Complétude d'un télédossier
  Quand tous les fichiers sont envoyés, l'OSL complète le télédossier : le hub notifie alors le destinataire de chaque
  dossier, qui en dispose dans les dix minutes (PRES-2021, « Création d'un TD par un OSL », étapes 5 et 6 ; SFD-1.2.2
  §3.5.5).

  @FOL-13 @FOL-18
  Scénario: Aucun SI n'est notifié avant la complétude
    Soit un télédossier créé par l'OSL pour le SI, ses fichiers envoyés
    Alors aucun destinataire n'est encore notifié de son dossier [FOL-13]
    Quand l'OSL complète le télédossier
    Alors chaque destinataire est notifié de son dossier, sans événement [FOL-18]

  @FOL-17
  Scénario: Un télédossier complété passe au statut notifié, ainsi que ses dossiers
    Soit un télédossier créé par l'OSL pour le SI, ses fichiers envoyés
    Quand l'OSL complète le télédossier
    Alors le hub confirme sans contenu [FOL-17]
    Et le télédossier et chacun de ses dossiers passent à "HUBEE_NOTIFIED" dans le délai annoncé [FOL-17]

  @FOL-17 @FOL-18 @FOL-19 @SI2
  Scénario: Chaque destinataire est notifié une fois et une seule
    Soit un télédossier créé par l'OSL pour le SI et le second SI, ses fichiers envoyés
    Quand l'OSL complète le télédossier
    Alors le hub confirme sans contenu [FOL-17]
    Et le télédossier et chacun de ses dossiers passent à "HUBEE_NOTIFIED" dans le délai annoncé [FOL-17]
    Et chaque destinataire est notifié de son dossier, sans événement [FOL-18]
    Et chaque destinataire n'est notifié qu'une fois de son dossier [FOL-19]

  @FOL-19
  Scénario: Un destinataire seul est notifié une seule fois
    Soit un télédossier créé par l'OSL pour le SI, ses fichiers envoyés
    Quand l'OSL complète le télédossier
    Alors chaque destinataire n'est notifié qu'une fois de son dossier [FOL-19]

  @FOL-20
  Scénario: Le destinataire dispose du télédossier dans le délai annoncé
    Soit un télédossier créé par l'OSL pour le SI, ses fichiers envoyés
    Quand l'OSL complète le télédossier
    Alors le SI peut lire son dossier moins de dix minutes après la complétude [FOL-20]

  @FOL-21
  Scénario: Un fichier rejeté n'empêche pas la complétude
    Soit un télédossier dont un fichier a été reçu, et un autre rejeté
    Quand l'OSL complète le télédossier
    Alors le hub accepte la demande [FOL-21]
    Quand le télédossier parvient à ses destinataires
    Alors le SI peut télécharger le fichier reçu [FOL-21]

  @FOL-21 @VIRUS
  Scénario: Un fichier infecté n'empêche pas la complétude
    Soit un télédossier dont un fichier a été reçu, et un autre, trouvé infecté, annoncé après lui
    Quand l'OSL complète le télédossier
    Alors le hub accepte la demande [FOL-21]
    Quand le télédossier parvient à ses destinataires
    Alors le SI peut télécharger le fichier reçu [FOL-21]
