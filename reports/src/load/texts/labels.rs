//! The words of the reports of a campaign, each once, with its two languages side by side.

use crate::texts::Lang;

words! {
    /// The words of one language.
    Labels:
    report_title: "Rapport d'une campagne de charge", "Report of a load campaign";
    plan: "Plan", "Plan";
    shard: "Fraction du plan", "Shard of the plan";
    merged_from: "Réunit les campagnes", "Puts together the runs";
    aborted_by: "Arrêtée par l'objectif", "Stopped by the objective";
    measured: "Durée mesurée", "Measured for";
    warm_up: "Chauffe, hors mesure", "Warm-up, not measured";
    warm_up_short: "chauffe", "warm-up";
    drain_short: "fin des parcours", "drain";
    key_figures: "En bref", "In short";
    calls: "Appels", "Calls";
    calls_per_s: "Appels par seconde", "Calls per second";
    errors: "Erreurs", "Errors";
    error_kind: "Nature", "Kind";
    journeys_started: "Parcours partis", "Journeys started";
    journeys_asked: "Parcours demandés, en moyenne", "Journeys asked for, in the mean";
    sent: "Pièces envoyées", "Attachments sent";
    received: "Pièces reçues", "Attachments received";
    objectives: "Objectifs", "Objectives";
    objectives_none:
        "Le plan ne fixe aucun objectif ; seul l'audit de livraison est jugé.",
        "The plan sets no objective; only the delivery audit is judged.";
    objective: "Objectif", "Objective";
    window: "Fenêtre", "Window";
    whole_run: "toute la mesure", "the whole measure";
    limit: "Limite", "Limit";
    observed: "Observé", "Observed";
    worst_at: "Pire instant", "Worst moment";
    outcome: "Résultat", "Outcome";
    all_calls: "tous les appels", "all calls";
    latencies: "Temps", "Times";
    latencies_intro:
        "Le temps de réponse court de l'instant où l'appel était dû jusqu'au dernier octet : l'attente d'un hub qui bloque y compte. Le temps de service court de l'envoi. Un appel sans réponse compte pour son délai maximal.",
        "Response time runs from the instant the call was due to the last byte: waiting for a hub that stalls counts. Service time runs from the sending. A call without an answer counts for its time-out.";
    curve: "Courbe des centiles, tous appels", "Percentile curve, all calls";
    curve_text:
        "Temps (échelle logarithmique) sous lequel se trouve chaque part des appels ; l'axe s'étire vers 100 %.",
        "Time (logarithmic scale) within which each share of the calls falls; the axis stretches towards 100%.";
    percentile: "Centile", "Percentile";
    time: "Temps", "Time";
    latency_over_time: "Temps au fil de la campagne", "Times along the run";
    latency_over_time_text:
        "Centiles de chaque seconde, tous appels (échelle logarithmique).",
        "Percentiles of each second, all calls (logarithmic scale).";
    elapsed: "Temps écoulé (min:s)", "Elapsed (min:s)";
    elapsed_short: "Instant", "Moment";
    rate_over_time: "Débit demandé et obtenu", "Throughput asked and achieved";
    rate_over_time_text:
        "Parcours à faire partir et partis, par seconde. Le calendrier est aléatoire : le débit obtenu fluctue autour du débit demandé.",
        "Journeys to start and started, per second. The schedule is random: what is achieved varies about what is asked.";
    journeys_per_s: "Parcours/s", "Journeys/s";
    asked: "demandé", "asked";
    achieved: "obtenu", "achieved";
    calls_over_time: "Appels et erreurs", "Calls and errors";
    calls_over_time_text:
        "Appels terminés et appels en erreur, par seconde.",
        "Calls that ended and calls in error, per second.";
    calls_s: "Appels/s", "Calls/s";
    in_flight: "Parcours en cours", "Journeys in flight";
    heat_map: "Répartition des temps de réponse par seconde", "Response times by second";
    heat_map_text:
        "Chaque case compte les appels d'une durée donnée à un instant donné : plus elle est marquée, plus il y en a.",
        "Each cell counts the calls of a given time at a given moment: the stronger, the more.";
    table_behind: "Les chiffres de ce graphique", "The figures of this chart";
    worst_seconds:
        "Chaque ligne est la pire seconde (99e centile du temps de réponse) d'une tranche de la campagne ; intervals.csv les a toutes.",
        "Each line is the worst second (99th percentile of response time) of a stretch of the run; intervals.csv has them all.";
    operations: "Par opération", "By operation";
    operation: "Opération", "Operation";
    journeys: "Par parcours", "By journey";
    journey: "Parcours", "Journey";
    response_time: "Temps de réponse", "Response time";
    service_time: "Temps de service", "Service time";
    first_byte: "Premier octet", "First byte";
    count: "Nombre", "Count";
    mean: "moyenne", "mean";
    minimum: "min", "min";
    maximum: "max", "max";
    notification:
        "De la complétude du dépôt à la notification visible (DEL-04)",
        "From completion of the deposit to the visible notification (DEL-04)";
    errors_none:
        "Tous les appels ont reçu une réponse attendue.",
        "Every call was given an expected answer.";
    samples: "Un échange pour chaque nature d'échec", "One exchange for each kind of failure";
    refused_by_quota:
        "Refusés par quota, par système (ce ne sont pas des erreurs)",
        "Refused by quota, by system (these are no errors)";
    reconciliation: "Appels comptés des deux côtés", "Calls counted on both sides";
    reconciled_none:
        "La campagne et la passerelle ont compté les mêmes appels.",
        "The run and the gateway counted the same calls.";
    calls_ours: "Appels faits et répondus", "Calls made and answered";
    calls_unanswered: "Appels restés sans réponse", "Calls without an answer";
    calls_theirs: "Appels comptés par la passerelle", "Calls counted by the gateway";
    no_answer: "aucune réponse", "no answer";
    steps: "Paliers", "Steps";
    rate_asked: "Parcours/s demandés", "Journeys/s asked";
    duration: "Durée", "Duration";
    step_from: "Début", "From";
    step_unfinished: "non terminé", "not finished";
    generator: "Le générateur", "The generator";
    generator_fine:
        "Le générateur a tenu le débit : les temps mesurés sont ceux du hub.",
        "The generator kept up: the times are those of the hub.";
    late_starts:
        "Retard au départ, attente d'un exécutant comprise",
        "Late starts, waiting for a worker included";
    own_late_starts:
        "Retard au départ du seul fait du générateur",
        "Late starts of the generator's own making";
    cpu: "Temps processeur", "Processor time";
    cpu_share: "Part de ses processeurs", "Share of its processors";
    cpu_per_calls:
        "Temps processeur pour cent mille appels",
        "Processor time per hundred thousand calls";
    processors: "Processeurs", "Processors";
    busy: "Secondes à pleine charge", "Seconds at full load";
    connections: "Connexions ouvertes au plus", "Open connections at most";
    most_connections: "Connexions permises", "Connections allowed";
    http: "Version de HTTP", "HTTP version";
    calls_of_each: "Appels à la fois par connexion", "Calls at once over each connection";
    connection_waits:
        "Attente d'une connexion, quand aucune n'était libre",
        "Waits for a connection, when none was free";
    connecting: "Ouverture d'une connexion", "Opening of a connection";
    tls: "Établissement de TLS", "TLS handshake";
    made_again:
        "Appels refaits, leur connexion gardée ayant été fermée",
        "Calls made again, as their kept connection was closed";
    memory: "Mémoire au plus", "Memory at most";
    workers: "Exécutants", "Workers";
    waited: "Départs ayant attendu un exécutant", "Starts that waited for a worker";
    audit: "Audit de livraison", "Delivery audit";
    audit_clean:
        "Chaque télédossier déposé a été livré une fois à son destinataire, intact, et à personne d'autre.",
        "Every case deposited was delivered once to its recipient, whole, and to nobody else.";
    audit_none:
        "Le plan ne dépose aucun télédossier : rien à auditer.",
        "The plan deposits no case: there is nothing to audit.";
    deposited: "Déposés", "Deposited";
    delivered: "Livrés", "Delivered";
    attempted: "Dépôts entrepris", "Deposits begun";
    unread_queues:
        "Files d'attente illisibles à la fin",
        "Queues that could not be read at the end";
    files_compared: "Fichiers comparés", "Files compared";
    lost: "Perdus", "Lost";
    duplicated: "Livrés plusieurs fois", "Delivered more than once";
    misdelivered: "Montrés à un autre système", "Shown to another system";
    altered: "Altérés", "Altered";
    pending: "Encore attendus", "Still awaited";
    cases: "Télédossiers", "Cases";
    plan_text: "Le plan, tel qu'il a été joué", "The plan, as it was run";
}
