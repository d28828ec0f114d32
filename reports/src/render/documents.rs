//! The list of the documents that rules cite, as every page shows it: what each is, from when, and
//! where it can be read. Which ones are listed is for the page to say.

use contract::sources::Source;
use maud::{Markup, html};

use super::frame::table;
use crate::texts::Lang;

/// How the rules cite the page of the contract, which is étalon's own.
const OURS: &str = "contract";

/// The documents, each a place to link to.
pub(crate) fn list(sources: &[&Source], lang: Lang) -> Markup {
    let labels = lang.labels();
    let rows = html! {
        thead { tr {
            th scope="col" { (labels.short_name) }
            th scope="col" { (labels.document) }
            th scope="col" { (labels.version) }
            th scope="col" { (labels.date) }
            th scope="col" { (labels.publisher) }
            th scope="col" { (labels.address) }
        } }
        tbody {
            @for source in sources {
                @let name = if is_ours(source) { labels.contract_page } else { source.name.as_str() };
                tr id=(anchor(source)) {
                    th scope="row" { (name) }
                    td { (source.title) }
                    @for fact in [&source.version, &source.date, &source.publisher, &source.published] {
                        td { (fact.as_deref().unwrap_or("–")) }
                    }
                }
            }
        }
    };
    table(labels.sources, lang, &rows)
}

pub(crate) fn is_ours(source: &Source) -> bool {
    source.name == OURS
}

/// What a document is linked to by.
pub(crate) fn anchor(source: &Source) -> String {
    format!("d-{}", source.name.replace(' ', "-"))
}
