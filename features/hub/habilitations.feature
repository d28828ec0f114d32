# language: fr
@OSL @SI
Fonctionnalité: Habilitations : qui peut demander quoi
  La matrice croise les 28 opérations du hub et les quatre habilitations : OSL, SI, ADMIN, DATAPASS (PRES-2021, « Liste
  des API disponibles » ; SFD §3.3). Chaque case de la matrice est jouée sur un objet réel. Une demande interdite est
  aussitôt refaite, à l'identique et sur le même objet, par un acteur qui y a droit : le refus tient donc bien à l'acteur.

  Le référentiel n'est jamais modifié : une demande de création ou de modification d'abonnement, d'organisation ou de
  démarche porte à dessein une valeur d'un type impossible. Qui y a droit la voit refusée comme invalide, et rien ne
  change ; qui n'y a pas droit la voit refusée faute de droit.

  @<acteur>
  Plan du scénario: <acteur> peut « <demande> »
    Soit de quoi demander « <demande> » comme <acteur>
    Quand <acteur> demande : « <demande> »
    Alors la demande « <demande> » est permise [<règle>]

    @ACC-01
    Exemples: 1. Déclarer un télédossier
      | acteur | demande                 | règle  |
      | OSL    | déclarer un télédossier | ACC-01 |
      | ADMIN  | déclarer un télédossier | ACC-01 |

    @ACC-02
    Exemples: 2. Envoyer un fichier du télédossier
      | acteur | demande                           | règle  |
      | OSL    | envoyer un fichier du télédossier | ACC-02 |
      | ADMIN  | envoyer un fichier du télédossier | ACC-02 |

    @ACC-03
    Exemples: 3. Ajouter un événement au dossier
      | acteur | demande                         | règle  |
      | OSL    | ajouter un événement au dossier | ACC-03 |
      | SI     | ajouter un événement au dossier | ACC-03 |
      | ADMIN  | ajouter un événement au dossier | ACC-03 |

    @ACC-04
    Exemples: 4. Changer le statut du télédossier
      | acteur | demande                          | règle  |
      | OSL    | changer le statut du télédossier | ACC-04 |
      | ADMIN  | changer le statut du télédossier | ACC-04 |

    @ACC-05
    Exemples: 5. Changer le statut du dossier
      | acteur | demande                      | règle  |
      | OSL    | changer le statut du dossier | ACC-05 |
      | SI     | changer le statut du dossier | ACC-05 |
      | ADMIN  | changer le statut du dossier | ACC-05 |

    @ACC-06
    Exemples: 6. Changer le statut d'un événement
      | acteur | demande                          | règle  |
      | OSL    | changer le statut d'un événement | ACC-06 |
      | SI     | changer le statut d'un événement | ACC-06 |
      | ADMIN  | changer le statut d'un événement | ACC-06 |

    @ACC-07
    Exemples: 7. Envoyer un fichier d'un événement
      | acteur | demande                           | règle  |
      | OSL    | envoyer un fichier d'un événement | ACC-07 |
      | SI     | envoyer un fichier d'un événement | ACC-07 |
      | ADMIN  | envoyer un fichier d'un événement | ACC-07 |

    @ACC-08
    Exemples: 8. Lire le télédossier
      | acteur | demande             | règle  |
      | OSL    | lire le télédossier | ACC-08 |
      | ADMIN  | lire le télédossier | ACC-08 |

    @ACC-09
    Exemples: 9. Télécharger un fichier d'un événement
      | acteur | demande                               | règle  |
      | OSL    | télécharger un fichier d'un événement | ACC-09 |
      | SI     | télécharger un fichier d'un événement | ACC-09 |
      | ADMIN  | télécharger un fichier d'un événement | ACC-09 |

    @ACC-10
    Exemples: 10. Lister les abonnements
      | acteur | demande                | règle  |
      | OSL    | lister les abonnements | ACC-10 |
      | ADMIN  | lister les abonnements | ACC-10 |

    @ACC-11
    Exemples: 11. Lire un abonnement
      | acteur | demande            | règle  |
      | OSL    | lire un abonnement | ACC-11 |
      | ADMIN  | lire un abonnement | ACC-11 |

    @ACC-12
    Exemples: 12. Relever les notifications
      | acteur | demande                   | règle  |
      | OSL    | relever les notifications | ACC-12 |
      | SI     | relever les notifications | ACC-12 |

    @ACC-13
    Exemples: 13. Supprimer une notification
      | acteur | demande                    | règle  |
      | OSL    | supprimer une notification | ACC-13 |
      | SI     | supprimer une notification | ACC-13 |

    @ACC-14
    Exemples: 14. Lire le dossier
      | acteur | demande         | règle  |
      | SI     | lire le dossier | ACC-14 |
      | ADMIN  | lire le dossier | ACC-14 |

    @ACC-15
    Exemples: 15. Télécharger un fichier du dossier
      | acteur | demande                           | règle  |
      | SI     | télécharger un fichier du dossier | ACC-15 |
      | ADMIN  | télécharger un fichier du dossier | ACC-15 |

    @ACC-16
    Exemples: 16. Lire un événement
      | acteur | demande           | règle  |
      | OSL    | lire un événement | ACC-16 |
      | SI     | lire un événement | ACC-16 |
      | ADMIN  | lire un événement | ACC-16 |

    @ACC-17
    Exemples: 17. Supprimer le télédossier
      | acteur | demande                  | règle  |
      | OSL    | supprimer le télédossier | ACC-17 |
      | ADMIN  | supprimer le télédossier | ACC-17 |

    @ACC-18
    Exemples: 18. Créer un abonnement
      | acteur   | demande             | règle  |
      | ADMIN    | créer un abonnement | ACC-18 |
      | DATAPASS | créer un abonnement | ACC-18 |

    @ACC-19
    Exemples: 19. Modifier un abonnement
      | acteur | demande                | règle  |
      | ADMIN  | modifier un abonnement | ACC-19 |

    @ACC-20
    Exemples: 20. Créer une organisation
      | acteur | demande                | règle  |
      | ADMIN  | créer une organisation | ACC-20 |

    @ACC-21
    Exemples: 21. Modifier une organisation
      | acteur | demande                   | règle  |
      | ADMIN  | modifier une organisation | ACC-21 |

    @ACC-22
    Exemples: 22. Lire une organisation
      | acteur | demande               | règle  |
      | ADMIN  | lire une organisation | ACC-22 |

    @ACC-23
    Exemples: 23. Lister les organisations
      | acteur | demande                  | règle  |
      | ADMIN  | lister les organisations | ACC-23 |

    @ACC-24
    Exemples: 24. Créer une démarche
      | acteur | demande            | règle  |
      | ADMIN  | créer une démarche | ACC-24 |

    @ACC-25
    Exemples: 25. Modifier une démarche
      | acteur | demande               | règle  |
      | ADMIN  | modifier une démarche | ACC-25 |

    @ACC-26
    Exemples: 26. Lire une démarche
      | acteur | demande           | règle  |
      | ADMIN  | lire une démarche | ACC-26 |

    @ACC-27
    Exemples: 27. Lister les démarches
      | acteur | demande              | règle  |
      | ADMIN  | lister les démarches | ACC-27 |

    @ACC-28
    Exemples: 28. Supprimer un événement
      | acteur | demande                | règle  |
      | OSL    | supprimer un événement | ACC-28 |
      | SI     | supprimer un événement | ACC-28 |
      | ADMIN  | supprimer un événement | ACC-28 |

  @<acteur> @<témoin>
  Plan du scénario: <acteur> ne peut pas « <demande> »
    Soit de quoi demander « <demande> » comme <témoin>
    Quand <acteur> demande : « <demande> »
    Alors le hub refuse la demande faute de droit [<règle>]
    Quand <témoin> demande : « <demande> »
    Alors la demande « <demande> » est permise [<règle>]

    @ACC-01
    Exemples: 1. Déclarer un télédossier
      | acteur   | demande                 | témoin | règle  |
      | SI       | déclarer un télédossier | OSL    | ACC-01 |
      | DATAPASS | déclarer un télédossier | OSL    | ACC-01 |

    @ACC-02
    Exemples: 2. Envoyer un fichier du télédossier
      | acteur   | demande                           | témoin | règle  |
      | SI       | envoyer un fichier du télédossier | OSL    | ACC-02 |
      | DATAPASS | envoyer un fichier du télédossier | OSL    | ACC-02 |

    @ACC-03
    Exemples: 3. Ajouter un événement au dossier
      | acteur   | demande                         | témoin | règle  |
      | DATAPASS | ajouter un événement au dossier | OSL    | ACC-03 |

    @ACC-04
    Exemples: 4. Changer le statut du télédossier
      | acteur   | demande                          | témoin | règle  |
      | SI       | changer le statut du télédossier | OSL    | ACC-04 |
      | DATAPASS | changer le statut du télédossier | OSL    | ACC-04 |

    @ACC-05
    Exemples: 5. Changer le statut du dossier
      | acteur   | demande                      | témoin | règle  |
      | DATAPASS | changer le statut du dossier | OSL    | ACC-05 |

    @ACC-06
    Exemples: 6. Changer le statut d'un événement
      | acteur   | demande                          | témoin | règle  |
      | DATAPASS | changer le statut d'un événement | OSL    | ACC-06 |

    @ACC-07
    Exemples: 7. Envoyer un fichier d'un événement
      | acteur   | demande                           | témoin | règle  |
      | DATAPASS | envoyer un fichier d'un événement | OSL    | ACC-07 |

    @ACC-08
    Exemples: 8. Lire le télédossier
      | acteur   | demande             | témoin | règle  |
      | SI       | lire le télédossier | OSL    | ACC-08 |
      | DATAPASS | lire le télédossier | OSL    | ACC-08 |

    @ACC-09
    Exemples: 9. Télécharger un fichier d'un événement
      | acteur   | demande                               | témoin | règle  |
      | DATAPASS | télécharger un fichier d'un événement | OSL    | ACC-09 |

    @ACC-10
    Exemples: 10. Lister les abonnements
      | acteur | demande                | témoin | règle  |
      | SI     | lister les abonnements | OSL    | ACC-10 |

    @ACC-11
    Exemples: 11. Lire un abonnement
      | acteur | demande            | témoin | règle  |
      | SI     | lire un abonnement | OSL    | ACC-11 |

    @ACC-12
    Exemples: 12. Relever les notifications
      | acteur   | demande                   | témoin | règle  |
      | DATAPASS | relever les notifications | OSL    | ACC-12 |

    @ACC-13
    Exemples: 13. Supprimer une notification
      | acteur   | demande                    | témoin | règle  |
      | DATAPASS | supprimer une notification | OSL    | ACC-13 |

    @ACC-14
    Exemples: 14. Lire le dossier
      | acteur   | demande         | témoin | règle  |
      | DATAPASS | lire le dossier | SI     | ACC-14 |

    @ACC-15
    Exemples: 15. Télécharger un fichier du dossier
      | acteur   | demande                           | témoin | règle  |
      | DATAPASS | télécharger un fichier du dossier | SI     | ACC-15 |

    @ACC-16
    Exemples: 16. Lire un événement
      | acteur   | demande           | témoin | règle  |
      | DATAPASS | lire un événement | OSL    | ACC-16 |

    @ACC-17
    Exemples: 17. Supprimer le télédossier
      | acteur   | demande                  | témoin | règle  |
      | SI       | supprimer le télédossier | OSL    | ACC-17 |
      | DATAPASS | supprimer le télédossier | OSL    | ACC-17 |

    @ACC-18
    Exemples: 18. Créer un abonnement
      | acteur | demande             | témoin | règle  |
      | OSL    | créer un abonnement | ADMIN  | ACC-18 |
      | SI     | créer un abonnement | ADMIN  | ACC-18 |

    @ACC-19
    Exemples: 19. Modifier un abonnement
      | acteur | demande                | témoin | règle  |
      | OSL    | modifier un abonnement | ADMIN  | ACC-19 |
      | SI     | modifier un abonnement | ADMIN  | ACC-19 |

    @ACC-20
    Exemples: 20. Créer une organisation
      | acteur | demande                | témoin | règle  |
      | OSL    | créer une organisation | ADMIN  | ACC-20 |
      | SI     | créer une organisation | ADMIN  | ACC-20 |

    @ACC-21
    Exemples: 21. Modifier une organisation
      | acteur | demande                   | témoin | règle  |
      | OSL    | modifier une organisation | ADMIN  | ACC-21 |
      | SI     | modifier une organisation | ADMIN  | ACC-21 |

    @ACC-22
    Exemples: 22. Lire une organisation
      | acteur | demande               | témoin | règle  |
      | OSL    | lire une organisation | ADMIN  | ACC-22 |
      | SI     | lire une organisation | ADMIN  | ACC-22 |

    @ACC-23
    Exemples: 23. Lister les organisations
      | acteur | demande                  | témoin | règle  |
      | OSL    | lister les organisations | ADMIN  | ACC-23 |
      | SI     | lister les organisations | ADMIN  | ACC-23 |

    @ACC-24
    Exemples: 24. Créer une démarche
      | acteur   | demande            | témoin | règle  |
      | OSL      | créer une démarche | ADMIN  | ACC-24 |
      | SI       | créer une démarche | ADMIN  | ACC-24 |
      | DATAPASS | créer une démarche | ADMIN  | ACC-24 |

    @ACC-25
    Exemples: 25. Modifier une démarche
      | acteur   | demande               | témoin | règle  |
      | OSL      | modifier une démarche | ADMIN  | ACC-25 |
      | SI       | modifier une démarche | ADMIN  | ACC-25 |
      | DATAPASS | modifier une démarche | ADMIN  | ACC-25 |

    @ACC-26
    Exemples: 26. Lire une démarche
      | acteur   | demande           | témoin | règle  |
      | SI       | lire une démarche | ADMIN  | ACC-26 |
      | DATAPASS | lire une démarche | ADMIN  | ACC-26 |

    @ACC-27
    Exemples: 27. Lister les démarches
      | acteur   | demande              | témoin | règle  |
      | OSL      | lister les démarches | ADMIN  | ACC-27 |
      | SI       | lister les démarches | ADMIN  | ACC-27 |
      | DATAPASS | lister les démarches | ADMIN  | ACC-27 |

    @ACC-28
    Exemples: 28. Supprimer un événement
      | acteur   | demande                | témoin | règle  |
      | DATAPASS | supprimer un événement | OSL    | ACC-28 |

  Plan du scénario: Les documents se contredisent sur <accès> et « <demande> » : ce que fait le hub est relevé
    Soit de quoi demander « <demande> » comme <pour>
    Quand <accès>, si un accès lui est déclaré, demande : « <demande> »
    Alors ce que fait le hub est relevé pour la divergence <divergence> [<règle>]

    @ACC-10
    Exemples: 10. Lister les abonnements
      | accès    | demande                | pour | divergence | règle  |
      | DATAPASS | lister les abonnements | OSL  | D3         | ACC-10 |

    @ACC-11
    Exemples: 11. Lire un abonnement
      | accès    | demande            | pour | divergence | règle  |
      | DATAPASS | lire un abonnement | OSL  | D3         | ACC-11 |

    @ACC-12
    Exemples: 12. Relever les notifications
      | accès | demande                   | pour | divergence | règle  |
      | ADMIN | relever les notifications | SI   | D19        | ACC-12 |

    @ACC-13
    Exemples: 13. Supprimer une notification
      | accès | demande                    | pour | divergence | règle  |
      | ADMIN | supprimer une notification | SI   | D19        | ACC-13 |

    @ACC-14
    Exemples: 14. Lire le dossier
      | accès | demande         | pour | divergence | règle  |
      | OSL   | lire le dossier | SI   | D2         | ACC-14 |

    @ACC-15
    Exemples: 15. Télécharger un fichier du dossier
      | accès | demande                           | pour | divergence | règle  |
      | OSL   | télécharger un fichier du dossier | SI   | D2         | ACC-15 |

    @ACC-19 @ADMIN
    Exemples: 19. Modifier un abonnement
      | accès    | demande                | pour | divergence | règle  |
      | DATAPASS | modifier un abonnement | OSL  | D3         | ACC-19 |

    @ACC-20
    Exemples: 20. Créer une organisation
      | accès    | demande                | pour | divergence | règle  |
      | DATAPASS | créer une organisation | OSL  | D3         | ACC-20 |

    @ACC-21 @ADMIN
    Exemples: 21. Modifier une organisation
      | accès    | demande                   | pour | divergence | règle  |
      | DATAPASS | modifier une organisation | OSL  | D3         | ACC-21 |

    @ACC-22
    Exemples: 22. Lire une organisation
      | accès    | demande               | pour | divergence | règle  |
      | DATAPASS | lire une organisation | OSL  | D3         | ACC-22 |

    @ACC-23
    Exemples: 23. Lister les organisations
      | accès    | demande                  | pour | divergence | règle  |
      | DATAPASS | lister les organisations | OSL  | D3         | ACC-23 |

    @ACC-26
    Exemples: 26. Lire une démarche
      | accès | demande           | pour | divergence | règle  |
      | OSL   | lire une démarche | OSL  | D4         | ACC-26 |
