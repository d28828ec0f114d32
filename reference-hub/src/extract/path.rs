//! The values in a path.

use std::str::FromStr;

use contract::operations::Operation;
use percent_encoding::percent_decode_str;

use super::Call;
use crate::error::Refusal;

/// The values of an operation's `{names}` in a path below the API's base, decoded; bytes that are
/// no UTF-8 become the replacement character, which no identifier has.
pub(crate) fn path_values(operation: Operation, path: &str) -> Vec<(&'static str, String)> {
    let names = operation
        .path_template()
        .split('/')
        .map(|segment| segment.strip_prefix('{').and_then(|name| name.strip_suffix('}')));
    let decode = |value: &str| percent_decode_str(value).decode_utf8_lossy().into_owned();
    names.zip(path.split('/')).filter_map(|(name, value)| Some((name?, decode(value)))).collect()
}

impl Call {
    /// The identifier of a name in the path.
    pub(crate) fn id<T: FromStr<Err: ToString>>(&self, name: &str) -> Result<T, Refusal> {
        let text = self.path_text(name);
        text.parse()
            .map_err(|error: T::Err| self.refuse(&format!("@path.{name}"), &[error.to_string()]))
    }

    /// The text of a name in the path.
    pub(crate) fn path_text(&self, name: &str) -> &str {
        self.path.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn values_are_found_by_name_and_decoded() {
        let operation = Operation::GetCaseAttachment;
        let found = path_values(operation, "/cases/a%20b/attachments/%ff");
        assert_eq!(found, [("caseId", "a b".to_owned()), ("attachmentId", "\u{fffd}".to_owned())]);
    }
}
