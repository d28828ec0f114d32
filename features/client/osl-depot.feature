# language: fr
@OSL
Fonctionnalité: Déposer des télédossiers et les suivre
  Le logiciel d'un opérateur de services en ligne numérote, crée, dépose chaque fichier, termine, puis suit le télédossier
  jusqu'à sa clôture (PRES-2021, « Création d'un TD par un OSL » ; CINE-2022 ; VALISE-1.7).

  @CLI-20 @CLI-21 @CLI-22 @CLI-24
  Scénario: Un dépôt
    Quand le client passe
    Alors le télédossier et ses dossiers sont numérotés selon la règle [CLI-20]
    Et il y a un dossier par destinataire, et les pièces jointes sont adressées à des dossiers du télédossier [CLI-21]
    Et chaque fichier déclaré est déposé tel qu'annoncé avant la fin du dépôt [CLI-22]
    Et le dépôt est terminé, une seule fois [CLI-24]

  @CLI-20
  Scénario: Deux dépôts de suite
    Quand le client passe
    Et que le client passe
    Alors aucun numéro n'est employé deux fois [CLI-20]

  @CLI-25
  Scénario: Le suivi jusqu'à la clôture
    Quand le client passe
    Et le service instructeur traite les télédossiers reçus
    Et que le client passe
    Alors chaque événement du service est lu et passé à RECEIVED, et chaque dossier traité est clos [CLI-25]

  @CLI-26
  Scénario: La réouverture, à la demande du service
    Quand le client passe
    Et le service instructeur traite les télédossiers reçus
    Et que le client passe
    Et le service instructeur demande un complément
    Et que le client passe
    Alors le dossier clos est rouvert avec le complément [CLI-26]

  @CLI-23
  Scénario: Une pièce jointe rejetée
    Étant donné que le banc abîme une pièce jointe en chemin, qui est rejetée
    Quand le client passe
    Alors le client la dépose à nouveau, supprime le télédossier, ou termine en connaissance de cause [CLI-23]

  @CLI-23
  Scénario: Une pièce jointe infectée
    Étant donné que le banc trouve une pièce jointe infectée
    Quand le client passe
    Alors le client la dépose à nouveau, supprime le télédossier, ou termine en connaissance de cause [CLI-23]
