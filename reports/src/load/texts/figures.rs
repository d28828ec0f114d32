//! Numbers as people write them, to the precision that matters.

use crate::texts::Lang;

/// A whole number, thousands set apart.
pub fn integer(number: u64, lang: Lang) -> String {
    let digits = number.to_string();
    let separator = lang.pick("\u{202f}", ",");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push_str(separator);
        }
        text.push(digit);
    }
    text
}

/// A number with that many decimals at most.
pub(crate) fn decimal(number: f64, decimals: usize, lang: Lang) -> String {
    let text = format!("{number:.decimals$}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), |whole| integer(whole, lang));
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { lang.pick(",", ".") };
    format!("{sign}{whole}{point}{fraction}")
}

/// A time in microseconds, to three digits, in the unit that suits it.
pub fn latency(us: u64, lang: Lang) -> String {
    let (value, unit) = match us {
        0..1_000 => return format!("{us}\u{a0}µs"),
        1_000..999_500 => (us as f64 / 1e3, "ms"),
        _ => (us as f64 / 1e6, "s"),
    };
    let decimals = match value {
        ..9.995 => 2,
        9.995..99.95 => 1,
        _ => 0,
    };
    format!("{}\u{a0}{unit}", decimal(value, decimals, lang))
}

/// A share from 0 to 1, as a percentage.
pub fn share(share: f64, lang: Lang) -> String {
    let decimals = if (0.001..0.999).contains(&share) { 1 } else { 3 };
    format!("{}{}", decimal(share * 100.0, decimals, lang), lang.pick("\u{a0}%", "%"))
}

/// A percentile, from 0 to 100.
pub(in crate::load) fn percentile(percentile: f64, lang: Lang) -> String {
    decimal(percentile, 6, lang)
}

/// A number of bytes, in the decimal unit that suits it.
pub(in crate::load) fn bytes(bytes: u64, lang: Lang) -> String {
    let units = [(1e9, "Go", "GB"), (1e6, "Mo", "MB"), (1e3, "ko", "kB"), (1.0, "o", "B")];
    let (unit, fr, en) =
        units.into_iter().find(|(unit, ..)| bytes as f64 >= *unit).unwrap_or((1.0, "o", "B"));
    let decimals = if unit > 1.0 { 1 } else { 0 };
    format!("{}\u{a0}{}", decimal(bytes as f64 / unit, decimals, lang), lang.pick(fr, en))
}

/// A stretch of whole seconds, as a clock shows it: minutes and seconds, hours when there are any.
pub(in crate::load) fn elapsed(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_digits_and_their_unit() {
        let written = [1, 999, 1_000, 12_340, 99_960, 123_456, 999_499, 999_500, 61_000_000]
            .map(|us| latency(us, Lang::En).replace('\u{a0}', " "));
        assert_eq!(
            written,
            ["1 µs", "999 µs", "1 ms", "12.3 ms", "100 ms", "123 ms", "999 ms", "1 s", "61 s"]
        );
        assert_eq!(latency(1_250_000, Lang::Fr), "1,25\u{a0}s");
    }

    #[test]
    fn numbers_are_written_as_people_do() {
        assert_eq!(integer(20_000_000, Lang::Fr), "20\u{202f}000\u{202f}000");
        assert_eq!(integer(999, Lang::En), "999");
        assert_eq!(decimal(-1_234.50, 2, Lang::En), "-1,234.5");
        assert_eq!(share(0.998_2, Lang::Fr), "99,8\u{a0}%");
        assert_eq!(share(0.999_95, Lang::En), "99.995%");
        assert_eq!(percentile(99.999, Lang::Fr), "99,999");
        assert_eq!(bytes(52_428_800, Lang::Fr), "52,4\u{a0}Mo");
        assert_eq!(elapsed(3_725), "1:02:05");
    }
}
