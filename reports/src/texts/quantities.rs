//! Instants and delays as people write them.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Lang;

/// The months, in French and in English.
const MONTHS: [(&str, &str); 12] = [
    ("janvier", "January"),
    ("février", "February"),
    ("mars", "March"),
    ("avril", "April"),
    ("mai", "May"),
    ("juin", "June"),
    ("juillet", "July"),
    ("août", "August"),
    ("septembre", "September"),
    ("octobre", "October"),
    ("novembre", "November"),
    ("décembre", "December"),
];

/// A delay, as people say it.
pub fn duration(milliseconds: u64, lang: Lang) -> String {
    let decimal = |text: String| match lang {
        Lang::Fr => text.replace('.', ","),
        Lang::En => text,
    };
    match milliseconds {
        0..1_000 => format!("{milliseconds} ms"),
        1_000..60_000 => decimal(format!("{:.1} s", milliseconds as f64 / 1_000.0)),
        _ => {
            let seconds = milliseconds / 1_000;
            format!("{} min {:02} s", seconds / 60, seconds % 60)
        }
    }
}

/// How long a whole run took, in seconds.
pub(crate) fn in_seconds(milliseconds: u64, lang: Lang) -> String {
    let text = format!("{:.1} s", milliseconds as f64 / 1_000.0);
    if lang == Lang::Fr { text.replace('.', ",") } else { text }
}

/// The time of day of an instant, to the second: what tells one exchange from the next.
pub fn time_of_day(text: &str) -> String {
    OffsetDateTime::parse(text, &Rfc3339).map_or_else(
        |_| text.to_owned(),
        |at| format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second()),
    )
}

/// An instant as people write it; as it is when it is none.
pub fn instant(text: &str, lang: Lang) -> String {
    let Ok(at) = OffsetDateTime::parse(text, &Rfc3339) else {
        return text.to_owned();
    };
    let month = usize::from(u8::from(at.month())) - 1;
    let (hours, minutes, _) = at.offset().as_hms();
    let offset = match (hours, minutes) {
        (0, 0) => "UTC".to_owned(),
        _ => format!("UTC{hours:+03}:{:02}", minutes.unsigned_abs()),
    };
    let (day, year) = (at.day(), at.year());
    let time = (at.hour(), at.minute(), at.second());
    match lang {
        Lang::Fr => {
            let day = if day == 1 { "1er".to_owned() } else { day.to_string() };
            let month = MONTHS[month].0;
            format!("{day} {month} {year} à {}\u{a0}h\u{a0}{:02} ({offset})", time.0, time.1)
        }
        Lang::En => {
            let month = MONTHS[month].1;
            format!("{day} {month} {year}, {:02}:{:02} ({offset})", time.0, time.1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_and_delays_are_written_as_people_do() {
        assert_eq!(
            instant("2026-11-01T09:05:07.250+01:00", Lang::Fr),
            "1er novembre 2026 à 9\u{a0}h\u{a0}05 (UTC+01:00)"
        );
        assert_eq!(instant("2026-11-21T22:22:00Z", Lang::En), "21 November 2026, 22:22 (UTC)");
        assert_eq!(instant("hier", Lang::Fr), "hier");
        let delays = [12, 1_500, 61_000].map(|ms| duration(ms, Lang::Fr));
        assert_eq!(delays, ["12 ms", "1,5 s", "1 min 01 s"]);
    }
}
