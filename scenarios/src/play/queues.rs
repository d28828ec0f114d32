//! Emptying a queue batch by batch as a guest, and the queues of two démarches at once. Foreign
//! notifications may stand in the way: the batches are widened until ours are among them, and
//! theirs are left as they are.

use std::collections::{BTreeMap, BTreeSet};

use contract::ids::ProcessCode;
use contract::rules::RuleId;
use serde_json::Value;

use crate::actor::{Look, Waited, Wanted, notified, until};
use crate::check::{Needed as _, Step, Stop};
use crate::roles::Role;
use crate::world::World;

/// What emptying a queue gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Emptied {
    /// How often each wanted notification was given, in the order of the wanted ones.
    pub given: Vec<usize>,
    /// Answers to deletions that were not 204.
    pub refused: Vec<String>,
    /// Those given so far, by id.
    ids: BTreeSet<String>,
}

/// A notification put in the OSL's queue, and its démarche.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    /// The démarche.
    pub process: ProcessCode,
    /// The notification.
    pub wanted: Wanted,
}

impl World {
    /// Plays on one of the last démarches of the target that the same roles can play, where other
    /// scenarios are least likely to be, so that a queue holds little but our own: the last one for
    /// rank 0, the one before for rank 1…
    pub(crate) fn move_to_a_quiet_process(&mut self, rank: usize) -> Step {
        let before = self.process()?;
        let known = self
            .session()
            .credentials
            .processes()
            .iter()
            .filter(|process| contract::journeys::of(process.as_str()).is_some());
        let candidates: Vec<_> = known.rev().cloned().collect();
        let playable = candidates
            .iter()
            .filter(|process| self.move_to(process).is_ok())
            .take(rank + 1)
            .count();
        // With fewer démarches than ranks, the last that could be played is played.
        if playable == 0 { self.move_to(&before) } else { Ok(()) }
    }

    /// Reads a batch until it counts as many notifications as asked for, or all the wanted ones are
    /// known to have come, or the target's limit has passed: on a hub that delivers late, too few
    /// is no verdict yet.
    pub(crate) async fn read_full_batch(
        &mut self,
        role: Role,
        size: usize,
        query: &[(&str, &str)],
    ) -> Result<usize, Stop> {
        let (wanted, limit) = (self.wanted.clone(), self.session().target.limits.delivery);
        let waited = until(limit, async || {
            let all_came = self.look(role, &wanted).await?.own.len() >= wanted.len();
            let seen = self
                .read_batch(role, query)
                .await?
                .needed("lecture des notifications", 200)?
                .array("")
                .len();
            Ok::<_, Stop>(Look { seen, done: seen >= size || all_came })
        });
        Ok(waited.await?.seen)
    }

    /// Breaks the scenario when a notification is no longer in a role's queue, however one looks
    /// for it.
    pub(crate) async fn still_needed(&mut self, role: Role, wanted: &[Wanted]) -> Step {
        let own = self.look(role, wanted).await?.own;
        match wanted.iter().find(|one| !own.iter().any(|found| one.is(found))) {
            None => Ok(()),
            Some(_) => Err(Stop::broken(
                "relecture de la file entière",
                "nos notifications",
                "l'une d'elles n'y est plus",
            )),
        }
    }

    /// Reads a role's queue in batches of `size` and deletes our notifications one by one, until
    /// each of the wanted ones was given and the queue shows no more of them, or the target's limit
    /// has passed.
    ///
    /// # Errors
    /// When the queue cannot be read, or is too full to see our own: the rule is then inconclusive.
    pub(crate) async fn empty_queue(
        &mut self,
        role: Role,
        size: u32,
        wanted: &[Wanted],
        rule: &RuleId,
    ) -> Result<Emptied, Stop> {
        let limits = self.session().target.limits.clone();
        let mut emptied = Emptied { given: vec![0; wanted.len()], ..Emptied::default() };
        let mut most = size;
        let waited = until(limits.delivery, async || {
            // Batch after batch, as long as ours are given.
            loop {
                let query = most.to_string();
                let batch = self
                    .read_batch(role, &[("maxResult", &query)])
                    .await?
                    .needed("lecture d'un lot", 200)?;
                let full = batch.array("").len() >= most as usize;
                let is_own = |found: &&Value| wanted.iter().any(|one| one.is(found));
                let own: Vec<&Value> = batch.array("").iter().filter(is_own).collect();
                if own.is_empty() && full && most < limits.max_batch {
                    // Others' notifications fill the batch: ours may lie behind them.
                    most = (most * 2).min(limits.max_batch);
                } else if own.is_empty() {
                    let all_given = emptied.given.iter().all(|times| *times > 0);
                    return Ok::<_, Stop>(Look { seen: full, done: all_given });
                } else if emptied.given.iter().any(|times| *times > 1) {
                    // A notification that comes back after its deletion would come for ever.
                    return Ok(Look { seen: full, done: true });
                }
                for notification in own {
                    self.take(role, notification, wanted, &mut emptied).await?;
                }
            }
        });
        let Waited { seen: full, done, .. } = waited.await?;
        if full && !done { Err(self.queue_too_full(Some(rule))) } else { Ok(emptied) }
    }

    async fn take(
        &mut self,
        role: Role,
        notification: &Value,
        wanted: &[Wanted],
        emptied: &mut Emptied,
    ) -> Step {
        let id = notification["id"].as_str().unwrap_or_default();
        let is_new = emptied.ids.insert(id.to_owned());
        // The first that fits: a wanted one may be "any other about the case".
        if let Some((times, _)) = emptied
            .given
            .iter_mut()
            .zip(wanted)
            .find(|(_, one)| one.is(notification))
            // A second notification of the same thing is not the same given twice: that is for
            // FOL-19 to say.
            && (*times == 0 || !is_new)
        {
            *times += 1;
        }
        let reply = self.delete_notification(role, id).await?;
        if reply.status() != 204 {
            emptied.refused.push(reply.in_short());
        }
        Ok(())
    }

    /// A notification of an event of the SI in the OSL's queue, on the démarche played.
    async fn place(&mut self) -> Result<Placed, Stop> {
        self.deposit(&[Role::Si]).await?;
        let case = self.case_id()?;
        self.need_notification(Role::Si, &Wanted::any(&case)).await?;
        let event = self.send_event(Role::Si, &case, notified("STATUS_UPDATE")).await?;
        let wanted = Wanted::event(&case, event.needed("événement du SI", 201)?.text("/id"));
        self.need_notification(Role::Osl, &wanted).await?;
        Ok(Placed { process: self.process()?, wanted })
    }

    /// Two notifications in the OSL's queue, of two démarches. The second is missing when no OSL
    /// declared plays two; another code then stands for the second démarche.
    pub(crate) async fn place_two(
        &mut self,
    ) -> Result<(Placed, ProcessCode, Option<Placed>), Stop> {
        let (process, other) = self.two_of_one_depositor()?;
        self.move_to(&process)?;
        let first = self.place().await?;
        if let Some(other) = other {
            self.move_to(&other)?;
            let second = self.place().await?;
            return Ok((first, other, Some(second)));
        }
        let mut declared = self.session().credentials.processes().iter();
        let declared = declared.find(|declared| **declared != process).cloned();
        let elsewhere = declared.or_else(|| ProcessCode::try_from("ETALON-AUTRE").ok());
        let elsewhere = elsewhere.ok_or_else(|| {
            Stop::broken("choix d'une autre démarche", "un code de démarche", "aucun")
        })?;
        Ok((first, elsewhere, None))
    }

    /// Two démarches that one OSL plays, with the roles of this scenario: the one played if it can
    /// be, else any; no second one when nobody plays two.
    fn two_of_one_depositor(&self) -> Result<(ProcessCode, Option<ProcessCode>), Stop> {
        let credentials = &self.session().credentials;
        let roles = self.assignment().roles();
        let played = self.process()?;
        let mut candidates: Vec<(&ProcessCode, String)> = credentials
            .processes()
            .iter()
            .filter_map(|process| {
                let assignment = credentials.assign_on(process, &roles).ok()?;
                Some((process, assignment.credential(Role::Osl)?.name.clone()))
            })
            .collect();
        // Those in use before those that only the target knows: a sandbox may be closed to
        // deposits.
        candidates.sort_by_key(|(process, _)| {
            (contract::journeys::of(process.as_str()).is_none(), **process != played)
        });
        let pair = candidates.iter().enumerate().find_map(|(rank, (first, osl))| {
            let second = candidates[rank + 1..].iter().find(|(_, other)| other == osl)?;
            Some(((*first).clone(), Some(second.0.clone())))
        });
        Ok(pair.unwrap_or((played, None)))
    }

    /// Our notifications in a role's queue, filtered by démarches: `query` as it is to be sent. A
    /// hub may refuse to filter by a démarche that is not the caller's: it shows nothing then.
    pub(crate) async fn look_filtered(
        &mut self,
        role: Role,
        codes: &[&str],
        wanted: &[Wanted],
    ) -> Result<Vec<Value>, Stop> {
        let most = self.session().target.limits.max_batch.to_string();
        let codes = codes.iter().map(|code| ("processCode", *code));
        let query: Vec<_> = [("maxResult", most.as_str())].into_iter().chain(codes).collect();
        let reply = self.read_batch(role, &query).await?;
        Ok(reply
            .array("")
            .iter()
            .filter(|found| wanted.iter().any(|one| one.is(found)))
            .cloned()
            .collect())
    }
}

/// How the dates of notifications follow each other.
pub(crate) fn order_of(dates: &[String]) -> &'static str {
    let read: Option<Vec<_>> =
        dates.iter().map(|date| date.parse::<contract::timestamp::Timestamp>().ok()).collect();
    let Some(read) = read else {
        return "dates illisibles";
    };
    let rising = read.windows(2).all(|pair| pair[0] <= pair[1]);
    let falling = read.windows(2).all(|pair| pair[0] >= pair[1]);
    match (rising, falling) {
        (true, true) => "toutes de la même date",
        (true, false) => "de la plus ancienne à la plus récente",
        (false, true) => "de la plus récente à la plus ancienne",
        (false, false) => "dans un ordre quelconque",
    }
}

/// Those of the wanted notifications that were seen, counted for a report.
pub fn counted(given: &[usize]) -> String {
    let mut times: BTreeMap<usize, usize> = BTreeMap::new();
    for count in given {
        *times.entry(*count).or_default() += 1;
    }
    let parts: Vec<_> = times
        .iter()
        .map(|(count, how_many)| format!("{how_many} donnée(s) {count} fois"))
        .collect();
    parts.join(", ")
}
