//! Every word of the reports of a campaign that does not come from the campaign itself, in both
//! languages: [`labels`] holds the words, [`figures`] writes numbers as people do, this module the
//! sentences.

pub mod figures;
mod labels;

pub(crate) use labels::Labels;

use super::{Bottleneck, Clock, HubLimit, LoadRun, LoadVerdict, Objective, Outcome, Requirement};
use crate::texts::Lang;
use figures::{decimal, integer, latency, percentile, share};

/// The verdict in a sentence: what a reader must not miss comes first.
pub fn load_verdict_sentence(run: &LoadRun, lang: Lang) -> String {
    let mut parts: Vec<String> = total_failure(run, lang).into_iter().collect();
    let bottleneck = run.generator.bottleneck && parts.is_empty();
    if bottleneck {
        parts.push(
            lang.pick(
                "Campagne invalide : le générateur était le goulot d'étranglement, ses temps ne disent rien du hub",
                "Invalid run: the generator was the bottleneck, its times say nothing of the hub",
            )
            .to_owned(),
        );
    }
    parts.extend(audit_failures(run, lang));
    parts.extend(reconciliation_failure(run, lang));
    if !bottleneck {
        parts.extend(objectives_clause(run, lang));
        parts.extend(ceiling(run, lang));
    }
    let mut sentence = parts.join(lang.pick(" ; ", "; "));
    if let Some(first) = sentence.chars().next() {
        sentence.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
    }
    sentence
}

/// What every journey of a kind met, when that ended the campaign.
fn total_failure(run: &LoadRun, lang: Lang) -> Option<String> {
    let failure = run.run.total_failure.as_ref()?;
    let (journey, kind) = (journey_name(&failure.journey, lang), error_name(&failure.kind, lang));
    let (count, operation) = (integer(failure.journeys, lang), &failure.operation);
    Some(match lang {
        Lang::Fr => format!(
            "échec total, campagne arrêtée : les {count} premiers parcours « {journey} » ont tous échoué ({operation} : {kind})"
        ),
        Lang::En => format!(
            "total failure, run stopped: the first {count} journeys \"{journey}\" all failed ({operation}: {kind})"
        ),
    })
}

/// What the hub did to the télédossiers, when it did wrong.
fn audit_failures(run: &LoadRun, lang: Lang) -> Option<String> {
    let audit = run.audit.as_ref().filter(|audit| audit.is_broken())?;
    let failures: Vec<String> = audit
        .violations()
        .into_iter()
        .filter(|(_, finding)| finding.count > 0)
        .map(|(name, finding)| {
            let (one, many) = violation(name, lang);
            let noun = if finding.count == 1 { one } else { many };
            format!("{} {noun}", integer(finding.count, lang))
        })
        .collect();
    Some(match lang {
        Lang::Fr => format!("télédossiers mal livrés : {}", failures.join(", ")),
        Lang::En => format!("cases not delivered as they should: {}", failures.join(", ")),
    })
}

/// Calls that the gateway and the campaign do not both know of.
fn reconciliation_failure(run: &LoadRun, lang: Lang) -> Option<String> {
    let told = run.reconciliation.as_ref().filter(|told| !told.differences.is_empty())?;
    let (ours, theirs) = (integer(told.ours, lang), integer(told.theirs, lang));
    Some(match lang {
        Lang::Fr => format!(
            "comptes d'appels divergents : {ours} faits, {theirs} comptés par la passerelle"
        ),
        Lang::En => {
            format!("call counts that differ: {ours} made, {theirs} counted by the gateway")
        }
    })
}

/// How the objectives stand.
fn objectives_clause(run: &LoadRun, lang: Lang) -> Option<String> {
    let count = |outcome| run.objectives.iter().filter(|o| o.outcome == outcome).count() as u64;
    let total = integer(run.objectives.len() as u64, lang);
    let broken = count(Outcome::Broken);
    if broken > 0 {
        let broken = integer(broken, lang);
        return Some(match lang {
            Lang::Fr => format!("objectifs non tenus : {broken} sur {total}"),
            Lang::En => format!("objectives not met: {broken} of {total}"),
        });
    }
    match run.verdict {
        LoadVerdict::Invalid => Some(undecided_clause(run, lang)),
        LoadVerdict::OutsideObjectives => None,
        LoadVerdict::WithinObjectives if run.objectives.is_empty() => Some(
            lang.pick(
                "Campagne menée à son terme, sans objectif à tenir",
                "Run completed, with no objective to meet",
            )
            .to_owned(),
        ),
        LoadVerdict::WithinObjectives => Some(match lang {
            Lang::Fr => format!("objectifs tenus : {total} sur {total}"),
            Lang::En => format!("objectives met: {total} of {total}"),
        }),
    }
}

/// The highest rate that keeps the objectives, when the plan climbs to find it.
fn ceiling(run: &LoadRun, lang: Lang) -> Option<String> {
    let is_found = run.steps.iter().any(|step| step.kept == Some(false));
    let Some(step) = run.steps.iter().take_while(|step| step.kept == Some(true)).last() else {
        let none = lang.pick("aucun palier ne les tient", "no step keeps them");
        return is_found.then(|| none.to_owned());
    };
    let (unit, per_journey) = match run.achieved.asked_calls {
        Some(calls) if run.achieved.asked_journeys > 0.0 => {
            (lang.pick("appels/s", "calls/s"), calls / run.achieved.asked_journeys)
        }
        _ => (lang.pick("parcours/s", "journeys/s"), 1.0),
    };
    let at_least = if is_found { "" } else { lang.pick("au moins ", "at least ") };
    let rate = decimal(step.asked_per_s * per_journey, 1, lang);
    let what = lang.pick("débit le plus haut qui les tient", "highest rate that keeps them");
    Some(format!("{what}{}{at_least}{rate} {unit}", lang.colon()))
}

/// Why nothing could be said, the generator apart.
fn undecided_clause(run: &LoadRun, lang: Lang) -> String {
    let why = if run.run.unreachable.is_some() {
        lang.pick("la cible a cessé de répondre", "the target stopped answering")
    } else if run.run.total_failure.is_some() {
        lang.pick("elle ne dit rien d'autre", "it tells nothing else")
    } else if run.run.interrupted {
        lang.pick("elle a été interrompue", "it was interrupted")
    } else if run.all_calls.count == 0 {
        lang.pick("aucun appel n'a été mesuré", "no call was measured")
    } else if run.objectives.iter().any(|o| o.outcome == Outcome::NotMeasured) {
        lang.pick(
            "un objectif au moins n'a rien eu à juger",
            "at least one objective had nothing to judge",
        )
    } else if run.audit.as_ref().is_some_and(|a| a.attempted > 0 && a.deposited == 0) {
        lang.pick("aucun des dépôts entrepris n'a abouti", "none of the deposits begun was taken")
    } else if run.audit.as_ref().is_some_and(|a| a.unread_queues > 0) {
        lang.pick(
            "des files d'attente n'ont pas pu être relues à la fin",
            "queues could not be read at the end",
        )
    } else if run.run.aborted_by.is_some() {
        lang.pick(
            "un générateur au moins s'est arrêté avant la fin",
            "at least one generator stopped before the end",
        )
    } else {
        lang.pick(
            "des télédossiers étaient encore attendus à la fin",
            "cases were still awaited at the end",
        )
    };
    format!("{}{why}", lang.pick("campagne invalide : ", "invalid run: "))
}

/// A violation of the audit, one and several.
pub(super) fn violation(name: &str, lang: Lang) -> (&'static str, &'static str) {
    match (name, lang) {
        ("lost", Lang::Fr) => ("perdu", "perdus"),
        ("duplicated", Lang::Fr) => ("livré plusieurs fois", "livrés plusieurs fois"),
        ("misdelivered", Lang::Fr) => ("montré à un autre système", "montrés à un autre système"),
        ("altered", Lang::Fr) => ("altéré", "altérés"),
        ("lost", Lang::En) => ("lost", "lost"),
        ("duplicated", Lang::En) => ("delivered more than once", "delivered more than once"),
        ("misdelivered", Lang::En) => ("shown to another system", "shown to another system"),
        ("altered", Lang::En) => ("altered", "altered"),
        (_, Lang::Fr) => ("attendu", "attendus"),
        (_, Lang::En) => ("awaited", "awaited"),
    }
}

/// What the hub could not take, in a sentence.
pub(super) fn hub_limit_sentence(limit: &HubLimit, lang: Lang) -> String {
    let (waited, mean) = (share(limit.waited_share, lang), latency(limit.service_us_mean, lang));
    let quickest = latency(limit.service_us_quickest, lang);
    match lang {
        Lang::Fr => format!(
            "Le hub était la limite : {waited} des appels ont attendu qu'il ait répondu à d'autres, et ses réponses ont pris {mean} en moyenne, {quickest} au plus vite."
        ),
        Lang::En => format!(
            "The hub was the limit: {waited} of the calls waited until it had answered others, and its answers took {mean} in the mean, {quickest} at their quickest."
        ),
    }
}

/// Why the generator was in the way.
pub fn bottleneck_sentence(bottleneck: &Bottleneck, lang: Lang) -> String {
    match (*bottleneck, lang) {
        (Bottleneck::LateStarts { latency_us_p99, limit_us }, Lang::Fr) => format!(
            "Il a pris du retard de son fait : {} au 99e centile des départs, pour {} admis.",
            latency(latency_us_p99, lang),
            latency(limit_us, lang)
        ),
        (Bottleneck::LateStarts { latency_us_p99, limit_us }, Lang::En) => format!(
            "It was late by itself: {} at the 99th percentile of starts, {} allowed.",
            latency(latency_us_p99, lang),
            latency(limit_us, lang)
        ),
        (Bottleneck::WorkersBusy { workers, share: waited }, Lang::Fr) => format!(
            "Ses {} exécutants étaient tous occupés pour {} des départs : donnez-lui-en plus (generator.workers).",
            integer(workers, lang),
            share(waited, lang)
        ),
        (Bottleneck::WorkersBusy { workers, share: waited }, Lang::En) => format!(
            "All its {} workers were busy for {} of the starts: give it more (generator.workers).",
            integer(workers, lang),
            share(waited, lang)
        ),
        (Bottleneck::ConnectionsBusy { connections, share: waited }, Lang::Fr) => format!(
            "Ses {} connexions étaient toutes occupées pour {} des appels, alors que le hub répondait aussi vite qu'à vide : donnez-lui-en plus (generator.connections).",
            integer(connections, lang),
            share(waited, lang)
        ),
        (Bottleneck::ConnectionsBusy { connections, share: waited }, Lang::En) => format!(
            "All its {} connections were busy for {} of the calls, though the hub answered as quickly as when idle: give it more (generator.connections).",
            integer(connections, lang),
            share(waited, lang)
        ),
        (Bottleneck::ProcessorsBusy { busy_s, measured_s }, Lang::Fr) => format!(
            "Il a occupé tous ses processeurs pendant {} secondes sur {}.",
            integer(busy_s, lang),
            integer(measured_s, lang)
        ),
        (Bottleneck::ProcessorsBusy { busy_s, measured_s }, Lang::En) => format!(
            "It used all its processors during {} of {} seconds.",
            integer(busy_s, lang),
            integer(measured_s, lang)
        ),
        (Bottleneck::NoDescriptor { calls }, Lang::Fr) => format!(
            "Il a manqué de descripteurs pour {} appels : élevez sa limite (ulimit -n).",
            integer(calls, lang)
        ),
        (Bottleneck::NoDescriptor { calls }, Lang::En) => format!(
            "It lacked descriptors for {} calls: raise its limit (ulimit -n).",
            integer(calls, lang)
        ),
        (Bottleneck::NoPort { calls }, Lang::Fr) => format!(
            "Il a manqué de ports locaux pour {} appels : répartissez la charge sur plusieurs machines (--shard).",
            integer(calls, lang)
        ),
        (Bottleneck::NoPort { calls }, Lang::En) => format!(
            "It lacked local ports for {} calls: share the load among machines (--shard).",
            integer(calls, lang)
        ),
        (Bottleneck::NoMemory { calls }, Lang::Fr) => {
            format!("Il a manqué de mémoire pour {} appels.", integer(calls, lang))
        }
        (Bottleneck::NoMemory { calls }, Lang::En) => {
            format!("It lacked memory for {} calls.", integer(calls, lang))
        }
        (Bottleneck::NothingStarted, _) => lang
            .pick(
                "Aucun parcours n'est parti après la chauffe.",
                "No journey started after the warm-up.",
            )
            .to_owned(),
    }
}

/// What an objective requires, without what was observed: a name for it.
pub fn objective_sentence(objective: &Objective, lang: Lang) -> String {
    let subject = subject_name(objective.subject.as_deref(), lang);
    let colon = lang.colon();
    let what = match objective.requirement {
        Requirement::Latency { clock, percentile: at, limit_us, .. } => format!(
            "{} p{} < {}",
            clock_name(clock, lang),
            percentile(at, lang),
            latency(limit_us, lang)
        ),
        Requirement::ErrorRate { limit_share, .. } => {
            format!("{} < {}", lang.pick("erreurs", "errors"), share(limit_share, lang))
        }
        Requirement::Achieved { limit_share, .. } => format!(
            "{} ≥ {}",
            lang.pick("parcours partis / demandés", "journeys started / asked"),
            share(limit_share, lang)
        ),
        Requirement::Delivered { limit_share, .. } => format!(
            "{} ≥ {}",
            lang.pick("télédossiers livrés / déposés", "cases delivered / deposited"),
            share(limit_share, lang)
        ),
    };
    format!("{subject}{colon}{what}")
}

/// What was observed of an objective, in words.
pub fn observed_sentence(objective: &Objective, lang: Lang) -> String {
    let observed = match objective.requirement {
        Requirement::Latency { observed_us, .. } => observed_us.map(|us| latency(us, lang)),
        Requirement::ErrorRate { observed_share, .. }
        | Requirement::Achieved { observed_share, .. }
        | Requirement::Delivered { observed_share, .. } => {
            observed_share.map(|observed| share(observed, lang))
        }
    };
    observed.unwrap_or_else(|| "–".to_owned())
}

/// A clock, in words.
pub(super) fn clock_name(clock: Clock, lang: Lang) -> &'static str {
    match clock {
        Clock::Response => lang.pick("temps de réponse", "response time"),
        Clock::Service => lang.pick("temps de service", "service time"),
        Clock::FirstByte => lang.pick("premier octet", "first byte"),
    }
}

/// What became of an objective, in a word or two.
pub fn outcome_name(outcome: Outcome, lang: Lang) -> &'static str {
    match outcome {
        Outcome::Kept => lang.pick("tenu", "met"),
        Outcome::Broken => lang.pick("non tenu", "not met"),
        Outcome::NotMeasured => lang.pick("non mesuré", "not measured"),
    }
}

/// A kind of error, in words; as it is when it is not one that étalon names.
pub fn error_name(kind: &str, lang: Lang) -> String {
    let known = match kind {
        "no_descriptor" => lang.pick("descripteur manquant ici", "no descriptor left here"),
        "no_port" => lang.pick("port local manquant ici", "no local port left here"),
        "no_memory" => lang.pick("mémoire manquante ici", "no memory left here"),
        "refused" => lang.pick("connexion refusée", "connection refused"),
        "reset" => lang.pick("connexion coupée", "connection reset"),
        "unnotified" => lang.pick("notification jamais venue", "notification that never came"),
        "timed_out" => lang.pick("délai dépassé", "timed out"),
        "unreachable" => lang.pick("injoignable", "unreachable"),
        "no_http2" => lang.pick("HTTP/2 non proposé", "HTTP/2 not offered"),
        "broken" => lang.pick("réponse invalide ou tronquée", "invalid or truncated answer"),
        "quota" => lang.pick("quota dépassé", "over quota"),
        "beyond_quota" => lang.pick("au-delà du quota", "beyond the quota"),
        "content" => lang.pick("contenu inattendu", "unexpected content"),
        other => {
            return match other.strip_prefix("status_") {
                Some(status) => format!("{} {status}", lang.pick("statut", "status")),
                None => other.to_owned(),
            };
        }
    };
    known.to_owned()
}

/// What an objective is about: every call, a journey, what it takes to deliver, or an operation
/// under its name in the descriptions.
pub(super) fn subject_name(subject: Option<&str>, lang: Lang) -> &str {
    match subject {
        None => Labels::of(lang).all_calls,
        Some("delivery") => lang.pick("délivrance", "delivery"),
        Some(other) => journey_name(other, lang),
    }
}

/// A journey, in words; an operation keeps the name that the contract gives it.
pub(super) fn journey_name(name: &str, lang: Lang) -> &str {
    match name {
        "poll" => lang.pick("relève d'une file", "queue polling"),
        "deposit" => lang.pick("dépôt", "deposit"),
        "processing" => lang.pick("traitement par le SI", "processing by the SI"),
        "follow_up" => lang.pick("suivi par l'OSL", "follow-up by the OSL"),
        "complement" => lang.pick("complément", "complement"),
        "referential" => lang.pick("lecture du référentiel", "reading of the référentiel"),
        other => other,
    }
}
