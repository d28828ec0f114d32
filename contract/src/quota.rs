//! What a gateway lets one application do within a stretch of time, as people write it: `600/min`,
//! `listNotifications=50/s`, `200MB/day`. Counts nothing.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::operations::Operation;

/// Units of time, by the names that quotas are written with.
const UNITS: [(&str, u64); 4] = [("s", 1), ("min", 60), ("h", 3600), ("day", 24 * 3600)];
/// Units of size: decimal ones, the longest names first.
const SIZES: [(&str, u64); 4] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1000), ("B", 1)];

/// What counts all operations together is called so in a table of quotas.
const REQUESTS: &str = "requests";
const BYTES: &str = "bytes";

/// A quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Quota {
    /// The one operation that it is about; none for all of them together.
    pub operation: Option<Operation>,
    /// How much.
    pub amount: Amount,
    /// Within how long.
    pub window: Duration,
}

/// How much of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Amount {
    /// Calls.
    Requests(u64),
    /// Bytes of bodies, in both directions.
    Bytes(u64),
}

/// A text that is no quota.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is no quota: write 600/min, listNotifications=50/s or 200MB/day, by s, min, h or day"
)]
pub struct QuotaError(pub String);

impl Quota {
    /// Reads one from a table: `requests` or `bytes` of all operations together, or the
    /// `operationId` of one.
    pub fn of_table(key: &str, text: &str) -> Result<Self, QuotaError> {
        let quota: Self = match key {
            REQUESTS | BYTES => text.parse()?,
            _ => format!("{key}={text}").parse()?,
        };
        let is_right = match key {
            REQUESTS | BYTES => quota.key() == key,
            _ => true,
        };
        is_right.then_some(quota).ok_or_else(|| QuotaError(text.to_owned()))
    }

    /// What it is called in a table.
    pub const fn key(&self) -> &'static str {
        match (self.operation, self.amount) {
            (Some(operation), _) => operation.operation_id(),
            (None, Amount::Requests(_)) => REQUESTS,
            (None, Amount::Bytes(_)) => BYTES,
        }
    }

    /// What stands there under that name: how much of it within how long.
    pub fn measure(&self) -> String {
        Self { operation: None, ..*self }.to_string()
    }

    /// Whether it is about an operation.
    pub fn is_about(&self, operation: Option<Operation>) -> bool {
        self.operation.is_none() || self.operation == operation
    }
}

impl Amount {
    /// The figure alone.
    pub const fn figure(self) -> u64 {
        match self {
            Self::Requests(figure) | Self::Bytes(figure) => figure,
        }
    }

    fn read(text: &str) -> Option<Self> {
        let sized = SIZES.iter().find_map(|(name, size)| Some((text.strip_suffix(name)?, size)));
        match sized {
            None => text.trim().parse().ok().map(Self::Requests),
            Some((count, size)) => {
                count.trim().parse::<u64>().ok()?.checked_mul(*size).map(Self::Bytes)
            }
        }
    }
}

impl FromStr for Quota {
    type Err = QuotaError;

    fn from_str(text: &str) -> Result<Self, QuotaError> {
        let read = || {
            let (operation, rest) = match text.split_once('=') {
                None => (None, text),
                Some((name, rest)) => {
                    let mut all = Operation::ALL.iter();
                    (Some(*all.find(|known| known.operation_id() == name.trim())?), rest)
                }
            };
            let (amount, unit) = rest.split_once('/')?;
            let amount = Amount::read(amount.trim()).filter(|amount| amount.figure() > 0)?;
            let (_, seconds) = UNITS.iter().find(|(name, _)| *name == unit.trim())?;
            Some(Self { operation, amount, window: Duration::from_secs(*seconds) })
        };
        read().ok_or_else(|| QuotaError(text.to_owned()))
    }
}

impl TryFrom<String> for Quota {
    type Error = QuotaError;

    fn try_from(text: String) -> Result<Self, QuotaError> {
        text.parse()
    }
}

impl From<Quota> for String {
    fn from(quota: Quota) -> Self {
        quota.to_string()
    }
}

impl fmt::Display for Quota {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.operation {
            write!(formatter, "{}=", operation.operation_id())?;
        }
        match self.amount {
            Amount::Requests(count) => write!(formatter, "{count}/")?,
            Amount::Bytes(bytes) => write!(formatter, "{bytes}B/")?,
        }
        let unit = UNITS.iter().find(|(_, seconds)| *seconds == self.window.as_secs());
        formatter.write_str(unit.map_or("?", |(name, _)| name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotas_are_read_as_they_are_written() {
        for (text, amount, seconds) in [
            ("600/min", Amount::Requests(600), 60),
            ("50 / s", Amount::Requests(50), 1),
            ("200MB/day", Amount::Bytes(200_000_000), 86_400),
            ("7B/h", Amount::Bytes(7), 3600),
        ] {
            let quota: Quota = text.parse().unwrap();
            assert_eq!((quota.amount, quota.window.as_secs()), (amount, seconds), "{text}");
            assert_eq!(quota.operation, None);
            assert_eq!(quota.to_string().parse(), Ok(quota));
        }
        let one: Quota = "listNotifications=50/s".parse().unwrap();
        assert_eq!(one.operation, Some(Operation::ListNotifications));
        assert!(one.is_about(Some(Operation::ListNotifications)) && !one.is_about(None));
        assert_eq!(one.to_string(), "listNotifications=50/s");
    }

    #[test]
    fn a_table_names_each_by_what_it_counts() {
        for (key, text) in [("requests", "10/s"), ("bytes", "7B/day"), ("getCase", "5/min")] {
            let quota = Quota::of_table(key, text).unwrap();
            assert_eq!((quota.key(), quota.measure().as_str()), (key, text));
        }
        for (key, text) in [("requests", "7B/s"), ("bytes", "10/s"), ("requests", "getCase=5/s")] {
            assert!(Quota::of_table(key, text).is_err(), "{key} = {text}");
        }
        assert!(Quota::of_table("getCases", "5/s").is_err());
    }

    #[test]
    fn what_is_no_quota_is_refused() {
        for text in
            ["", "600", "600/week", "0/s", "-1/s", "x=5/s", "5TB/s", "99999999999GB/day", "/s"]
        {
            assert_eq!(text.parse::<Quota>(), Err(QuotaError(text.to_owned())), "{text}");
        }
    }
}
