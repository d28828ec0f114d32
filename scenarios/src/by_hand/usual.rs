//! What is usually done before a move that did not go as asked, told by what the documents say of
//! it and by how things stand on the hub. It explains; it excuses nobody.

use contract::operations::{Access, Operation, Scope};
use contract::status::CaseStatus;

use super::memory::CaseOf;
use super::{ByHand, Missing, Move, NotDone, Refusal, Usual};
use crate::client::Reply;
use crate::play::cases::on_the_way;

impl ByHand<'_> {
    /// The same error, with what is usually done first where that can be told.
    pub(super) async fn with_usual(&self, error: NotDone, asked: &Move) -> NotDone {
        match error {
            NotDone::Refused(refusal) => {
                let usual = self.before_refusal(&refusal.reply, asked).await;
                NotDone::Refused(Box::new(Refusal { usual, ..*refusal }))
            }
            NotDone::NotAsExpected(mut unexpected) => {
                let cases = self.teledossier().map(|one| one.cases.clone()).unwrap_or_default();
                let case = cases.iter().find(|case| case.number == unexpected.on);
                let status = match case {
                    Some(case) => self.status_of(case).await,
                    None => None,
                };
                let status = status.as_deref().and_then(|name| CaseStatus::try_from(name).ok());
                unexpected.usual = status.and_then(|it| before_silence(&unexpected.missing, it));
                NotDone::NotAsExpected(unexpected)
            }
            other => other,
        }
    }

    async fn before_refusal(&self, reply: &Reply, asked: &Move) -> Option<Usual> {
        let exchange = &reply.exchange;
        let operation = Operation::find(exchange.api, &exchange.method, &exchange.path, None)?;
        match reply.status() {
            403 => self.who_may(operation, exchange.actor.as_deref()?),
            400 | 404 | 409 | 422 => {
                let cases = self.teledossier().ok()?.cases.clone();
                let is_named = |case: &&CaseOf| exchange.path.contains(case.id.as_str());
                let case = cases.iter().find(is_named).or(cases.first())?;
                match self.status_of(case).await {
                    Some(present) => {
                        before_move(asked, CaseStatus::try_from(present.as_str()).ok()?)
                    }
                    None => (reply.status() == 404).then_some(Usual::Gone),
                }
            }
            _ => None,
        }
    }

    /// Who may make a call that was refused to somebody for who they are.
    fn who_may(&self, operation: Operation, refused: &str) -> Option<Usual> {
        let all = self.session.credentials.all();
        let refused = all.iter().find(|credential| credential.name == refused)?;
        if operation.access(refused.scope) == Access::Allowed {
            let teledossier = self.teledossier().ok()?;
            let recipients = teledossier.cases.iter().filter_map(|case| case.recipient.clone());
            let owners = teledossier.depositor.clone().into_iter().chain(recipients);
            return Some(Usual::Owners { credentials: owners.collect() });
        }
        let may = |scope: &Scope| operation.access(*scope) == Access::Allowed;
        let scopes: Vec<Scope> = Scope::ALL.into_iter().filter(may).collect();
        let holders = all.iter().filter(|credential| scopes.contains(&credential.scope));
        let mut credentials: Vec<_> = holders.map(|credential| credential.name.clone()).collect();
        if let Ok(depositor) = self.depositor()
            && credentials.contains(&depositor.name)
        {
            credentials = vec![depositor.name.clone()];
        }
        let scopes = scopes.iter().map(|scope| scope.name().to_owned()).collect();
        Some(Usual::Others { scopes, credentials })
    }
}

/// What comes before a move on a case that has this status.
fn before_move(asked: &Move, present: CaseStatus) -> Option<Usual> {
    if present == CaseStatus::HubeeReceived && !matches!(asked, Move::Deposit(_) | Move::Complete) {
        return Some(Usual::Complete);
    }
    let wanted = match asked {
        Move::Complete if present != CaseStatus::HubeeReceived => {
            return Some(Usual::Already { status: present.to_string() });
        }
        Move::SetStatus { status, .. } => CaseStatus::try_from(status.as_str()).ok()?,
        Move::Close => CaseStatus::Closed,
        Move::Receive { .. } => CaseStatus::Sent,
        Move::Resend => return before(present, CaseStatus::SiIntegrationError, true),
        _ => return None,
    };
    before(present, wanted, false)
}

/// What comes before a status, or before what follows it.
fn before(present: CaseStatus, wanted: CaseStatus, itself: bool) -> Option<Usual> {
    if present == wanted {
        return (!itself).then(|| Usual::Already { status: present.to_string() });
    }
    if wanted.incoming().contains(&present) && !itself {
        return None;
    }
    let way = on_the_way(present, wanted).iter().map(ToString::to_string);
    let way = way.chain(itself.then(|| wanted.to_string()));
    Some(Usual::Before { present: present.to_string(), way: way.collect() })
}

/// What comes before a notification that did not come on a case that has this status.
fn before_silence(missing: &Missing, present: CaseStatus) -> Option<Usual> {
    let is_notified = present == CaseStatus::HubeeNotified;
    match missing {
        Missing::NewCase { .. } | Missing::Event { .. } if present == CaseStatus::HubeeReceived => {
            Some(Usual::Complete)
        }
        Missing::NewCase { .. } if !is_notified && present != CaseStatus::HubeeCompleted => {
            Some(Usual::Already { status: present.to_string() })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(status: CaseStatus) -> Move {
        Move::SetStatus { status: status.to_string(), message: None }
    }

    #[test]
    fn before_anything_else_a_télédossier_is_completed() {
        for asked in [Move::Close, Move::Resend, set(CaseStatus::Done)] {
            assert_eq!(before_move(&asked, CaseStatus::HubeeReceived), Some(Usual::Complete));
        }
        assert_eq!(before_move(&Move::Complete, CaseStatus::HubeeReceived), None);
    }

    #[test]
    fn the_statuses_on_the_way_are_named() {
        let way = |asked: &Move, present| match before_move(asked, present) {
            Some(Usual::Before { way, .. }) => way.join(" "),
            other => format!("{other:?}"),
        };
        assert_eq!(way(&set(CaseStatus::Done), CaseStatus::Sent), "SI_RECEIVED IN_PROGRESS");
        assert_eq!(
            way(&Move::Close, CaseStatus::HubeeNotified),
            "SENT SI_RECEIVED IN_PROGRESS DONE"
        );
        assert_eq!(way(&Move::Resend, CaseStatus::Sent), "SI_RECEIVED SI_INTG_ERROR");
        assert_eq!(way(&Move::Resend, CaseStatus::Done), "SI_INTG_ERROR");
    }

    #[test]
    fn what_is_so_already_is_said_to_be() {
        let already = |status: CaseStatus| Some(Usual::Already { status: status.to_string() });
        assert_eq!(before_move(&Move::Close, CaseStatus::Closed), already(CaseStatus::Closed));
        assert_eq!(before_move(&Move::Complete, CaseStatus::Sent), already(CaseStatus::Sent));
        let new_case = Missing::NewCase { by: String::new() };
        assert_eq!(before_silence(&new_case, CaseStatus::Sent), already(CaseStatus::Sent));
        assert_eq!(before_silence(&new_case, CaseStatus::HubeeNotified), None);
    }
}
