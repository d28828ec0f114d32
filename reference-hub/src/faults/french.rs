//! What each fault does, in French (`faults.fr.toml`): the registry says it in English. Names no
//! fault itself.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use contract::bilingual::Bilingual;

use super::FaultEntry;

static TITLES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    toml::from_str(include_str!("../../faults.fr.toml"))
        .expect("the French titles are read by the tests of this module")
});

impl FaultEntry {
    /// What the hub then does, in both languages.
    pub fn said(&self) -> Bilingual {
        let fr = TITLES.get(self.id).map_or(self.title, String::as_str);
        Bilingual { fr: fr.to_owned(), en: self.title.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::faults::entries;

    #[test]
    fn every_fault_has_a_title_in_french_and_no_title_is_left_over() {
        let faults: BTreeSet<&str> = entries().map(|entry| entry.id).collect();
        let titles: BTreeSet<&str> = TITLES.keys().map(String::as_str).collect();
        assert_eq!(titles, faults);
        let english = ["the", "is", "are", "of", "not", "with"];
        for entry in entries() {
            let told = entry.said().fr;
            assert!(!told.split(' ').any(|word| english.contains(&word)), "{}: {told}", entry.id);
        }
    }
}
