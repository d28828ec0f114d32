//! Draws sequences of actions: which, in which order, on which objects. What they lead to is for
//! the model to say.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any};
use proptest::prop_oneof;
use proptest::sample::select;
use proptest::strategy::{BoxedStrategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::action::{Action, Content, Deed, EventFlaw, FolderFlaw, Unknown};
use crate::roles::Role;

/// How many actions a sequence has at most, the first deposit apart.
const LONGEST: usize = 24;

/// What sequences are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mix {
    /// Valid calls only.
    Valid,
    /// Valid and invalid ones.
    Both,
}

/// A drawn sequence, which can be made smaller.
pub type Drawn = Box<dyn ValueTree<Value = Vec<Action>>>;

/// Draws sequences, the same ones for the same seed.
pub struct Generator {
    runner: TestRunner,
    strategy: BoxedStrategy<Vec<Action>>,
}

impl Generator {
    /// Prepares to draw.
    pub fn new(seed: u64, mix: Mix, strangers: &[Role], eicar: bool) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let config = Config { failure_persistence: None, ..Config::default() };
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        Self {
            runner: TestRunner::new_with_rng(config, rng),
            strategy: sequence(mix, strangers, eicar),
        }
    }

    /// Draws the next sequence; `None` when the strategy gives none, which only a bug of ours can
    /// bring about.
    pub fn draw(&mut self) -> Option<Drawn> {
        let tree = self.strategy.new_tree(&mut self.runner).ok()?;
        Some(Box::new(tree))
    }
}

/// A deposit to play with, then anything.
fn sequence(mix: Mix, strangers: &[Role], eicar: bool) -> BoxedStrategy<Vec<Action>> {
    let valid = valid(eicar);
    let one = match mix {
        Mix::Valid => valid,
        Mix::Both => prop_oneof![3 => valid, 2 => invalid(strangers)].boxed(),
    };
    (deposit(eicar), vec(one, 4..LONGEST))
        .prop_map(|(first, mut rest)| {
            rest.insert(0, first);
            rest
        })
        .boxed()
}

fn deposit(eicar: bool) -> impl Strategy<Value = Action> + Clone {
    let files = prop_oneof![
        3 => vec(Just(Content::Right), 1..3),
        1 => vec(content(eicar), 1..3),
    ];
    (any::<bool>(), files).prop_map(|(both, files)| Action::Deposit { both, files })
}

fn content(eicar: bool) -> BoxedStrategy<Content> {
    let infected = if eicar { Content::Infected } else { Content::Shorter };
    prop_oneof![
        6 => Just(Content::Right),
        1 => Just(Content::Shorter),
        1 => Just(Content::Longer),
        1 => Just(Content::OtherType),
        1 => Just(infected),
    ]
    .boxed()
}

fn pick() -> impl Strategy<Value = u8> + Clone {
    0..12_u8
}

fn valid(eicar: bool) -> BoxedStrategy<Action> {
    let on_folders = prop_oneof![
        3 => (any::<bool>(), vec(content(eicar), 1..3), any::<bool>())
            .prop_map(|(both, files, headers)| Action::Create { both, files, headers }),
        2 => deposit(eicar),
        5 => (pick(), any::<bool>()).prop_map(|(file, digest)| Action::Upload { file, digest }),
        4 => (pick(), any::<bool>()).prop_map(|(folder, by_post)| Action::Complete { folder, by_post }),
        2 => pick().prop_map(|folder| Action::DeleteFolder { folder }),
        2 => (pick(), any::<bool>(), any::<bool>())
            .prop_map(|(folder, closed, dated)| Action::FolderStatus { folder, closed, dated }),
        1 => pick().prop_map(|folder| Action::Reuse { folder }),
    ];
    let on_cases = prop_oneof![
        4 => (pick(), pick(), any::<bool>())
            .prop_map(|(case, status, by_post)| Action::CaseStatus { case, status, by_post }),
        2 => pick().prop_map(|case| Action::CloseCase { case }),
        3 => (pick(), pick()).prop_map(|(case, file)| Action::Download { case, file }),
    ];
    let on_events = prop_oneof![
        4 => (pick(), any::<bool>(), pick(), any::<bool>(), any::<bool>()).prop_map(
            |(case, osl, kind, notified, new_status)| Action::Event { case, osl, kind, notified, new_status }
        ),
        3 => (pick(), any::<bool>(), vec(content(eicar), 1..3), any::<bool>())
            .prop_map(|(case, osl, files, notified)| Action::FileEvent { case, osl, files, notified }),
        3 => pick().prop_map(|file| Action::UploadEvent { file }),
        3 => pick().prop_map(|event| Action::SendEvent { event }),
        2 => (pick(), any::<bool>()).prop_map(|(event, by_post)| Action::Acknowledge { event, by_post }),
        2 => pick().prop_map(|event| Action::DeleteEvent { event }),
        2 => pick().prop_map(|file| Action::DownloadEvent { file }),
    ];
    let on_queues = prop_oneof![
        2 => (select(vec![Role::Osl, Role::Si]), 1..30_u8).prop_map(|(who, size)| Action::ReadQueue { who, size }),
        1 => select(vec![Role::Osl, Role::Si]).prop_map(|who| Action::FilterQueue { who }),
        3 => (pick(), any::<bool>()).prop_map(|(notice, again)| Action::DeleteNotification { notice, again }),
    ];
    prop_oneof![6 => on_folders, 5 => on_cases, 8 => on_events, 2 => on_queues].boxed()
}

fn invalid(strangers: &[Role]) -> BoxedStrategy<Action> {
    let flawed = prop_oneof![
        3 => (select(FolderFlaw::ALL.to_vec()), any::<bool>())
            .prop_map(|(flaw, corrected)| Action::CreateFlawed { flaw, corrected }),
        3 => (pick(), any::<bool>(), select(EventFlaw::ALL.to_vec()))
            .prop_map(|(case, osl, flaw)| Action::EventFlawed { case, osl, flaw }),
        1 => (pick(), any::<bool>(), any::<bool>())
            .prop_map(|(case, osl, truncated)| Action::CaseStatusFlawed { case, osl, truncated }),
        2 => (select(Unknown::ALL.to_vec()), any::<bool>()).prop_map(|(unknown, si)| Action::Ask { unknown, si }),
        1 => select(vec![Role::Osl, Role::Si]).prop_map(|who| Action::ReadQueue { who, size: 0 }),
    ];
    let stranger = (select(strangers.to_vec()), select(Deed::ALL.to_vec()), pick())
        .prop_map(|(who, deed, pick)| Action::ActAsStranger { who, deed, pick });
    prop_oneof![3 => flawed, 2 => stranger].boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(seed: u64) -> Vec<Action> {
        let mut generator = Generator::new(seed, Mix::Both, &[Role::SecondSi], true);
        generator.draw().unwrap().current()
    }

    #[test]
    fn a_seed_always_draws_the_same() {
        assert_eq!(drawn(7), drawn(7));
        assert_ne!(drawn(7), drawn(8));
    }

    #[test]
    fn a_sequence_begins_with_something_to_play_with() {
        assert!((0..20).all(|seed| matches!(drawn(seed)[0], Action::Deposit { .. })));
    }

    #[test]
    fn a_sequence_gets_smaller_and_never_empty() {
        let mut tree = Generator::new(3, Mix::Both, &[Role::SecondSi], true).draw().unwrap();
        let before = tree.current().len();
        while tree.simplify() {}
        assert!(tree.current().len() < before);
        assert!(!tree.current().is_empty());
    }
}
