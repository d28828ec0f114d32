//! A sequence under way: the model as it stands, and what is still to be done of the action that is
//! being played. Whoever plays asks for the next call, makes it, and hands back the answer.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::action::Action;
use crate::call::Answer;
use crate::expectation::{Blame, Disagreement, Expectation, Todo, step};
use crate::queues;
use crate::setting::Setting;
use crate::state::Model;

/// A sequence under way.
pub struct Play {
    model: Model,
    todos: VecDeque<Todo>,
    /// Which rule a disagreement in the call under way belongs to, when not to its own.
    blame: Option<Blame>,
}

impl Play {
    /// Nothing was played yet.
    pub fn new(setting: Arc<Setting>) -> Self {
        Self { model: Model::new(setting), todos: VecDeque::new(), blame: None }
    }

    /// Begins an action. `number` is a folder number never used before.
    pub fn begin(&mut self, action: &Action, number: &str) {
        let (action, number) = (action.clone(), number.to_owned());
        self.todos.push_back(Todo::maybe(move |model| step(model, &action, &number)));
    }

    /// Begins a look into every queue of notifications, for what must be there.
    pub fn look_into_queues(&mut self) {
        self.todos.extend(self.model.setting.queues().map(queues::look_until_there));
    }

    /// Begins another look, once what may come later had its time.
    pub fn look_again(&mut self) {
        self.todos.extend(self.model.setting.queues().map(queues::look));
    }

    /// The next call, until what was begun is done.
    pub fn next_call(&mut self) -> Option<Expectation> {
        loop {
            let (expectation, blame) = self.todos.pop_front()?.now(&self.model);
            if expectation.is_some() {
                self.blame = blame;
                return expectation;
            }
        }
    }

    /// Whether an answer is the last to be waited for, where a call is to be made again until
    /// something is seen.
    pub fn is_settled(&self, asked: &Expectation, answer: &Answer) -> bool {
        asked.is_settled(&self.model, answer)
    }

    /// The call was answered.
    pub fn answered(&mut self, asked: Expectation, answer: &Answer) -> Result<(), Disagreement> {
        let blame = self.blame.take();
        let next = asked.settle(&mut self.model, answer).map_err(|found| match blame {
            Some(blame) => blame.lay_on(found),
            None => found,
        })?;
        for todo in next.into_iter().rev() {
            self.todos.push_front(todo.inherit(blame));
        }
        Ok(())
    }

    /// Holds what the last looks into the queues showed: all that must be there, and nothing else.
    pub fn hold_queues(&self) -> Result<(), Disagreement> {
        queues::hold_all(&self.model)
    }
}

#[cfg(test)]
mod tests {
    use contract::operations::Operation;
    use serde_json::json;

    use super::*;
    use crate::action::Content;
    use crate::roles::Role;

    fn play(action: &Action) -> Play {
        let parties = [Role::Osl, Role::Si].map(|role| (role, None)).to_vec();
        let setting =
            Setting { mime_type: "application/pdf".to_owned(), parties, ..Setting::default() };
        let mut play = Play::new(Arc::new(setting));
        play.begin(action, "N");
        play
    }

    fn creation() -> Action {
        Action::Create { both: false, files: vec![Content::Right], headers: false }
    }

    fn answer(status: u16, json: serde_json::Value) -> Answer {
        Answer { status, json, in_short: status.to_string(), ..Answer::default() }
    }

    fn created() -> Answer {
        answer(201, json!({ "id": "f", "cases": [{ "id": "c" }], "attachments": [{ "id": "p" }] }))
    }

    fn next(play: &mut Play) -> Expectation {
        play.next_call().expect("a call is to be made")
    }

    #[test]
    fn what_was_created_is_read_back_by_the_id_that_the_hub_gave() {
        let mut play = play(&creation());
        let asked = next(&mut play);
        assert_eq!(asked.call.operation, Some(Operation::CreateFolder));
        assert_eq!(asked.call.folder_number(), Some("N"));
        play.answered(asked, &created()).unwrap();
        let read = next(&mut play);
        assert_eq!((read.call.operation, read.by), (Some(Operation::GetFolder), Role::Osl));
        assert_eq!(read.call.parameters, ["f"]);
        let found = play.answered(read, &answer(200, json!({ "externalId": "M" }))).unwrap_err();
        assert_eq!(found.rule, "NUM-01");
    }

    #[test]
    fn an_answer_that_is_not_allowed_disagrees_by_its_rule() {
        let mut play = play(&creation());
        let asked = next(&mut play);
        let found = play.answered(asked, &answer(400, json!(null))).unwrap_err();
        assert_eq!((found.rule.as_str(), found.observed.as_str()), ("FOL-01", "400"));
    }

    #[test]
    fn no_call_may_make_a_hub_fail() {
        let mut play = play(&Action::Ask { unknown: crate::Unknown::Path, si: false });
        let asked = next(&mut play);
        assert_eq!(play.answered(asked, &answer(503, json!(null))).unwrap_err().rule, "WIRE-03");
    }

    #[test]
    fn what_a_number_used_again_does_to_the_first_one_is_blamed_on_it() {
        let mut play = play(&creation());
        let asked = next(&mut play);
        play.answered(asked, &created()).unwrap();
        let _read_back = next(&mut play);
        play.begin(&Action::Reuse { folder: 0 }, "M");
        let reuse = next(&mut play);
        assert_eq!(reuse.call.folder_number(), Some("N"));
        play.answered(reuse, &answer(400, json!(null))).unwrap();
        let read = next(&mut play);
        assert_eq!(play.answered(read, &answer(404, json!(null))).unwrap_err().rule, "NUM-02");
    }

    #[test]
    fn a_verdict_is_waited_for() {
        let mut play = play(&creation());
        let asked = next(&mut play);
        play.answered(asked, &created()).unwrap();
        let _read_back = next(&mut play);
        play.begin(&Action::Upload { file: 0, digest: false }, "M");
        let sent = next(&mut play);
        assert!(play.is_settled(&sent, &answer(204, json!(null))));
        play.answered(sent, &answer(204, json!(null))).unwrap();
        let verdict = next(&mut play);
        let shown =
            |status: &str| answer(200, json!({ "attachments": [{ "id": "p", "status": status }] }));
        assert!(!play.is_settled(&verdict, &shown("PENDING")));
        assert!(play.is_settled(&verdict, &shown("RECEIVED")));
        assert_eq!(play.answered(verdict, &shown("REJECTED")).unwrap_err().rule, "PJ-01");
    }

    #[test]
    fn an_action_that_finds_no_object_asks_for_nothing() {
        assert!(play(&Action::DeleteEvent { event: 3 }).next_call().is_none());
    }
}
