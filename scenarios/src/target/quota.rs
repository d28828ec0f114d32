//! `[quota]` of a target file: what one application may do, by what it counts. Reads it, and
//! nothing else.

use std::collections::BTreeMap;

use contract::quota::Quota;
use serde::de::{Deserialize, Deserializer, Error as _};

/// One quota, or several of other windows.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Written {
    One(String),
    Several(Vec<String>),
}

/// The quotas of the table.
pub(super) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Quota>, D::Error> {
    let mut quotas = Vec::new();
    for (key, written) in BTreeMap::<String, Written>::deserialize(deserializer)? {
        let texts = match written {
            Written::One(text) => vec![text],
            Written::Several(texts) => texts,
        };
        for text in texts {
            quotas.push(Quota::of_table(&key, &text).map_err(|_| {
                D::Error::custom(format!(
                    "[quota] {key} = \"{text}\" is no quota: write requests = \"600/min\", \
                     bytes = \"200MB/day\" or listNotifications = \"50/s\", by s, min, h or day"
                ))
            })?);
        }
    }
    if quotas.is_empty() {
        return Err(D::Error::custom("[quota] declares none: write requests = \"600/min\""));
    }
    Ok(quotas)
}
