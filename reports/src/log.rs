//! The record of a run while it runs: every event goes to `events.jsonl` and every exchange to
//! `exchanges.jsonl`, redacted, one line each, at once, so that a killed run can still be rendered.
//! Ends by writing the reports, from what the files say. The form of the
//! lines is that of [`crate::chain`].

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde_json::json;

use crate::chain::Chain;
use crate::directory::{EVENTS_FILE, EXCHANGES_FILE, ReportError, open_run, write_reports};
use crate::event::{Event, Evidence};
use crate::fresh;
use crate::manifest;
use crate::provenance::Provenance;
use crate::redact::Redactor;
use crate::run::Run;
use crate::texts::Lang;

/// Told of every event, redacted, as it is recorded.
type Listener = Box<dyn Fn(&Event) + Send + Sync>;

/// Records a run in a directory. Shared by reference between tasks and threads.
pub struct EventLog {
    directory: PathBuf,
    redactor: Redactor,
    files: Mutex<Files>,
    listener: Option<Listener>,
    provenance: Option<Provenance>,
    lang: Lang,
}

struct Files {
    events: Chain<File>,
    exchanges: Chain<File>,
    /// The first write that failed; nothing is written after it, and [`EventLog::finish`] tells.
    failed: Option<ReportError>,
}

impl EventLog {
    /// Makes the directory and begins to record there, in place of any run it held.
    pub fn create(directory: impl Into<PathBuf>, redactor: Redactor) -> Result<Self, ReportError> {
        let directory = directory.into();
        std::fs::create_dir_all(&directory).map_err(|e| ReportError::writing(&directory, e))?;
        manifest::remove(&directory)?;
        let create = |name: &str| {
            let path = directory.join(name);
            let file = fresh::create(&path).map_err(|error| ReportError::writing(&path, error));
            file.map(Chain::new)
        };
        let files = Files {
            events: create(EVENTS_FILE)?,
            exchanges: create(EXCHANGES_FILE)?,
            failed: None,
        };
        let files = Mutex::new(files);
        Ok(Self { directory, redactor, files, listener: None, provenance: None, lang: Lang::Fr })
    }

    /// Tells somebody of every event as it is recorded: a progress bar, a terminal. What it gets is
    /// redacted.
    pub fn with_listener(mut self, listener: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.listener = Some(Box::new(listener));
        self
    }

    /// Says in the record where the run comes from.
    pub fn from(mut self, provenance: Provenance) -> Self {
        self.provenance = Some(provenance);
        self
    }

    /// Writes the reports in this language.
    pub fn in_language(mut self, lang: Lang) -> Self {
        self.lang = lang;
        self
    }

    /// The directory of the run.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// What knows the secrets of the run; secrets met later are added to it.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// Records an event. A write that fails is told by [`Self::finish`], so that the run goes on.
    pub fn emit(&self, mut event: Event) {
        if let (Event::RunStarted(start), Some(_)) = (&mut event, &self.provenance) {
            start.provenance.clone_from(&self.provenance);
        }
        let mut evidence = None;
        if let Event::ExchangeMade { exchange } = &mut event {
            self.redactor.evidence(exchange);
            let place = exchange.place();
            evidence = Some(std::mem::replace(exchange, place));
        }
        let mut line = serde_json::to_value(event).unwrap_or_else(|error| {
            let text = format!("un événement n'a pas pu être écrit : {error}");
            json!({ "event": "note", "level": "warning", "text": text })
        });
        self.redactor.event(&mut line);
        self.write(&line, evidence.as_ref());
        let Some(listener) = &self.listener else {
            return;
        };
        let event = match evidence {
            Some(exchange) => Ok(Event::ExchangeMade { exchange }),
            None => serde_json::from_value(line),
        };
        if let Ok(event) = event {
            listener(&event);
        }
    }

    fn write(&self, event: &serde_json::Value, evidence: Option<&Evidence>) {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if files.failed.is_some() {
            return;
        }
        let failed = |name: &str, error| ReportError::writing(&self.directory.join(name), error);
        let exchange = evidence.map_or(Ok(()), |evidence| {
            files.exchanges.append(evidence).map_err(|error| failed(EXCHANGES_FILE, error))
        });
        let written = exchange
            .and_then(|()| files.events.append(event).map_err(|error| failed(EVENTS_FILE, error)));
        files.failed = written.err();
    }

    /// Judges the run from what was recorded, and writes every report. The manifest comes last of
    /// all, once nothing more is written there: see [`crate::seal`].
    pub fn finish(&self) -> Result<Run, ReportError> {
        let failed = self.files.lock().unwrap_or_else(PoisonError::into_inner).failed.take();
        if let Some(error) = failed {
            return Err(error);
        }
        let run = open_run(&self.directory)?;
        write_reports(&self.directory, &run, self.lang)?;
        Ok(run)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::NoteLevel;
    use crate::manifest::MANIFEST_FILE;
    use crate::seal::Sealing;
    use crate::{chain, sample};
    use std::io::{BufReader, Write as _};
    use std::sync::Arc;

    /// Every file of a directory, as text.
    fn files(directory: &Path) -> Vec<(String, String)> {
        let entries = std::fs::read_dir(directory).unwrap().map(Result::unwrap);
        entries
            .map(|entry| {
                let name = entry.file_name().to_string_lossy().into_owned();
                (name, std::fs::read_to_string(entry.path()).unwrap())
            })
            .collect()
    }

    #[test]
    fn a_finished_run_leaves_every_file_and_no_canary_in_any() {
        let directory = tempfile::tempdir().unwrap();
        let redactor = Redactor::new();
        redactor.add_secret(sample::CANARY);
        let log = EventLog::create(directory.path(), redactor).unwrap();
        let sent: String = sample::events().iter().map(|event| format!("{event:?}")).collect();
        assert!(sent.contains(sample::CANARY), "the sample must carry the canary");
        sample::events().into_iter().for_each(|event| log.emit(event));
        let run = log.finish().unwrap();
        assert!(run.counts.expected > 0);
        let files = files(directory.path());
        let mut names: Vec<_> = files.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "events.jsonl",
                "exchanges.jsonl",
                "junit.xml",
                "report.html",
                "report.json",
                "summary.md"
            ]
        );
        for (name, text) in files {
            for gone in [sample::CANARY, sample::APPLICANT] {
                assert!(!text.contains(gone), "{name} shows {gone}");
            }
        }
    }

    #[test]
    fn the_lines_are_chained_and_a_run_that_begins_is_not_sealed_any_more() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        let log = EventLog::create(directory.path(), Redactor::new()).unwrap();
        sample::events().into_iter().for_each(|event| log.emit(event));
        let run = log.finish().unwrap();
        for name in [EVENTS_FILE, EXCHANGES_FILE] {
            let record = BufReader::new(File::open(at(name)).unwrap());
            let lines = chain::follow(record).unwrap();
            assert!(lines.is_some_and(|lines| lines > 3), "{name}: {lines:?}");
        }
        assert!(run.head.is_some());
        Sealing::default().seal_run(directory.path(), &run, Lang::Fr).unwrap();
        assert!(at(MANIFEST_FILE).exists());
        drop(EventLog::create(directory.path(), Redactor::new()).unwrap());
        assert!(!at(MANIFEST_FILE).exists(), "a run that begins has ended no more");
    }

    #[test]
    fn what_the_files_say_is_what_the_events_said() {
        let directory = tempfile::tempdir().unwrap();
        let log = EventLog::create(directory.path(), Redactor::new()).unwrap();
        sample::events().into_iter().for_each(|event| log.emit(event));
        let from_files = log.finish().unwrap();
        let from_events = crate::fold::fold(sample::events()).unwrap();
        assert_eq!(from_files.rules.len(), from_events.rules.len());
        assert_eq!(from_files.counts, from_events.counts);
        let ids = |run: &Run| run.exchanges.keys().cloned().collect::<Vec<_>>();
        assert_eq!(ids(&from_files), ids(&from_events));
        assert!(!from_files.exchanges.is_empty());
    }

    #[test]
    fn a_run_killed_in_the_middle_of_a_line_is_still_rendered_as_interrupted() {
        let directory = tempfile::tempdir().unwrap();
        let log = EventLog::create(directory.path(), Redactor::new()).unwrap();
        let events = sample::events();
        let half = events.len() / 2;
        events.into_iter().take(half).for_each(|event| log.emit(event));
        let path = directory.path().join(EVENTS_FILE);
        let mut file = std::fs::OpenOptions::new().append(true).open(path).unwrap();
        file.write_all(b"{\"event\":\"check_ma").unwrap();
        assert!(open_run(directory.path()).unwrap().interrupted);
    }

    #[test]
    fn the_listener_is_told_what_the_file_says() {
        let directory = tempfile::tempdir().unwrap();
        let redactor = Redactor::new();
        redactor.add_secret("jeton-0123");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ears = Arc::clone(&heard);
        let log = EventLog::create(directory.path(), redactor)
            .unwrap()
            .with_listener(move |event| ears.lock().unwrap().push(format!("{event:?}")));
        log.emit(Event::Note { level: NoteLevel::Info, text: "jeton-0123".into() });
        let heard = heard.lock().unwrap().join("");
        assert!(heard.contains("[masqué]") && !heard.contains("jeton"), "{heard}");
    }
}
