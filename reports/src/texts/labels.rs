//! The words of the reports, each once, with its two languages side by side.

use super::Lang;

words! {
    /// The words of one language.
    Labels:
    conforms: "Conforme", "Conforms";
    does_not_conform: "Non conforme", "Does not conform";
    undecided: "Indéterminé", "Undecided";
    report_title: "Rapport de conformité", "Conformance report";
    run_facts: "Le passage", "The run";
    target: "Hub évalué", "Hub under test";
    /// Before the reason for which a hub's owner contests a rule.
    disputed: "Règle contestée par le hub évalué", "Disputed by the hub under test";
    /// What was judged, when it is a client.
    client: "Client évalué", "Client judged";
    address: "Adresse", "Address";
    contract: "Contrat exigé", "Required contract";
    catalogue: "Catalogue de règles, édition", "Catalogue of rules, edition";
    started: "Début", "Started";
    finished: "Fin", "Finished";
    lasted: "Durée", "Duration";
    clock_ahead: "Horloge de la cible", "Clock of the target";
    run: "Identifiant du passage", "Run";
    seed: "Graine aléatoire", "Random seed";
    scope: "Périmètre", "Scope";
    scope_whole: "Tout le catalogue", "The whole catalogue";
    scope_partial: "Passage partiel", "Partial run";
    not_finished: "Passage interrompu avant sa fin", "Interrupted before its end";
    rules: "règles", "rules";
    rule: "Règle", "Rule";
    counts: "Le compte des règles", "The rules, counted";
    to_fix: "Règles en échec", "Failed rules";
    not_decided: "Règles sans décision", "Rules without decision";
    not_decided_intro:
        "Rien n'y est en échec, mais rien n'y est prouvé : une règle obligatoire sans décision empêche de conclure, sauf si la cible déclare ne pas l'offrir.",
        "Nothing failed here, but nothing is proven: a mandatory rule without decision leaves the verdict open, unless the target declares that it does not offer it.";
    all_rules: "Toutes les règles", "All rules";
    scenarios: "Scénarios", "Scenarios";
    divergences: "Divergences observées", "Divergences observed";
    divergences_intro:
        "Là où les documents se contredisent, le hub est libre de choisir ; voici ce qu'il fait.",
        "Where the documents disagree a hub is free to choose; this is what it does.";
    times: "Durées observées", "Times observed";
    times_intro:
        "Délais du hub mesurés pendant le passage.",
        "Delays of the hub measured during the run.";
    cleanup: "Nettoyage", "Cleanup";
    cleanup_left:
        "Reste sur le hub, sans que ce soit une non-conformité :",
        "Left on the hub, which is no non-conformity:";
    glossary: "Glossaire", "Glossary";
    cleanup_none_left: "Le passage n'a rien laissé derrière lui.", "The run left nothing behind.";
    created: "Télédossiers créés", "Télédossiers created";
    removed: "Télédossiers supprimés ou clos", "Télédossiers deleted or closed";
    not_removed: "Télédossiers restés ouverts", "Télédossiers left open";
    left_over: "Objets laissés sur le hub", "Objects left on the hub";
    notes: "Remarques", "Notes";
    contents: "Sommaire", "Contents";
    skip_to_content: "Aller au contenu", "Skip to content";
    source: "Source", "Source";
    passage: "Passage cité, en nos mots", "Passage cited, in our words";
    level: "Niveau", "Level";
    outcome: "Résultat", "Outcome";
    reason: "Motif", "Reason";
    expected: "Attendu", "Expected";
    observed: "Constaté", "Observed";
    note: "Précision", "Detail";
    checked_by: "Vérifiée par", "Checked by";
    needs: "Suppose", "Needs";
    failed_checks: "vérifications en échec au total", "failed checks in all";
    in_scenario: "Scénario", "Scenario";
    run_wide: "Sur l'ensemble du passage", "On the run as a whole";
    decisive: "Échange décisif", "Decisive exchange";
    led_there: "Ce qui y a mené", "What led there";
    same_command: "Même commande que celle de", "Same command as that of";
    evidence_of: "Preuves de", "Evidence of";
    checks_alike:
        "Les mêmes constats reviennent ; vérifications réussies en tout",
        "The same was seen again and again; checks passed in all";
    check_passed: "conforme", "passed";
    check_failed: "en échec", "failed";
    check_undecided: "indécise", "undecided";
    check_recorded: "constatée", "recorded";
    process: "Démarche", "Démarche";
    credential: "accès", "credential";
    rules_concerned: "Règles concernées", "Rules concerned";
    not_printed:
        "Autres règles en échec, à lire à l'écran",
        "Other failed rules, to be read on a screen";
    index: "Index des règles", "Index of the rules";
    filter: "Filtrer les règles", "Filter the rules";
    filter_words: "Identifiant ou mots", "Id or words";
    family: "Famille", "Family";
    all_families: "toutes", "all";
    all_outcomes: "tous", "all";
    scrolls: "tableau qui défile", "table that scrolls";
    exchange_missing:
        "Échange absent du dossier du passage",
        "Exchange missing from the run's directory";
    request: "Requête", "Request";
    answer: "Réponse", "Answer";
    no_answer: "Aucune réponse complète", "No complete answer";
    replay: "Rejouer avec curl", "Replay with curl";
    no_body: "sans corps", "no body";
    bytes: "octets", "bytes";
    body_cut: "seul le début est conservé", "only its beginning is kept";
    binary_body: "contenu non conservé", "content not kept";
    steps: "Étapes", "Steps";
    step_passed: "faite", "done";
    step_failed: "en échec", "failed";
    step_skipped: "non atteinte", "not reached";
    what: "Attente", "Waited for";
    measures: "Mesures", "Measures";
    shortest: "Plus courte", "Shortest";
    median: "Médiane", "Median";
    longest: "Plus longue", "Longest";
    divergence: "Divergence", "Divergence";
    seen: "Fois", "Times";
    side: "Choix", "Side";
    info: "Information", "Information";
    warning: "Attention", "Warning";
    excused: "déclarée non offerte par la cible", "declared as not offered by the target";
    internal_error:
        "Une erreur interne d'étalon s'est produite : ce passage ne dit rien du hub. Signalez-la avec le dossier du passage.",
        "An internal error of étalon occurred: this run says nothing about the hub. Please report it with the directory of the run.";
    record: "Empreinte de l'enregistrement", "Digest of the record";
    unsealed:
        "non scellé : rien ne relie cette page à son enregistrement",
        "not sealed: nothing ties this page to its record";
    provenance: "D'où vient ce rapport", "Where this report comes from";
    sources: "Documents cités", "Documents cited";
    sources_intro:
        "Ce que les citations des règles désignent ; chaque règle dit, dans nos mots, ce que contient le passage cité. Un document sans adresse n'est pas publié, ou son adresse n'est pas connue d'étalon.",
        "What the citations of the rules stand for; each rule says in our words what the cited passage holds. A document without an address is not public, or its address is not known to étalon.";
    contract_page: "contrat", "contract";
    annex: "Annexe : le contrat", "Annex: the contract";
    annex_intro:
        "Ce que « contrat §6 » désigne : les faits de l'API, relevés dans les documents publics, tels qu'étalon les livre, en anglais.",
        "What \"contract §6\" stands for: the facts of the API, collected from the public documents, as étalon ships them.";
    short_name: "Cité comme", "Cited as";
    document: "Document", "Document";
    version: "Version", "Version";
    date: "Date", "Date";
    publisher: "Éditeur", "Publisher";
    produced_by: "Produit par étalon", "Produced by étalon";
    how_to_read: "Comment lire ce rapport", "How to read this report";
    how_to_read_text:
        "Chaque règle tient en une exigence des documents publics de l'API, citée avec sa source. Elle est conforme quand tous ses scénarios ont atteint leurs vérifications sans échec ; ce qui n'a pas été vérifié n'est jamais compté conforme. Les règles de niveau « constat » sont décrites sans être jugées.",
        "Each rule is one requirement of the public documents of the API, cited with its source. It passes when every one of its scenarios reached its checks and none failed; what was not checked never counts as passed. Rules of level \"recorded\" are described and not judged.";
}

impl Labels {
    /// What stands before the name of what was judged.
    pub(crate) fn judged(&self, run: &crate::run::Run) -> &'static str {
        if run.client.is_some() { self.client } else { self.target }
    }
}
