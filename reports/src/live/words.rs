//! The words of the pages that follow a run, beside those of the reports.

use crate::texts::Lang;

words! {
    /// The words of one language.
    Words:
    connecting: "Connexion…", "Connecting…";
    following: "En direct", "Live";
    lost: "Connexion perdue : la page la reprend dès qu'étalon répond.", "Connection lost: the page takes it up again once étalon answers.";
    ended: "étalon s'est terminé : la page garde ce qu'elle a montré.", "étalon has ended: the page keeps what it has shown.";
    needs_script: "Cette page vit par son script, qu'étalon sert lui-même : autorisez-le.", "This page lives by its script, which étalon serves itself: please allow it.";
    not_the_report: "Cette page ne fait que suivre : aucun verdict n'en dépend.", "This page only follows: no verdict depends on it.";
    certification: "Certification en direct", "Certification, live";
    client_session: "Certification d'un client, en direct", "Certification of a client, live";
    going_on: "Passage en cours", "Run under way";
    preparing: "Le passage se prépare…", "The run is being prepared…";
    progress: "Avancement", "Progress";
    under_way: "Scénarios en cours", "Scenarios under way";
    none_under_way: "Aucun scénario n'est en cours.", "No scenario is under way.";
    families: "Règles par famille", "Rules by family";
    decided: "décidées", "decided";
    to_come: "à venir", "to come";
    of: "sur", "of";
    in_failure: "en échec", "failed";
    failures: "Échecs, le dernier d'abord", "Failures, the last one first";
    no_failure: "Aucun échec jusqu'ici.", "No failure so far.";
    no_note: "Aucune remarque jusqu'ici.", "No note so far.";
    now: "En ce moment", "Right now";
    turn: "Tour du client depuis", "Turn of the client for";
    expected_of_client: "Attendu du client", "Awaited of the client";
    nothing_awaited: "Rien de particulier n'est attendu : le client travaille.", "Nothing in particular is awaited: the client works.";
    turn_over: "Le client a fini son tour", "The client has had its turn";
    turn_over_about: "Le banc passe à la suite, sans attendre davantage.", "The bench goes on, without waiting longer.";
    stop: "Arrêter le passage", "Stop the run";
    stop_about: "Rien d'autre n'est joué ; le rapport est écrit.", "Nothing more is played; the report is written.";
    told: "Ce que fait le banc", "What the bench does";
    nothing_told: "Le banc n'a encore rien fait.", "The bench has done nothing yet.";
    calls: "Appels du client, le dernier d'abord", "Calls of the client, the last one first";
    no_call: "Le client n'a fait aucun appel.", "The client has made no call.";
    verdicts: "Règles, à mesure qu'elles tombent", "Rules, as they fall";
    credentials: "Accès et environnement", "Credentials and environment";
    credentials_about: "Ce dont le client a besoin pour appeler ce banc.", "What the client needs to call this bench.";
    copy: "Copier", "Copy";
    copied: "Copié", "Copied";
    shell: "Variables d'un shell", "Variables of a shell";
    dot_env: "Fichier .env", "A .env file";
    toml: "TOML", "TOML";
    campaign: "Campagne en direct", "Load campaign, live";
    measuring: "mesure", "measured";
    over: "La campagne est terminée.", "The campaign is over.";
    undelivered: "Dossiers suivis", "Cases under way";
    recently: "10 dernières secondes", "last 10 s";
    since_start: "depuis le début", "since the start";
    service: "Hub de référence en direct", "Reference hub, live";
    teledossiers: "Télédossiers, le dernier d'abord", "Télédossiers, the last one first";
    no_teledossier: "Aucun télédossier n'a été déposé.", "No télédossier was deposited.";
    cases: "dossiers", "cases";
    files: "pièces", "attachments";
    no_event: "Aucun évènement.", "No event.";
    queues: "Files d'attente, par organisation", "Queues, by organization";
    organization: "Organisation", "Organization";
    waiting: "Notifications en attente", "Notifications that wait";
    queues_empty: "Aucune notification n'attend.", "No notification waits.";
    service_calls: "Journal des appels, le dernier d'abord", "Journal of the calls, the last one first";
    no_service_call: "Le hub n'a reçu aucun appel.", "The hub was given no call.";
    mails: "Courriels, le dernier d'abord", "Mails, the last one first";
    no_mail: "Aucun courriel n'a été écrit.", "No mail was written.";
    deposit: "Déposer un télédossier", "Deposit a télédossier";
    deposit_about: "L'OSL de la démarche le dépose, par HTTP, avec une pièce de chaque type en usage, et le déclare complet.", "The OSL of the démarche deposits it, over HTTP, with an attachment of each type in use, and completes it.";
    deposit_button: "Déposer", "Deposit";
    faults: "Défauts du hub", "Faults of the hub";
    faults_about: "Le hub enfreint une règle exprès, à partir de maintenant et jusqu'à ce qu'il soit remis en état.", "The hub breaks a rule on purpose, from now on and until it is mended.";
    no_fault: "Le hub tient toutes les règles.", "The hub keeps every rule.";
    fault: "Défaut", "Fault";
    break_it: "Enfreindre", "Break";
    mend_it: "Remettre en état", "Mend";
    postman: "Environnement Postman", "Postman environment";
}
