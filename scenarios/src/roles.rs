//! Roles and who plays them. A scenario asks for roles ("a second SI"), the target declares
//! credentials; the assignment finds one démarche and the credentials that play all the roles of a
//! scenario on it, or says what is missing. It is done before the run, so that "not applicable" is
//! known beforehand and never discovered on the way.

use std::collections::BTreeSet;
use std::sync::Arc;

use contract::ids::ProcessCode;
pub use model::Role;
use serde_json::Value;

use crate::target::{Credential, Target};

/// The roles of a scenario and who plays them.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// The démarche it plays on; `None` when no role is bound to one.
    pub process: Option<ProcessCode>,
    credentials: Vec<(Role, Arc<Credential>)>,
}

impl Assignment {
    /// Who plays a role; `None` when the scenario did not ask for it.
    pub fn credential(&self, role: Role) -> Option<&Arc<Credential>> {
        self.credentials
            .iter()
            .find(|(played, _)| *played == role)
            .map(|(_, credential)| credential)
    }

    /// The roles that the scenario asked for.
    pub(crate) fn roles(&self) -> BTreeSet<Role> {
        self.credentials.iter().map(|(role, _)| *role).collect()
    }
}

/// Roles that no credential of the target can play together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("aucun accès déclaré ne joue {}{}", role.in_french(), if *on_a_process { " sur une même démarche" } else { "" })]
pub struct NotPlayable {
    /// The role that is missing.
    pub role: Role,
    /// Whether credentials for it exist, but on no démarche that the others share.
    pub on_a_process: bool,
}

/// The credentials of a target, to which roles are assigned.
#[derive(Clone, Debug)]
pub struct Credentials {
    credentials: Vec<Arc<Credential>>,
    processes: Vec<ProcessCode>,
}

impl Credentials {
    /// Gathers the credentials of a target. Démarches are tried in the order in which its OSL
    /// credentials name them.
    pub fn of(target: &Target) -> Self {
        let credentials: Vec<_> = target.credentials.iter().cloned().map(Arc::new).collect();
        let mut seen = BTreeSet::new();
        let processes = credentials
            .iter()
            .flat_map(|credential| &credential.processes)
            .filter(|process| seen.insert((*process).clone()))
            .cloned()
            .collect();
        Self { credentials, processes }
    }

    /// All the credentials.
    pub fn all(&self) -> &[Arc<Credential>] {
        &self.credentials
    }

    /// All the démarches that some credential covers.
    pub fn processes(&self) -> &[ProcessCode] {
        &self.processes
    }

    /// Who plays the recipient of each case of a télédossier, as it is sent or read.
    pub(crate) fn recipients_of(&self, folder: &Value) -> Vec<Option<Arc<Credential>>> {
        let process = folder["processCode"].as_str().and_then(|c| ProcessCode::try_from(c).ok());
        let recipient_of = |case: &Value| {
            let organization = serde_json::from_value(case["recipient"].clone()).ok()?;
            let is_recipient = |credential: &&Arc<Credential>| {
                credential.organization.as_ref() == Some(&organization)
                    && process.as_ref().is_some_and(|process| credential.covers(process))
            };
            self.credentials.iter().find(is_recipient).cloned()
        };
        folder["cases"].as_array().into_iter().flatten().map(recipient_of).collect()
    }

    /// Finds who plays these roles, all on one démarche.
    ///
    /// # Errors
    /// The first role that cannot be played, on the démarche that comes closest.
    pub fn assign(&self, roles: &BTreeSet<Role>) -> Result<Assignment, NotPlayable> {
        let mut best: Option<(usize, NotPlayable)> = None;
        for process in &self.processes {
            match self.try_on(process, roles) {
                Ok(assignment) => return Ok(assignment),
                Err((played, missing)) => {
                    if best.as_ref().is_none_or(|(most, _)| played > *most) {
                        best = Some((played, missing));
                    }
                }
            }
        }
        match best {
            Some((_, missing)) => Err(missing),
            // No démarche at all: only roles that need none can be played.
            None => self.assign_without_process(roles),
        }
    }

    /// Finds who plays these roles on a given démarche.
    ///
    /// # Errors
    /// The first role that cannot be played there.
    pub(crate) fn assign_on(
        &self,
        process: &ProcessCode,
        roles: &BTreeSet<Role>,
    ) -> Result<Assignment, NotPlayable> {
        self.try_on(process, roles).map_err(|(_, missing)| missing)
    }

    fn try_on(
        &self,
        process: &ProcessCode,
        roles: &BTreeSet<Role>,
    ) -> Result<Assignment, (usize, NotPlayable)> {
        let mut assignment = Assignment { process: Some(process.clone()), credentials: Vec::new() };
        for role in roles {
            match self.find(*role, process, &assignment) {
                Some(credential) => assignment.credentials.push((*role, credential)),
                None => {
                    let on_a_process = self.credentials.iter().any(|c| c.scope == role.scope());
                    return Err((
                        assignment.credentials.len(),
                        NotPlayable { role: *role, on_a_process },
                    ));
                }
            }
        }
        Ok(assignment)
    }

    fn assign_without_process(&self, roles: &BTreeSet<Role>) -> Result<Assignment, NotPlayable> {
        let mut credentials = Vec::new();
        for role in roles {
            let found =
                self.credentials.iter().find(|c| c.scope == role.scope() && c.processes.is_empty());
            match found {
                Some(credential) => credentials.push((*role, credential.clone())),
                None => {
                    return Err(NotPlayable { role: *role, on_a_process: false });
                }
            }
        }
        Ok(Assignment { process: None, credentials })
    }

    fn find(
        &self,
        role: Role,
        process: &ProcessCode,
        assignment: &Assignment,
    ) -> Option<Arc<Credential>> {
        let first_si = || {
            assignment
                .credential(Role::Si)
                .cloned()
                .or_else(|| self.find(Role::Si, process, assignment))
        };
        let suits = |credential: &Credential| -> bool {
            let covers = credential.covers(process);
            match role {
                Role::Osl | Role::Si => covers,
                Role::SecondOsl => !covers,
                Role::Admin | Role::Datapass => true,
                Role::SecondSi | Role::OtherBranch | Role::OtherProcess => {
                    let (Some(first), Some(own)) =
                        (first_si().and_then(|c| c.organization.clone()), &credential.organization)
                    else {
                        return false;
                    };
                    let same_register = first.company_register == own.company_register;
                    let same_branch = first.branch_code == own.branch_code;
                    match role {
                        Role::SecondSi => covers && !same_register,
                        Role::OtherBranch => covers && same_register && !same_branch,
                        _ => !covers && same_register && same_branch,
                    }
                }
            }
        };
        self.credentials
            .iter()
            .find(|credential| credential.scope == role.scope() && suits(credential))
            .cloned()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn credentials() -> Credentials {
        let mut text = String::from(
            "[hub]\nname='x'\nteledossiers_url='http://h/t'\nreferential_url='http://h/r'\ntoken_url='http://h/o'\n",
        );
        let credentials = [
            ("dila", "OSL", "13000000000001", "1", "EtatCivil"),
            ("dgs", "OSL", "13000000000002", "1", "CERTDC"),
            ("a", "SI", "21380544300016", "38544", "EtatCivil"),
            ("a-certdc", "SI", "21380544300016", "38544", "CERTDC"),
            ("b-certdc", "SI", "22770001000019", "77372", "CERTDC"),
        ];
        for (name, scope, register, branch, process) in credentials {
            text.push_str(&format!(
                "[[credential]]\nname='{name}'\nscope='{scope}'\nclient_id='{name}'\nclient_secret='s'\norganization={{type='{scope}',companyRegister='{register}',branchCode='{branch}'}}\nprocesses=['{process}']\n"
            ));
        }
        Credentials::of(&Target::parse(&text, Path::new("t")).unwrap())
    }

    #[test]
    fn the_roles_of_a_scenario_share_one_démarche() {
        let roles = BTreeSet::from([Role::Osl, Role::Si, Role::SecondSi, Role::SecondOsl]);
        let assignment = credentials().assign(&roles).unwrap();
        let name = |role| assignment.credential(role).unwrap().name.clone();
        assert_eq!(assignment.process.as_ref().unwrap().as_str(), "CERTDC");
        assert_eq!(name(Role::Osl), "dgs");
        assert_eq!(name(Role::Si), "a-certdc");
        assert_eq!(name(Role::SecondSi), "b-certdc");
        assert_eq!(name(Role::SecondOsl), "dila");
    }

    #[test]
    fn the_same_si_on_another_démarche_is_found() {
        let assignment = credentials()
            .assign(&BTreeSet::from([Role::Osl, Role::Si, Role::OtherProcess]))
            .unwrap();
        assert_eq!(assignment.credential(Role::OtherProcess).unwrap().name, "a-certdc");
    }

    #[test]
    fn what_nobody_can_play_is_named() {
        let missing = credentials().assign(&BTreeSet::from([Role::Osl, Role::Admin])).unwrap_err();
        assert_eq!(missing.role, Role::Admin);
        assert_eq!(missing.to_string(), "aucun accès déclaré ne joue un administrateur");
    }
}
