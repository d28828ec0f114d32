//! A realistic run for the tests: passing, failing, undecided and lacking, with French accents and
//! texts that mean harm.

use contract::bilingual::Bilingual;
use contract::exchange::{Answer, Api, BodyExcerpt, Exchange};
use contract::rules::Level;

use crate::event::*;
use crate::run::Run;

/// A secret that the run carries; no file may show it.
pub(crate) const CANARY: &str = "canari-7f3a9c";
/// An applicant's name that the run carries; no file may show it.
pub(crate) const APPLICANT: &str = "Zéphyrine";
/// A text that would harm a careless writer of HTML, XML, Markdown or shell.
const HOSTILE: &str = "<script>alert('x')</script> ]]> | `rm` **gras** @all \u{1b}[31m &amp;";

pub(crate) fn run() -> Run {
    crate::fold::fold(events()).unwrap()
}

pub(crate) fn events() -> Vec<Event> {
    let mut start = RunStarted {
        provenance: None,
        format: EVENT_FORMAT,
        run: header(),
        rules: rules(),
        scenarios: scenarios(),
        features: [(
            "features/hub/depot.feature".to_owned(),
            "Déposer <un> télédossier".to_owned(),
        )]
        .into(),
        expectations: Vec::new(),
    };
    start.expectations.push(Expectation {
        rule: "PJ-02".parse().unwrap(),
        reason: "contrôle de taille prévu en 1.2.8 (ticket 4512)".into(),
        owner: "équipe hub".into(),
        expires: "2027-03-31".into(),
        expired: false,
    });
    let mut events = vec![Event::RunStarted(Box::new(start))];
    events.extend(token_scenario());
    events.extend(batch_scenario());
    events.extend(hostile_scenario());
    events.extend(size_scenario());
    events.extend(broken_scenario());
    events.extend(queue_scenario());
    events.extend(ending());
    events
}

fn header() -> RunHeader {
    RunHeader {
        id: "k7m2p9qd".into(),
        started_at: "2026-11-21T09:15:00.250+01:00".into(),
        etalon: "0.1.0".into(),
        contract: "CI-SI-1.2.6".into(),
        catalogue_edition: Some(2),
        target: TargetHeader {
            disputed: [("NOT-01".to_owned(), "25 est un maximum <à nos yeux>".to_owned())].into(),
            name: "Recette".into(),
            version: Some("1.2.7".into()),
            url: "https://hub.exemple.fr/teledossiers/v1".into(),
            ca_certificate: None,
        },
        partial: false,
        partial_reason: None,
        seed: 42,
    }
}

fn rules() -> Vec<RuleInScope> {
    let must = |id, fr, en, source| rule(id, Level::Must, fr, en, source, RuleScope::Expected);
    let no_ca = "aucun accès ne joue « un second SI »".to_owned();
    let lacking = RuleScope::NotApplicable { reason: no_ca, excused: false };
    let mail = "les courriels sont envoyés par un autre système".to_owned();
    let not_offered = RuleScope::NotApplicable { reason: mail, excused: true };
    let planned = RuleScope::NotScored { reason: "scénario prévu, pas encore écrit".into() };
    vec![
        must(
            "AUTH-01",
            "L'identifiant et le secret d'un client donnent un jeton Bearer dont expires_in est positif",
            "Client credentials give a Bearer token with expires_in above zero",
            "PRES-2021 « Authentification HubEE »",
        ),
        rule(
            "AUTH-09",
            Level::Recorded,
            "Les réponses du serveur de jetons ne sont pas mises en cache",
            "Token answers are not cacheable",
            "RFC 6749 §5.1",
            RuleScope::Expected,
        ),
        rule(
            "OWN-01",
            Level::Must,
            "Un SI ne lit pas un dossier adressé à un autre SI",
            "An SI cannot read a case addressed to another SI",
            "SFD-1.2.2 §3.5.6 RC001",
            lacking,
        ),
        must(
            "NOT-01",
            "Un lot compte 25 notifications par défaut",
            "A batch is 25 by default",
            "SFD-1.2.2 §3.5.3",
        ),
        must(
            "NOT-04",
            "Lire et supprimer jusqu'à la liste vide rend chaque notification une fois",
            "Reading and deleting until empty yields every notification once",
            "SFD-1.2.2 §3.5.3",
        ),
        must(
            "FOL-01",
            "La création répond 201, dossier et cases HUBEE_RECEIVED",
            "Creation: 201, HUBEE_RECEIVED on folder and cases",
            "SFD-1.2.2 §3.5.5",
        ),
        must(
            "PJ-02",
            "Moins d'octets qu'annoncé : 400, REJECTED",
            "Fewer bytes than announced: 400, REJECTED",
            "SFD-1.2.2 §3.5.5 RC003",
        ),
        must(
            "EVT-06",
            "Un événement sans pièce jointe commence à SENT",
            "An event without attachments starts SENT",
            "SFD-1.2.2 §3.5.8",
        ),
        rule(
            "MAIL-01",
            Level::Must,
            "",
            "Completion mails each recipient",
            "SFD-1.2.2 §3.5.5 6.1",
            not_offered,
        ),
        rule("LIFE-06", Level::Must, HOSTILE, HOSTILE, "SFD-1.2.2 §3.5.10", planned),
        must(
            "WIRE-01",
            "Chaque réponse du passage suit la description de l'API",
            "Every answer agrees with the description",
            "OAS-FOLDER-1.2.7",
        ),
    ]
}

fn rule(id: &str, level: Level, fr: &str, en: &str, source: &str, scope: RuleScope) -> RuleInScope {
    RuleInScope {
        id: id.parse().unwrap(),
        level,
        title: Bilingual { fr: fr.into(), en: en.into() },
        source: source.into(),
        passage: passage(id),
        family: id.split('-').next().unwrap_or_default().into(),
        needs: if id.starts_with("OWN") { vec!["SI2".into()] } else { Vec::new() },
        scope,
    }
}

/// What the source of a rule says, unless the record is of a time when none said it.
fn passage(id: &str) -> Option<Bilingual> {
    (id != "LIFE-06").then(|| Bilingual {
        fr: format!("La source de {id} dit : « {HOSTILE} »."),
        en: format!("The source of {id} says: \"{HOSTILE}\"."),
    })
}

fn scenarios() -> Vec<PlannedScenario> {
    let planned = |id: &str, name: &str, feature: &str, line, rules: &[&str]| PlannedScenario {
        id: id.into(),
        name: name.into(),
        feature: format!("features/hub/{feature}.feature"),
        line,
        rules: rules.iter().map(|rule| rule.parse().unwrap()).collect(),
        process: None,
        skipped: None,
    };
    let mut other_si = planned("s7", "Un autre SI est refusé", "appartenance", 8, &["OWN-01"]);
    let reason = "aucun accès ne joue « un second SI »".to_owned();
    other_si.skipped = Some(Skip { reason, excused: false });
    vec![
        planned("s1", "Obtenir un jeton", "authentification", 12, &["AUTH-01", "AUTH-09"]),
        planned("s2", "Un lot par défaut", "notifications", 9, &["NOT-01"]),
        planned("s6", "Vider sa file", "notifications", 31, &["NOT-04"]),
        planned(
            "s3",
            "Créer un télédossier <b>accentué</b> : Œuvre d'été",
            "depot",
            14,
            &["FOL-01"],
        ),
        planned("s4", "Un fichier plus court qu'annoncé", "depot", 52, &["PJ-02"]),
        planned("s5", "Un message simple", "evenements", 20, &["EVT-06"]),
        other_si,
    ]
}

fn step(scenario: &str, keyword: &str, text: &str, outcome: StepOutcome) -> Event {
    let message = (outcome == StepOutcome::Failed).then(|| "30 notifications reçues".to_owned());
    Event::StepFinished {
        scenario: scenario.into(),
        keyword: keyword.into(),
        text: text.into(),
        outcome,
        message,
        duration_us: 1_200,
    }
}

fn check(
    scenario: &str,
    rule: &str,
    outcome: CheckOutcome,
    expected: &str,
    observed: &str,
    exchange: &str,
) -> Event {
    Event::CheckMade(Check {
        scenario: Some(scenario.into()),
        rule: rule.parse().unwrap(),
        outcome,
        expected: expected.into(),
        observed: observed.into(),
        exchanges: vec![exchange.into()],
        note: None,
    })
}

/// One exchange, for who needs one.
pub(crate) fn exchange() -> Exchange {
    Exchange {
        id: "ex-000001".into(),
        scenario: None,
        actor: Some("si-mairie".into()),
        method: "GET".into(),
        url: "https://hub.exemple.fr/teledossiers/v1/notifications".into(),
        path: "/notifications".into(),
        api: Api::Teledossiers,
        query: None,
        request_headers: Vec::new(),
        request_body: BodyExcerpt::default(),
        sent_at: "2026-11-21T09:15:02.100+01:00".parse().unwrap(),
        duration_us: 12_400,
        answer: received(200, ""),
    }
}

fn exchanged(
    id: &str,
    scenario: &str,
    method: &str,
    path: &str,
    sent: &str,
    answer: Answer,
) -> Event {
    Event::exchange_made(Exchange {
        id: id.into(),
        scenario: Some(scenario.into()),
        method: method.into(),
        url: format!("https://hub.exemple.fr/teledossiers/v1{path}"),
        path: path.into(),
        request_headers: headers(&[
            ("authorization", &format!("Bearer {CANARY}")),
            ("accept", "application/json"),
        ]),
        request_body: body(sent),
        answer,
        ..exchange()
    })
}

fn received(status: u16, text: &str) -> Answer {
    Answer::Received {
        status,
        version: "HTTP/1.1".into(),
        headers: headers(&[
            ("content-type", "application/json"),
            ("date", "Sat, 21 Nov 2026 08:15:02 GMT"),
        ]),
        body: body(text),
    }
}

fn headers(headers: &[(&str, &str)]) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// A body without its digest: that of what was masked since would only make a reader wonder.
fn body(text: &str) -> BodyExcerpt {
    BodyExcerpt { sha256: None, ..BodyExcerpt::of(text.as_bytes()) }
}

fn end(id: &str, outcome: ScenarioEnd, failure: Option<Failure>) -> Event {
    Event::ScenarioFinished { id: id.into(), outcome, duration_ms: 184, failure }
}

fn token_scenario() -> Vec<Event> {
    use CheckOutcome::{Passed, Recorded};
    vec![
        Event::ScenarioStarted { id: "s1".into(), at: "2026-11-21T09:15:01+01:00".into() },
        step("s1", "Étant donné", "un SI abonné à la démarche", StepOutcome::Passed),
        step("s1", "Quand", "il demande un jeton", StepOutcome::Passed),
        step("s1", "Alors", "le jeton est accepté jusqu'à son échéance", StepOutcome::Passed),
        check("s1", "AUTH-01", Passed, "un jeton Bearer", "un jeton Bearer", "ex-000001"),
        check(
            "s1",
            "AUTH-09",
            Recorded,
            "Cache-Control: no-store",
            "aucun en-tête Cache-Control",
            "ex-000001",
        ),
        end("s1", ScenarioEnd::Passed, None),
    ]
}

fn batch_scenario() -> Vec<Event> {
    let text = format!(r#"[{{"id":"6f1c","caseId":null,"jeton":"{CANARY}"}}, …]"#);
    vec![
        Event::ScenarioStarted { id: "s2".into(), at: "2026-11-21T09:15:02+01:00".into() },
        step("s2", "Étant donné", "30 télédossiers déposés pour ce SI", StepOutcome::Passed),
        step("s2", "Quand", "il lit ses notifications sans dire combien", StepOutcome::Passed),
        exchanged("ex-000002", "s2", "GET", "/notifications", "", received(200, &text)),
        check(
            "s2",
            "NOT-01",
            CheckOutcome::Failed,
            "25 notifications dans le lot",
            "30 notifications dans le lot",
            "ex-000002",
        ),
        step("s2", "Alors", "il en reçoit 25", StepOutcome::Failed),
        step("s2", "Et", "les autres au lot suivant", StepOutcome::Skipped),
        end(
            "s2",
            ScenarioEnd::Failed,
            Some(Failure {
                step: "Alors il en reçoit 25".into(),
                message: "Le lot compte 30 notifications au lieu de 25.".into(),
                expected: None,
                observed: None,
            }),
        ),
    ]
}

fn hostile_scenario() -> Vec<Event> {
    let sent = format!(
        r#"{{"externalId":"DGS-CERTDC-0000000000001","applicant":{{"firstName":"{APPLICANT}","lastName":"L'Œil","email":"z@exemple.fr"}}}}"#
    );
    // A property that the description knows: its text is kept, for the page to escape.
    let answered = format!(r#"{{"externalId":"{HOSTILE}"}}"#);
    vec![
        Event::ScenarioStarted { id: "s3".into(), at: "2026-11-21T09:15:03+01:00".into() },
        exchanged("ex-000003", "s3", "POST", "/folders", &sent, received(201, &answered)),
        check("s3", "FOL-01", CheckOutcome::Passed, "201", "201", "ex-000003"),
        check("s3", "WIRE-01", CheckOutcome::Failed, "un corps JSON", HOSTILE, "ex-000003"),
        check("s3", "WIRE-01", CheckOutcome::Failed, "un corps JSON", HOSTILE, "ex-000003"),
        step("s3", "Quand", "un OSL crée un télédossier « Œuvre d'été »", StepOutcome::Passed),
        end("s3", ScenarioEnd::Passed, None),
    ]
}

fn size_scenario() -> Vec<Event> {
    let observed = "204, statut RECEIVED";
    vec![
        Event::ScenarioStarted { id: "s4".into(), at: "2026-11-21T09:15:03+01:00".into() },
        exchanged("ex-000004", "s4", "PUT", "/folders/1/attachments/2", "court", received(204, "")),
        check("s4", "PJ-02", CheckOutcome::Failed, "400, statut REJECTED", observed, "ex-000004"),
        step("s4", "Alors", "le fichier est refusé", StepOutcome::Failed),
        end("s4", ScenarioEnd::Failed, None),
    ]
}

fn broken_scenario() -> Vec<Event> {
    let broken = Answer::Broken("connexion fermée par le hub".into());
    vec![
        Event::ScenarioStarted { id: "s5".into(), at: "2026-11-21T09:15:04+01:00".into() },
        exchanged("ex-000005", "s5", "POST", "/folders", "{}", broken),
        step("s5", "Étant donné", "un télédossier notifié", StepOutcome::Failed),
        step("s5", "Quand", "le SI écrit un message", StepOutcome::Skipped),
        end(
            "s5",
            ScenarioEnd::Broken,
            Some(Failure {
                step: "Étant donné un télédossier notifié".into(),
                message: format!("Le dépôt n'a pas abouti : {HOSTILE} (jeton {CANARY})"),
                expected: None,
                observed: None,
            }),
        ),
    ]
}

fn queue_scenario() -> Vec<Event> {
    vec![
        Event::ScenarioStarted { id: "s6".into(), at: "2026-11-21T09:15:04+01:00".into() },
        check(
            "s6",
            "NOT-04",
            CheckOutcome::Inconclusive,
            "ses propres notifications",
            "la file compte plus de 5 000 notifications étrangères : relevez max_batch",
            "ex-000006",
        ),
        end("s6", ScenarioEnd::Inconclusive, None),
    ]
}

fn ending() -> Vec<Event> {
    let divergence = |id: &str, observed: &str, side: Option<&str>| Event::DivergenceObserved {
        id: id.into(),
        observed: observed.into(),
        side: side.map(str::to_owned),
        scenario: None,
    };
    let time = |duration_ms| Event::TimeObserved {
        what: "de la complétude à la notification".into(),
        duration_ms,
        rule: Some("FOL-20".parse().unwrap()),
        scenario: None,
    };
    vec![
        divergence("D12", "le corps d'un 401 est celui de la passerelle", Some("passerelle")),
        divergence("D6", "l'événement seul change le statut", None),
        divergence("D6", "l'événement seul change le statut", None),
        time(12),
        time(2_400),
        time(31),
        Event::Note {
            level: NoteLevel::Warning,
            text: "Le hub a répondu 429 deux fois ; le débit a été réduit.".into(),
        },
        Event::CleanupDone(Cleanup {
            created: 14,
            removed: 13,
            left: vec!["télédossier DGS-CERTDC-k7m2p9qd00003 (complété)".into()],
        }),
        Event::RunFinished(RunFinished {
            at: "2026-11-21T09:15:41.000+01:00".into(),
            ..Default::default()
        }),
    ]
}
