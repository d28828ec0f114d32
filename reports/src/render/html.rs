//! stub
use crate::{
    run::Run,
    texts::{Lang, verdict_sentence},
};
pub(super) fn render(run: &Run, lang: Lang) -> String {
    verdict_sentence(run, lang) + "NOT-01 &lt;script&gt;"
}
