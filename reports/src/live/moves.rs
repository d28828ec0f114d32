//! The moves of `etalon play` as forms: one table says which move has which fields, and one
//! function draws them. What a move does is not known here: a form sends what the command of its
//! name takes.

use maud::{Markup, html};

use super::words::Words;
use crate::texts::Lang;

/// A move, as a form.
pub struct MoveForm {
    /// Its name: that of the command, and of the action that the form asks for.
    pub name: &'static str,
    /// Whether it is made on a télédossier that there is: then it may be chosen, and a case of it.
    pub is_on_one: bool,
    /// What may be said of it.
    pub fields: &'static [Field],
    title: fn(&Words) -> &'static str,
    about: fn(&Words) -> &'static str,
}

/// A field of a form.
pub struct Field {
    /// Its name: that of the option of the command.
    pub name: &'static str,
    /// What it takes.
    pub kind: FieldKind,
    label: fn(&Words) -> &'static str,
}

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// One of the démarches, or any that goes.
    Process,
    /// A status, or none: the command takes it without the name of an option.
    Status,
    /// A text.
    Text,
    /// A text, which the command takes without the name of an option.
    Said,
    /// A number from 1.
    Count,
    /// Yes or no, and which of them at first.
    Tick(bool),
}

impl FieldKind {
    /// Whether the command takes the value alone.
    pub fn is_bare(self) -> bool {
        matches!(self, Self::Status | Self::Said)
    }
}

macro_rules! fields {
    ($($name:literal $kind:expr, $label:ident;)*) => {
        &[$(Field { name: $name, kind: $kind, label: |words| words.$label }),*]
    };
}

macro_rules! moves {
    ($($name:literal, $is_on_one:literal, $title:ident, $about:ident, $fields:expr;)*) => {
        &[$(MoveForm {
            name: $name,
            is_on_one: $is_on_one,
            fields: $fields,
            title: |words| words.$title,
            about: |words| words.$about,
        }),*]
    };
}

use FieldKind::{Count, Process, Said, Status, Text, Tick};

/// The moves, in the order of a télédossier's life.
pub const MOVES: &[MoveForm] = moves! {
    "deposit", false, deposit, deposit_about, fields! {
        "process" Process, process; "cases" Count, case_count; "complete" Tick(true), at_once;
    };
    "complete", true, complete, complete_about, &[];
    "receive", true, receive, receive_about, fields! {
        "step" Tick(false), one_step; "new" Tick(false), any_new;
    };
    "status", true, status, status_about, fields! { "status" Status, status_to_give; "message" Text, message_beside; };
    "message", true, message, message_about, fields! { "text" Said, text; };
    "attach", true, attach, attach_about, &[];
    "acknowledge", true, acknowledge, acknowledge_about, &[];
    "close", true, close, close_about, &[];
    "reopen", true, reopen, reopen_about, &[];
    "resend", true, resend, resend_about, &[];
    "enrol", false, enrol, enrol_about, fields! { "process" Process, process; "organization" Text, organization_to_enrol; };
    "clean", true, clean, clean_about, fields! { "all" Tick(false), all_remembered; };
};

/// What moves are made with.
pub struct Players {
    /// The démarches on which somebody can deposit for somebody.
    pub processes: Vec<String>,
    /// The names of the credentials.
    pub credentials: Vec<String>,
    /// The names of the statuses.
    pub statuses: Vec<String>,
}

/// The forms of the moves, and above them who makes one and on what, which goes with each.
pub(super) fn forms(players: &Players, lang: Lang) -> Markup {
    let words = Words::of(lang);
    let sides = ["osl", "si"].into_iter().chain(players.credentials.iter().map(String::as_str));
    html! {
        p.intro { (words.moves_about) }
        form.choice #choice {
            label for="folder" { (words.teledossier) }
            div #folders { (folders(&[], lang)) }
            label for="as" { (words.in_name_of) }
            select #as name="as" {
                option value="" { (words.usual_one) }
                @for name in sides { option { (name) } }
            }
            label for="case" { (words.only_case) }
            input #case name="case" autocomplete="off" placeholder=(words.all_cases);
        }
        div.move-forms { @for one in MOVES { (form(one, players, words)) } }
    }
}

/// The choice of a télédossier, by id and number.
pub(super) fn folders(known: &[(&str, &str)], lang: Lang) -> Markup {
    html! {
        select #folder name="folder" {
            option value="" { (Words::of(lang).last_one) }
            @for (id, number) in known { option value=(id) { (number) } }
        }
    }
}

fn form(one: &MoveForm, players: &Players, words: &Words) -> Markup {
    let id = |part: &str| format!("{}-{part}", one.name);
    html! {
        form.move method="post" action={ "/actions/" (one.name) } data-with="choice" {
            @for field in one.fields {
                (labelled(field, &id(field.name), players, words))
            }
            button type="submit" aria-describedby=(id("about")) { ((one.title)(words)) }
            p.meta id=(id("about")) { ((one.about)(words)) }
            output {}
        }
    }
}

fn labelled(field: &Field, id: &str, players: &Players, words: &Words) -> Markup {
    let label = (field.label)(words);
    if let Tick(is_on) = field.kind {
        return html! {
            label.tick {
                input type="checkbox" id=(id) name=(field.name) value="yes" checked[is_on];
                (label)
            }
        };
    }
    html! {
        label for=(id) { (label) }
        (control(field, id, players, words))
    }
}

fn control(field: &Field, id: &str, players: &Players, words: &Words) -> Markup {
    let choice = |none: &str, all: &[String]| {
        html! {
            select id=(id) name=(field.name) {
                option value="" { (none) }
                @for one in all { option { (one) } }
            }
        }
    };
    match field.kind {
        Process => choice(words.any_process, &players.processes),
        Status => choice(words.only_read, &players.statuses),
        Count => html! { input type="number" min="1" max="20" id=(id) name=(field.name); },
        Text | Said | Tick(_) => html! { input id=(id) name=(field.name) autocomplete="off"; },
    }
}
