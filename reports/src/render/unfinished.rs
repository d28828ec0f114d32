//! What a report directory says while its run has no verdict yet, or never comes to one: an error
//! to continuous integration, a sentence to people.

use super::junit::VERDICT;
use crate::texts::Lang;

/// The files, with their texts.
pub(crate) fn unfinished(run_id: &str, lang: Lang) -> [(&'static str, String); 2] {
    let (title, text) = match lang {
        Lang::Fr => (
            "Passage non terminé",
            format!(
                "Le passage {run_id} n'est pas terminé : en cours, empêché ou interrompu avant son verdict. \
                 Rien ne peut en être conclu."
            ),
        ),
        Lang::En => (
            "Run not finished",
            format!(
                "Run {run_id} is not finished: under way, prevented, or stopped before its verdict. \
                 Nothing can be concluded from it."
            ),
        ),
    };
    let [class, name] = VERDICT;
    let junit = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"{title}\" tests=\"1\" failures=\"0\" errors=\"1\">\n  \
         <testsuite name=\"{class}\" tests=\"1\" failures=\"0\" errors=\"1\">\n    \
         <testcase classname=\"{class}\" name=\"{name}\">\n      \
         <error message=\"{title}\">{text}</error>\n    \
         </testcase>\n  </testsuite>\n</testsuites>\n"
    );
    [("junit.xml", junit), ("summary.md", format!("# {title}\n\n{text}\n"))]
}
