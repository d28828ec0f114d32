//! The command line of `etalon play`. Parsed values only; nothing is done here.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use contract::ids::{OrganizationIdentifier, ProcessCode};
use scenarios::by_hand::{Choice, Deposit, Enrolment, GivenFile, Move, files_of};

use crate::arguments::Language;

/// Makes one move of the cinématiques by hand, on any hub.
///
/// A move is made on the télédossier of the last one, which is remembered for each target (in
/// $XDG_STATE_HOME/etalon, without secrets), and on all of its cases. Exit 0: as expected; 1: the
/// hub refused, or what had to follow did not come; 2: the command line or the target file is
/// wrong; 4: the hub does not answer.
#[derive(Debug, Args)]
pub(crate) struct PlayArguments {
    #[command(subcommand)]
    pub(crate) asked: PlayMove,
    /// The target file, as `hub serve --write-target` writes it
    #[arg(long, global = true, value_name = "FILE", default_value = "hub.toml")]
    pub(crate) target: PathBuf,
    /// Whose move it is: a credential of the target file, or osl, si [default: whoever usually
    /// makes it]
    #[arg(long = "as", global = true, value_name = "CREDENTIAL")]
    pub(crate) by: Option<String>,
    /// Only this case: its rank from 1, its number or its id
    #[arg(long, global = true, value_name = "CASE")]
    pub(crate) case: Option<String>,
    /// Another télédossier than the last one: its id, or the number of one that is remembered
    #[arg(long, global = true, value_name = "ID")]
    pub(crate) folder: Option<String>,
    /// How long the hub is waited for [default: the limits of the target file]
    #[arg(long, global = true, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub(crate) wait: Option<Duration>,
    /// Shows each request and its answer, secrets masked
    #[arg(long, short, global = true)]
    pub(crate) verbose: bool,
    /// One JSON object a line, for scripts
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Language of what is said
    #[arg(long, global = true, value_enum, default_value_t = Language::Fr)]
    pub(crate) lang: Language,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PlayMove {
    /// The OSL creates a télédossier and sends its files
    Deposit {
        /// The démarche [default: the first that an OSL and an SI of the target share]
        #[arg(long, value_name = "CODE", value_parser = process)]
        process: Option<ProcessCode>,
        /// For whom: credentials, organizations (SI-SIRET-BRANCH), or si: those of the démarche
        #[arg(long, value_name = "NAME", num_args = 1..)]
        to: Vec<String>,
        /// How many cases [default: as many as the démarche has recipients]
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
        cases: Option<u16>,
        /// The files, by name as the démarche calls their types [default: one of each is made up]
        #[arg(long, value_name = "DIR")]
        files: Option<PathBuf>,
        /// Completes it at once
        #[arg(long)]
        complete: bool,
    },
    /// The OSL completes the télédossier: its recipients are notified
    Complete,
    /// The recipients receive their cases: notification, case, files, SENT, event, removal
    Receive {
        /// Only the next step
        #[arg(long)]
        step: bool,
        /// The case that has waited longest for the SI, whoever deposited it
        #[arg(long, conflicts_with_all = ["case", "folder"])]
        new: bool,
    },
    /// Reads the statuses, or gives one to the cases and tells the other side
    Status {
        /// The status to give, such as DONE
        status: Option<String>,
        /// What is said beside it
        #[arg(long, value_name = "TEXT", requires = "status")]
        message: Option<String>,
    },
    /// Sends a message to the other side
    Message {
        /// What it says
        #[arg(default_value = "Merci de nous tenir au courant.")]
        text: String,
    },
    /// Sends files to the other side
    Attach {
        /// The files [default: one is made up]
        #[arg(long, value_name = "DIR")]
        files: Option<PathBuf>,
    },
    /// Reads and acknowledges what the other side sent
    Acknowledge,
    /// The OSL closes the cases, then the télédossier
    Close,
    /// The OSL reopens the cases with files, then the télédossier
    Reopen {
        /// The files [default: one is made up]
        #[arg(long, value_name = "DIR")]
        files: Option<PathBuf>,
    },
    /// The OSL hands the cases that could not be integrated to their recipients again
    Resend,
    /// Enrols an organization on a démarche, where the target file lets the référentiel be changed
    Enrol {
        /// The démarche [default: that of [sandbox]]
        #[arg(long, value_name = "CODE", value_parser = process)]
        process: Option<ProcessCode>,
        /// The organization, as SI-SIRET-BRANCH [default: a new one that no register knows]
        #[arg(long, value_name = "ID")]
        organization: Option<OrganizationIdentifier>,
    },
    /// Tells what the other side does as it comes, until the télédossier is closed
    Watch {
        /// The télédossier, by its id [default: the last one]
        #[arg(value_name = "FOLDER", conflicts_with = "folder")]
        watched: Option<String>,
        /// No longer than this
        #[arg(long = "for", value_name = "DURATION", value_parser = humantime::parse_duration)]
        limit: Option<Duration>,
    },
    /// Deletes or closes the last télédossier, and removes its notifications; one that somebody
    /// else deposited is only forgotten
    Clean {
        /// All that are remembered
        #[arg(long)]
        all: bool,
    },
}

fn process(text: &str) -> Result<ProcessCode, String> {
    ProcessCode::try_from(text).map_err(|error| error.to_string())
}

impl PlayArguments {
    /// Who makes the move, and on what.
    pub(super) fn choice(&self) -> Choice {
        let watched = match &self.asked {
            PlayMove::Watch { watched, .. } => watched.clone(),
            _ => None,
        };
        Choice {
            by: self.by.clone(),
            case: self.case.clone(),
            folder: watched.or_else(|| self.folder.clone()),
            wait: self.wait,
        }
    }
}

impl PlayMove {
    /// The move, with the files that it names.
    pub(super) fn read(&self) -> Result<Move, (PathBuf, io::Error)> {
        let read = |path: &Option<PathBuf>| -> Result<Vec<GivenFile>, (PathBuf, io::Error)> {
            let Some(path) = path else { return Ok(Vec::new()) };
            files_of(path).map_err(|error| (path.clone(), error))
        };
        Ok(match self {
            Self::Deposit { process, to, cases, files, complete } => Move::Deposit(Deposit {
                process: process.clone(),
                to: to.clone(),
                cases: cases.map(usize::from),
                files: read(files)?,
                complete: *complete,
            }),
            Self::Complete => Move::Complete,
            Self::Receive { step, new } => Move::Receive { step: *step, new: *new },
            Self::Status { status: None, .. } => Move::Statuses,
            Self::Status { status: Some(status), message } => {
                Move::SetStatus { status: status.clone(), message: message.clone() }
            }
            Self::Message { text } => Move::Message(text.clone()),
            Self::Attach { files } => Move::Attach(read(files)?),
            Self::Acknowledge => Move::Acknowledge,
            Self::Close => Move::Close,
            Self::Reopen { files } => Move::Reopen(read(files)?),
            Self::Resend => Move::Resend,
            Self::Enrol { process, organization } => Move::Enrol(Enrolment {
                process: process.clone(),
                organization: organization.clone(),
            }),
            Self::Watch { limit, .. } => Move::Watch { limit: *limit },
            Self::Clean { all } => Move::Clean { all: *all },
        })
    }
}
