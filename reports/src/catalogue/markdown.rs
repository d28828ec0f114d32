//! The catalogue for a wiki or a ticket.

use std::fmt::Write as _;

use super::html::families;
use super::{Explained, Words, play, said};
use crate::texts::{Lang, citation, family_title};

pub(super) fn render(rules: &[Explained<'_>], lang: Lang) -> String {
    let words = Words::of(lang);
    let mut page = format!("# {}\n\n{}\n", words.title, words.intro);
    for (family, rules) in families(rules) {
        let _ = writeln!(page, "\n## {family} — {}", family_title(family, lang));
        for one in rules {
            rule(&mut page, one, lang);
        }
    }
    page
}

fn rule(page: &mut String, one: &Explained<'_>, lang: Lang) {
    let (rule, words, colon) = (one.rule, Words::of(lang), lang.colon());
    let _ = writeln!(page, "\n### {} — {}\n", rule.id, said(&rule.title, lang));
    let mut item = |label: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(page, "- {label}{colon}{value}");
        }
    };
    item(words.level, &one.levels(lang));
    item(words.source, &citation(&rule.source, lang));
    item(words.passage, said(&rule.passage, lang));
    item(words.needs, &one.needs());
    item(words.note, rule.note.as_ref().map_or("", |note| said(note, lang)));
    item(words.no_fault, rule.no_fault_reason.as_ref().map_or("", |why| said(why, lang)));
    item(words.play, &play(one));
    for breach in &one.breaches {
        item(words.faults, &format!("`{}` — {}", breach.id, said(&breach.title, lang)));
    }
    for divergence in one.divergences() {
        let subject = said(&divergence.subject, lang);
        item(words.divergences, &format!("{} — {subject}", divergence.id));
    }
    for scenario in &one.scenarios {
        // A fence longer than any in the text cannot be closed by it.
        let longest = scenario.text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        let (place, text) = (&scenario.place, &scenario.text);
        let _ = writeln!(page, "\n`{place}`\n\n{fence}gherkin\n{text}\n{fence}");
    }
}
