//! Lists held against what was asked of them: filtered, in order, page by page. An order of texts
//! is right when it is that of any collation in use: by bytes, without case, without accents and
//! punctuation.

use serde_json::Value;

/// The value at a dotted place of an object.
pub fn at<'a>(object: &'a Value, place: &str) -> &'a Value {
    place.split('.').fold(object, |value, name| &value[name])
}

/// The texts at a place of each object; those that have none are left out: where they come is free.
pub fn keys(list: &[Value], place: &str) -> Vec<String> {
    list.iter().filter_map(|item| at(item, place).as_str()).map(str::to_owned).collect()
}

/// Whether texts stand in ascending order, or descending, under some collation.
pub(crate) fn is_ordered(keys: &[String], descending: bool) -> bool {
    let collations: [fn(&str) -> String; 4] = [
        str::to_owned,
        str::to_lowercase,
        |text| folded(text).chars().filter(|character| character.is_alphanumeric()).collect(),
        folded,
    ];
    collations.iter().any(|collate| {
        let collated: Vec<_> = keys.iter().map(|key| collate(key)).collect();
        collated.windows(2).all(
            |pair| {
                if descending { pair[0] >= pair[1] } else { pair[0] <= pair[1] }
            },
        )
    })
}

/// How many different texts there are: an order of fewer than two shows nothing.
pub fn distinct(keys: &[String]) -> usize {
    let mut sorted = keys.to_vec();
    sorted.sort();
    sorted.dedup();
    sorted.len()
}

/// Lower case, without the accents of French.
fn folded(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .map(|character| match character {
            'à' | 'â' | 'ä' => 'a',
            'ç' => 'c',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'î' | 'ï' => 'i',
            'ô' | 'ö' => 'o',
            'ù' | 'û' | 'ü' => 'u',
            other => other,
        })
        .collect()
}

/// What a filtered list gives wrongly, and what it lacks, by a name of each; empty when it is
/// right. The whole list was read before: what others add meanwhile is no fault.
pub(crate) fn faults_of_filter(
    whole: &[Value],
    filtered: &[Value],
    name: fn(&Value) -> String,
    holds: impl Fn(&Value) -> bool,
) -> Vec<String> {
    let wrong =
        filtered.iter().filter(|item| !holds(item)).map(|item| format!("{} en trop", name(item)));
    let given: Vec<String> = filtered.iter().map(name).collect();
    let lacking = whole
        .iter()
        .filter(|item| holds(item))
        .map(name)
        .filter(|name| !given.contains(name))
        .map(|name| format!("{name} manque"));
    wrong.chain(lacking).collect()
}

/// A few of many, for a report.
pub(crate) fn a_few(texts: &[String]) -> String {
    const SHOWN: usize = 5;
    let mut shown = texts.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if texts.len() > SHOWN {
        shown.push_str(&format!(" et {} autres", texts.len() - SHOWN));
    }
    shown
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    #[test]
    fn any_collation_in_use_is_an_order() {
        assert!(is_ordered(&texts(&["CERTDC", "EtatCivil", "depot"]), false), "by bytes");
        assert!(is_ordered(&texts(&["CERTDC", "depot", "EtatCivil"]), false), "without case");
        assert!(is_ordered(&texts(&["eta", "Étalon", "Zone"]), false), "without accents");
        assert!(is_ordered(&texts(&["b", "a"]), true));
        assert!(!is_ordered(&texts(&["b", "c", "a"]), false));
    }

    #[test]
    fn a_filter_gives_all_that_fit_and_nothing_else() {
        let whole = [
            json!({"id": "1", "kind": "SI"}),
            json!({"id": "2", "kind": "OSL"}),
            json!({"id": "3", "kind": "SI"}),
        ];
        let name = |item: &Value| item["id"].as_str().unwrap_or_default().to_owned();
        let is_si = |item: &Value| item["kind"] == "SI";
        assert!(
            faults_of_filter(&whole, &[whole[0].clone(), whole[2].clone()], name, is_si).is_empty()
        );
        assert_eq!(faults_of_filter(&whole, &whole[..2], name, is_si), ["2 en trop", "3 manque"]);
    }
}
