//! Whether a directory is what a run left there: its files against its manifest, its records
//! against their chains, its manifest against its signature, and what it says against its record,
//! folded again. Says what was altered, and what could not be proved; who holds a key is not known
//! here.

use std::path::Path;

use crate::alteration::{Alteration, Finding};
use crate::bounded;
use crate::directory::{ReportError, open_run, outcome, rendered};
use crate::envelope::{ENVELOPE_FILE, Signed, VerifyingKey, check};
use crate::manifest::{self, MANIFEST_FILE, Manifest, Outcome, Tool};
use crate::texts::Lang;

/// What a directory was found to be.
#[derive(Clone, Debug)]
pub struct Verified {
    /// What was altered; all the rest is as it was left.
    pub findings: Vec<Finding>,
    /// What stands behind it.
    pub seal: Seal,
    /// What the run says of itself; none without a manifest, or with one of before.
    pub manifest: Option<Manifest>,
    /// Whether the rendered files were rendered again, by the same étalon.
    pub rendered_again: bool,
}

/// What stands behind a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
    /// The key that was given.
    Signed,
    /// A key that was not given.
    NoKey,
    /// Nothing but its own manifest: whoever changes files can change that too.
    NotSigned,
    /// Nothing: no manifest.
    None,
}

impl Seal {
    /// What stands behind it, and what that cannot prove.
    pub fn sentence(self, lang: Lang) -> &'static str {
        match self {
            Self::Signed => lang.pick(
                "Signé par la clé fournie : rien n'a changé depuis la signature.",
                "Signed by the key given: nothing has changed since it was signed.",
            ),
            Self::NoKey => lang.pick(
                "Signé, mais par qui ? Sans la clé publique du signataire (--key), rien ne prouve que le dossier n'a \
                 pas été refait et signé par un autre. Une clé jointe au rapport ne prouve rien.",
                "Signed, but by whom? Without the public key of the signer (--key), nothing proves that the directory \
                 was not made again and signed by somebody else. A key that comes with the report proves nothing.",
            ),
            Self::NotSigned => lang.pick(
                "Non signé : les fichiers concordent avec le manifeste, ce qui exclut un accident, pas un faux.",
                "Not signed: the files agree with the manifest, which rules out an accident and not a forgery.",
            ),
            Self::None => lang.pick(
                "Non scellé (exécution interrompue, ou d'une version antérieure) : rien ne prouve que le dossier est \
                 tel que l'exécution l'a laissé.",
                "Not sealed (a run that was killed, or of an earlier version): nothing proves that the directory is as \
                 the run left it.",
            ),
        }
    }
}

/// The files of a directory that differ from what its run left, and the seal.
pub fn verify(directory: &Path, key: Option<&VerifyingKey>) -> Result<Verified, ReportError> {
    let envelope = |alteration| Finding { file: ENVELOPE_FILE.to_owned(), alteration };
    let sealed = match manifest::read(directory) {
        Ok(Some(sealed)) => sealed,
        Ok(None) => {
            let is_signed = directory.join(ENVELOPE_FILE).exists();
            let missing = Finding { file: MANIFEST_FILE.into(), alteration: Alteration::Missing };
            return Ok(Verified {
                findings: is_signed.then_some(missing).into_iter().collect(),
                seal: Seal::None,
                manifest: None,
                rendered_again: false,
            });
        }
        Err(ReportError::Altered(_)) => {
            let file = MANIFEST_FILE.to_owned();
            return Ok(Verified {
                findings: vec![Finding { file, alteration: Alteration::Unreadable }],
                seal: Seal::None,
                manifest: None,
                rendered_again: false,
            });
        }
        Err(error) => return Err(error),
    };
    let mut findings = manifest::differences(directory, &sealed)?;
    let seal = match check(directory, &sealed.bytes, key)? {
        Signed::Not => Seal::NotSigned,
        Signed::Unchecked => Seal::NoKey,
        Signed::Holds => Seal::Signed,
        Signed::Altered => {
            findings.push(envelope(Alteration::NotSigned));
            Seal::NotSigned
        }
    };
    Ok(Verified { findings, seal, manifest: sealed.manifest, rendered_again: false })
}

impl Verified {
    /// Whether the record can be folded again: all is as it was left.
    pub fn is_whole(&self) -> bool {
        self.findings.is_empty()
    }

    /// What was found of the rendered files.
    pub fn rendering(&self, lang: Lang) -> &'static str {
        if self.rendered_again {
            return lang.pick(
                "Fichiers inchangés ; verdict et pages recalculés à l'identique depuis l'enregistrement.",
                "Files unaltered; verdict and pages worked out again from the record, and the same.",
            );
        }
        lang.pick(
            "Fichiers inchangés ; verdict recalculé à l'identique ; pages produites par une autre version d'étalon, ou par des sources inconnues.",
            "Files unaltered; verdict worked out again, and the same; pages rendered by another version of étalon, or from sources that are not known.",
        )
    }

    /// Holds what the manifest says, and what was rendered, to the record folded again by `tool`.
    pub fn hold_to(
        &mut self,
        directory: &Path,
        tool: &Tool,
        again: &Again,
    ) -> Result<(), ReportError> {
        let Some(manifest) = &self.manifest else { return Ok(()) };
        if manifest.outcome() != again.outcome {
            self.contradicted(MANIFEST_FILE);
            return Ok(());
        }
        let same = manifest.tool() == tool && tool.is_known();
        let Some(lang) = manifest.lang().filter(|_| same) else { return Ok(()) };
        for (name, text) in (again.rendered)(lang) {
            let path = directory.join(name);
            let there = match bounded::read(&path, bounded::WRITTEN) {
                Ok(there) => there,
                Err(source) => return Err(ReportError::reading(&path, source)),
            };
            if there != text.as_bytes() {
                self.contradicted(name);
            }
        }
        self.rendered_again = true;
        Ok(())
    }

    fn contradicted(&mut self, file: &str) {
        let alteration = Alteration::Contradicted;
        self.findings.push(Finding { file: file.to_owned(), alteration });
    }
}

/// A record folded again.
pub struct Again<'a> {
    /// What it amounts to.
    pub outcome: Outcome,
    /// Its rendered files in a language, by their names.
    pub rendered: Box<dyn Fn(Lang) -> Vec<(&'static str, String)> + 'a>,
}

/// A certification, folded again.
pub fn fold_again(directory: &Path) -> Result<Again<'static>, ReportError> {
    let run = open_run(directory)?;
    Ok(Again { outcome: outcome(&run), rendered: Box::new(move |lang| rendered(&run, lang)) })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use proptest::prelude::*;
    use tempfile::TempDir;

    use super::*;
    use crate::envelope::SigningKey;
    use crate::seal::Sealing;
    use crate::{EventLog, Redactor, sample};

    /// A run of the sample, sealed, and the key that signed it.
    fn sealed(is_signed: bool) -> (TempDir, VerifyingKey) {
        let directory = tempfile::tempdir().unwrap();
        let log = EventLog::create(directory.path(), Redactor::new()).unwrap();
        sample::events().into_iter().for_each(|event| log.emit(event));
        let run = log.finish().unwrap();
        std::fs::write(directory.path().join("hub.log"), "serving\n").unwrap();
        let (key, _) = SigningKey::generate().unwrap();
        let public = key.public();
        let sealing = Sealing { tool: tool("abc"), key: is_signed.then_some(key) };
        sealing.seal_run(directory.path(), &run, Lang::Fr).unwrap();
        (directory, public)
    }

    fn tool(commit: &str) -> Tool {
        Tool::etalon(Some(commit))
    }

    fn verified(directory: &Path, key: Option<&VerifyingKey>, by: &Tool) -> Verified {
        let mut verified = verify(directory, key).unwrap();
        assert_eq!(verified.findings, []);
        verified.hold_to(directory, by, &fold_again(directory).unwrap()).unwrap();
        verified
    }

    #[test]
    fn what_was_left_is_found_as_it_was_left() {
        let (directory, key) = sealed(true);
        let found = verified(directory.path(), Some(&key), &tool("abc"));
        assert_eq!(
            (found.findings, found.seal, found.rendered_again),
            (vec![], Seal::Signed, true)
        );
        // Another version may render otherwise: it does not compare.
        let found = verified(directory.path(), Some(&key), &tool("def"));
        assert_eq!((found.seal, found.rendered_again), (Seal::Signed, false));
        let unknown = Tool { commit: None, ..tool("") };
        assert!(!verified(directory.path(), Some(&key), &unknown).rendered_again);
        assert_eq!(verified(directory.path(), None, &tool("abc")).seal, Seal::NoKey);
        let (directory, key) = sealed(false);
        assert_eq!(verified(directory.path(), Some(&key), &tool("abc")).seal, Seal::NotSigned);
        std::fs::remove_file(directory.path().join(MANIFEST_FILE)).unwrap();
        assert_eq!(verify(directory.path(), Some(&key)).unwrap().seal, Seal::None);
    }

    #[test]
    fn a_seal_that_says_something_else_than_its_record_is_found_out() {
        let (directory, _) = sealed(false);
        let run = open_run(directory.path()).unwrap();
        let lie = Outcome { verdict: "conforms".to_owned(), ..outcome(&run) };
        let page = directory.path().join("report.html");
        let text = std::fs::read_to_string(&page).unwrap().replace("Non conforme", "Conforme");
        for (outcome, file) in [(lie, MANIFEST_FILE), (outcome(&run), "report.html")] {
            std::fs::write(&page, &text).unwrap();
            let sealing = Sealing { tool: tool("abc"), key: None };
            sealing.seal(directory.path(), outcome, Lang::Fr).unwrap();
            let mut found = verify(directory.path(), None).unwrap();
            assert_eq!(found.findings, []);
            let again = fold_again(directory.path()).unwrap();
            found.hold_to(directory.path(), &tool("abc"), &again).unwrap();
            let contradicted = Alteration::Contradicted;
            assert_eq!(found.findings, [Finding { file: file.into(), alteration: contradicted }]);
        }
    }

    /// What somebody may do to a file.
    #[derive(Clone, Debug)]
    enum Damage {
        Byte { at: usize, by: u8 },
        Cut { at: usize },
        NoLine { at: usize },
        Doubled { at: usize },
        Swapped { one: usize, other: usize },
        Emptied,
        Replaced,
        Removed,
    }

    fn damage() -> impl Strategy<Value = Damage> {
        let at = || any::<usize>();
        prop_oneof![
            4 => (at(), 1..=255_u8).prop_map(|(at, by)| Damage::Byte { at, by }),
            1 => at().prop_map(|at| Damage::Cut { at }),
            1 => at().prop_map(|at| Damage::NoLine { at }),
            1 => at().prop_map(|at| Damage::Doubled { at }),
            1 => (at(), at()).prop_map(|(one, other)| Damage::Swapped { one, other }),
            1 => Just(Damage::Emptied),
            1 => Just(Damage::Replaced),
            1 => Just(Damage::Removed),
        ]
    }

    impl Damage {
        /// What becomes of a file; none when it is removed.
        fn of(&self, bytes: &[u8], another: &[u8]) -> Option<Vec<u8>> {
            let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
            let count = lines.len().max(1);
            match self {
                Self::Byte { at, by } => {
                    let mut bytes = bytes.to_vec();
                    let at = at % bytes.len();
                    bytes[at] ^= by;
                    return Some(bytes);
                }
                Self::Cut { at } => return Some(bytes[..at % bytes.len()].to_vec()),
                Self::NoLine { at } => drop(lines.remove(at % count)),
                Self::Doubled { at } => lines.insert(at % count, lines[at % count]),
                Self::Swapped { one, other } => lines.swap(one % count, other % count),
                Self::Emptied => lines.clear(),
                Self::Replaced => return Some(another.to_vec()),
                Self::Removed => return None,
            }
            Some(lines.concat())
        }
    }

    fn files(directory: &Path) -> Vec<PathBuf> {
        let mut files: Vec<_> =
            std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }

    /// Damages one file, and says whether that is told of it; then mends it.
    fn is_told(directory: &Path, key: Option<&VerifyingKey>, path: &Path, damage: &Damage) -> bool {
        let bytes = std::fs::read(path).unwrap();
        let damaged = damage.of(&bytes, b"{}\n");
        if damaged.as_ref() == Some(&bytes) {
            return true;
        }
        match damaged {
            Some(damaged) => std::fs::write(path, damaged).unwrap(),
            None => std::fs::remove_file(path).unwrap(),
        }
        let found = verify(directory, key).unwrap();
        std::fs::write(path, bytes).unwrap();
        let name = path.file_name().unwrap().to_string_lossy();
        // A manifest is altered, or its signature is no more of it; one without signature is none.
        let of_seal = [MANIFEST_FILE, ENVELOPE_FILE].contains(&name.as_ref());
        let stripped = name == ENVELOPE_FILE && matches!(damage, Damage::Removed);
        let told = |finding: &Finding| finding.file == name || of_seal;
        found.findings.iter().any(told) || stripped && found.seal == Seal::NotSigned
    }

    #[test]
    fn whatever_is_done_to_a_file_of_a_signed_report_is_told() {
        let (directory, key) = sealed(true);
        let files = files(directory.path());
        let config = ProptestConfig { cases: 1_000, ..ProptestConfig::default() };
        proptest!(config, |(damage in damage(), file in any::<prop::sample::Index>())| {
            let path = file.get(&files);
            prop_assert!(is_told(directory.path(), Some(&key), path, &damage), "{path:?}");
        });
        assert_eq!(verified(directory.path(), Some(&key), &tool("abc")).seal, Seal::Signed);
    }

    #[test]
    fn whatever_is_done_to_a_file_of_an_unsigned_report_is_told_but_for_its_manifest() {
        let (directory, _) = sealed(false);
        let mut files = files(directory.path());
        files.retain(|path| !path.ends_with(MANIFEST_FILE));
        let config = ProptestConfig { cases: 300, ..ProptestConfig::default() };
        proptest!(config, |(damage in damage(), file in any::<prop::sample::Index>())| {
            let path = file.get(&files);
            prop_assert!(is_told(directory.path(), None, path, &damage), "{path:?}");
        });
    }

    #[test]
    fn a_file_that_was_added_is_told_and_so_is_a_link_in_place_of_one() {
        let (directory, key) = sealed(true);
        let at = |name: &str| directory.path().join(name);
        std::fs::create_dir(at("more")).unwrap();
        std::fs::write(at("more/page.html"), "").unwrap();
        std::fs::rename(at("summary.md"), at("more/kept")).unwrap();
        std::os::unix::fs::symlink(at("more/kept"), at("summary.md")).unwrap();
        let found = verify(directory.path(), Some(&key)).unwrap().findings;
        let of = |file: &str, alteration| Finding { file: file.to_owned(), alteration };
        let expected = [
            of("summary.md", Alteration::Replaced),
            of("more/kept", Alteration::Added),
            of("more/page.html", Alteration::Added),
        ];
        assert_eq!(found, expected);
    }

    /// A record without its manifest, as a killed run leaves it: what is changed inside of it is
    /// told with its line, and no damage makes of it a run that conforms.
    #[test]
    fn a_damaged_record_is_refused_or_says_no_better() {
        let (directory, _) = sealed(false);
        std::fs::remove_file(directory.path().join(MANIFEST_FILE)).unwrap();
        let whole = open_run(directory.path()).unwrap();
        assert_eq!(whole.verdict, crate::Verdict::DoesNotConform);
        for name in ["events.jsonl", "exchanges.jsonl"] {
            let path = directory.path().join(name);
            let bytes = std::fs::read(&path).unwrap();
            let config = ProptestConfig { cases: 300, ..ProptestConfig::default() };
            proptest!(config, |(damage in damage())| {
                if let Some(damaged) = damage.of(&bytes, b"{}\n") {
                    std::fs::write(&path, &damaged).unwrap();
                    match open_run(directory.path()) {
                        Err(error) => prop_assert!(error.to_string().contains(name)),
                        Ok(run) => prop_assert!(run.verdict != crate::Verdict::Conforms),
                    }
                }
            });
            std::fs::write(&path, bytes).unwrap();
        }
    }
}
