//! Lists of the référentiel: order, offset, length (contract §6, "Subscriptions", "Organizations").
//! Filters belong to each family.

use super::command::DomainError;

/// A part of a list, and where it lies in the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// What is shown.
    pub items: Vec<T>,
    /// Rank of the first one.
    pub offset: usize,
    /// How many there are in all.
    pub total: usize,
}

/// Which part of a list is asked for, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageRequest {
    /// `asc(field)`, `desc(field)` or a bare name.
    pub order_by: Option<String>,
    /// How many to pass over.
    pub offset: usize,
    /// How many at most; absent: all.
    pub max_result: Option<usize>,
}

/// A value to sort by; what is absent comes first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SortKey {
    /// There is none.
    Absent,
    /// A number or a date.
    Number(i64),
    /// A text.
    Text(String),
}

impl From<&str> for SortKey {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Option<&str>> for SortKey {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::Absent, Self::from)
    }
}

impl From<Option<contract::timestamp::Timestamp>> for SortKey {
    fn from(date: Option<contract::timestamp::Timestamp>) -> Self {
        date.map_or(Self::Absent, |date| Self::Number(date.unix_ms()))
    }
}

impl PageRequest {
    /// What of it is heeded: order and length, where the rules on them are kept.
    pub(super) fn heeded(&self, order: bool, length: bool) -> Self {
        Self {
            order_by: self.order_by.clone().filter(|_| order),
            offset: self.offset,
            max_result: self.max_result.filter(|_| length),
        }
    }

    /// Sorts and cuts a list. `key` gives the value of a field, or `None` when it knows no such
    /// field.
    pub(super) fn apply<T>(
        &self,
        mut items: Vec<T>,
        key: impl Fn(&T, &str) -> Option<SortKey>,
    ) -> Result<Page<T>, DomainError> {
        if let Some(order) = &self.order_by {
            let (field, descending) = parse_order(order);
            if let Some(first) = items.first()
                && key(first, field).is_none()
            {
                return Err(DomainError::invalid(format!(
                    "orderBy {order} names no field of the list"
                )));
            }
            items.sort_by_cached_key(|item| key(item, field));
            if descending {
                items.reverse();
            }
        }
        let total = items.len();
        let length = self.max_result.unwrap_or(usize::MAX);
        let items = items.into_iter().skip(self.offset).take(length).collect();
        Ok(Page { items, offset: self.offset, total })
    }
}

fn parse_order(text: &str) -> (&str, bool) {
    let inside = |prefix: &str| text.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(')'));
    match (inside("asc("), inside("desc(")) {
        (Some(field), _) => (field, false),
        (None, Some(field)) => (field, true),
        (None, None) => (text, false),
    }
}
