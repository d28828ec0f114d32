//! How a target file is read, and what is refused in it.

use super::*;

const MINIMAL: &str = r#"
    [hub]
    name = "Recette"
    teledossiers_url = "http://127.0.0.1:8080/teledossiers/v1"
    referential_url = "http://127.0.0.1:8080/referential/v1"
    token_url = "http://127.0.0.1:8080/oauth2/token"
    [[credential]]
    scope = "OSL"
    client_id = "osl"
    client_secret = "shh"
    organization = { type = "OSL", companyRegister = "13000000000001", branchCode = "1" }
    processes = ["EtatCivil"]
"#;

fn parse(text: &str) -> Result<Target, TargetError> {
    Target::parse(text, Path::new("hub.toml"))
}

#[test]
fn what_is_left_out_has_the_documented_default() {
    let target = parse(MINIMAL).unwrap();
    assert_eq!(target.limits.delivery, Duration::from_secs(600));
    assert_eq!((target.limits.concurrency, target.limits.max_batch), (8, 5000));
    assert!(!target.may.send_eicar && !target.may.change_referential);
    assert_eq!(target.credentials[0].name, "osl-1");
}

#[test]
fn what_is_disputed_is_a_rule_and_has_a_reason() {
    let with = |table: &str| parse(&format!("{MINIMAL}\n[disputed]\n{table}\n"));
    assert_eq!(with("'NOT-01' = 'why'").unwrap().disputed["NOT-01"], "why");
    assert!(with("'NOT-99' = 'why'").unwrap_err().to_string().contains("NOT-99"));
    assert!(with("'NOT-01' = ' '").unwrap_err().to_string().contains("reason"));
}

#[test]
fn a_typo_is_named_with_its_line() {
    let error = parse(&MINIMAL.replace("token_url", "token_ulr")).unwrap_err().to_string();
    assert!(error.contains("token_ulr") && error.contains("line"), "{error}");
}

#[test]
fn a_credential_without_secret_is_refused_and_named() {
    let error =
        parse(&MINIMAL.replace(r#"client_secret = "shh""#, r#"name = "dila""#)).unwrap_err();
    assert!(error.to_string().contains("dila"), "{error}");
}

#[test]
fn the_control_secret_is_one_and_is_needed_where_it_is_named() {
    let target = parse(&format!("{MINIMAL}\n[may]\ncontrol_secret = \"ours\"")).unwrap();
    assert!(target.secrets().any(|secret| secret == "ours"));
    let error = parse(&format!("{MINIMAL}\n[may]\ncontrol_secret_env = \"NO_SUCH_VARIABLE\""));
    assert!(error.unwrap_err().to_string().contains("NO_SUCH_VARIABLE"));
}

#[test]
fn a_secret_does_not_show_itself() {
    let target = parse(MINIMAL).unwrap();
    assert!(!format!("{target:?}").contains("shh"));
}

#[test]
fn a_password_does_not_show_itself() {
    let with_passwords = MINIMAL.replace("http://", "http://etalon:s3cr3t@")
        + "[http]\nproxy = \"http://etalon:s3cr3t@proxy:3128\"\nheaders = { X-Key = \"s3cr3t\" }";
    let target = parse(&with_passwords).unwrap();
    let shown = format!("{target:?} {}", target.hub.token_url);
    assert!(shown.contains("etalon:***@proxy") && !shown.contains("s3cr3t"), "{shown}");
    assert_eq!(target.secrets().filter(|secret| *secret == "s3cr3t").count(), 5);
    let wrong = parse(&with_passwords.replace("http://etalon", "htp://etalon")).unwrap_err();
    assert!(!wrong.to_string().contains("s3cr3t"), "{wrong}");
}

#[test]
fn a_mistake_on_the_line_of_a_secret_does_not_show_it() {
    let wrong = parse(&MINIMAL.replace("\"shh\"", "shh")).unwrap_err().to_string();
    assert!(wrong.contains("line 10") && !wrong.contains("shh"), "{wrong}");
}

#[test]
fn sizes_and_durations_are_read() {
    assert_eq!(parse_size("20MB"), Ok(20_000_000));
    assert_eq!(parse_size("1 GB"), Ok(1_000_000_000));
    assert!(parse_size("20 Mo").is_err() && parse_size("MB").is_err());
    let target = parse(&format!("{MINIMAL}\n[limits]\nquiet = \"500ms\"")).unwrap();
    assert_eq!(target.limits.quiet, Duration::from_millis(500));
}

#[test]
fn quotas_are_of_all_operations_or_of_one_and_none_is_misread() {
    let with = |table: &str| parse(&format!("{MINIMAL}\n[quota]\n{table}\n"));
    let read = with("requests = ['10/s', '600/min']\nbytes = '1MB/day'\ngetCase = '5/s'").unwrap();
    let texts: Vec<String> = read.quotas.iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["1000000B/day", "getCase=5/s", "10/s", "600/min"]);
    assert!(parse(MINIMAL).unwrap().quotas.is_empty());
    for wrong in [
        "",
        "requests = '1MB/day'",
        "bytes = '10/s'",
        "requests = 'getCase=5/s'",
        "getCases = '5/s'",
        "getCase = '5/week'",
        "requests = []",
    ] {
        let error = with(wrong).unwrap_err().to_string();
        assert!(error.contains("[quota]"), "{wrong}: {error}");
    }
}
