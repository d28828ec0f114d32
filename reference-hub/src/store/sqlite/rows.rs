//! From rows to what the rules know, by statements prepared once a connection.

use std::collections::HashSet;

use contract::case::PurgeLink;
use contract::ids::{
    CaseId, EventId, FolderId, NotificationId, OrganizationIdentifier, ProcessCode,
};
use contract::notification::Notification;
use contract::status::{ActionType, EventStatus};
use contract::timestamp::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::SqliteError;
use crate::domain::{
    self, BlobKey, Caller, Context, Mail, NotificationRecord, QueueQuery, Teledossier,
};
use crate::store::Overview;

/// How many of the latest are shown to who watches.
const SHOWN: u32 = 50;

pub(super) fn decode<T: DeserializeOwned>(doc: &[u8]) -> Result<T, SqliteError> {
    Ok(serde_json::from_slice(doc)?)
}

fn instant(milliseconds: i64) -> Result<Timestamp, SqliteError> {
    Timestamp::from_unix_ms(milliseconds)
        .map_err(|error| SqliteError::Unreadable(error.to_string()))
}

fn uuid(row: &Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    row.get::<_, [u8; 16]>(column).map(Uuid::from_bytes)
}

fn document(
    connection: &Connection,
    query: &str,
    key: impl rusqlite::Params,
) -> Result<Option<Teledossier>, SqliteError> {
    let mut statement = connection.prepare_cached(query)?;
    let mut rows = statement.query(key)?;
    match rows.next()? {
        Some(row) => Ok(Some(decode(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?)),
        None => Ok(None),
    }
}

pub(super) fn folder(
    connection: &Connection,
    id: FolderId,
) -> Result<Option<Teledossier>, SqliteError> {
    document(connection, "SELECT doc FROM teledossier WHERE id = ?1", [id.0.as_bytes()])
}

pub(super) fn folder_of_case(
    connection: &Connection,
    id: CaseId,
) -> Result<Option<Teledossier>, SqliteError> {
    let query = "SELECT doc FROM teledossier WHERE id = (SELECT folder FROM case_of WHERE id = ?1)";
    document(connection, query, [id.0.as_bytes()])
}

pub(super) fn folder_of_number(
    connection: &Connection,
    number: &str,
) -> Result<Option<Teledossier>, SqliteError> {
    document(connection, "SELECT doc FROM teledossier WHERE external_id = ?1", params![number])
}

pub(super) fn folders_of_recipient(
    connection: &Connection,
    recipient: &OrganizationIdentifier,
) -> Result<Vec<FolderId>, SqliteError> {
    let mut statement =
        connection.prepare_cached("SELECT DISTINCT folder FROM case_of WHERE recipient = ?1")?;
    let found = statement.query_map([recipient.to_string()], |row| uuid(row, 0).map(FolderId))?;
    Ok(found.collect::<Result<_, _>>()?)
}

pub(super) fn folder_id_of_case(
    connection: &Connection,
    case: CaseId,
) -> Result<Option<FolderId>, SqliteError> {
    let mut statement = connection.prepare_cached("SELECT folder FROM case_of WHERE id = ?1")?;
    Ok(statement.query_row([case.0.as_bytes()], |row| uuid(row, 0).map(FolderId)).optional()?)
}

const NOTIFICATION: &str =
    "n.id, n.recipient, n.transmitter, n.process, n.folder, n.case_id, n.event_id, n.visible_ms";

struct NotificationRow {
    ids: (Uuid, Uuid, Uuid, Option<Uuid>),
    recipient: String,
    transmitter: String,
    process: String,
    visible_ms: i64,
}

impl NotificationRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let event = row.get::<_, Option<[u8; 16]>>(6)?.map(Uuid::from_bytes);
        Ok(Self {
            ids: (uuid(row, 0)?, uuid(row, 4)?, uuid(row, 5)?, event),
            recipient: row.get(1)?,
            transmitter: row.get(2)?,
            process: row.get(3)?,
            visible_ms: row.get(7)?,
        })
    }

    fn parse(self) -> Result<NotificationRecord, SqliteError> {
        let unreadable = |error: contract::ids::IdError| SqliteError::Unreadable(error.to_string());
        let (id, folder, case, event) = self.ids;
        Ok(NotificationRecord {
            id: NotificationId(id),
            recipient: self.recipient.parse().map_err(unreadable)?,
            transmitter: self.transmitter.parse().map_err(unreadable)?,
            process: ProcessCode::try_from(self.process).map_err(unreadable)?,
            folder: FolderId(folder),
            case: CaseId(case),
            event: event.map(EventId),
            visible_from: instant(self.visible_ms)?,
        })
    }
}

pub(super) fn notification(
    connection: &Connection,
    id: NotificationId,
) -> Result<Option<NotificationRecord>, SqliteError> {
    let query = format!("SELECT {NOTIFICATION} FROM notification n WHERE n.id = ?1");
    let mut statement = connection.prepare_cached(&query)?;
    let row = statement.query_row([id.0.as_bytes()], NotificationRow::read).optional()?;
    row.map(NotificationRow::parse).transpose()
}

/// A batch of the queues of these organizations, first come first served, the démarches of
/// `priorities` before the others.
pub(super) fn queue(
    connection: &Connection,
    query: &QueueQuery,
    recipients: &[OrganizationIdentifier],
    context: &Context<'_>,
) -> Result<Vec<Notification>, SqliteError> {
    let mut values: Vec<Value> = Vec::new();
    let text = queue_statement(query, recipients, context.now, &mut values);
    let mut statement = connection.prepare_cached(&text)?;
    let details = |row: &Row<'_>| -> rusqlite::Result<(Option<String>, Option<String>)> {
        Ok((row.get(8)?, row.get(9)?))
    };
    let rows = statement.query_map(params_from_iter(values), |row| {
        Ok((
            NotificationRow::read(row)?,
            if query.event_details { details(row)? } else { (None, None) },
        ))
    })?;
    let mut batch = Vec::new();
    for row in rows {
        let (row, event) = row?;
        let event = query.event_details.then(|| live(event)).transpose()?;
        batch.push(domain::notification(row.parse()?, event, context));
    }
    Ok(batch)
}

/// What an event is and where it stands now, where there is one.
fn live(
    event: (Option<String>, Option<String>),
) -> Result<Option<(ActionType, EventStatus)>, SqliteError> {
    let (Some(action), Some(status)) = event else {
        return Ok(None);
    };
    let unreadable = |error: contract::ids::IdError| SqliteError::Unreadable(error.to_string());
    let action = ActionType::try_from(action.as_str()).map_err(unreadable)?;
    let status = EventStatus::try_from(status.as_str()).map_err(unreadable)?;
    Ok(Some((action, status)))
}

fn queue_statement(
    query: &QueueQuery,
    recipients: &[OrganizationIdentifier],
    now: Timestamp,
    values: &mut Vec<Value>,
) -> String {
    let mut place = |value: Value| {
        values.push(value);
        format!("?{}", values.len())
    };
    let (details, join) = if query.event_details {
        (", e.action, e.status", " LEFT JOIN event_of e ON e.id = n.event_id")
    } else {
        ("", "")
    };
    let mut places = |texts: Vec<String>| -> Vec<String> {
        texts.into_iter().map(|text| place(text.into())).collect()
    };
    // The usual case: one organization and one démarche, whose notifications the index gives in
    // order.
    let one_of = |places: &[String]| match places {
        [only] => format!("= {only}"),
        several => format!("IN ({})", several.join(", ")),
    };
    let recipient = one_of(&places(recipients.iter().map(ToString::to_string).collect()));
    let mut codes = |codes: &[ProcessCode]| places(codes.iter().map(ToString::to_string).collect());
    let processes = match query.processes.as_deref() {
        None => String::new(),
        Some(some) => format!(" AND n.process {}", one_of(&codes(some))),
    };
    let order: String =
        codes(&query.priorities).iter().map(|code| format!("n.process <> {code}, ")).collect();
    let visible = place(now.unix_ms().into());
    let limit = place(i64::try_from(query.limit).unwrap_or(i64::MAX).into());
    format!(
        "SELECT {NOTIFICATION}{details} FROM notification n{join} WHERE n.recipient {recipient}{processes} \
         AND n.visible_ms <= {visible} ORDER BY {order}n.seq LIMIT {limit}"
    )
}

pub(super) fn purgeable(
    connection: &Connection,
    caller: &Caller,
    context: &Context<'_>,
) -> Result<Vec<PurgeLink>, SqliteError> {
    let mut statement =
        connection.prepare_cached("SELECT doc FROM teledossier WHERE purge_ms <= ?1")?;
    let mut rows = statement.query([context.now.unix_ms()])?;
    let mut links = Vec::new();
    while let Some(row) = rows.next()? {
        let folder: Teledossier =
            decode(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?;
        links.extend(domain::purgeable(&folder, caller, context));
    }
    Ok(links)
}

pub(super) fn mails(connection: &Connection) -> Result<Vec<Mail>, SqliteError> {
    let mut statement = connection.prepare_cached("SELECT doc FROM mail ORDER BY seq")?;
    let docs = statement.query_map([], |row| row.get::<_, String>(0))?;
    docs.map(|doc| decode(doc?.as_bytes())).collect()
}

pub(super) fn overview(connection: &Connection, now: Timestamp) -> Result<Overview, SqliteError> {
    let latest = format!("SELECT doc FROM teledossier ORDER BY row DESC LIMIT {SHOWN}");
    let mut statement = connection.prepare_cached(&latest)?;
    let docs = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
    let teledossiers = docs.map(|doc| decode(&doc?)).collect::<Result<_, _>>()?;
    let mut statement = connection.prepare_cached(
        "SELECT recipient, process, COUNT(*) FROM notification WHERE visible_ms <= ?1 \
         GROUP BY recipient, process ORDER BY recipient, process",
    )?;
    let queue = |row: &Row<'_>| {
        let waiting: i64 = row.get(2)?;
        Ok((row.get(0)?, row.get(1)?, waiting.unsigned_abs()))
    };
    let queues = statement.query_map([now.unix_ms()], queue)?.collect::<Result<_, _>>()?;
    let latest = format!("SELECT doc FROM mail ORDER BY seq DESC LIMIT {SHOWN}");
    let mails = documents(connection, &latest)?;
    Ok(Overview { teledossiers, queues, mails })
}

pub(super) fn blobs(connection: &Connection) -> Result<HashSet<BlobKey>, SqliteError> {
    let mut statement = connection.prepare_cached("SELECT key FROM blob")?;
    let keys = statement.query_map(params![], |row| row.get(0).map(BlobKey))?;
    Ok(keys.collect::<Result<_, _>>()?)
}

/// Every document of a table of the référentiel.
pub(super) fn documents<T: DeserializeOwned>(
    connection: &Connection,
    query: &str,
) -> Result<Vec<T>, SqliteError> {
    let mut statement = connection.prepare(query)?;
    let docs = statement.query_map([], |row| row.get::<_, String>(0))?;
    docs.map(|doc| decode(doc?.as_bytes())).collect()
}
