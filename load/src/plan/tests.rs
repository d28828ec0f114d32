//! Plans as their authors write them: what is taken, and what is said of what is not.

use super::*;

fn parse(text: &str) -> Result<Plan, PlanError> {
    Plan::parse(text, Path::new("plan.toml"), &Overrides::default())
}

fn with(arrivals: &str, rest: &str) -> String {
    format!("name = \"essai\"\n{rest}\n[arrivals]\n{arrivals}\n[journeys]\npoll = 1\n")
}

const CONSTANT: &str =
    "form = \"constant\"\ncalls_per_second = 1000\nduration = \"10s\"\nspacing = \"even\"";

#[test]
fn a_constant_rate_of_polls_is_as_many_starts() {
    let plan = parse(&with(CONSTANT, "")).unwrap();
    assert_eq!(plan.arrivals.schedule(plan.seed).count(), 10_000);
}

#[test]
fn a_day_carries_its_calls() {
    let day = "form = \"day\"\ncalls_per_day = 20_000_000\ncompression = 12";
    let plan = parse(&with(day, "")).unwrap();
    assert_eq!(plan.length(), Duration::from_secs(7200));
    let asked = plan.arrivals.asked(Duration::ZERO, plan.length());
    assert!((asked - 20e6).abs() < 20e6 * 0.002, "{asked}");
}

#[test]
fn three_hours_of_a_day_are_a_quarter_of_an_hour() {
    let day = "form = \"day\"\ncalls_per_day = 20_000_000\ncompression = 12";
    let overrides =
        Overrides { from: Some("9:00".into()), to: Some("12:00".into()), ..Overrides::default() };
    let plan = Plan::parse(&with(day, ""), Path::new("plan.toml"), &overrides).unwrap();
    assert_eq!(plan.length(), Duration::from_secs(900));
    let asked = plan.arrivals.asked(Duration::ZERO, plan.length());
    assert!((4.5e6..5.5e6).contains(&asked), "{asked}");
}

#[test]
fn warm_up_comes_before_what_is_asked() {
    let plan = parse(&with(CONSTANT, "warm_up = \"4s\"")).unwrap();
    assert_eq!(plan.length(), Duration::from_secs(14));
    let measured = plan.arrivals.asked(plan.warm_up, plan.length());
    assert!((measured - 10_000.0).abs() < 1e-6);
}

#[test]
fn steps_climb_to_the_last() {
    let steps = "form = \"steps\"\nfirst_calls_per_second = 100\nstep_calls_per_second = 100\nlast_calls_per_second = 500\nstep_duration = \"5s\"";
    let plan = parse(&with(steps, "")).unwrap();
    let levels: Vec<_> = plan.arrivals.steps.iter().map(|step| step.asked_per_s).collect();
    assert_eq!(levels, [100.0, 200.0, 300.0, 400.0, 500.0]);
}

#[test]
fn a_log_is_replayed_from_its_first_instant() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("log.csv"), "time,call\n12.5,a\n10,b\n20,c\n").unwrap();
    let text = with("form = \"replay\"\nfile = \"log.csv\"\ncompression = 2", "");
    let plan =
        Plan::parse(&text, &directory.path().join("plan.toml"), &Overrides::default()).unwrap();
    let dues: Vec<_> = plan.arrivals.schedule(1).map(|start| start.due.as_secs_f64()).collect();
    assert_eq!(dues, [0.0, 1.25, 5.0]);
}

#[test]
fn what_cannot_be_run_is_refused_with_its_key() {
    let objective = |text: &str| format!("{}\n[[objective]]\n{text}", with(CONSTANT, ""));
    for (text, key) in [
        (
            with("form = \"constant\"\ncalls_per_second = 0\nduration = \"10s\"", ""),
            "arrivals.calls_per_second",
        ),
        (
            with("form = \"constant\"\ncalls_per_second = 1\nduration = \"0s\"", ""),
            "arrivals.duration",
        ),
        (with("form = \"day\"\ncalls_per_day = 1\nshape = \"tuesday\"", ""), "arrivals.shape"),
        (with("form = \"day\"\ncalls_per_day = 1\nweights = [1, 2]", ""), "arrivals.weights"),
        (with("form = \"day\"\ncalls_per_day = 1\nfrom = \"25:00\"", ""), "arrivals.from"),
        (
            with("form = \"day\"\ncalls_per_day = 1\nfrom = \"9:00\"\nto = \"8:00\"", ""),
            "arrivals.from",
        ),
        (with(CONSTANT, "quotas.each = [\"5MB/s\"]"), "quotas"),
        (with(CONSTANT, "generator.connections = 0"), "generator.connections"),
        (with("form = \"replay\"\nfile = \"absent.csv\"", ""), "arrivals.file"),
        (with(CONSTANT, "systems = 1"), "systems"),
        (objective("subject = \"nothing\"\nresponse = \"1s\""), "objective.subject"),
        (objective("subject = \"delivery\"\nservice = \"1s\""), "objective"),
        (objective("error_rate = \"0.1\""), "objective.error_rate"),
        (objective("window = \"30s\""), "objective"),
        (with(CONSTANT, "generator.grain = \"11ms\""), "generator.grain"),
        // What would be judged by something else than it says.
        (
            objective("subject = \"createFolder\"\nerror_rate = \"1%\"\nwindow = \"30s\""),
            "objective",
        ),
        (objective("subject = \"deposit\"\nerror_rate = \"1%\""), "objective"),
        (objective("subject = \"createFolder\"\nachieved = \"99%\""), "objective"),
        (objective("error_rate = \"1%\"\nabort = true"), "objective"),
        (objective("percentile = 101\nresponse = \"1s\""), "objective.percentile"),
        // The 0.99th percentile is below nearly every time.
        (objective("percentile = 0.99\nresponse = \"1s\""), "objective.percentile"),
        (with("form = \"replay\"\nfile = \"/dev/zero\"", ""), "arrivals.file"),
    ] {
        match parse(&text) {
            Err(PlanError::Unusable { key: found, .. }) => assert_eq!(found, key, "{text}"),
            other => panic!("{key}: {other:?}"),
        }
    }
    assert!(matches!(parse("name = 1"), Err(PlanError::Malformed { .. })));
    assert!(matches!(parse(&with(CONSTANT, "sytems = 3")), Err(PlanError::Malformed { .. })));
}

#[test]
fn a_duration_that_no_clock_holds_is_refused() {
    let ever = "300000000000y";
    let steps = format!(
        "form = \"steps\"\nfirst_calls_per_second = 1\nstep_calls_per_second = 1\n\
         last_calls_per_second = 5\nstep_duration = \"{ever}\""
    );
    for text in [
        with(CONSTANT, &format!("drain = \"{ever}\"")),
        with(CONSTANT, &format!("deposit.think = \"{ever}\"")),
        with(CONSTANT, &format!("warm_up = \"{ever}\"")),
        with(&steps, ""),
    ] {
        assert!(parse(&text).is_err(), "{text}");
    }
}

#[test]
fn an_instant_out_of_reach_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("log.csv"), "0\n18446744073709550000\n").unwrap();
    let text = with("form = \"replay\"\nfile = \"log.csv\"", "warm_up = \"1h\"");
    let plan = Plan::parse(&text, &directory.path().join("plan.toml"), &Overrides::default());
    assert!(matches!(plan, Err(PlanError::Unusable { .. })), "{plan:?}");
}

#[test]
fn a_connection_of_http_2_is_meant_for_ten_calls_at_once() {
    let of = |more: &str| parse(&with(CONSTANT, more)).unwrap().generator;
    let (one, two) = (of(""), of("generator.http = \"2\""));
    assert_eq!((one.http, two.http), (Http::One, Http::Two));
    assert_eq!(two.connections, one.connections.div_ceil(10));
    assert_eq!(of("[generator]\nhttp = \"2\"\nconnections = 7").connections, 7);
    let other = parse(&with(CONSTANT, "generator.http = \"3\"")).unwrap_err().to_string();
    assert!(other.contains("`1.1` or `2`"), "{other}");
}
