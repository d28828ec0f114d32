//! The plan of a run, made before it starts: which rules are in scope, which scenarios are to be
//! played and by whom, and why the rest is not. Calls nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use contract::ids::ProcessCode;
use contract::rules::{Catalogue, Need, Obliged, Rule, RuleId};
use gherkin::{Feature, Scenario};
use reports::event::{PlannedScenario, RuleInScope, Skip};

use crate::features::{
    FeatureError, HUB_FEATURES, QUOTA, SERIAL, needs_of, process_of, read, rules_of, scenario_id,
    since_of, titles,
};
use crate::quotas::{self, LONGEST};
use crate::roles::{Assignment, Credentials, Role};
use crate::target::Target;

/// What the user wants of the whole.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only these rules.
    pub rules: Vec<RuleId>,
    /// Only features whose path ends so.
    pub features: Vec<String>,
    /// Only these families.
    pub families: Vec<String>,
    /// Only these scenarios, by id.
    pub scenarios: Vec<String>,
    /// Only the rules that this edition of the catalogue has; the newest one by itself. A whole run
    /// all the same.
    pub edition: Option<u32>,
}

impl Selection {
    /// Whether it is only a part.
    pub(crate) fn is_partial(&self) -> bool {
        !(self.rules.is_empty()
            && self.features.is_empty()
            && self.families.is_empty()
            && self.scenarios.is_empty())
    }

    /// The part, in words.
    pub fn in_french(&self) -> Option<String> {
        let rules: Vec<_> = self.rules.iter().map(ToString::to_string).collect();
        let parts: Vec<_> = [
            ("règles", rules),
            ("familles", self.families.clone()),
            ("fonctionnalités", self.features.clone()),
            ("scénarios", self.scenarios.clone()),
        ]
        .into_iter()
        .filter(|(_, items)| !items.is_empty())
        .map(|(what, items)| format!("{what} {}", items.join(", ")))
        .collect();
        (!parts.is_empty()).then(|| parts.join(" ; "))
    }

    /// What is played for it: rules that are looked at on every exchange have no scenario of their
    /// own, and where nothing else is asked for all are played.
    fn playing(&self, features: &[Feature]) -> Self {
        let has_own = features.iter().any(|feature| {
            let tagged = feature.scenarios.iter().flat_map(|own| rules_of(feature, own));
            tagged.flatten().any(|rule| self.rules.contains(&rule))
        });
        let rules = if has_own { self.rules.clone() } else { Vec::new() };
        Self { rules, ..self.clone() }
    }

    fn takes(&self, planned: &Planned) -> bool {
        let (feature, rules) = (&planned.feature, &planned.rules);
        let by_id = self.scenarios.is_empty() || self.scenarios.contains(&planned.id);
        let by_rule = self.rules.is_empty() || rules.iter().any(|rule| self.rules.contains(rule));
        let by_family = self.families.is_empty()
            || rules.iter().any(|rule| self.families.iter().any(|f| f == rule.family()));
        let by_feature = self.features.is_empty()
            || self.features.iter().any(|wanted| feature.ends_with(wanted.as_str()));
        by_id && by_rule && by_family && by_feature && self.has_a_rule_of(rules)
    }

    /// Whether the edition has one of these rules.
    fn has_a_rule_of(&self, rules: &[RuleId]) -> bool {
        let catalogue = Catalogue::bundled();
        let is_there = |rule: &RuleId| catalogue.rule(rule).is_ok_and(|rule| self.has(rule));
        rules.is_empty() || rules.iter().any(is_there)
    }

    /// Whether it takes any rule or scenario that is about quotas.
    pub fn concerns_quotas(&self) -> bool {
        let feature = |wanted: &String| QUOTAS_FEATURE.ends_with(wanted.as_str());
        let by_feature = self.features.is_empty() || self.features.iter().any(feature);
        let family = |rule: &Rule| self.families.iter().any(|one| one == rule.id.family());
        let mut about = Catalogue::bundled().rules().iter().filter(|rule| is_about_quotas(rule));
        let by_rule = about.any(|rule| {
            let named = self.rules.is_empty() || self.rules.contains(&rule.id);
            named && (self.families.is_empty() || family(rule)) && self.has(rule)
        });
        by_feature && by_rule && self.scenarios.is_empty()
    }

    /// Whether rules about quotas are looked at: where the target declares some, or they are asked
    /// for by name. Nobody else's verdict rests on them.
    fn looks_at_quotas(&self, target: &Target) -> bool {
        let is_unnamed =
            self.rules.is_empty() && self.families.is_empty() && self.features.is_empty();
        !target.quotas.is_empty() || (!is_unnamed && self.concerns_quotas())
    }

    fn has(&self, rule: &Rule) -> bool {
        self.edition.is_none_or(|edition| rule.edition <= edition)
    }
}

/// A scenario of the plan.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Its id in the run.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Path of its feature.
    pub feature: String,
    /// Line in it.
    pub line: u32,
    /// The rules it may prove.
    pub rules: Vec<RuleId>,
    /// Who plays it, or why it is not played.
    pub assignment: Result<Assignment, Skip>,
    /// Whether it asks something of other hubs than this one: no credential covers the démarche
    /// that it plays on, or only a later contract asks for it.
    pub is_for_others: bool,
}

/// The feature whose scenarios are about quotas.
const QUOTAS_FEATURE: &str = "features/hub/quotas.feature";

fn is_about_quotas(rule: &Rule) -> bool {
    rule.needs.contains(&Need::Quota)
}

impl Planned {
    fn is_about_quotas(&self) -> bool {
        self.feature == QUOTAS_FEATURE
    }

    /// The démarche that it is played on, when its roles are bound to one.
    fn process(&self) -> Option<&ProcessCode> {
        self.assignment.as_ref().ok()?.process.as_ref()
    }
}

/// The plan of a run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The features, reduced to the scenarios that will be played.
    pub features: Vec<Feature>,
    /// Every scenario, those that will not be played included.
    pub scenarios: Vec<Planned>,
    /// The titles of the features, by their paths.
    pub titles: BTreeMap<String, String>,
    /// Every rule in scope.
    pub rules: Vec<RuleInScope>,
}

impl Plan {
    /// Makes the plan.
    ///
    /// # Errors
    /// A mistake in a feature.
    pub fn make(target: &Target, selection: &Selection) -> Result<Self, FeatureError> {
        let credentials = Credentials::of(target);
        let mut features = read(HUB_FEATURES)?;
        let playing = &selection.playing(&features);
        let titles = titles(&features);
        let mut scenarios = Vec::new();
        for feature in &mut features {
            let all = std::mem::take(&mut feature.scenarios);
            let mut kept = Vec::new();
            for scenario in all {
                let planned = plan_scenario(feature, &scenario, target, &credentials);
                let is_looked_at = !planned.is_about_quotas() || selection.looks_at_quotas(target);
                if !playing.takes(&planned) || !is_looked_at {
                    continue;
                }
                if planned.assignment.is_ok() {
                    kept.push(ordered(scenario, target));
                }
                scenarios.push(planned);
            }
            feature.scenarios = kept;
        }
        features.retain(|feature| !feature.scenarios.is_empty());
        leave_out_those_for_others(&mut scenarios);
        let rules = rules_in_scope(target, selection, &scenarios);
        Ok(Self { features, scenarios, titles, rules })
    }

    /// What of it is about quotas, or all the rest.
    pub(crate) fn part(mut self, about_quotas: bool) -> Self {
        self.scenarios.retain(|planned| planned.is_about_quotas() == about_quotas);
        let kept: BTreeSet<&str> = self.scenarios.iter().map(|one| one.feature.as_str()).collect();
        let is_kept = |feature: &Feature| {
            feature.path.as_deref().is_some_and(|path| kept.contains(&*path.to_string_lossy()))
        };
        self.features.retain(is_kept);
        self.rules.retain(|rule| {
            let found = Catalogue::bundled().rule(&rule.id);
            found.is_ok_and(is_about_quotas) == about_quotas
        });
        self
    }

    /// One share of what is played, of so many; the rules are in the first.
    pub(crate) fn share(mut self, rank: usize, of: usize) -> Self {
        let shares = std::mem::take(&mut self.scenarios).into_iter().enumerate();
        let own = shares.filter(|(place, _)| place % of == rank);
        self.scenarios = own.map(|(_, planned)| planned).collect();
        let kept: BTreeSet<&str> = self.scenarios.iter().map(|one| one.id.as_str()).collect();
        self.features = self.features_where(|feature, scenario| {
            kept.contains(scenario_id(feature, scenario).as_str())
        });
        if rank > 0 {
            self.rules.clear();
        }
        self
    }

    /// The features, reduced to the scenarios that a predicate takes.
    pub(crate) fn features_where(
        &self,
        takes: impl Fn(&Feature, &Scenario) -> bool,
    ) -> Vec<Feature> {
        let mut features = self.features.clone();
        for (feature, whole) in features.iter_mut().zip(&self.features) {
            feature.scenarios.retain(|scenario| takes(whole, scenario));
        }
        features.retain(|feature| !feature.scenarios.is_empty());
        features
    }

    /// Who plays each scenario, by its id.
    pub(crate) fn assignments(&self) -> HashMap<String, Assignment> {
        self.scenarios
            .iter()
            .filter_map(|planned| Some((planned.id.clone(), planned.assignment.clone().ok()?)))
            .collect()
    }

    /// The scenarios as the run's first event lists them.
    pub(crate) fn as_events(&self) -> Vec<PlannedScenario> {
        let listed = self.scenarios.iter().map(|planned| PlannedScenario {
            id: planned.id.clone(),
            name: planned.name.clone(),
            feature: planned.feature.clone(),
            line: planned.line,
            rules: planned.rules.clone(),
            process: planned.process().map(ToString::to_string),
            skipped: planned.assignment.as_ref().err().cloned(),
        });
        listed.collect()
    }
}

/// A token's end that is waited for rather than jumped to disturbs nobody: it is waited for beside
/// the rest.
fn ordered(mut scenario: Scenario, target: &Target) -> Scenario {
    let waits = target.may.steer_clock.is_none() && scenario.tags.iter().any(|tag| tag == "TTL");
    scenario.tags.retain(|tag| !(waits && tag == SERIAL));
    scenario
}

fn plan_scenario(
    feature: &Feature,
    scenario: &Scenario,
    target: &Target,
    credentials: &Credentials,
) -> Planned {
    let path = feature.path.as_deref().map(|path| path.display().to_string()).unwrap_or_default();
    let process = process_of(feature, scenario);
    let too_new = since_of(feature, scenario).filter(|since| target.hub.contract < *since);
    let assignment = match too_new {
        Some(since) => {
            Err(Skip { reason: format!("demandé depuis le contrat {since}"), excused: false })
        }
        None => stage(feature, scenario, target, credentials),
    };
    Planned {
        id: scenario_id(feature, scenario),
        name: scenario.name.clone(),
        feature: path,
        line: u32::try_from(scenario.position.line).unwrap_or(u32::MAX),
        rules: rules_of(feature, scenario).unwrap_or_default(),
        is_for_others: too_new.is_some()
            || process.is_some_and(|code| {
                !credentials.processes().iter().any(|covered| covered.as_str() == code)
            }),
        assignment,
    }
}

fn stage(
    feature: &Feature,
    scenario: &Scenario,
    target: &Target,
    credentials: &Credentials,
) -> Result<Assignment, Skip> {
    let mut roles = BTreeSet::new();
    for need in needs_of(feature, scenario) {
        if let Some(reason) = target.not_offered.get(need) {
            return Err(Skip { reason: reason.clone(), excused: true });
        }
        if let Some(reason) = lacks(need, target) {
            return Err(Skip { reason, excused: false });
        }
        roles.extend(Role::ALL.into_iter().filter(|role| role.tag() == need));
    }
    let rules = rules_of(feature, scenario).unwrap_or_default();
    let reasons: Vec<_> =
        rules.iter().filter_map(|rule| target.not_offered.get(&rule.to_string())).collect();
    if let (Some(reason), true) = (reasons.first(), reasons.len() == rules.len()) {
        return Err(Skip { reason: (*reason).clone(), excused: true });
    }
    assignment(feature, scenario, &roles, target, credentials)
        .map_err(|reason| Skip { reason, excused: false })
}

/// Who plays a scenario: on the démarche that it names, on the sandbox when it may change the
/// référentiel, or else on any.
fn assignment(
    feature: &Feature,
    scenario: &Scenario,
    roles: &BTreeSet<Role>,
    target: &Target,
    credentials: &Credentials,
) -> Result<Assignment, String> {
    let named = process_of(feature, scenario).and_then(|code| ProcessCode::try_from(code).ok());
    let sandboxed = needs_of(feature, scenario).any(|need| need == "SANDBOX");
    let process = named.or_else(|| target.sandbox.process.clone().filter(|_| sandboxed));
    match process {
        Some(process) => {
            credentials.assign_on(&process, roles).map_err(|missing| match missing.on_a_process {
                true => format!(
                    "aucun accès déclaré ne joue {} sur la démarche {process}",
                    missing.role.in_french()
                ),
                false => missing.to_string(),
            })
        }
        None => credentials.assign(roles).map_err(|missing| missing.to_string()),
    }
}

/// A scenario that asks something of other hubs is listed with its reason, and holds back no rule
/// that a scenario for this one proves.
fn leave_out_those_for_others(scenarios: &mut [Planned]) {
    let played: BTreeSet<RuleId> = scenarios
        .iter()
        .filter(|planned| planned.assignment.is_ok())
        .flat_map(|planned| planned.rules.clone())
        .collect();
    for planned in
        scenarios.iter_mut().filter(|planned| planned.is_for_others && planned.assignment.is_err())
    {
        planned.rules.retain(|rule| !played.contains(rule));
    }
}

/// What the target file does not allow or name, in French.
fn lacks(need: &str, target: &Target) -> Option<String> {
    let may = &target.may;
    let lack = match need {
        "VIRUS" if !may.send_eicar => {
            "may.send_eicar n'autorise pas l'envoi du fichier de test EICAR"
        }
        "MAIL" if may.read_mail.is_none() => "may.read_mail ne dit pas où lire les courriels",
        "CLOCK" if may.steer_clock.is_none() => {
            "may.steer_clock ne dit pas où régler l'horloge du hub"
        }
        "TLS" if target.hub.teledossiers_url.scheme() != "https" => {
            "le hub est servi en clair (http)"
        }
        "BIG" if may.upload_up_to == 0 => {
            "may.upload_up_to n'autorise pas l'envoi d'un gros fichier"
        }
        "RESTART" if may.restart_command.is_none() => {
            "may.restart_command ne dit pas comment relancer le hub"
        }
        "SANDBOX" if !may.change_referential => {
            "may.change_referential n'autorise pas de modifier le référentiel"
        }
        "SANDBOX" if target.sandbox.process.is_none() => {
            "[sandbox] ne nomme aucune démarche modifiable"
        }
        QUOTA if target.quotas.is_empty() => "[quota] ne déclare aucun quota d'une passerelle",
        "EXCEED" if !may.exceed_quota => "may.exceed_quota n'autorise pas à dépasser un quota",
        "EXCEED" if quotas::of_an_application(&target.quotas, LONGEST, |_| true).is_none() => {
            "aucun quota de [quota] ne se dépasse seul : il y faut des demandes par seconde, minute ou heure"
        }
        "METHOD" if quotas::of_a_method(&target.quotas, LONGEST, |_| true).is_none() => {
            "aucun quota de [quota] n'est celui d'une méthode de lecture, à dépasser seul"
        }
        _ => return None,
    };
    Some(lack.to_owned())
}

fn rules_in_scope(
    target: &Target,
    selection: &Selection,
    scenarios: &[Planned],
) -> Vec<RuleInScope> {
    let contract = target.hub.contract;
    let hub_rules = Catalogue::bundled().rules().iter().filter(|rule| rule.subject == Obliged::Hub);
    let selected = hub_rules.filter(|rule| {
        let by_rule = selection.rules.is_empty() || selection.rules.contains(&rule.id);
        let by_family = selection.families.is_empty()
            || selection.families.iter().any(|family| family == rule.id.family());
        let by_feature = selection.features.is_empty()
            || scenarios.iter().any(|planned| planned.rules.contains(&rule.id));
        let by_need = !is_about_quotas(rule) || selection.looks_at_quotas(target);
        by_rule && by_family && by_feature && by_need && selection.has(rule)
    });
    selected.map(|rule| RuleInScope::of(rule, contract, &target.not_offered)).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn plan(processes: &str) -> Plan {
        plan_under("CI-SI-1.2.6", processes)
    }

    fn plan_under(contract: &str, processes: &str) -> Plan {
        selected(contract, processes, &Selection::default())
    }

    fn selected(contract: &str, processes: &str, selection: &Selection) -> Plan {
        let mut text = format!(
            "[hub]\nname='x'\ncontract='{contract}'\nteledossiers_url='http://h/t'\nreferential_url='http://h/r'\ntoken_url='http://h/o'\n",
        );
        for (scope, register) in [("OSL", "13000000000001"), ("SI", "21380544300016")] {
            text.push_str(&format!(
                "[[credential]]\nname='{scope}'\nscope='{scope}'\nclient_id='{scope}'\nclient_secret='s'\norganization={{type='{scope}',companyRegister='{register}',branchCode='1'}}\nprocesses=[{processes}]\n"
            ));
        }
        Plan::make(&Target::parse(&text, Path::new("t")).unwrap(), selection).unwrap()
    }

    fn by_process(plan: &Plan) -> (Vec<&Planned>, Vec<&Planned>) {
        let rows = plan
            .scenarios
            .iter()
            .filter(|planned| planned.feature.ends_with("demarches_de_bout_en_bout.feature"));
        rows.partition(|planned| planned.assignment.is_ok())
    }

    #[test]
    fn a_rule_of_every_exchange_is_looked_at_on_all_of_them() {
        let whole = plan("'EtatCivil'");
        let of = |rules: &[&str]| {
            let rules = rules.iter().map(|id| RuleId::try_from(*id).unwrap()).collect();
            selected("CI-SI-1.2.6", "'EtatCivil'", &Selection { rules, ..Selection::default() })
        };
        let (alone, beside) = (of(&["WIRE-01"]), of(&["WIRE-01", "NOT-01"]));
        assert_eq!((alone.rules.len(), alone.scenarios.len()), (1, whole.scenarios.len()));
        assert_eq!(beside.rules.len(), 2);
        assert!(beside.scenarios.len() < 10, "those of NOT-01 alone");
    }

    #[test]
    fn a_démarche_that_no_credential_covers_is_listed_and_holds_no_rule_back() {
        let plan = plan("'EtatCivil'");
        let (played, others) = by_process(&plan);
        assert!(!played.is_empty() && !others.is_empty());
        assert!(played.iter().all(|planned| {
            planned.assignment.as_ref().unwrap().process.as_ref().unwrap().as_str() == "EtatCivil"
        }));
        assert!(others.iter().all(|planned| {
            planned.rules.is_empty()
                && planned.assignment.as_ref().is_err_and(|skip| !skip.reason.is_empty())
        }));
    }

    #[test]
    fn what_a_later_contract_asks_for_is_listed_and_holds_no_rule_back() {
        let of_cas_02 = |contract: &str| -> Vec<Planned> {
            let plan = plan_under(contract, "'EtatCivil'");
            let failures = |planned: &Planned| {
                planned.name.contains("Le SI fait passer") && planned.name.contains("SI_INTG_ERROR")
            };
            assert!(plan.rules.iter().any(|rule| rule.id.as_str() == "CAS-02"));
            plan.scenarios.into_iter().filter(failures).collect()
        };
        assert!(of_cas_02("CI-SI-1.2.6").iter().any(|planned| planned.assignment.is_ok()));
        let before = of_cas_02("PRES-2021");
        assert!(before.iter().all(|planned| {
            let told = planned
                .assignment
                .as_ref()
                .is_err_and(|skip| skip.reason.contains("CI-SI-1.2.6") && !skip.excused);
            told && planned.rules.is_empty()
        }));
    }

    #[test]
    fn quotas_are_nobodys_matter_unless_they_are_declared_or_asked_for() {
        let under = |more: &str, selection: &Selection| {
            let credential = |scope: &str| {
                format!(
                    "[[credential]]\nname='{scope}'\nscope='{scope}'\nclient_id='{scope}'\nclient_secret='s'\norganization={{type='{scope}',companyRegister='21380544300016',branchCode='1'}}\nprocesses=['EtatCivil']\n"
                )
            };
            let text = format!(
                "[hub]\nname='x'\nteledossiers_url='http://h/t'\nreferential_url='http://h/r'\ntoken_url='http://h/o'\n{more}{}{}",
                credential("OSL"),
                credential("SI")
            );
            let plan = Plan::make(&Target::parse(&text, Path::new("t")).unwrap(), selection);
            let plan = plan.unwrap();
            let rules = plan.rules.iter().filter(|rule| rule.id.family() == "GATE").count();
            let of_gate =
                plan.scenarios.iter().filter(|one| one.feature.ends_with("quotas.feature"));
            let (played, not): (Vec<_>, Vec<_>) = of_gate.partition(|one| one.assignment.is_ok());
            (rules, played.len(), not.len())
        };
        let whole = Selection::default();
        assert_eq!(under("", &whole), (0, 0, 0));
        let family = Selection { families: vec!["GATE".to_owned()], ..Selection::default() };
        assert_eq!(under("", &family), (6, 0, 6), "not applicable, which it says");
        assert_eq!(under("[quota]\nrequests='10/s'\n", &whole), (6, 1, 5));
        let exceeding = "[quota]\nrequests='10/s'\n[may]\nexceed_quota=true\n";
        assert_eq!(under(exceeding, &whole), (6, 5, 1), "no method has a quota of its own");
        let of_a_day = exceeding.replace("10/s", "1000/day");
        assert_eq!(under(&of_a_day, &whole), (6, 1, 5));
        let by_method = exceeding.replace("[may]", "listNotifications='3/s'\n[may]");
        assert_eq!(under(&by_method, &whole), (6, 6, 0));
    }

    #[test]
    fn where_no_démarche_in_use_is_covered_the_rule_stays_undecided() {
        let plan = plan("'AUTRE'");
        let (played, others) = by_process(&plan);
        assert!(played.is_empty());
        assert!(
            others.iter().all(|planned| planned.rules.iter().any(|rule| rule.as_str() == "CAS-16"))
        );
    }
}
