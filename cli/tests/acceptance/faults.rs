//! A hub that is broken in one place is found out, and the place is named. Eleven places, all over
//! the hub; `certify hub --self-test` plays them all.

use crate::support::{directory, outcome_of, report, run, text};

fn is_found_out(fault: &str, rule: &str) {
    let directory = directory();
    let run = run(&[
        "certify",
        "hub",
        "--fault",
        fault,
        "--rule",
        rule,
        "--report",
        text(directory.path()),
    ])
    .ends(1);
    let report = report(directory.path());
    assert_eq!(outcome_of(&report, rule), "failed");
    assert_eq!(report["verdict"], "does_not_conform");
    assert!(run.stdout.contains(rule), "{}", run.stdout);
    let finding =
        report["rules"].as_array().unwrap().iter().find(|found| found["id"] == rule).unwrap();
    assert!(finding["findings"][0]["observed"].is_string(), "what was observed is said: {finding}");
}

macro_rules! found_out {
    ($($test:ident: $fault:literal breaks $rule:literal;)*) => {
        $(
            #[test]
            fn $test() {
                is_found_out($fault, $rule);
            }
        )*
    };
}

found_out! {
    a_hub_that_issues_tokens_for_any_secret: "AUTH-02" breaks "AUTH-02";
    a_hub_that_lets_an_si_list_the_demarches: "ACC-27" breaks "ACC-27";
    a_hub_that_shows_an_si_the_cases_of_another: "OWN-01" breaks "OWN-01";
    a_hub_whose_batches_are_24: "NOT-01" breaks "NOT-01";
    a_hub_that_puts_case_numbers_in_lower_case: "NUM-03" breaks "NUM-03";
    a_hub_that_accepts_recipients_without_a_subscription: "FOL-09" breaks "FOL-09";
    a_hub_that_takes_an_infected_file_for_a_clean_one: "PJ-06" breaks "PJ-06";
    a_hub_that_notifies_a_mere_status: "CAS-05" breaks "CAS-05";
    a_hub_that_shows_an_osl_the_comments_of_an_si: "EVT-15" breaks "EVT-15";
    a_hub_that_creates_subscriptions_twice: "SUB-06" breaks "SUB-06";
    a_hub_whose_gateway_refuses_and_lets_pass: "GATE-02.done" breaks "GATE-02";
}

#[test]
fn a_fault_is_played_against_what_it_declares() {
    let directory = directory();
    let arguments =
        ["certify", "hub", "--self-test", "--quick=0", "--fault", "NUM-03", "AUTH-09", "--report"];
    let score = run(&[&arguments[..], &[text(directory.path())]].concat()).ends(0);
    assert!(score.stdout.contains("NUM    1/1"), "{}", score.stdout);
    let matrix = std::fs::read_to_string(directory.path().join("self-test.json")).unwrap();
    let matrix: serde_json::Value = serde_json::from_str(&matrix).unwrap();
    assert_eq!(matrix["void"], false);
    assert_eq!(matrix["score"], serde_json::json!({ "caught": 2, "as_declared": 2, "total": 2 }));
    let controls: Vec<_> = matrix["controls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|control| control["name"].as_str().unwrap())
        .collect();
    assert_eq!(controls, ["whole", "harmless", "broken"]);
}
