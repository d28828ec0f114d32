//! The form of every record (`*.jsonl`): one JSON object a line, which carries besides its own keys
//! its `rank`, from 1, and in `previous` the SHA-256 of the line before, in hexadecimal, of its
//! bytes without the line break; null on the first. A line that was changed, taken out or put in
//! breaks the chain at the next one; an end that was cut off shows in `manifest.json`, which has
//! the digest of the whole (see [`crate::manifest`]). Nothing is signed here: who writes the whole
//! record anew is not found out.
//!
//! Records of before have neither key: every reader takes them as they are.

use std::io::{self, BufRead, Write};

use contract::exchange::hexadecimal;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// A line with its place in the chain.
#[derive(Serialize)]
struct Linked<'a, T> {
    #[serde(flatten)]
    line: &'a T,
    rank: u64,
    previous: Option<&'a str>,
}

/// Writes a record, line by line.
#[derive(Debug)]
pub struct Chain<W> {
    out: W,
    rank: u64,
    previous: Option<String>,
}

impl<W: Write> Chain<W> {
    /// A record that begins.
    pub const fn new(out: W) -> Self {
        Self { out, rank: 0, previous: None }
    }

    /// Writes one line, in one write: a killed run leaves at most its last line unfinished.
    pub fn append(&mut self, line: &impl Serialize) -> io::Result<()> {
        let previous = self.previous.as_deref();
        let mut text = serde_json::to_string(&Linked { line, rank: self.rank + 1, previous })?;
        self.rank += 1;
        self.previous = Some(digest_of_line(text.as_bytes()));
        text.push('\n');
        self.out.write_all(text.as_bytes())
    }

    /// Hands on what is still held back.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A line without its place: it can stand in another record.
pub fn unlink(line: &mut Value) {
    if let Value::Object(fields) = line {
        fields.remove("rank");
        fields.remove("previous");
    }
}

/// Longest line that is read back, in bytes: longer than any that is written, and short enough for
/// a record of one endless line to be refused before it fills the memory.
const LONGEST_LINE: u64 = 64 * 1024 * 1024;

/// What is wrong with a record.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// It cannot be read.
    #[error(transparent)]
    Reading(#[from] io::Error),
    /// A line is not the one that was written there.
    #[error("line {0} does not follow from the line before it: the record was changed")]
    Broken(u64),
    /// A line is no JSON.
    #[error("line {line} is no line of a record ({source})")]
    NoJson {
        /// The line, from 1.
        line: u64,
        /// Why.
        source: serde_json::Error,
    },
    /// A line is longer than any that is written.
    #[error("line {0} is longer than any line of a record")]
    TooLong(u64),
}

/// A record that is read back, line by line: each one as it was written, with its number, and
/// without its place in the chain, which was followed. A record of before gives its lines as they
/// are. The last line may be unfinished, when the run was killed: it is left out.
#[derive(Debug)]
pub struct Record<R> {
    from: R,
    bytes: Vec<u8>,
    line: u64,
    /// Known from the first line on.
    is_chained: Option<bool>,
    head: Option<String>,
}

impl<R: BufRead> Record<R> {
    /// A record, from its first line on.
    pub const fn new(from: R) -> Self {
        Self { from, bytes: Vec::new(), line: 0, is_chained: None, head: None }
    }

    /// The digest of the last line that was read: the head of the chain, once all was read. None of
    /// a record of before.
    pub fn head(&self) -> Option<&str> {
        self.head.as_deref().filter(|_| self.is_chained == Some(true))
    }

    /// How many lines were read.
    pub const fn lines(&self) -> u64 {
        self.line
    }

    fn read(&mut self) -> Result<Option<(u64, Value)>, ChainError> {
        loop {
            self.bytes.clear();
            let mut limited = io::Read::take(&mut self.from, LONGEST_LINE + 1);
            if limited.read_until(b'\n', &mut self.bytes)? == 0 {
                return Ok(None);
            }
            let line = self.line + 1;
            if self.bytes.len() as u64 > LONGEST_LINE {
                return Err(ChainError::TooLong(line));
            }
            let is_whole = self.bytes.ends_with(b"\n");
            let text = self.bytes.strip_suffix(b"\n").unwrap_or(&self.bytes);
            let mut value = match serde_json::from_slice(text) {
                Ok(value) => value,
                Err(_) if !is_whole => return Ok(None),
                Err(_) if self.is_chained == Some(false) && text.trim_ascii().is_empty() => {
                    self.line = line;
                    continue;
                }
                Err(source) => return Err(ChainError::NoJson { line, source }),
            };
            let place = Place::of(&value);
            let is_chained = *self.is_chained.get_or_insert(place.rank.is_some());
            let follows = match is_chained {
                true => place.rank == Some(line) && place.previous == self.head,
                false => place.rank.is_none(),
            };
            if !follows {
                return Err(ChainError::Broken(line));
            }
            self.head = is_chained.then(|| digest_of_line(text));
            self.line = line;
            if is_chained {
                unlink(&mut value);
            }
            return Ok(Some((line, value)));
        }
    }
}

impl<R: BufRead> Iterator for Record<R> {
    type Item = Result<(u64, Value), ChainError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

/// How a line says its place.
struct Place {
    rank: Option<u64>,
    previous: Option<String>,
}

impl Place {
    fn of(line: &Value) -> Self {
        let previous = line["previous"].as_str().map(str::to_owned);
        Self { rank: line["rank"].as_u64(), previous }
    }
}

/// Follows the chain of a record to its end, and says how many lines it has; none when its lines
/// are not chained, as in a record of before.
pub fn follow(record: impl BufRead) -> Result<Option<u64>, ChainError> {
    let mut record = Record::new(record);
    record.by_ref().try_for_each(|line| line.map(drop))?;
    Ok(record.head().map(|_| record.lines()))
}

fn digest_of_line(line: &[u8]) -> String {
    hexadecimal(&Sha256::digest(line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record(lines: &[Value]) -> String {
        let mut bytes = Vec::new();
        let mut chain = Chain::new(&mut bytes);
        lines.iter().for_each(|line| chain.append(line).unwrap());
        String::from_utf8(bytes).unwrap()
    }

    fn three() -> String {
        record(&[json!({ "a": 1 }), json!({ "a": 2 }), json!({ "a": 3 })])
    }

    #[test]
    fn each_line_carries_its_rank_and_the_digest_of_the_one_before() {
        let text = three();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], r#"{"a":1,"rank":1,"previous":null}"#);
        let second: Value = serde_json::from_str(lines[1]).unwrap();
        assert_eq!(second["rank"], 2);
        assert_eq!(second["previous"], hexadecimal(&Sha256::digest(lines[0])));
        assert_eq!(follow(text.as_bytes()).unwrap(), Some(3));
    }

    #[test]
    fn a_line_changed_taken_out_or_put_in_breaks_the_chain() {
        let text = three();
        let lines: Vec<&str> = text.lines().collect();
        for (changed, at) in [
            (text.replace("\"a\":1", "\"a\":9"), 2),
            ([lines[0], lines[2]].join("\n"), 2),
            ([lines[0], lines[0], lines[1]].join("\n"), 2),
            (lines[1].to_owned(), 1),
            (format!("{text}{{\"a\":4}}\n"), 4),
        ] {
            let broken = follow(changed.as_bytes()).unwrap_err();
            assert!(matches!(broken, ChainError::Broken(line) if line == at), "{broken}");
        }
    }

    #[test]
    fn a_record_that_is_partly_chained_or_endless_is_refused_at_its_line() {
        let text = three();
        let first = text.lines().next().unwrap();
        let downgraded = format!("{{\"a\":1}}\n{first}\n");
        assert!(matches!(follow(downgraded.as_bytes()), Err(ChainError::Broken(2))));
        let endless = io::Read::chain(text.as_bytes(), io::BufReader::new(io::repeat(b'x')));
        assert!(matches!(follow(endless), Err(ChainError::TooLong(4))));
        let no_json = format!("{text}no json\n{text}");
        assert!(matches!(follow(no_json.as_bytes()), Err(ChainError::NoJson { line: 4, .. })));
    }

    #[test]
    fn a_line_that_a_killed_run_did_not_finish_is_left_out() {
        let text = format!("{}{{\"a\":", three());
        assert_eq!(follow(text.as_bytes()).unwrap(), Some(3));
    }

    #[test]
    fn a_record_of_before_is_no_chain_and_no_error() {
        assert_eq!(follow(&b"{\"a\":1}\n{\"a\":2}\n"[..]).unwrap(), None);
    }

    #[test]
    fn a_line_can_leave_its_record() {
        let mut line: Value = serde_json::from_str(three().lines().next().unwrap()).unwrap();
        unlink(&mut line);
        assert_eq!(line, json!({ "a": 1 }));
    }

    #[test]
    fn what_is_no_object_is_no_line() {
        assert!(Chain::new(Vec::new()).append(&json!([1])).is_err());
    }
}
