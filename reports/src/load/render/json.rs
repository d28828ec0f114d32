//! `report.json`: the model as it is, and its verdict in a sentence. Described by
//! `docs/schemas/load-report.schema.json`.

use serde::Serialize;

use crate::load::{LoadRun, load_verdict_sentence};
use crate::texts::Lang;

#[derive(Serialize)]
struct Report<'a> {
    summary: String,
    #[serde(flatten)]
    run: &'a LoadRun,
}

pub(super) fn render(run: &LoadRun, lang: Lang) -> String {
    let report = Report { summary: load_verdict_sentence(run, lang), run };
    let mut text = serde_json::to_string_pretty(&report)
        .expect("the report has only string keys and no fallible serializer");
    text.push('\n');
    text
}
