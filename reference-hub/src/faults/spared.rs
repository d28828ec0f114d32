//! What the description refuses and a fault lets pass. The checks of form are one, whatever the
//! rule: each entry of the registry names its own part of them, and what is let pass is filled in
//! here.

use contract::description::{Violation, ViolationKind};
use contract::operations::Operation;
use serde_json::Value;

use super::{Clause, Conduct};
use crate::domain::Missing;

/// What is let pass when a rule is not kept.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Spared {
    /// One thing that is wrong with a body.
    Body {
        operation: Operation,
        kind: Kind,
        /// Where, positions in lists left out: `/cases/recipient`.
        place: &'static str,
    },
    /// A text in the path that is no identifier: it is taken for that of something unknown.
    Path { operations: &'static [Operation], missing: Missing },
}

/// The violations that are let pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The property lacks; this JSON stands for it.
    Absent(&'static str),
    TooLong,
    /// None of the listed values.
    Unlisted,
    /// Not written as it should.
    Misspelt,
}

pub(super) const EMPTY: Kind = Kind::Absent("\"\"");
pub(super) const NO_ITEM: Kind = Kind::Absent("[]");

impl Spared {
    /// What stands for what is wrong with a body, if it is let pass.
    fn kind_of(&self, operation: Operation, found: &Violation) -> Option<Kind> {
        let Self::Body { operation: of, kind, place: at } = self else {
            return None;
        };
        let alike = matches!(
            (&found.kind, kind),
            (ViolationKind::Missing(_), Kind::Absent(_))
                | (ViolationKind::TooLong { .. }, Kind::TooLong)
                | (ViolationKind::Enum, Kind::Unlisted)
                | (ViolationKind::Pattern | ViolationKind::Format, Kind::Misspelt)
        );
        (alike && operation == *of && place(found) == *at).then_some(*kind)
    }
}

fn declared() -> impl Iterator<Item = (Clause, &'static Spared)> {
    Clause::all().filter_map(|(clause, fault)| Some((clause, fault.spares.as_ref()?)))
}

/// The violations that remain when those of the rules that are not kept are let pass; what lacks is
/// put in.
pub(crate) fn spare(
    operation: Operation,
    mut found: Vec<Violation>,
    body: &mut Value,
    conduct: &Conduct,
) -> Vec<Violation> {
    found.retain(|found| {
        let let_pass = declared().find_map(|(clause, spared)| {
            spared.kind_of(operation, found).filter(|_| !conduct.keeps(clause))
        });
        if let Some(kind) = let_pass {
            fill(body, found, kind);
        }
        let_pass.is_none()
    });
    found
}

fn fill(body: &mut Value, found: &Violation, kind: Kind) {
    if let (ViolationKind::Missing(name), Kind::Absent(text)) = (&found.kind, kind)
        && let Some(Value::Object(members)) = body.pointer_mut(&found.pointer)
        && let Ok(value) = serde_json::from_str(text)
    {
        members.insert(name.clone(), value);
    }
}

fn place(found: &Violation) -> String {
    let mut place: String = found
        .pointer
        .split('/')
        .skip(1)
        .filter(|segment| segment.parse::<usize>().is_err())
        .flat_map(|segment| ["/", segment])
        .collect();
    if let ViolationKind::Missing(name) = &found.kind {
        place.push('/');
        place.push_str(name);
    }
    place
}

/// What is said to be missing when a text in the path is no identifier, and that is let pass.
pub(crate) fn mistaken(
    operation: Operation,
    found: &[Violation],
    conduct: &Conduct,
) -> Option<Missing> {
    if found.iter().any(|found| !found.pointer.starts_with("@path.")) {
        return None;
    }
    declared().find_map(|(clause, spared)| match spared {
        Spared::Path { operations, missing }
            if operations.contains(&operation) && !conduct.keeps(clause) =>
        {
            Some(*missing)
        }
        Spared::Path { .. } | Spared::Body { .. } => None,
    })
}

#[cfg(test)]
mod tests {
    use contract::description::Description;
    use serde_json::json;

    use super::*;

    fn left(body: &mut Value, faults: &[&str]) -> Vec<String> {
        let operation = Operation::UpdateFolder;
        let found = Description::bundled().request_violations(operation, body);
        let conduct = Conduct::breaking(faults.iter().copied()).unwrap();
        spare(operation, found, body, &conduct).iter().map(place).collect()
    }

    #[test]
    fn nothing_is_let_pass_but_what_a_fault_lets_pass() {
        let mut body = json!({ "globalStatus": "NOWHERE" });
        assert_eq!(left(&mut body, &[]), ["/globalStatus"]);
        assert_eq!(left(&mut body, &["CAS-03"]), ["/globalStatus"]);
        assert!(left(&mut body, &["FOL-27"]).is_empty());
    }

    #[test]
    fn what_lacks_is_put_in_where_it_lacks() {
        let operation = Operation::CreateFolder;
        let mut body = json!({ "attachments": [{ "fileName": "a" }, {}] });
        let found = Description::bundled().request_violations(operation, &body);
        let conduct = Conduct::breaking(["FOL-03.fileName"]).unwrap();
        spare(operation, found, &mut body, &conduct);
        assert_eq!(body["attachments"], json!([{ "fileName": "a" }, { "fileName": "" }]));
    }
}
