//! The parameters in a query: a list may be repeated or comma-joined (contract §1). The description
//! has already refused what is malformed.

use contract::ids::ProcessCode;

/// The decoded pairs of a query, in order.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    if query.is_empty() {
        return Vec::new();
    }
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// The decoded pairs of a query.
#[derive(Debug)]
pub(crate) struct Query(pub(super) Vec<(String, String)>);

impl Query {
    /// The first value of a name, if it is not empty.
    pub(crate) fn one(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// Every value of a name, repeated or comma-joined.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let values = self.0.iter().filter(move |(key, _)| key == name);
        values.flat_map(|(_, value)| value.split(',')).filter(|value| !value.is_empty())
    }

    /// Whether a flag is set.
    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.one(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// The process codes asked for; one that cannot be a code is one nothing has, so it is left out
    /// of a union.
    pub(crate) fn process_codes(&self) -> Option<Vec<ProcessCode>> {
        self.one("processCode")?;
        Some(self.all("processCode").filter_map(|code| ProcessCode::try_from(code).ok()).collect())
    }

    /// A number, at most what this machine counts.
    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        self.one(name)?
            .parse::<u64>()
            .ok()
            .map(|number| usize::try_from(number).unwrap_or(usize::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_repeated_or_joined() {
        for text in [
            "processCode=a,b&processCode=c",
            "processCode=a&processCode=b&processCode=c",
            "processCode=a%2Cb,,c",
        ] {
            let query = Query(pairs(text));
            let codes: Vec<String> =
                query.process_codes().unwrap().into_iter().map(String::from).collect();
            assert_eq!(codes, ["a", "b", "c"], "{text}");
        }
        assert_eq!(Query(pairs("maxResult=3")).process_codes(), None);
    }

    #[test]
    fn a_number_too_large_for_this_machine_is_its_largest() {
        let query = Query(pairs("a=12&b=99999999999999999999&c=x"));
        assert_eq!(
            (query.number("a"), query.number("b"), query.number("c")),
            (Some(12), None, None)
        );
    }
}
