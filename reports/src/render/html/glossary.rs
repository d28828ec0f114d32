//! The words that the reader of a report may not know, each in a sentence.

use maud::{Markup, html};

use super::Page;
use crate::texts::glossary;

impl Page<'_> {
    pub(super) fn glossary(&self) -> Markup {
        html! {
            dl.glossary {
                @for (word, meaning) in glossary(self.lang) {
                    div { dt { (word) } dd { (meaning) } }
                }
            }
        }
    }
}
