//! The page of the contract (`docs/contract.md`) as an annex of the report, section by section.
//! Knows as much Markdown as that page is written in: headings, lists, tables, code and bold.

use maud::{Markup, PreEscaped, html};

use crate::texts::Labels;

const CONTRACT: &str = include_str!("../../../../docs/contract.md");

/// The annex: every section folded under its number, in the language that it is written in.
pub(super) fn contract(labels: &Labels) -> Markup {
    html! {
        h3.annex { (labels.annex) }
        p.intro { (labels.annex_intro) }
        @for section in CONTRACT.split("\n## ").skip(1) {
            @let (title, text) = section.split_once('\n').unwrap_or((section, ""));
            @let number = title.split('.').next().unwrap_or_default();
            details.annex id={ "contract-" (number) } lang="en" {
                summary { "§" (title) }
                div { (blocks(text)) }
            }
        }
    }
}

fn blocks(text: &str) -> Markup {
    html! {
        @for block in text.split("\n\n").map(str::trim).filter(|block| !block.is_empty()) {
            @if block.starts_with('|') { (rows(block)) }
            @else if begins_item(block) { (items(block)) }
            @else { p { (inline(block)) } }
        }
    }
}

fn begins_item(line: &str) -> bool {
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    line.starts_with("- ") || number.len() < line.len() && number.starts_with(". ")
}

/// A list; the number of an item stays in its text, since the page numbers them out of order.
fn items(block: &str) -> Markup {
    let mut items: Vec<String> = Vec::new();
    for line in block.lines() {
        match items.last_mut() {
            Some(item) if !begins_item(line) => {
                item.push(' ');
                item.push_str(line.trim());
            }
            _ => items.push(line.trim_start_matches("- ").to_owned()),
        }
    }
    html! { ul { @for item in items { li { (inline(&item)) } } } }
}

fn rows(block: &str) -> Markup {
    let mut rows = block.lines().filter(|line| !line.starts_with("|-")).map(|line| {
        let line = line.trim().trim_start_matches('|').trim_end_matches('|');
        line.split('|').map(str::trim).collect::<Vec<_>>()
    });
    let head = rows.next().unwrap_or_default();
    html! {
        div.wide tabindex="0" {
            table {
                thead { tr { @for cell in head { th scope="col" { (inline(cell)) } } } }
                tbody { @for row in rows { tr { @for cell in row { td { (inline(cell)) } } } } }
            }
        }
    }
}

/// Code between back quotes, bold between two stars; the rest as it is.
fn inline(text: &str) -> Markup {
    let marked = |text: &str, mark: &str, tag: &str| {
        text.split(mark).enumerate().fold(String::new(), |text, (nth, part)| match nth % 2 {
            0 => text + part,
            _ => format!("{text}<{tag}>{part}</{tag}>"),
        })
    };
    let escaped = html! { (text) }.into_string();
    PreEscaped(marked(&marked(&escaped, "`", "code"), "**", "strong"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Lang;

    #[test]
    fn every_section_that_a_rule_cites_is_in_the_annex() {
        let page = contract(Lang::Fr.labels()).into_string();
        for rule in contract::rules::Catalogue::bundled().rules() {
            let cited = rule.source.split("contract ").nth(1).unwrap_or_default();
            for section in cited.split([';', ',']).map(str::trim).filter(|one| one.starts_with('§'))
            {
                let anchor = format!("id=\"contract-{}\"", &section["§".len()..]);
                assert!(page.contains(&anchor), "{}: {section}", rule.id);
            }
        }
        assert!(page.contains("<code>GET /notifications</code>") && !page.contains("**"));
    }
}
