//! `sheet.html`: the validation sheet, in French, for the visas of the editor and of DINUM: what
//! was tested, of which software, by which rules, with which result, and what was not offered. It
//! loads nothing and runs nothing.

use contract::rules::RuleId;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::rule_sign;
use crate::event::SheetLine;
use crate::run::{RuleOutcome, Run};
use crate::sheet::Sheet;
use crate::texts::{
    Lang, counts_sentence, instant, outcome_name, reason_sentence, rule_title, verdict_sentence,
};
use crate::verdict::Verdict;

const STYLE: &str = "
@page { size: A4; margin: 12mm 16mm 14mm; @bottom-right { content: counter(page) \" sur \" counter(pages); font-size: 8pt } }
:root { color-scheme: light }
body { font: 11pt/1.4 system-ui, sans-serif; color: #161616; background: #fff; max-width: 178mm; margin: 8mm auto; padding: 0 4mm }
h1 { font-size: 18pt; margin: 0 0 2mm } h2 { font-size: 12pt; margin: 6mm 0 2mm }
p { margin: 0 0 2mm; overflow-wrap: anywhere } .small { font-size: 9pt; color: #444 }
table { border-collapse: collapse; width: 100% } caption { text-align: left; font-size: 9pt; color: #444; padding-bottom: 1mm }
th, td { border: .3mm solid #777; padding: 1.4mm 2mm; text-align: left; vertical-align: top; overflow-wrap: anywhere }
th { background: #f0f0f0; font-weight: 600 }
.facts th { width: 62mm } .many tbody th, .many td:last-child { white-space: nowrap } .many td, .many th { font-size: 8.5pt; padding: .6mm 1.4mm }
.ok { color: #18653b; font-weight: 700 } .ko { color: #b00020; font-weight: 700 } .maybe { color: #6a4500; font-weight: 700 }
.visas { display: flex; gap: 6mm } .visa { flex: 1; border: .3mm solid #777; min-height: 32mm; padding: 2mm }
@media print {
  body { font-size: 9pt; line-height: 1.3; margin: 0; padding: 0; max-width: none } h1 { font-size: 15pt } h2 { font-size: 10pt; margin: 3mm 0 1mm }
  caption, .small { font-size: 7.5pt } th, td { padding: .6mm 1.4mm } .many td, .many th { font-size: 7.5pt; line-height: 1.2; padding: .2mm 1mm }
  p { margin-bottom: 1mm } ul { margin: 0 } .visa { min-height: 26mm } tr, .visas { break-inside: avoid } h2 { break-after: avoid }
}
@media (max-width: 140mm) { .visas { flex-direction: column } .facts th { width: auto } .facts tr, .facts th, .facts td { display: block } }
";

/// The sheet of a run, when it has one.
pub(crate) fn render(run: &Run) -> Option<String> {
    let sheet = Sheet::of(run)?;
    let page = html! {
        (DOCTYPE)
        html lang="fr" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                title { "Fiche de validation — " (sheet.actor) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { "Fiche de validation de bout en bout" }
                    p { (verdict_sentence(run, Lang::Fr)) }
                    (facts(run, &sheet))
                    h2 { "Démarches testées" }
                    (lines(&sheet))
                    h2 { "Règles" }
                    (rules(run))
                    (not_offered(run))
                    h2 { "Visas" }
                    div.visas {
                        (visa("Éditeur"))
                        (visa("DINUM"))
                    }
                    (drawn_up(run))
                }
            }
        }
    };
    Some(page.into_string())
}

fn facts(run: &Run, sheet: &Sheet<'_>) -> Markup {
    let software =
        if sheet.software.is_empty() { "…………………………" } else { sheet.software };
    html! {
        table.facts {
            caption { "Le logiciel et l'essai" }
            tr { th scope="row" { "Rôle du logiciel" } td { (actor(sheet.actor)) } }
            tr { th scope="row" { "Nom et version du logiciel" } td { (software) } }
            @if !sheet.announced.is_empty() {
                tr { th scope="row" { "Nom et version qu'il annonce dans ses appels" } td { (sheet.announced.join(" ; ")) } }
            }
            tr { th scope="row" { "Version de l'API, celle que sert le banc" } td { (sheet.api_version) } }
            tr { th scope="row" { "Contrat exigé" } td { (run.header.contract) } }
            tr { th scope="row" { "Date de l'essai" } td { (instant(&run.header.started_at, Lang::Fr)) } }
            tr { th scope="row" { "Résultat" } td { (result(run.verdict)) } }
        }
    }
}

fn lines(sheet: &Sheet<'_>) -> Markup {
    html! {
        table class=(if sheet.lines.len() > 6 { "many" } else { "" }) {
            caption { "Le résultat de chaque démarche" }
            thead { tr {
                th scope="col" { "Démarche" } th scope="col" { "Scénarios réussis" }
                th scope="col" { "Règles en échec" } th scope="col" { "Résultat" }
            } }
            tbody { @for line in &sheet.lines { (row(line)) } }
        }
    }
}

fn row(line: &SheetLine) -> Markup {
    let failed: Vec<&str> = line.failed_rules.iter().map(RuleId::as_str).collect();
    let failed = if failed.is_empty() { "aucune".to_owned() } else { failed.join(", ") };
    html! {
        tr { th scope="row" { (line.process) } td { (line.passed) " sur " (line.scenarios) } td { (failed) } td { (result(line.result)) } }
    }
}

fn rules(run: &Run) -> Markup {
    html! {
        table.many {
            caption { "Chaque règle et son résultat" }
            thead { tr { th scope="col" { "Règle" } th scope="col" { "Énoncé" } th scope="col" { "Résultat" } } }
            tbody {
                @for rule in &run.rules {
                    tr {
                        th scope="row" { (rule.id) }
                        td { (rule_title(rule, Lang::Fr)) }
                        td { (rule_sign(rule.outcome)) " " (outcome_name(rule.outcome, 1, Lang::Fr)) }
                    }
                }
            }
        }
    }
}

/// What the software does not do, and why: whoever signs must see what was not tested.
fn not_offered(run: &Run) -> Markup {
    let rules = run.rules.iter().filter(|rule| rule.outcome == RuleOutcome::NotApplicable);
    let rules: Vec<_> = rules.collect();
    html! {
        h2 { "Règles non offertes" }
        @if rules.is_empty() { p { "Aucune : toutes les règles ci-dessus s'appliquaient." } }
        @else {
            ul {
                @for rule in rules {
                    li {
                        strong { (rule.id) } " : "
                        (rule.reason.as_ref().map(|why| reason_sentence(why, run, Lang::Fr)).unwrap_or_default())
                    }
                }
            }
        }
    }
}

fn drawn_up(run: &Run) -> Markup {
    html! {
        @if let Some(head) = &run.head {
            p.small { "Empreinte de l'enregistrement (SHA-256 de sa dernière ligne) : " (head) }
        }
        p.small {
            "Établie par étalon " (run.header.etalon)
            @if let Some(commit) = run.provenance.as_ref().and_then(|it| it.tool.commit.as_ref()) {
                " (sources " (commit) ")"
            }
            " à partir de l'essai " (run.header.id) ". " (counts_sentence(run, Lang::Fr)) "."
        }
    }
}

fn result(verdict: Verdict) -> Markup {
    match verdict {
        Verdict::Conforms => html! { span.ok { "✓ Conforme" } },
        Verdict::DoesNotConform => html! { span.ko { "✗ Non conforme" } },
        Verdict::Undecided => html! { span.maybe { "? Indéterminé" } },
    }
}

fn visa(of: &str) -> Markup {
    html! { div.visa { strong { (of) } p.small { "Nom, date, signature" } } }
}

fn actor(scope: &str) -> &str {
    match scope {
        "SI" => "Service instructeur (SI)",
        "OSL" => "Opérateur de services en ligne (OSL)",
        "DATAPASS" => "Enrôlement (DATAPASS)",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Client, Event};

    fn with(lines: usize) -> Run {
        let line = |number: usize| SheetLine {
            process: format!("D{number}<script>"),
            result: Verdict::DoesNotConform,
            scenarios: 4,
            passed: 3,
            failed_rules: vec!["CLI-06".parse().unwrap()],
        };
        let mut events = crate::sample::events();
        let lines = (0..lines).map(line).collect();
        let client = Client { actor: "SI".into(), lines, ..Client::default() };
        events.insert(1, Event::ClientDescribed(client));
        crate::fold(events).unwrap()
    }

    #[test]
    fn each_démarche_is_a_line_and_what_comes_from_the_run_is_escaped() {
        let page = render(&with(2)).unwrap();
        assert_eq!(page.matches("3 sur 4").count(), 2);
        assert!(page.contains("CLI-06") && page.contains("Visas"), "{page}");
        assert!(!page.contains("D0<script>"));
    }

    #[test]
    fn a_run_of_a_hub_has_no_sheet() {
        assert_eq!(render(&crate::fold(crate::sample::events()).unwrap()), None);
    }
}
