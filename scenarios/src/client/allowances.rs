//! What may be sent now: within the rate of the target, and within what its gateway lets each
//! application do. What was sent counts, refused or not. Knows nothing of answers but their length.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use contract::exchange::Api;
use contract::operations::Operation;
use contract::quota::{Amount, Quota};
use parking_lot::Mutex;

use super::call::{Admission, Authorization, Call};
use crate::quotas::share;
use crate::target::Target;

/// The window of a quota by minute, as the suite counts it, and a little more: that wait is ours
/// and not the hub's, and is made however little patience there is.
const ALWAYS_WAITED: Duration = Duration::from_secs(70);

/// What is counted together: the calls of a run, or what one application has of one quota.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Account {
    Run,
    Application(String, Quota),
}

/// What a call takes of an account.
#[derive(Debug)]
struct Taken {
    account: Account,
    amount: u64,
    most: u64,
    window: Duration,
    /// Whether it is taken even though nothing is left.
    beyond: bool,
}

type Sent = VecDeque<(Instant, u64)>;

/// What was sent lately, and how much may be.
pub(super) struct Allowances {
    rate: Option<u64>,
    quotas: Vec<Quota>,
    /// The client ids: whose a bare token is, nobody knows, and it counts as everybody's.
    applications: Vec<String>,
    sent: Mutex<HashMap<Account, Sent>>,
}

impl Allowances {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate is a small positive number"
    )]
    pub(super) fn of(target: &Target) -> Self {
        let mut applications: Vec<_> =
            target.credentials.iter().map(|credential| credential.client_id.clone()).collect();
        applications.sort();
        applications.dedup();
        let rate = target.limits.rate.filter(|rate| *rate > 0.0);
        Self {
            rate: rate.map(|rate| rate.ceil() as u64),
            quotas: target.quotas.clone(),
            applications,
            sent: Mutex::default(),
        }
    }

    /// Waits until a call may be sent, and counts it.
    ///
    /// # Errors
    /// How long that would be, when nobody has the patience.
    pub(super) async fn wait_for(&self, call: &Call, patience: Duration) -> Result<(), Duration> {
        let taken = self.taken_by(call);
        while let Some(wait) = self.take(&taken, Instant::now()) {
            if wait > patience.max(ALWAYS_WAITED) {
                return Err(wait);
            }
            tokio::time::sleep(wait.max(Duration::from_millis(1))).await;
        }
        Ok(())
    }

    /// Counts the bytes of an answer.
    pub(super) fn received(&self, call: &Call, bytes: usize) {
        if self.quotas.is_empty() {
            return;
        }
        let now = Instant::now();
        for account in self.taken_by(call).into_iter().map(|taken| taken.account) {
            if let Account::Application(_, Quota { amount: Amount::Bytes(_), .. }) = account {
                self.sent.lock().entry(account).or_default().push_back((now, bytes as u64));
            }
        }
    }

    fn taken_by(&self, call: &Call) -> Vec<Taken> {
        let of_the_run = self.rate.map(|most| Taken {
            account: Account::Run,
            amount: 1,
            most,
            window: Duration::from_secs(1),
            beyond: false,
        });
        let mut taken: Vec<Taken> = of_the_run.into_iter().collect();
        if self.quotas.is_empty() || matches!(call.api, Api::Token | Api::Other) {
            return taken;
        }
        let (applications, operation) = (self.whose(call), operation_of(call));
        for quota in self.quotas.iter().filter(|quota| quota.is_about(operation)) {
            let (most, window) = share(quota);
            let amount = match quota.amount {
                Amount::Requests(_) => 1,
                Amount::Bytes(_) => call.body.bytes().len() as u64,
            };
            taken.extend(applications.iter().map(|application| Taken {
                account: Account::Application(application.clone(), *quota),
                amount,
                most,
                window,
                beyond: call.admission == Admission::Beyond(*quota),
            }));
        }
        taken
    }

    fn whose(&self, call: &Call) -> Vec<String> {
        match &call.authorization {
            Authorization::None => Vec::new(),
            Authorization::As(credential) => vec![credential.client_id.clone()],
            Authorization::Bearer(_) => self.applications.clone(),
        }
    }

    /// Counts a call everywhere, unless something is lacking somewhere: until when, then.
    fn take(&self, taken: &[Taken], now: Instant) -> Option<Duration> {
        let mut sent = self.sent.lock();
        let mut wait_of =
            |taken: &Taken| taken.wait(sent.entry(taken.account.clone()).or_default(), now);
        let wait = taken.iter().filter_map(&mut wait_of).max();
        if wait.is_none() {
            for taken in taken {
                let account = sent.entry(taken.account.clone()).or_default();
                account.push_back((now, taken.amount));
            }
        }
        wait
    }
}

impl Taken {
    /// How long until there is something left, or more of it.
    fn wait(&self, sent: &mut Sent, now: Instant) -> Option<Duration> {
        let is_over = |at: Instant| now.duration_since(at) >= self.window;
        while sent.front().is_some_and(|(at, _)| is_over(*at)) {
            sent.pop_front();
        }
        let used: u64 = sent.iter().map(|(_, amount)| amount).sum();
        let (oldest, _) = sent.front()?;
        let lacks = used.saturating_add(self.amount) > self.most && !self.beyond;
        lacks.then(|| self.window.saturating_sub(now.duration_since(*oldest)))
    }
}

fn operation_of(call: &Call) -> Option<Operation> {
    let mut headers = call.headers.iter();
    let override_of = headers.find(|(name, _)| name.eq_ignore_ascii_case("x-http-method-override"));
    let patches = override_of.map(|(_, value)| value.as_str());
    Operation::find(call.api, &call.method, &call.path, patches)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::target::Credential;

    fn allowances(quota: &str) -> (Allowances, Vec<Arc<Credential>>) {
        let credential = |id: &str| {
            format!(
                "[[credential]]\nscope='ADMIN'\nname='{id}'\nclient_id='{id}'\nclient_secret='s'\n"
            )
        };
        let text = format!(
            "[hub]\nname='x'\nteledossiers_url='http://h/t'\nreferential_url='http://h/r'\ntoken_url='http://h/o'\n\
             [quota]\n{quota}\n{}{}",
            credential("a"),
            credential("b")
        );
        let target = Target::parse(&text, Path::new("t")).unwrap();
        let credentials = target.credentials.iter().cloned().map(Arc::new).collect();
        (Allowances::of(&target), credentials)
    }

    fn listing(by: &Arc<Credential>) -> Call {
        Call::operation(Operation::ListNotifications, &[]).by(by)
    }

    fn passed(allowances: &Allowances, call: &Call, at: Instant) -> usize {
        let taken = allowances.taken_by(call);
        (0..100).take_while(|_| allowances.take(&taken, at).is_none()).count()
    }

    #[test]
    fn each_application_has_a_tenth_less_than_its_quota_in_a_longer_window() {
        let (allowances, by) = allowances("requests='10/s'");
        let start = Instant::now();
        assert_eq!(passed(&allowances, &listing(&by[0]), start), 9);
        assert_eq!(passed(&allowances, &listing(&by[1]), start), 9, "another application");
        assert_eq!(passed(&allowances, &listing(&by[0]), start + Duration::from_millis(1050)), 0);
        assert_eq!(passed(&allowances, &listing(&by[0]), start + Duration::from_millis(1100)), 9);
    }

    #[test]
    fn a_bare_token_is_everybodys_and_what_goes_beyond_counts_all_the_same() {
        let (allowances, by) = allowances("requests='10/s'");
        let start = Instant::now();
        let bare = Call::operation(Operation::ListNotifications, &[]).bearer("x");
        assert_eq!(passed(&allowances, &bare, start), 9);
        assert_eq!(passed(&allowances, &listing(&by[1]), start), 0);
        let beyond = listing(&by[1]).admitted(Admission::Beyond(allowances.quotas[0]));
        assert_eq!(passed(&allowances, &beyond, start), 100);
        let token = Call::token(&by[0], "ADMIN");
        assert_eq!(passed(&allowances, &token, start), 100, "tokens are another server's");
    }

    #[test]
    fn the_quota_of_a_method_counts_that_method_alone_and_bytes_count_both_ways() {
        let (allowances, by) = allowances("listNotifications='3/s'\nbytes='100B/s'");
        let start = Instant::now();
        assert_eq!(passed(&allowances, &listing(&by[0]), start), 3);
        let other = Call::operation(Operation::GetCase, &["x"]).by(&by[0]);
        assert_eq!(passed(&allowances, &other, start), 100);
        allowances.received(&other, 95);
        let sending = other.file(vec![0_u8; 10]);
        assert_eq!(passed(&allowances, &sending, Instant::now()), 0);
    }

    #[tokio::test]
    async fn nobody_waits_for_a_day() {
        let (allowances, by) = allowances("requests='1/day'");
        let patience = Duration::from_secs(120);
        assert_eq!(allowances.wait_for(&listing(&by[0]), patience).await, Ok(()));
        assert!(allowances.wait_for(&listing(&by[0]), patience).await.is_err());
    }
}
