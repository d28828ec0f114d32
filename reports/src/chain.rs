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
use serde::{Deserialize, Serialize};
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

/// What is wrong with a record.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// It cannot be read.
    #[error(transparent)]
    Reading(#[from] io::Error),
    /// A line is not the one that was written there.
    #[error("line {0} does not follow from the line before it: the record was changed")]
    Broken(u64),
}

/// How a line says its place.
#[derive(Deserialize)]
struct Place {
    rank: Option<u64>,
    previous: Option<String>,
}

/// Follows the chain of a record to its end, and says how many lines it has; none when its lines
/// are not chained, as in a record of before.
pub fn follow(record: impl BufRead) -> Result<Option<u64>, ChainError> {
    let mut before: Option<String> = None;
    let mut rank = 0;
    for line in record.split(b'\n') {
        let line = line?;
        let place: Place =
            serde_json::from_slice(&line).map_err(|_| ChainError::Broken(rank + 1))?;
        if rank == 0 && place.rank.is_none() {
            return Ok(None);
        }
        rank += 1;
        if place.rank != Some(rank) || place.previous != before {
            return Err(ChainError::Broken(rank));
        }
        before = Some(digest_of_line(&line));
    }
    Ok(Some(rank))
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
