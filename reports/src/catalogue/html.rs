//! The catalogue as one page, for people. Filters are buttons and style: nothing runs on it.

use std::fmt::Write as _;

use contract::rules::Level;
use contract::sources;
use maud::{Markup, html};

use super::{Explained, Words, play, said};
use crate::render::documents;
use crate::render::frame::Frame;
use crate::texts::{Lang, citation, family_title, level_name, spaced};

const STYLE: &str = "
.filters fieldset { border: 0; padding: 0; margin: .75rem 0; display: flex; flex-wrap: wrap; gap: .25rem .75rem; }
.filters legend { font-weight: 600; padding: 0 0 .25rem; }
.explained { border-top: 1px solid; padding: 1rem 0; }
.explained pre { overflow-x: auto; }
.explained h3 { margin: 0 0 .5rem; }
";

pub(super) fn render(rules: &[Explained<'_>], lang: Lang, etalon: &str) -> String {
    let words = Words::of(lang);
    let families = families(rules);
    let content = html! {
        h1 { (words.title) }
        p.intro { (words.intro) }
        (filters(&families, lang))
        details {
            summary { (lang.labels().sources) }
            p.intro { (lang.labels().sources_intro) }
            (documents::list(&sources::all().iter().collect::<Vec<_>>(), lang))
        }
        @for (family, rules) in &families {
            section class={ "family family-" (family) } {
                h2 { (family) " — " (family_title(family, lang)) }
                @for one in rules { (rule(one, lang)) }
            }
        }
    };
    let style = style(&families);
    let frame = Frame {
        lang,
        title: words.title,
        kind: words.title,
        etalon,
        id: "",
        script: "",
        more_style: &style,
    };
    frame.around(&content, &html! {})
}

/// Rules that stand together, under their family.
pub(super) fn families<'a>(rules: &'a [Explained<'a>]) -> Vec<(&'a str, Vec<&'a Explained<'a>>)> {
    let mut families: Vec<(&str, Vec<&Explained<'_>>)> = Vec::new();
    for one in rules {
        let family = one.rule.id.family();
        match families.iter_mut().find(|(known, _)| *known == family) {
            Some((_, rules)) => rules.push(one),
            None => families.push((family, vec![one])),
        }
    }
    families
}

/// Hides what is not of the family and the level that are chosen.
fn style(families: &[(&str, Vec<&Explained<'_>>)]) -> String {
    let mut style = STYLE.to_owned();
    for (family, _) in families {
        let _ = writeln!(
            style,
            "body:has(#family-{family}:checked) .family:not(.family-{family}) {{ display: none; }}"
        );
    }
    for level in [Level::Must, Level::Recorded].map(Level::name) {
        let _ = writeln!(
            style,
            "body:has(#level-{level}:checked) .explained:not(.level-{level}) {{ display: none; }}"
        );
    }
    style
}

fn filters(families: &[(&str, Vec<&Explained<'_>>)], lang: Lang) -> Markup {
    let words = Words::of(lang);
    html! {
        form.filters aria-label=(words.filter) {
            fieldset {
                legend { (words.filter) }
                label { input type="radio" name="family" checked; " " (words.all_families) }
                @for (family, _) in families {
                    label title=(family_title(family, lang)) {
                        input type="radio" name="family" id={ "family-" (family) };
                        " " (family)
                    }
                }
            }
            fieldset {
                label { input type="radio" name="level" checked; " " (words.all_levels) }
                @for level in [Level::Must, Level::Recorded] {
                    label {
                        input type="radio" name="level" id={ "level-" (level.name()) };
                        " " (level_name(level, lang))
                    }
                }
            }
        }
    }
}

fn rule(one: &Explained<'_>, lang: Lang) -> Markup {
    let (rule, words) = (one.rule, Words::of(lang));
    let (needs, divergences, play) = (one.needs(), one.divergences(), play(one));
    let facts = [
        (words.level, one.levels(lang)),
        (words.source, citation(&rule.source, lang)),
        (words.needs, needs),
        (words.note, rule.note.as_ref().map_or(String::new(), |note| said(note, lang).to_owned())),
        (
            words.no_fault,
            rule.no_fault_reason.as_ref().map_or(String::new(), |why| said(why, lang).to_owned()),
        ),
        (words.play, play),
    ];
    html! {
        article id=(rule.id) class={ "explained level-" (one.level().name()) } {
            h3 { a href={ "#" (rule.id) } { (rule.id) } " — " (said(&rule.title, lang)) }
            dl.facts {
                @for (label, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
                    div { dt { (label) } dd { (value) } }
                }
            }
            p { span.meta { (words.passage) (lang.colon()) } (spaced(said(&rule.passage, lang))) }
            @if !one.breaches.is_empty() {
                p { (words.faults) (lang.colon()) }
                ul { @for breach in &one.breaches { li { code { (breach.id) } " — " (said(&breach.title, lang)) } } }
            }
            @if !divergences.is_empty() {
                p { (words.divergences) (lang.colon()) }
                ul {
                    @for divergence in divergences {
                        li {
                            (divergence.id) " — " (said(&divergence.subject, lang))
                            ul { @for side in &divergence.sides { li { (said(&side.text, lang)) } } }
                        }
                    }
                }
            }
            @if one.scenarios.is_empty() {
                p { (words.no_scenario) }
            } @else {
                details {
                    summary { (words.scenarios) " (" (one.scenarios.len()) ")" }
                    @for scenario in &one.scenarios {
                        p { code { (scenario.place) } }
                        pre tabindex="0" { (scenario.text) }
                    }
                }
            }
        }
    }
}
