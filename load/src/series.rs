//! What is timed: each operation of the contract, each journey, and what is between systems; by
//! each clock. The names here are the tags of the interval log and the names of the reports.

use contract::operations::Operation;
pub(crate) use reports::load::Clock;

/// What is timed that is no call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Span {
    /// A look at a queue.
    Poll,
    /// A deposit, from its start to the answer to its completion.
    Deposit,
    /// What a recipient does with a case.
    Processing,
    /// What the depositor does once it is processed.
    FollowUp,
    /// Complements, from the depositor's event to the recipient's acknowledgement.
    Complement,
    /// A reading of the référentiel.
    Referential,
    /// From the answer to a completion to the first batch that shows its notification (DEL-04).
    Delivery,
    /// What calls waited for a connection, when none was free.
    Awaiting,
    /// What opening a connection took, TLS left out.
    Connecting,
    /// What TLS took on a new connection.
    Securing,
    /// How late journeys started, waiting for a free worker included.
    Lateness,
    /// How late they started though a worker was free: the generator's own lateness.
    GeneratorLateness,
}

impl Span {
    /// All of them.
    pub(crate) const ALL: [Self; 12] = [
        Self::Poll,
        Self::Deposit,
        Self::Processing,
        Self::FollowUp,
        Self::Complement,
        Self::Referential,
        Self::Delivery,
        Self::Awaiting,
        Self::Connecting,
        Self::Securing,
        Self::Lateness,
        Self::GeneratorLateness,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Poll => "poll",
            Self::Deposit => "deposit",
            Self::Processing => "processing",
            Self::FollowUp => "follow_up",
            Self::Complement => "complement",
            Self::Referential => "referential",
            Self::Delivery => "delivery",
            Self::Awaiting => "connection_wait",
            Self::Connecting => "connecting",
            Self::Securing => "tls",
            Self::Lateness => "lateness",
            Self::GeneratorLateness => "generator_lateness",
        }
    }
}

/// What a time is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum SeriesKey {
    /// The token endpoint.
    Token,
    /// An operation of the contract.
    Operation(Operation),
    /// A journey, or a part of one.
    Span(Span),
}

/// How many subjects there are.
pub(crate) const SERIES: usize = 1 + Operation::ALL.len() + Span::ALL.len();

impl SeriesKey {
    /// All of them, in the order of their ranks.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        std::iter::once(Self::Token)
            .chain(Operation::ALL.iter().copied().map(Self::Operation))
            .chain(Span::ALL.into_iter().map(Self::Span))
    }

    /// Those that are calls.
    pub(crate) fn calls() -> impl Iterator<Item = Self> {
        Self::all().filter(|subject| subject.is_call())
    }

    /// Its rank among all, from 0.
    pub(crate) const fn rank(self) -> usize {
        match self {
            Self::Token => 0,
            Self::Operation(operation) => 1 + operation as usize,
            Self::Span(span) => 1 + Operation::ALL.len() + span as usize,
        }
    }

    /// Its name: the `operationId` of the descriptions, or ours.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Operation(operation) => operation.operation_id(),
            Self::Span(span) => span.name(),
        }
    }

    /// The subject of a name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::all().find(|subject| subject.name() == name)
    }

    /// Whether it is a call.
    pub(crate) const fn is_call(self) -> bool {
        !matches!(self, Self::Span(_))
    }

    /// Whether it is a journey, or a part of one.
    pub(crate) const fn is_journey(self) -> bool {
        use Span::{Complement, Deposit, FollowUp, Poll, Processing, Referential};
        matches!(
            self,
            Self::Span(Poll | Deposit | Processing | FollowUp | Complement | Referential)
        )
    }

    /// The clocks that time it.
    pub(crate) const fn clocks(self) -> &'static [Clock] {
        match self {
            Self::Token | Self::Operation(_) => &Clock::ALL,
            Self::Span(_) if self.is_journey() => &[Clock::Response, Clock::Service],
            Self::Span(_) => &[Clock::Response],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_and_names_are_the_subjects_own() {
        let all: Vec<_> = SeriesKey::all().collect();
        assert_eq!(all.len(), SERIES);
        for (rank, subject) in all.iter().enumerate() {
            assert_eq!(subject.rank(), rank);
            assert_eq!(SeriesKey::named(subject.name()), Some(*subject));
        }
    }
}
