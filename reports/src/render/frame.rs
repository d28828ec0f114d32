//! What every page for people has in common: one self-contained document that loads nothing, and
//! runs nothing but a script of ours that its policy names by its digest, with its title, its brand
//! and its place for the content. What stands on it is for each report to say.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use crate::texts::Lang;

pub(crate) const STYLE: &str = include_str!("html/style.css");

/// The frame of one page.
pub(crate) struct Frame<'a> {
    pub(crate) lang: Lang,
    /// What the window is called.
    pub(crate) title: &'a str,
    /// What kind of report it is, beside the brand.
    pub(crate) kind: &'a str,
    /// Version of étalon.
    pub(crate) etalon: &'a str,
    /// The run that it tells of, which each printed page names; empty when it is of none.
    pub(crate) id: &'a str,
    /// What runs on it; empty when nothing does.
    pub(crate) script: &'a str,
    /// Style of this kind of page, besides what all share.
    pub(crate) more_style: &'a str,
}

impl Frame<'_> {
    /// The document around its content and its footer.
    pub(crate) fn around(&self, content: &Markup, footer: &Markup) -> String {
        html! {
            (DOCTYPE)
            html lang=(self.lang.code()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="generator" content={ "étalon " (self.etalon) };
                    meta http-equiv="Content-Security-Policy" content=(self.policy());
                    title { (self.title) }
                    style { (PreEscaped(STYLE)) (PreEscaped(self.more_style)) (PreEscaped(self.printed_pages())) }
                }
                body {
                    a.skip href="#content" { (self.lang.labels().skip_to_content) }
                    header.top {
                        p.brand { strong { "étalon" } span { (self.kind) } }
                    }
                    main #content { (content) }
                    (footer)
                    @if !self.script.is_empty() { script { (PreEscaped(self.script)) } }
                }
            }
        }
        .into_string()
    }

    fn policy(&self) -> String {
        let policy = "default-src 'none'; style-src 'unsafe-inline'";
        match self.script {
            "" => policy.to_owned(),
            script => {
                let digest = STANDARD.encode(Sha256::digest(script));
                format!("{policy}; script-src 'sha256-{digest}'")
            }
        }
    }

    /// What each printed page bears: the run, and its number.
    fn printed_pages(&self) -> String {
        let id: String =
            self.id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        let (kind, of) = (self.kind, self.lang.pick("sur", "of"));
        format!(
            "@page {{ @bottom-left {{ content: \"étalon — {kind} {id}\"; font-size: 8pt }} \
             @bottom-right {{ content: counter(page) \" {of} \" counter(pages); font-size: 8pt }} }}"
        )
    }
}

/// A table under its caption. Where it has no room it scrolls sideways, which is said to whoever
/// comes to it by the keyboard.
pub(crate) fn table(caption: &str, lang: Lang, rows: &Markup) -> Markup {
    html! {
        div.wide tabindex="0" role="group" aria-label={ (caption) ", " (lang.labels().scrolls) } {
            table { caption { (caption) } (rows) }
        }
    }
}

/// A part of a page, under a title of its own.
pub(crate) struct Section {
    pub(crate) id: &'static str,
    pub(crate) title: String,
    pub(crate) body: Markup,
}

/// The contents of a page.
pub(crate) fn contents(sections: &[Section], lang: Lang) -> Markup {
    html! {
        nav.contents aria-label=(lang.labels().contents) {
            ul {
                @for section in sections {
                    li { a href={ "#" (section.id) } { (section.title) } }
                }
            }
        }
    }
}

/// The parts of a page, one after the other.
pub(crate) fn all(sections: &[Section]) -> Markup {
    html! {
        @for section in sections {
            section #(section.id) aria-labelledby={ (section.id) "-title" } {
                h2 id={ (section.id) "-title" } { (section.title) }
                (section.body)
            }
        }
    }
}
