//! What a matrix amounts to, in words, as a model (`self-test.json`, `self-test.html`) and as an
//! exit. Judges no fault.

use std::collections::BTreeMap;
use std::path::Path;

use contract::bilingual::Bilingual;
use reference_hub::faults::FaultEntry;
use reports::self_test::{self, SELF_TEST_FORMAT, Score, SelfTest};

use super::matrix::{Combination, Control, Names, Tried};
use crate::exit::Exit;
use crate::output::result;

/// Everything that was tried.
#[derive(Debug, Default)]
pub(super) struct Matrix {
    pub(super) quick: Option<usize>,
    pub(super) seed: u64,
    pub(super) controls: Vec<Control>,
    pub(super) faults: Vec<Tried>,
    pub(super) combinations: Vec<Combination>,
}

impl Matrix {
    /// Adds what became of a fault, at its place among those that are tried.
    pub(super) fn add(&mut self, tried: Tried, order: &[&'static FaultEntry]) {
        let place = |one: &Tried| order.iter().position(|fault| *fault == one.fault);
        let at = self.faults.partition_point(|earlier| place(earlier) < place(&tried));
        self.faults.insert(at, tried);
    }

    /// Void: a control was judged otherwise than it had to be, so nothing else can be believed.
    fn is_void(&self) -> bool {
        self.controls.iter().any(|control| !control.holds)
    }

    /// Void is undecided; anything not as declared, and any combination not all reported, does not
    /// conform.
    pub(super) fn exit(&self) -> Exit {
        let as_declared = self.faults.iter().all(Tried::is_as_declared)
            && self.combinations.iter().all(Combination::is_as_declared);
        match (self.is_void(), as_declared) {
            (true, _) => Exit::Undecided,
            (false, false) => Exit::DoesNotConform,
            (false, true) => Exit::Success,
        }
    }

    fn scores(&self) -> BTreeMap<String, Score> {
        let mut scores: BTreeMap<String, Score> = BTreeMap::new();
        for tried in &self.faults {
            let family = tried.fault.rule.split('-').next().unwrap_or_default();
            count(scores.entry(family.to_owned()).or_default(), tried);
        }
        scores
    }

    fn score(&self) -> Score {
        let mut score = Score::default();
        self.faults.iter().for_each(|tried| count(&mut score, tried));
        score
    }
}

fn count(score: &mut Score, tried: &Tried) {
    score.total += 1;
    score.caught += usize::from(tried.caught);
    score.as_declared += usize::from(tried.is_as_declared());
}

/// The score by family, what is not as declared, and where the rest is.
pub(super) fn print(matrix: &Matrix, directory: &Path) {
    for tried in matrix.faults.iter().filter(|tried| !tried.is_as_declared()) {
        result(describe(tried));
    }
    for combination in
        matrix.combinations.iter().filter(|combination| !combination.is_as_declared())
    {
        result(combination_line(combination));
    }
    for (family, score) in matrix.scores() {
        result(format_args!(
            "{family:<6} {}/{} fautes détectées, {} exactement comme déclaré",
            score.caught, score.total, score.as_declared
        ));
    }
    let score = matrix.score();
    result(format_args!(
        "total  {}/{} fautes détectées, {} exactement comme déclaré",
        score.caught, score.total, score.as_declared
    ));
    if matrix.is_void() {
        result("Matrice nulle : un témoin n'a pas été jugé comme il devait l'être.");
        matrix
            .controls
            .iter()
            .filter(|control| !control.holds)
            .for_each(|control| result(control_line(control)));
    }
    result(directory.join("self-test.html").display());
}

/// One line of progress.
pub(super) fn line(at: usize, total: usize, tried: &Tried) -> String {
    format!("{at}/{total} {} ({:.1} s)", describe(tried), tried.seen.duration.as_secs_f32())
}

fn describe(tried: &Tried) -> String {
    let id = tried.fault.id;
    if tried.is_as_declared() {
        return format!("✓ {id}");
    }
    let mut parts = Vec::new();
    if let Some(reason) = &tried.seen.prevented {
        parts.push(reason.clone());
    }
    if !tried.caught {
        parts.push("non détectée".to_owned());
    }
    parts.extend(listed("attendu, non en échec", &tried.missing()));
    parts.extend(listed("en échec, non attendu", &tried.unexpected()));
    parts.extend(listed("indécis", &tried.seen.undecided));
    format!("✗ {id} : {}", parts.join(" ; "))
}

fn listed(what: &str, names: &Names) -> Option<String> {
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    (!names.is_empty()).then(|| format!("{what} : {}", names.join(" ")))
}

pub(super) fn control_line(control: &Control) -> String {
    let mark = if control.holds { "✓" } else { "✗" };
    let parts = [listed("en échec", &control.failed), listed("indécis", &control.undecided)];
    format!(
        "{mark} témoin {} {}",
        control.name,
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ; ")
    )
}

pub(super) fn combination_line(combination: &Combination) -> String {
    let mark = if combination.is_as_declared() { "✓" } else { "✗" };
    let parts = [
        listed("non détecté", &combination.missing),
        listed("non attendu", &combination.unexpected),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    format!("{mark} ensemble : {} {}", combination.faults.join(" "), parts.join(" ; "))
}

/// What others script against, and what the page shows.
pub(super) fn told(matrix: &Matrix) -> SelfTest {
    SelfTest {
        format: SELF_TEST_FORMAT,
        etalon: env!("CARGO_PKG_VERSION").to_owned(),
        sample_one_in: matrix.quick,
        seed: matrix.seed,
        void: matrix.is_void(),
        score: matrix.score(),
        families: matrix.scores(),
        controls: matrix.controls.iter().map(control_told).collect(),
        faults: matrix.faults.iter().map(fault_told).collect(),
        combinations: matrix.combinations.iter().map(combination_told).collect(),
    }
}

fn control_told(control: &Control) -> self_test::Control {
    self_test::Control {
        name: control.name.to_owned(),
        holds: control.holds,
        failed: control.failed.clone(),
        undecided: control.undecided.clone(),
    }
}

fn fault_told(tried: &Tried) -> self_test::Fault {
    let Bilingual { fr: title_fr, en: title } = tried.fault.said();
    self_test::Fault {
        id: tried.fault.id.to_owned(),
        rule: tried.fault.rule.to_owned(),
        title,
        title_fr,
        recorded: tried.fault.recorded,
        caught: tried.caught,
        as_declared: tried.is_as_declared(),
        expected: tried.expected.failed.clone(),
        failed: tried.seen.failed.clone(),
        missing: tried.missing(),
        unexpected: tried.unexpected(),
        undecided: tried.seen.undecided.clone(),
        prevented: tried.seen.prevented.clone(),
        duration_ms: u64::try_from(tried.seen.duration.as_millis()).unwrap_or(u64::MAX),
    }
}

fn combination_told(combination: &Combination) -> self_test::Combination {
    self_test::Combination {
        faults: combination.faults.iter().map(ToString::to_string).collect(),
        as_declared: combination.is_as_declared(),
        missing: combination.missing.clone(),
        unexpected: combination.unexpected.clone(),
    }
}
