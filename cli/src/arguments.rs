//! The command line: one enum, as documented in the README. Parsed values only; nothing is done
//! here.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use contract::operations::Scope;
use contract::quota::Quota;
use contract::rules::{Catalogue, RuleId};
use contract::timestamp::Timestamp;
use reference_hub::config::Antivirus;

use crate::commands::PlayArguments;

/// Says rule by rule, with the evidence, whether a hub of the HubEE kind keeps its contract.
///
/// étalon plays every documented exchange against a hub, or watches what a client of hubs does, and
/// leaves a report; it loads hubs with realistic traffic; and it brings a reference hub to try all
/// of it with. To begin: `etalon certify hub` certifies the bundled hub, `etalon init` writes a
/// target file for yours, `etalon doctor` says what it lacks.
#[derive(Debug, Parser)]
#[command(name = "etalon", version = crate::version::short(), long_version = crate::version::long(), max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Who may read what is written: its owner, or the group too (volumes that others must read)
    #[arg(long, global = true, value_enum, default_value_t = ReportMode::Private, value_name = "MODE")]
    pub(crate) report_mode: ReportMode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportMode {
    /// Directories 700, files 600
    Private,
    /// Directories 750, files 640
    Group,
}

impl ReportMode {
    /// What no file and no directory that the process makes allows, whoever started it.
    pub(crate) const fn mask(self) -> rustix::fs::Mode {
        match self {
            Self::Private => rustix::fs::Mode::from_bits_truncate(0o077),
            Self::Group => rustix::fs::Mode::from_bits_truncate(0o027),
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The reference hub
    #[command(subcommand)]
    Hub(HubCommand),
    /// Certifies a hub
    #[command(subcommand)]
    Certify(CertifyCommand),
    /// Load campaigns
    #[command(subcommand)]
    Load(LoadCommand),
    Play(Box<PlayArguments>),
    /// Reaches a target, tries its credentials, says what can be played
    Doctor(DoctorArguments),
    /// Writes a commented minimal target file, with its schema beside it
    Init {
        /// Where to
        #[arg(default_value = "hub.toml")]
        file: PathBuf,
    },
    /// Reports of recorded runs
    #[command(subcommand)]
    Report(ReportCommand),
    /// Keys that sign reports
    #[command(subcommand)]
    Key(KeyCommand),
    /// The catalogue of rules: level, source, scenarios, faults; or all about one rule
    Rules(RulesArguments),
    /// Prints an access token of one of a target's credentials, for curl
    Token(TokenArguments),
    /// Writes what completes commands in a shell, to standard output
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Writes the manual pages
    Man {
        /// The directory that they go to
        directory: PathBuf,
    },
    /// Runs a client's command for a session, and ends all that it leaves behind: étalon starts it
    #[command(hide = true)]
    Keep {
        /// For the shell
        command: String,
    },
    /// Kills the bundled hub, which étalon then starts again: étalon starts it
    #[command(hide = true)]
    KillHub {
        /// Holds the number of its process
        pid_file: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum HubCommand {
    /// Serves the reference hub in the foreground
    Serve(Box<ServeArguments>),
    /// Lists the rules that the reference hub can break on purpose
    Faults,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    /// Where to listen; port 0 picks a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// What stands before the paths of the APIs, such as /hub
    #[arg(long, value_name = "PATH", default_value = "")]
    pub(crate) base_path: String,
    /// Durable data [default: a fresh temporary directory, removed at exit]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Writes a target file for this very hub, then serves
    #[arg(long, value_name = "FILE")]
    pub(crate) write_target: Option<PathBuf>,
    /// Validity of a token
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = humantime::parse_duration)]
    pub(crate) token_ttl: Duration,
    /// Organizations, démarches, subscriptions, credentials [default: the bundled ones]
    #[arg(long, value_name = "FILE")]
    pub(crate) referential: Option<PathBuf>,
    /// https with a certificate made on the spot; its authority is written to DIR
    #[arg(long, value_name = "DIR", num_args = 0..=1)]
    #[expect(clippy::option_option, reason = "absent, given bare, given with a directory")]
    pub(crate) tls: Option<Option<PathBuf>>,
    /// Breaks a rule on purpose (repeatable); `etalon hub faults` lists them
    #[arg(long, value_name = "ID", num_args = 1..)]
    pub(crate) fault: Vec<String>,
    /// Whether the clock can be moved
    #[arg(long, value_enum, default_value_t = ClockKind::System)]
    pub(crate) clock: ClockKind,
    /// What an acknowledged write survives: kill -9, or also a power cut
    #[arg(long, value_enum, default_value_t = DurabilityKind::Process)]
    pub(crate) durability: DurabilityKind,
    /// Enforces the numbering of PRES-2021 to the letter
    #[arg(long)]
    pub(crate) strict_numbering: bool,
    /// Refuses the status changes that the documents do not list
    #[arg(long)]
    pub(crate) strict_transitions: bool,
    /// Whose error body a refused token gets, and whose form a token request has
    #[arg(long, value_enum, default_value_t = GatewayKind::Plain)]
    pub(crate) gateway: GatewayKind,
    /// What one application may do, such as 600/min, listNotifications=50/s or 200MB/day
    /// (repeatable); beyond it calls are answered 429
    #[arg(long, value_name = "QUOTA")]
    pub(crate) quota: Vec<Quota>,
    /// builtin, or clamd://HOST:PORT
    #[arg(long, value_name = "SCANNER", default_value = "builtin", value_parser = |text: &str| Antivirus::try_from(text))]
    pub(crate) antivirus: Antivirus,
    /// Sends mails there; they are kept for /_etalon/mails in any case
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) smtp: Option<String>,
    /// Gives antivirus verdicts that long after the upload
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = humantime::parse_duration)]
    pub(crate) scan_delay: Duration,
    /// Delivers notifications that long after what caused them
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = humantime::parse_duration)]
    pub(crate) delivery_delay: Duration,
    /// Opens /_etalon/ (clock, mails) to whoever sends it as a Bearer token; also read from
    /// ETALON_CONTROL_SECRET, which other users of the machine do not see [default: made up where
    /// the address is this machine's own; elsewhere nothing is served there]
    #[arg(long, value_name = "SECRET")]
    pub(crate) control_secret: Option<String>,
    /// Serves a page that follows it, on this machine unless another address is written out; its
    /// link is on standard error
    #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = "127.0.0.1:0", value_parser = parse_live)]
    pub(crate) live: Option<SocketAddr>,
    /// Language of that page
    #[arg(long, value_enum, default_value_t = Language::Fr)]
    pub(crate) lang: Language,
    /// Says in the log which faults each call looked for: the fault matrix plays what can be broken
    /// by them
    #[arg(long, hide = true)]
    pub(crate) record_fault_sites: bool,
    /// Ends when standard input does: a hub started by another program does not outlive it, however
    /// that one ends
    #[arg(long, hide = true)]
    pub(crate) until_input_ends: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ClockKind {
    /// The machine's
    System,
    /// It can be moved through /_etalon/clock
    Steerable,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DurabilityKind {
    /// The end of the process
    Process,
    /// Also a power cut
    Power,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GatewayKind {
    /// The hub's own
    Plain,
    /// The fault body of the gateway in service
    Wso2,
    /// As PISTE: the client id and secret in the body of a token request, the scope openid
    Piste,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CertifyCommand {
    /// Runs the features against a hub and writes the report
    Hub(Box<CertifyHubArguments>),
    /// Starts a bench, watches what a client does on it, and judges the client
    Client(Box<CertifyClientArguments>),
    /// Compares two runs rule by rule
    Diff(DiffArguments),
}

#[derive(Debug, Args)]
pub(crate) struct DiffArguments {
    /// Directory of the earlier run
    pub(crate) before: PathBuf,
    /// Directory of the later run
    pub(crate) after: PathBuf,
    /// What fails the comparison (exit 1); what the later run leaves undecided or out is 3, unless
    /// `none` is asked for
    #[arg(long, value_enum, default_value_t = FailOn::Regression)]
    pub(crate) fail_on: FailOn,
    /// How the changes are laid out
    #[arg(long, value_enum, default_value_t = ChangesFormat::Text)]
    pub(crate) format: ChangesFormat,
    /// Language of the changes
    #[arg(long, value_enum, default_value_t = Language::Fr)]
    pub(crate) lang: Language,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// A rule that fails now, and did not
    Regression,
    /// Any difference
    Any,
    /// Nothing
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ChangesFormat {
    /// For a terminal
    Text,
    /// For a merge request
    Markdown,
    /// For programs
    Json,
}

impl From<ChangesFormat> for reports::diff::DiffFormat {
    fn from(format: ChangesFormat) -> Self {
        match format {
            ChangesFormat::Text => Self::Text,
            ChangesFormat::Markdown => Self::Markdown,
            ChangesFormat::Json => Self::Json,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct CertifyHubArguments {
    /// The hub to certify [default: the bundled reference hub, everything on]
    #[arg(long, value_name = "FILE")]
    pub(crate) target: Option<PathBuf>,
    /// Where the report goes [default: etalon-report/<date>-<run id>]
    #[arg(long, value_name = "DIR")]
    pub(crate) report: Option<PathBuf>,
    /// Writes the report beside files that are not étalon's
    #[arg(long)]
    pub(crate) force: bool,
    /// Only these rules (the report says that it is partial)
    #[arg(long, value_name = "ID", num_args = 1.., value_parser = parse_rule)]
    pub(crate) rule: Vec<RuleId>,
    /// Judges by this edition of the catalogue of rules [default: the newest]
    #[arg(long, value_name = "EDITION", value_parser = parse_edition)]
    pub(crate) catalogue: Option<u32>,
    /// Only these features
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub(crate) feature: Vec<String>,
    /// Only these families, such as NOT
    #[arg(long, value_name = "FAM", num_args = 1.., value_parser = parse_family)]
    pub(crate) family: Vec<String>,
    /// Says what would run, what it would create on that hub, and why the rest would not run
    #[arg(long)]
    pub(crate) list: bool,
    /// Plays nothing: cleans up behind a run that was killed, by its record in DIR (0: all of it;
    /// 3: something is left, which is listed)
    #[arg(long, value_name = "DIR", requires = "target", conflicts_with_all = ["list", "self_test", "repeat", "rule", "feature", "family", "expect"])]
    pub(crate) clean: Option<PathBuf>,
    /// Runs N times and names what differs
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) repeat: u32,
    /// Plays again what failed or was undecided in the run of this directory
    #[arg(long, value_name = "DIR", conflicts_with_all = ["rule", "self_test", "explore", "replay"])]
    pub(crate) again: Option<PathBuf>,
    /// Ends the run behind the first scenario in which a mandatory rule fails
    #[arg(long, conflicts_with_all = ["repeat", "self_test", "explore", "replay", "list"])]
    pub(crate) fail_fast: bool,
    /// Known non-conformities that do not fail the run (docs/baselines.md)
    #[arg(long, value_name = "FILE")]
    pub(crate) expect: Option<PathBuf>,
    /// What a rule of the list that passes costs: exit 1, or a warning
    #[arg(long, value_enum, default_value_t = ExpectMended::Fail, requires = "expect", value_name = "HOW")]
    pub(crate) expect_mended: ExpectMended,
    /// Writes the list of known non-conformities that this run would need
    #[arg(long, value_name = "FILE", conflicts_with_all = ["repeat", "self_test", "explore", "replay", "list"])]
    pub(crate) write_expect: Option<PathBuf>,
    /// What the pipeline shows beside the code: workflow commands for GitHub, code-quality.json in
    /// the report directory for GitLab
    #[arg(long, value_enum, default_value_t = Annotations::Auto, value_name = "SYSTEM")]
    pub(crate) annotations: Annotations,
    /// How long the end of a token's life may be waited for
    #[arg(long, value_name = "DURATION", default_value = "2min", value_parser = humantime::parse_duration)]
    pub(crate) patience: Duration,
    /// Seed of what is drawn at random
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Serves a page that follows it, on this machine unless another address is written out; its
    /// link is on standard error
    #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = "127.0.0.1:0", value_parser = parse_live, conflicts_with_all = ["repeat", "self_test", "explore", "replay", "list"])]
    pub(crate) live: Option<SocketAddr>,
    /// Signs the report with this key (see `etalon key new`)
    #[arg(long, value_name = "KEY")]
    pub(crate) sign: Option<PathBuf>,
    /// Language of the reports
    #[arg(long, value_enum, default_value_t = Language::Fr)]
    pub(crate) lang: Language,
    /// Breaks a rule of the bundled hub on purpose (repeatable)
    #[arg(long, value_name = "ID", num_args = 1.., conflicts_with = "target")]
    pub(crate) fault: Vec<String>,
    /// Proves that the suite can fail: certifies the bundled hub with each of its faults, and
    /// scores what was caught (--fault, --rule and --family choose the faults)
    #[arg(long, conflicts_with_all = ["target", "list", "repeat", "feature", "expect"])]
    pub(crate) self_test: bool,
    /// With --self-test: plays only the scenarios of the rules that a fault declares to break, and
    /// one in N of the others that come to its place, in rotation
    #[arg(long, value_name = "N", requires = "self_test", num_args = 0..=1, require_equals = true, default_missing_value = "10")]
    pub(crate) quick: Option<usize>,
    /// With --self-test: hubs certified at once [default: one more than there are processors]
    #[arg(long, value_name = "N", requires = "self_test", value_parser = parse_jobs)]
    pub(crate) jobs: Option<usize>,
    /// Plays sequences of calls drawn at random (see --seed) against the hub and a model, for that
    /// long, instead of the scenarios; where they disagree, gives the shortest sequence found
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration, conflicts_with_all = ["self_test", "list", "repeat", "rule", "feature", "family", "expect"])]
    pub(crate) explore: Option<Duration>,
    /// Plays again a sequence that --explore wrote, and says whether the hub and the model still
    /// disagree
    #[arg(long, value_name = "FILE", conflicts_with_all = ["explore", "self_test", "list", "repeat", "rule", "feature", "family", "expect"])]
    pub(crate) replay: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExpectMended {
    /// The list is out of date: exit 1
    Fail,
    /// It is said, and the run goes by its verdict
    Warn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Annotations {
    /// What the environment tells: GITHUB_ACTIONS or GITLAB_CI
    Auto,
    /// Workflow commands
    Github,
    /// A Code Quality file
    Gitlab,
    /// Nothing
    None,
}

impl CertifyHubArguments {
    /// Whether sequences are played instead of the scenarios.
    pub(crate) fn explores(&self) -> bool {
        self.explore.is_some() || self.replay.is_some()
    }
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("run").required(true).args(["command", "service", "wait", "judge"]))]
pub(crate) struct CertifyClientArguments {
    /// What the client plays: SI, OSL or DATAPASS
    #[arg(long, required_unless_present = "judge", value_parser = parse_actor)]
    pub(crate) actor: Option<Scope>,
    /// The scope that an enrolment client asks for: ADMIN, as in service [default: DATAPASS]
    #[arg(long, value_name = "SCOPE", value_parser = parse_enrolment_scope)]
    pub(crate) scope: Option<Scope>,
    /// The démarches it is certified for (repeatable)
    #[arg(long, value_name = "CODE", num_args = 1.., default_value = "CERTDC")]
    pub(crate) process: Vec<String>,
    /// Organizations, démarches, subscriptions, credentials of the bench [default: the bundled
    /// ones]
    #[arg(long, value_name = "FILE")]
    pub(crate) referential: Option<PathBuf>,
    /// Runs the client once for each of its turns, which is over when it ends; it finds what it
    /// needs in its environment (HUBEE_…)
    #[arg(long, value_name = "COMMAND")]
    pub(crate) command: Option<String>,
    /// Starts the client once and leaves it running
    #[arg(long, value_name = "COMMAND")]
    pub(crate) service: Option<String>,
    /// Waits that long, at each turn, for a client started by hand
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub(crate) wait: Option<Duration>,
    /// Judges a recorded session again, offline
    #[arg(long, value_name = "EXCHANGES")]
    pub(crate) judge: Option<PathBuf>,
    /// Where the report goes [default: etalon-report/<date>-<run id>]
    #[arg(long, value_name = "DIR")]
    pub(crate) report: Option<PathBuf>,
    /// Writes the report beside files that are not étalon's
    #[arg(long)]
    pub(crate) force: bool,
    /// Only these features (the report says that it is partial)
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub(crate) feature: Vec<String>,
    /// Name and version of the client, for the validation sheet
    #[arg(long, value_name = "TEXT")]
    pub(crate) software: Option<String>,
    /// A rule that the client openly does not offer, as CLI-10="it never sends files" (repeatable)
    #[arg(long, value_name = "ID=REASON", value_parser = parse_not_offered)]
    pub(crate) not_offered: Vec<(String, String)>,
    /// Writes the URLs and credentials for the client: shell variables in FILE, TOML in FILE.toml
    #[arg(long, value_name = "FILE")]
    pub(crate) write_client_env: Option<PathBuf>,
    /// Where the bench listens; port 0 picks a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,
    /// https with a certificate made on the spot; its authority is written to DIR
    #[arg(long, value_name = "DIR", num_args = 0..=1)]
    #[expect(clippy::option_option, reason = "absent, given bare, given with a directory")]
    pub(crate) tls: Option<Option<PathBuf>>,
    /// How late a slow answer comes
    #[arg(long, value_name = "DURATION", default_value = "20s", value_parser = humantime::parse_duration)]
    pub(crate) slow: Duration,
    /// How many notifications wait, when very many do
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) many: u32,
    /// How long a turn of the client may take
    #[arg(long, value_name = "DURATION", default_value = "2min", value_parser = humantime::parse_duration)]
    pub(crate) turn_limit: Duration,
    /// How long a client of --service may do nothing before its turn is over
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = humantime::parse_duration)]
    pub(crate) patience: Duration,
    /// Serves a page that follows it, on this machine unless another address is written out; its
    /// link is on standard error
    #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = "127.0.0.1:0", value_parser = parse_live, conflicts_with = "judge")]
    pub(crate) live: Option<SocketAddr>,
    /// Signs the report with this key (see `etalon key new`)
    #[arg(long, value_name = "KEY")]
    pub(crate) sign: Option<PathBuf>,
    /// Language of the reports
    #[arg(long, value_enum, default_value_t = Language::Fr)]
    pub(crate) lang: Language,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PrintExtent {
    /// Ten pages at most
    Summary,
    /// Everything
    Full,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// French
    Fr,
    /// English
    En,
}

impl From<Language> for reports::Lang {
    fn from(language: Language) -> Self {
        match language {
            Language::Fr => Self::Fr,
            Language::En => Self::En,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum LoadCommand {
    /// Runs a plan against a hub and writes the report; exit 0, 1 or 3 by its objectives
    Run(Box<LoadRunArguments>),
    /// Compares campaigns, operation by operation; fails only by --fail-if
    Compare(LoadCompareArguments),
    /// Puts the shards of a campaign together; exit 0, 1 or 3 by its objectives
    Merge(LoadMergeArguments),
}

#[derive(Debug, Args)]
pub(crate) struct LoadCompareArguments {
    /// Directory of the campaign compared to
    #[arg(value_name = "BASE")]
    pub(crate) base: PathBuf,
    /// Directory of the campaign compared
    #[arg(value_name = "NEW")]
    pub(crate) new: PathBuf,
    /// One more run of the base (repeatable)
    #[arg(long = "base", value_name = "DIR")]
    pub(crate) more_base: Vec<PathBuf>,
    /// One more run of the new one (repeatable)
    #[arg(long = "new", value_name = "DIR")]
    pub(crate) more_new: Vec<PathBuf>,
    /// Exit 1 when a percentile surely grew more than this, 3 when it cannot be told, such as
    /// "p99>+10%" (repeatable)
    #[arg(long, value_name = "CRITERION")]
    pub(crate) fail_if: Vec<load::compare::criterion::Criterion>,
    /// Seed of what is drawn at random
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Debug, Args)]
pub(crate) struct LoadMergeArguments {
    /// Directories of all the shards
    #[arg(value_name = "RUN", required = true)]
    pub(crate) runs: Vec<PathBuf>,
    /// Where the report of the whole goes
    #[arg(long, value_name = "DIR")]
    pub(crate) report: PathBuf,
    /// Signs the report with this key (see `etalon key new`)
    #[arg(long, value_name = "KEY")]
    pub(crate) sign: Option<PathBuf>,
    /// Language of the report
    #[arg(long, value_enum, default_value_t = Language::Fr)]
    pub(crate) lang: Language,
}

#[derive(Debug, Args)]
pub(crate) struct LoadRunArguments {
    /// The plan, such as plans/ci.toml
    pub(crate) plan: PathBuf,
    /// The hub to load [default: the bundled reference hub, with the systems of the plan]
    #[arg(long, value_name = "FILE")]
    pub(crate) target: Option<PathBuf>,
    /// Where the report goes [default: etalon-load/<date>-<run id>]
    #[arg(long, value_name = "DIR")]
    pub(crate) report: Option<PathBuf>,
    /// First instant of the day to replay, such as 9:00
    #[arg(long, value_name = "H:MM")]
    pub(crate) from: Option<String>,
    /// Last instant of the day to replay, such as 12:00
    #[arg(long, value_name = "H:MM")]
    pub(crate) to: Option<String>,
    /// How many times faster than the day it replays
    #[arg(long, value_name = "TIMES")]
    pub(crate) compression: Option<f64>,
    /// What a gateway lets one application do, such as 600/min or listNotifications=50/s
    /// (repeatable), instead of the plan's [quotas]; the bundled hub is then served behind one
    #[arg(long, value_name = "QUOTA")]
    pub(crate) quota: Vec<Quota>,
    /// Seed of what is drawn at random [default: the plan's]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Takes one part of the campaign, such as 0/4
    #[arg(long, value_name = "I/N", conflicts_with = "shards")]
    pub(crate) shard: Option<load::systems::Shard>,
    /// Takes one part of N: the one whose number is in JOB_COMPLETION_INDEX (Kubernetes Indexed
    /// Jobs)
    #[arg(long, value_name = "N")]
    pub(crate) shards: Option<u64>,
    /// Starts at this instant, so that several generators start together (ISO 8601)
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    pub(crate) start_at: Option<Timestamp>,
    /// Serves figures for Prometheus there while it runs
    #[arg(long, value_name = "ADDR")]
    pub(crate) metrics: Option<SocketAddr>,
    /// Serves a page that follows it, on this machine unless another address is written out; its
    /// link is on standard error
    #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = "127.0.0.1:0", value_parser = parse_live)]
    pub(crate) live: Option<SocketAddr>,
    /// Signs the report with this key (see `etalon key new`)
    #[arg(long, value_name = "KEY")]
    pub(crate) sign: Option<PathBuf>,
    /// Language of the report
    #[arg(long, value_enum, default_value_t = Language::Fr)]
    pub(crate) lang: Language,
    /// Breaks a rule of the bundled hub on purpose (repeatable)
    #[arg(long, value_name = "ID", num_args = 1.., conflicts_with = "target")]
    pub(crate) fault: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {
    /// The target file
    #[arg(long, value_name = "FILE")]
    pub(crate) target: PathBuf,
    /// Says what a campaign of this plan could use of the target: a télédossier is deposited,
    /// processed and closed for each démarche
    #[arg(long, value_name = "PLAN")]
    pub(crate) load: Option<PathBuf>,
    /// Language of what is said
    #[arg(long, value_enum, default_value_t = Language::Fr)]
    pub(crate) lang: Language,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// Renders a recorded run again, to standard output
    Render {
        /// Directory of the run
        run_dir: PathBuf,
        /// html, json, junit, markdown, or har: every request and answer, for a browser's developer
        /// tools
        #[arg(long, value_parser = parse_format)]
        format: RenderFormat,
        /// Language of the report
        #[arg(long, value_enum, default_value_t = Language::Fr)]
        lang: Language,
        /// What the page of a certification puts on paper: a summary, or everything with the
        /// exchanges
        #[arg(long, value_enum, default_value_t = PrintExtent::Summary)]
        print: PrintExtent,
    },
    /// Says whether a report is what its run left: 0 unaltered and signed, 1 altered, 3 not signed,
    /// or no key to check it by
    Verify(VerifyArguments),
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    /// Directory of the run
    pub(crate) run_dir: PathBuf,
    /// The signer's public key, had from the signer and not from the report
    #[arg(long, value_name = "PUB")]
    pub(crate) key: Option<PathBuf>,
    /// Language of what is found
    #[arg(long, value_enum, default_value_t = Language::Fr)]
    pub(crate) lang: Language,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Makes a key (Ed25519): KEY, to be kept, and KEY.pub, to be given to whoever verifies
    New {
        /// Where it goes
        #[arg(value_name = "KEY", default_value = "etalon-key.pem")]
        path: PathBuf,
    },
}

/// What a recorded run is rendered as.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RenderFormat {
    /// A format of the report
    Report(reports::Format),
    /// Its exchanges
    Har,
}

#[derive(Debug, Args)]
pub(crate) struct RulesArguments {
    /// The rule to explain, such as NOT-01 [default: lists them all]
    #[arg(value_name = "ID", value_parser = parse_rule)]
    pub(crate) id: Option<RuleId>,
    /// Fails unless every rule has a scenario and a fault, or a reason
    #[arg(long, conflicts_with_all = ["id", "format", "family", "level"])]
    pub(crate) check: bool,
    /// How the rules are laid out; html and markdown are the whole documentation
    #[arg(long, value_enum, default_value_t = RulesFormat::Text)]
    pub(crate) format: RulesFormat,
    /// Only these families, such as NOT
    #[arg(long, value_name = "FAM", num_args = 1.., value_parser = parse_family)]
    pub(crate) family: Vec<String>,
    /// Only the rules of this level
    #[arg(long, value_enum)]
    pub(crate) level: Option<RuleLevel>,
    /// Language of what is said of the rules
    #[arg(long, value_enum, default_value_t = Language::Fr)]
    pub(crate) lang: Language,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RulesFormat {
    /// For a terminal
    Text,
    /// One page, self-contained
    Html,
    /// For a wiki
    Markdown,
    /// For programs
    Json,
}

impl From<RulesFormat> for reports::catalogue::CatalogueFormat {
    fn from(format: RulesFormat) -> Self {
        match format {
            RulesFormat::Text => Self::Text,
            RulesFormat::Html => Self::Html,
            RulesFormat::Markdown => Self::Markdown,
            RulesFormat::Json => Self::Json,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RuleLevel {
    /// Mandatory
    Must,
    /// Reported, and judged by nobody
    Recorded,
}

#[derive(Debug, Args)]
pub(crate) struct TokenArguments {
    /// The credential, by its name in the target file
    pub(crate) name: String,
    /// The target file
    #[arg(long, value_name = "FILE")]
    pub(crate) target: PathBuf,
}

fn parse_edition(text: &str) -> Result<u32, String> {
    let newest = Catalogue::bundled().edition();
    match text.parse() {
        Ok(edition) if (1..=newest).contains(&edition) => Ok(edition),
        _ => Err(format!("the editions of the catalogue are 1 to {newest}")),
    }
}

fn parse_actor(text: &str) -> Result<Scope, String> {
    let found =
        client_bench::ACTORS.into_iter().find(|actor| actor.name().eq_ignore_ascii_case(text));
    found.ok_or_else(|| "choose SI, OSL or DATAPASS".to_owned())
}

fn parse_enrolment_scope(text: &str) -> Result<Scope, String> {
    let mut scopes = [Scope::Datapass, Scope::Admin].into_iter();
    let found = scopes.find(|scope| scope.name().eq_ignore_ascii_case(text));
    found.ok_or_else(|| "choose DATAPASS or ADMIN".to_owned())
}

fn parse_not_offered(text: &str) -> Result<(String, String), String> {
    let (id, reason) = text
        .split_once('=')
        .filter(|(_, reason)| !reason.trim().is_empty())
        .ok_or("give the rule and the reason, as CLI-10=\"it never sends files\"")?;
    parse_rule(id).map(|rule| (rule.to_string(), reason.to_owned()))
}

/// Where a page is served: an address in full, or a port of this machine.
fn parse_live(text: &str) -> Result<SocketAddr, String> {
    let port = || text.parse().map(|port: u16| SocketAddr::from(([127, 0, 0, 1], port)));
    text.parse().or_else(|_| port()).map_err(|_| {
        format!("\"{text}\" is no address: give a port of this machine, or IP:PORT in full")
    })
}

fn parse_rule(text: &str) -> Result<RuleId, String> {
    Catalogue::bundled().named(text).map(|rule| rule.id.clone()).map_err(|error| error.to_string())
}

fn parse_jobs(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(jobs @ 1..=64) => Ok(jobs),
        _ => Err("a whole number from 1 to 64".to_owned()),
    }
}

fn parse_instant(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| format!("\"{text}\" is no instant: write 2026-01-31T09:00:00Z"))
}

fn parse_family(text: &str) -> Result<String, String> {
    let families: Vec<_> =
        Catalogue::bundled().families().iter().map(|family| family.id.clone()).collect();
    let found = families.iter().find(|family| family.eq_ignore_ascii_case(text)).cloned();
    found.ok_or_else(|| format!("no such family: choose among {}", families.join(", ")))
}

fn parse_format(text: &str) -> Result<RenderFormat, String> {
    if text == "har" {
        return Ok(RenderFormat::Har);
    }
    let report = text.parse().map(RenderFormat::Report);
    report.map_err(|error: reports::render::UnknownFormat| format!("{error}, or har"))
}
