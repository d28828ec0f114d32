//! What every page for people has in common: one self-contained document that loads nothing and
//! runs nothing, with its title, its brand and its place for the content. What stands on it is for
//! each report to say.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::texts::Lang;

const STYLE: &str = include_str!("html/style.css");

/// The frame of one page.
pub(crate) struct Frame<'a> {
    pub(crate) lang: Lang,
    /// What the window is called.
    pub(crate) title: &'a str,
    /// What kind of report it is, beside the brand.
    pub(crate) kind: &'a str,
    /// Version of étalon.
    pub(crate) etalon: &'a str,
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
                    meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                    title { (self.title) }
                    style { (PreEscaped(STYLE)) (PreEscaped(self.more_style)) }
                }
                body {
                    a.skip href="#content" { (self.lang.labels().skip_to_content) }
                    header.top {
                        p.brand { strong { "étalon" } span { (self.kind) } }
                    }
                    main #content { (content) }
                    (footer)
                }
            }
        }
        .into_string()
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
