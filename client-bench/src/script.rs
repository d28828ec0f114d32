//! The scripts: the features for clients, read as what the bench has to do, in order, and the rules
//! to judge by. A step that is no move of the bench is an error: a feature says nothing that is not
//! done.

use std::sync::LazyLock;

use contract::operations::Scope;
use contract::rules::RuleId;
use gherkin::StepType;
use regex::Regex;

use crate::act::NamedMisbehaviour;
use scenarios::features::{CLIENT_FEATURES, FeatureError, needs_of, read, rules_of, scenario_id};

/// One scenario, as the bench plays it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Script {
    /// Its id: file and line.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Path of its feature.
    pub feature: String,
    /// Title of its feature.
    pub title: String,
    /// Its line there.
    pub line: u32,
    /// Whom it is for.
    pub actor: Scope,
    /// The rules it judges by.
    pub rules: Vec<RuleId>,
    /// What the bench does.
    pub moves: Vec<Move>,
}

/// One move of the bench.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// Deposits télédossiers for the client.
    Deposit {
        /// How many.
        count: u32,
        /// Whether one file of each is infected.
        infected: bool,
    },
    /// Deposits a télédossier whose case the client will find gone.
    DepositGone,
    /// Sends a message about the last télédossier.
    Message,
    /// Sends a file about the last télédossier.
    Complement,
    /// Closes the last télédossier.
    Close,
    /// Reopens the last télédossier, with a file.
    Reopen,
    /// Sends very many messages about the last télédossier.
    ManyMessages,
    /// As the SI: accepts the télédossiers that came, to their final status.
    Process,
    /// As the SI: asks for complements.
    AskForComplements,
    /// Asks the hub to misbehave.
    Misbehave(NamedMisbehaviour),
    /// Lets the client have its turn.
    Pass,
}

impl Script {
    /// Whether it is judged over the whole session, and plays nothing of its own.
    pub(crate) fn is_summary(&self) -> bool {
        self.moves.is_empty()
    }

    /// Whether the bench misbehaves in it.
    pub(crate) fn has_misbehaviour(&self) -> bool {
        self.moves.iter().any(|one| matches!(one, Move::Misbehave(_)))
    }

    /// Whether the client is to do there what it does every day: nothing is misbehaved, gone,
    /// infected or very many.
    pub(crate) fn is_plain(&self) -> bool {
        !self.is_summary()
            && !self.moves.iter().any(|one| {
                matches!(
                    one,
                    Move::Misbehave(_)
                        | Move::DepositGone
                        | Move::ManyMessages
                        | Move::Deposit { infected: true, .. }
                )
            })
    }

    /// Whether it is played on the first démarche alone: what it shows does not depend on the
    /// démarche.
    pub(crate) fn is_once(&self) -> bool {
        self.is_summary() || self.has_misbehaviour() || self.moves.contains(&Move::ManyMessages)
    }
}

/// Every script for an actor.
///
/// # Errors
/// A mistake in a feature.
pub(crate) fn scripts(actor: Scope) -> Result<Vec<Script>, FeatureError> {
    let mut found = Vec::new();
    for feature in read(CLIENT_FEATURES)? {
        let path =
            feature.path.as_deref().map(|path| path.display().to_string()).unwrap_or_default();
        let mistake = |message: String| FeatureError { path: path.clone(), message };
        for scenario in &feature.scenarios {
            if !needs_of(&feature, scenario).any(|need| need == actor.name()) {
                continue;
            }
            let steps = scenario.steps.iter().filter(|step| step.ty != StepType::Then);
            let moves = steps.map(|step| {
                move_of(&step.value)
                    .ok_or_else(|| mistake(format!("« {} » is no move of the bench", step.value)))
            });
            found.push(Script {
                id: scenario_id(&feature, scenario),
                name: scenario.name.clone(),
                feature: path.clone(),
                title: feature.name.clone(),
                line: u32::try_from(scenario.position.line).unwrap_or_default(),
                actor,
                rules: rules_of(&feature, scenario).map_err(mistake)?,
                moves: moves.collect::<Result<_, _>>()?,
            });
        }
    }
    Ok(found)
}

static MANY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^([0-9]+) télédossiers déposés pour le client$").expect("the pattern is a regex")
});

/// What a step asks of the bench.
fn move_of(step: &str) -> Option<Move> {
    let step = step.strip_prefix("que ").unwrap_or(step);
    if let Some(count) = MANY.captures(step).and_then(|found| found[1].parse().ok()) {
        return Some(Move::Deposit { count, infected: false });
    }
    if let Some(misbehaviour) = step.strip_prefix("le banc ").and_then(NamedMisbehaviour::named) {
        return Some(Move::Misbehave(misbehaviour));
    }
    Some(match step {
        "un télédossier complet déposé pour le client" => {
            Move::Deposit { count: 1, infected: false }
        }
        "un télédossier dont une pièce jointe est infectée" => {
            Move::Deposit { count: 1, infected: true }
        }
        "un télédossier dont le dossier disparaît avant d'être lu" => Move::DepositGone,
        "un message de l'opérateur sur ce télédossier" => Move::Message,
        "un complément de l'opérateur, avec une pièce jointe, sur ce télédossier" => {
            Move::Complement
        }
        "la clôture de ce télédossier par l'opérateur" => Move::Close,
        "la réouverture de ce télédossier par l'opérateur, avec une pièce jointe" => {
            Move::Reopen
        }
        "des notifications en attente en très grand nombre" => Move::ManyMessages,
        "le service instructeur traite les télédossiers reçus" => Move::Process,
        "le service instructeur demande un complément" => Move::AskForComplements,
        "le client passe" => Move::Pass,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_for_clients_is_a_script() {
        for actor in crate::ACTORS {
            let scripts = scripts(actor).unwrap();
            assert!(!scripts.is_empty(), "{actor:?}");
            for script in scripts.iter().filter(|script| script.has_misbehaviour()) {
                let last = script.moves.iter().rposition(|one| matches!(one, Move::Misbehave(_)));
                let after = script.moves[last.unwrap()..].iter().filter(|one| **one == Move::Pass);
                assert!(
                    after.count() >= 1,
                    "{} lets nobody pass after its misbehaviour",
                    script.id
                );
            }
        }
    }

    #[test]
    fn a_plain_script_is_one_of_every_day() {
        let scripts = scripts(Scope::Si).unwrap();
        let plain: Vec<_> = scripts.iter().filter(|script| script.is_plain()).collect();
        assert!(!plain.is_empty());
        for (name, is_plain) in [
            ("Une file vide", true),
            ("Mille notifications en attente", false),
            ("Une notification dont le dossier a disparu", false),
            ("Un télédossier dont une pièce jointe est infectée", false),
            ("Toute la session", false),
        ] {
            let found = plain.iter().any(|script| script.name == name);
            assert_eq!(found, is_plain, "{name}");
        }
    }

    #[test]
    fn a_step_that_nobody_plays_is_refused() {
        assert_eq!(move_of("le client danse"), None);
        assert_eq!(move_of("que le client passe"), Some(Move::Pass));
    }
}
