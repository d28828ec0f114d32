//! Dates as they cross the wire, in either documented form (contract §5, divergence D20): ISO 8601
//! with an offset, in every spelling seen in service (`Z`, `+02:00`, `+0200`, with or without
//! fractions), or the SFD's `YYYY-MM-DD HH24:MI:SS` in Paris time (SFD-1.2.2 §3.4.1). Reads both,
//! writes the former. Knows no clock.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Date, Duration, Month, OffsetDateTime, PrimitiveDateTime, UtcOffset, Weekday};

/// An instant, with the offset it was written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(OffsetDateTime);

/// A text that is not a date of the contract.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a date: write it as 2024-11-30T09:15:00+01:00")]
pub struct TimestampError(String);

const WRITTEN: &[BorrowedFormatItem<'static>] = format_description!(
    "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3][offset_hour sign:mandatory]:[offset_minute]"
);
const READ: &[BorrowedFormatItem<'static>] = format_description!(
    version = 2,
    "[year]-[month]-[day]T[hour]:[minute]:[second][optional [.[subsecond]]][first [Z] [[offset_hour sign:mandatory]:[offset_minute]] [[offset_hour sign:mandatory][offset_minute]]]"
);

const READ_IN_PARIS: &[BorrowedFormatItem<'static>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");

/// The offset of Paris at a local time: summer time from the last Sunday of March, 02:00, to the
/// last one of October, 03:00 (directive 2000/84/EC). Of the hour that comes twice, the first.
fn paris(local: PrimitiveDateTime) -> UtcOffset {
    let change = |month, hour| {
        let last = Date::from_calendar_date(local.year(), month, 31).ok()?;
        let sunday = (0..7).map(|days| last - Duration::days(days));
        let sunday = sunday.into_iter().find(|day| day.weekday() == Weekday::Sunday)?;
        sunday.with_hms(hour, 0, 0).ok()
    };
    let is_summer = change(Month::March, 2).is_some_and(|start| local >= start)
        && change(Month::October, 3).is_some_and(|end| local < end);
    UtcOffset::from_hms(if is_summer { 2 } else { 1 }, 0, 0).unwrap_or(UtcOffset::UTC)
}

impl Timestamp {
    /// The instant of a number of milliseconds since 1970, in UTC.
    ///
    /// # Errors
    /// When the instant lies outside the years that can be written.
    pub fn from_unix_ms(milliseconds: i64) -> Result<Self, TimestampError> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000)
            .map(Self)
            .map_err(|_| TimestampError(milliseconds.to_string()))
    }

    /// Milliseconds since 1970.
    pub fn unix_ms(self) -> i64 {
        (self.0.unix_timestamp_nanos() / 1_000_000) as i64
    }

    /// The instant this many seconds later (earlier when negative); stays at the limit when out of
    /// range.
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(Duration::seconds(seconds)))
    }

    /// 00:01 of this instant's day, in the offset it was written with: the hour at which a
    /// subscription becomes active (contract §6, "Subscriptions").
    pub fn one_past_midnight(self) -> Self {
        let time = time::Time::from_hms(0, 1, 0).expect("00:01 is a time of day");
        Self(self.0.replace_time(time))
    }
}

impl From<OffsetDateTime> for Timestamp {
    fn from(instant: OffsetDateTime) -> Self {
        Self(instant)
    }
}

impl From<std::time::SystemTime> for Timestamp {
    fn from(instant: std::time::SystemTime) -> Self {
        Self(instant.into())
    }
}

impl From<Timestamp> for std::time::SystemTime {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.0.into()
    }
}

impl From<Timestamp> for OffsetDateTime {
    fn from(instant: Timestamp) -> Self {
        instant.0
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(local) = PrimitiveDateTime::parse(text, READ_IN_PARIS) {
            return Ok(Self(local.assume_offset(paris(local))));
        }
        let mut parsed = time::parsing::Parsed::new();
        let rest = parsed
            .parse_items(text.as_bytes(), READ)
            .map_err(|_| TimestampError(text.to_owned()))?;
        if !rest.is_empty() {
            return Err(TimestampError(text.to_owned()));
        }
        if parsed.offset_hour().is_none() {
            parsed.set_offset_hour(0);
        }
        OffsetDateTime::try_from(parsed).map(Self).map_err(|_| TimestampError(text.to_owned()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An offset with seconds cannot be written: such an instant is shown in UTC.
        let instant = if self.0.offset().seconds_past_minute() == 0 {
            self.0
        } else {
            self.0.to_offset(UtcOffset::UTC)
        };
        formatter.write_str(&instant.format(WRITTEN).map_err(|_| fmt::Error)?)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_in_service_is_read_as_the_same_instant() {
        let forms = [
            "2024-11-30T08:15:00Z",
            "2024-11-30T08:15:00.000Z",
            "2024-11-30T09:15:00+01:00",
            "2024-11-30T09:15:00.000000+0100",
            "2024-11-30T08:15:00+00:00",
        ];
        for form in forms {
            let instant: Timestamp =
                form.parse().unwrap_or_else(|_| panic!("{form} should be read"));
            assert_eq!(instant.unix_ms(), 1_732_954_500_000, "{form}");
        }
    }

    #[test]
    fn what_is_no_date_with_offset_is_refused() {
        for form in [
            "",
            "2024-11-30",
            "2024-11-30T08:15:00",
            "2024-11-30 08:15:00Z",
            "2024-13-30T08:15:00Z",
            "2024-11-30T08:15:00Zx",
        ] {
            assert!(form.parse::<Timestamp>().is_err(), "{form}");
        }
    }

    #[test]
    fn a_date_of_the_sfd_is_read_in_paris_time_summer_and_winter() {
        for (written, instant) in [
            ("2024-11-30 09:15:00", "2024-11-30T08:15:00Z"),
            ("2024-07-14 09:15:00", "2024-07-14T07:15:00Z"),
            ("2024-03-31 01:59:59", "2024-03-31T00:59:59Z"),
            ("2024-03-31 03:00:00", "2024-03-31T01:00:00Z"),
            ("2024-10-27 01:59:59", "2024-10-26T23:59:59Z"),
            ("2024-10-27 03:00:00", "2024-10-27T02:00:00Z"),
        ] {
            let read: Timestamp = written.parse().unwrap();
            assert_eq!(read, instant.parse().unwrap(), "{written}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let instant: Timestamp = "2024-11-30T09:15:00.250+01:00".parse().unwrap();
        assert_eq!(instant.to_string(), "2024-11-30T09:15:00.250+01:00");
        assert_eq!(instant.to_string().parse::<Timestamp>().unwrap(), instant);
    }

    #[test]
    fn a_subscription_starts_at_00_01_of_the_day_as_written() {
        let instant: Timestamp = "2024-11-30T23:15:00+01:00".parse().unwrap();
        assert_eq!(instant.one_past_midnight().to_string(), "2024-11-30T00:01:00.000+01:00");
    }
}
