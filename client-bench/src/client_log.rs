//! What the client's programs print, in a file beside the report: redacted like the rest, and
//! bounded. Its beginning is written as it comes; of what goes beyond, the end is kept until the
//! session is over, and what lies between is counted. No part of the record: nothing is judged by
//! it.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reports::Redactor;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader};
use tokio::task::JoinSet;

/// How much of the beginning is kept, and as much of the end, in bytes.
const KEPT_BYTES: usize = 8 * 1024 * 1024;
/// A longer line is taken in parts.
const LONGEST_LINE: u64 = 64 * 1024;
/// How long what was printed last is waited for: whatever the client left running may hold its
/// output open.
const LAST_LINES_LIMIT: Duration = Duration::from_secs(1);

/// The log of a session.
pub(crate) struct ClientLog {
    kept: Arc<Mutex<Kept>>,
    readers: JoinSet<()>,
}

impl ClientLog {
    /// A log that is made when something is printed.
    pub(crate) fn new(path: PathBuf, redactor: Redactor) -> Self {
        let kept = Kept::new(path, redactor, KEPT_BYTES);
        Self { kept: Arc::new(Mutex::new(kept)), readers: JoinSet::new() }
    }

    /// Takes in what is printed there until it is closed.
    pub(crate) fn follow(&mut self, printed: impl AsyncRead + Send + Unpin + 'static) {
        let kept = self.kept.clone();
        self.readers.spawn(async move {
            let mut printed = BufReader::new(printed);
            let mut line = Vec::new();
            while let Ok(1..) = (&mut printed).take(LONGEST_LINE).read_until(b'\n', &mut line).await
            {
                kept.lock().unwrap_or_else(PoisonError::into_inner).take(&line);
                line.clear();
            }
        });
    }

    /// Writes the end.
    pub(crate) async fn finish(mut self) {
        let last = async { while self.readers.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(LAST_LINES_LIMIT, last).await;
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).finish();
    }
}

struct Kept {
    path: PathBuf,
    redactor: Redactor,
    /// None before the first line, and once it cannot be written.
    file: Option<File>,
    begun: bool,
    head_left: usize,
    end: VecDeque<String>,
    end_bytes: usize,
    end_limit: usize,
    left_out: usize,
}

impl Kept {
    const fn new(path: PathBuf, redactor: Redactor, kept_bytes: usize) -> Self {
        Self {
            path,
            redactor,
            file: None,
            begun: false,
            head_left: kept_bytes,
            end: VecDeque::new(),
            end_bytes: 0,
            end_limit: kept_bytes,
            left_out: 0,
        }
    }

    fn take(&mut self, line: &[u8]) {
        let line = self.redactor.text(&String::from_utf8_lossy(line));
        if line.len() <= self.head_left {
            self.head_left -= line.len();
            self.write(&line);
            return;
        }
        self.head_left = 0;
        self.end_bytes += line.len();
        self.end.push_back(line);
        while self.end_bytes > self.end_limit
            && let Some(first) = self.end.pop_front()
        {
            self.end_bytes -= first.len();
            self.left_out += first.len();
        }
    }

    fn finish(&mut self) {
        if self.left_out > 0 {
            self.write(&format!("[… {} octets omis …]\n", self.left_out));
        }
        for line in std::mem::take(&mut self.end) {
            self.write(&line);
        }
    }

    /// A log that cannot be written is no reason to end: nothing is judged by it.
    fn write(&mut self, text: &str) {
        if !std::mem::replace(&mut self.begun, true) {
            self.file = reports::fresh::create(&self.path).ok();
        }
        let written = self.file.as_mut().map(|file| file.write_all(text.as_bytes()));
        if matches!(written, Some(Err(_))) {
            self.file = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_printed_is_redacted_and_cut_in_the_middle() {
        let directory = std::env::temp_dir().join(format!("client-log-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let path = directory.join("client.log");
        let redactor = Redactor::new();
        redactor.add_secret("jeton-0123");
        let kept = Kept::new(path.clone(), redactor, 40);
        let mut log = ClientLog { kept: Arc::new(Mutex::new(kept)), readers: JoinSet::new() };
        let printed: String = (0..100).map(|rank| format!("{rank} jeton-0123\n")).collect();
        log.follow(std::io::Cursor::new(printed.into_bytes()));
        log.finish().await;
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_dir_all(directory).unwrap();
        assert!(text.starts_with("0 [masqué]\n") && text.ends_with("99 [masqué]\n"), "{text}");
        assert!(text.contains("octets omis") && text.len() < 120, "{text}");
        assert!(!text.contains("jeton"), "{text}");
    }
}
