# language: fr
@OSL @SI @long
Fonctionnalité: Suites d'appels tirées au sort
  Les scénarios jouent ce à quoi leur auteur a pensé. Ici, des suites d'appels de plusieurs acteurs sont tirées au sort et
  jouées à la fois sur le hub et sur un petit modèle, qui ne sait que ce que les documents disent : télédossiers, dossiers,
  événements, pièces, notifications. Après chaque appel, ce qui devait changer est relu, et le reste ne doit pas avoir bougé
  (API Folder 1.2.7 ; CI-SI-1.2.6). Quand ils ne s'accordent pas, la suite la plus courte qui le montre est donnée.

  @WIRE-03
  Scénario: Le hub suit le modèle dans des suites d'appels valides
    Quand les acteurs enchaînent 16 suites d'appels valides tirées au sort, graine 1
    Alors à chaque pas, le hub répond et se relit comme le modèle le prévoit [WIRE-03]

  @WIRE-03
  Scénario: Des appels invalides mêlés aux autres ne changent rien et ne mettent jamais le hub en défaut
    Quand les acteurs enchaînent 16 suites d'appels valides et invalides tirées au sort, graine 2
    Alors à chaque pas, le hub répond et se relit comme le modèle le prévoit [WIRE-03]
