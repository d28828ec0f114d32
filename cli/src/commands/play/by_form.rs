//! The same moves asked for by the forms of a page: what a form sends is read as the command of its
//! name is, made, and told in the same words.

use std::sync::{Arc, Mutex, PoisonError};

use clap::Parser;
use live::Fields;
use reports::Lang;
use reports::live::{FieldKind, MoveForm};
use scenarios::by_hand::{ByHand, Done, Memory};
use scenarios::target::Target;
use tokio::runtime::Handle;

use super::{PlayArguments, prepare, texts};
use crate::output::redactor;

/// A command line that begins with its move.
#[derive(Parser)]
#[command(no_binary_name = true)]
struct Line {
    #[command(flatten)]
    play: PlayArguments,
}

/// Who makes moves by the forms of one page: they are remembered as long as the page is there.
pub(in crate::commands) struct ByForm {
    pub(in crate::commands) target: Arc<Target>,
    pub(in crate::commands) lang: Lang,
    pub(in crate::commands) runtime: Handle,
    memory: Mutex<Memory>,
}

impl ByForm {
    pub(in crate::commands) fn new(target: Arc<Target>, lang: Lang) -> Self {
        Self { target, lang, runtime: Handle::current(), memory: Mutex::default() }
    }

    /// Makes a move: what was done, or why it was not.
    pub(in crate::commands) fn make(
        &self,
        form: &MoveForm,
        fields: &Fields,
    ) -> Result<String, String> {
        let told = Mutex::new(Vec::new());
        let made = self.make_telling(form, fields, &|line| {
            told.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        });
        let mut lines = told.into_inner().unwrap_or_else(PoisonError::into_inner);
        let outcome = made.map_err(|error| lines.push(error));
        let text = redactor().text(&lines.join("\n"));
        if outcome.is_ok() { Ok(text) } else { Err(text) }
    }

    fn make_telling(
        &self,
        form: &MoveForm,
        fields: &Fields,
        tell: &(dyn Fn(String) + Send + Sync),
    ) -> Result<(), String> {
        let Ok(mut memory) = self.memory.try_lock() else {
            let busy = "Un mouvement est en cours : attendez sa fin.";
            return Err(self.lang.pick(busy, "A move is being made: wait for its end.").to_owned());
        };
        let line = Line::try_parse_from(words(form, fields));
        let asked = line.map_err(|error| first_line(&error.to_string()))?.play;
        let is_read = asked.asked.read();
        let one = is_read.map_err(|(path, error)| format!("{}: {error}", path.display()))?;
        // A run of its own, as each command is: what moved the hub's clock has ended all tokens.
        let session = prepare(&self.target, false).map_err(|error| error.to_string())?;
        let told = |done: Done| tell(texts::done(&done, self.lang));
        let mut by_hand = ByHand::new(&session, &mut memory, asked.choice(), &told);
        let made = self.runtime.block_on(by_hand.make(&one));
        made.map_err(|error| texts::failure(&error, self.lang))
    }
}

/// The command line that a form stands for. A value is never read as an option.
fn words(form: &MoveForm, fields: &Fields) -> Vec<String> {
    let value = |name: &str| fields.get(name).map(|text| text.trim()).filter(|it| !it.is_empty());
    let option = |name: &str| value(name).map(|value| format!("--{name}={value}"));
    let mut words = vec![form.name.to_owned()];
    words.extend(option("as"));
    if form.is_on_one {
        words.extend(["folder", "case"].into_iter().filter_map(option));
    }
    let mut bare = Vec::new();
    for field in form.fields {
        match field.kind {
            FieldKind::Tick(_) => {
                words.extend(value(field.name).map(|_| format!("--{}", field.name)));
            }
            kind if kind.is_bare() => bare.extend(value(field.name).map(str::to_owned)),
            _ => words.extend(option(field.name)),
        }
    }
    if !bare.is_empty() {
        words.push("--".to_owned());
    }
    words.append(&mut bare);
    words
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use reports::live::MOVES;

    use super::*;

    /// Everything filled in.
    fn filled(form: &MoveForm) -> Fields {
        let fields = form.fields.iter().map(|field| {
            let value = match field.kind {
                FieldKind::Process => "CERTDC",
                FieldKind::Count => "2",
                _ if field.name == "organization" => "SI-11111111100011-GUICHET",
                _ => "--help",
            };
            (field.name.to_owned(), value.to_owned())
        });
        fields.chain([("as".to_owned(), "si".to_owned())]).collect()
    }

    #[test]
    fn every_form_is_read_as_the_command_of_its_name_and_no_value_as_an_option() {
        for form in MOVES {
            for fields in [Fields::new(), filled(form)] {
                let line = Line::try_parse_from(words(form, &fields));
                assert!(line.is_ok(), "{}: {}", form.name, line.err().unwrap());
            }
            let by = Line::try_parse_from(words(form, &filled(form))).unwrap().play.by;
            assert_eq!(by.as_deref(), Some("si"), "{}", form.name);
        }
    }

    #[test]
    fn every_move_but_watching_which_the_page_does_by_itself_has_its_form() {
        let command = <Line as clap::CommandFactory>::command();
        let commands = command.get_subcommands().map(clap::Command::get_name);
        let commands: Vec<_> = commands.filter(|name| *name != "watch").collect();
        assert_eq!(commands, MOVES.iter().map(|form| form.name).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_chosen_goes_with_the_moves_on_one_télédossier_alone() {
        let pairs = [("folder", "t-1"), ("case", " "), ("text", "Bonjour")];
        let fields: Fields = pairs.map(|(name, value)| (name.into(), value.into())).into();
        let of = |name: &str| words(MOVES.iter().find(|it| it.name == name).unwrap(), &fields);
        assert_eq!(of("message"), ["message", "--folder=t-1", "--", "Bonjour"]);
        assert_eq!(of("deposit"), ["deposit"]);
    }
}
