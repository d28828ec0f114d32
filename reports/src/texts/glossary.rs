//! The words that a reader of a report may not know, and what a rule may need, each said once.

use super::Lang;

/// Each word with its meaning, the names of statuses last.
pub(crate) fn glossary(lang: Lang) -> impl Iterator<Item = (&'static str, &'static str)> {
    WORDS
        .iter()
        .map(move |(fr, en, french, english)| (lang.pick(fr, en), lang.pick(french, english)))
}

/// What rules need, in words, each followed by its name in the catalogue.
pub(crate) fn needs(names: &[String], lang: Lang) -> String {
    let said = |name: &String| {
        let known = NEEDS.iter().find(|(known, ..)| known == name);
        known.map_or_else(|| name.clone(), |(_, fr, en)| format!("{} ({name})", lang.pick(fr, en)))
    };
    names.iter().map(said).collect::<Vec<_>>().join(", ")
}

const NEEDS: [(&str, &str, &str); 18] = [
    (
        "OSL",
        "un accès d'opérateur de services en ligne",
        "a credential of an online-service operator",
    ),
    (
        "SI",
        "un accès de service instructeur",
        "a credential of a public service that processes cases",
    ),
    ("ADMIN", "un accès d'administrateur national", "a credential of a national administrator"),
    ("DATAPASS", "un accès d'enrôlement", "a credential for enrolment"),
    ("SI2", "un second service instructeur, d'un autre SIRET", "a second SI, with another SIRET"),
    ("SI1b", "le même SIRET sous un autre code guichet", "the same SIRET with another branch code"),
    (
        "OTHER",
        "le même service instructeur sur une autre démarche",
        "the same SI on another démarche",
    ),
    ("OSL2", "un second opérateur de services en ligne", "a second online-service operator"),
    (
        "VIRUS",
        "l'autorisation d'envoyer le fichier de test EICAR",
        "leave to send the EICAR test file",
    ),
    ("MAIL", "des courriels que l'on peut lire", "mails that can be read"),
    ("CLOCK", "une horloge du hub que l'on peut régler", "a clock of the hub that can be set"),
    (
        "TTL",
        "des jetons dont la durée de vie est assez courte pour en attendre la fin",
        "tokens whose life is short enough to wait for its end",
    ),
    ("TLS", "un hub servi en HTTPS", "a hub served over HTTPS"),
    (
        "BIG",
        "l'autorisation d'envoyer des fichiers de la plus grande taille admise",
        "leave to send files of the largest size admitted",
    ),
    ("RESTART", "une commande qui relance le hub", "a command that restarts the hub"),
    (
        "QUOTA",
        "une passerelle dont les quotas sont déclarés",
        "a gateway whose quotas are declared",
    ),
    ("EXCEED", "l'autorisation de dépasser un quota", "leave to exceed a quota"),
    ("METHOD", "un quota d'une seule méthode", "a quota of one method alone"),
];

type Word = (&'static str, &'static str, &'static str, &'static str);

const WORDS: [Word; 23] = [
    (
        "Télédossier",
        "Télédossier",
        "Ce qu'un usager dépose en ligne : un formulaire et ses pièces jointes, transmis à un ou plusieurs services instructeurs.",
        "What a citizen hands in online: a form and its files, sent to one public service or several.",
    ),
    (
        "Dossier",
        "Case",
        "La part d'un télédossier adressée à un service instructeur, avec son propre statut.",
        "The part of a télédossier that is addressed to one public service, with a status of its own.",
    ),
    (
        "Démarche",
        "Démarche",
        "La procédure administrative dont relève un télédossier : certificat de décès (CERTDC), état civil (EtatCivil)…",
        "The administrative procedure that a télédossier belongs to: death certificate (CERTDC), civil status (EtatCivil)…",
    ),
    (
        "OSL",
        "OSL",
        "Opérateur de services en ligne : il dépose les télédossiers.",
        "Online-service operator: it deposits télédossiers.",
    ),
    (
        "SI",
        "SI",
        "Service instructeur : il reçoit les dossiers et les traite.",
        "Public service that receives the cases and processes them.",
    ),
    (
        "ADMIN, DATAPASS",
        "ADMIN, DATAPASS",
        "L'administrateur national du référentiel, et l'enrôlement des services (DataPass).",
        "The national administrator of the référentiel, and the enrolment of services (DataPass).",
    ),
    (
        "Référentiel",
        "Référentiel",
        "Les organisations, les démarches et les abonnements que le hub connaît.",
        "The organizations, démarches and subscriptions that the hub knows.",
    ),
    (
        "Abonnement",
        "Subscription",
        "Ce qui autorise un service instructeur à recevoir les dossiers d'une démarche.",
        "What lets a public service receive the cases of a démarche.",
    ),
    (
        "Notification",
        "Notification",
        "L'avis, lu dans une file, qu'un dossier ou un événement attend son destinataire.",
        "The notice, read from a queue, that a case or an event awaits its recipient.",
    ),
    (
        "Événement",
        "Event",
        "Ce qui s'ajoute à un dossier : changement de statut, message, pièce jointe, commentaire.",
        "What is added to a case: a change of status, a message, a file, a comment.",
    ),
    (
        "Jeton, TTL",
        "Token, TTL",
        "Ce qu'un accès obtient pour appeler l'API, et la durée pendant laquelle il sert.",
        "What a credential obtains to call the API, and how long it serves.",
    ),
    (
        "Échange",
        "Exchange",
        "Une requête envoyée au hub et sa réponse, conservées dans exchanges.jsonl sous leur identifiant.",
        "A request sent to the hub and its answer, kept in exchanges.jsonl under their id.",
    ),
    (
        "Échange décisif",
        "Decisive exchange",
        "Le dernier échange avant une vérification, ou celui que la vérification désigne.",
        "The last exchange before a check, or the one that the check names.",
    ),
    (
        "HUBEE_RECEIVED",
        "HUBEE_RECEIVED",
        "Créé sur le hub ; les pièces jointes ne sont pas toutes arrivées.",
        "Created on the hub; not all files have arrived.",
    ),
    (
        "HUBEE_COMPLETED, HUBEE_NOTIFIED",
        "HUBEE_COMPLETED, HUBEE_NOTIFIED",
        "Complet ; puis ses destinataires en sont avisés.",
        "Complete; then its recipients are told.",
    ),
    (
        "SENT, SI_RECEIVED",
        "SENT, SI_RECEIVED",
        "Récupéré par le service instructeur ; puis pris en compte.",
        "Fetched by the public service; then taken into account.",
    ),
    (
        "SI_INTG_ERROR",
        "SI_INTG_ERROR",
        "L'intégration a échoué chez le service instructeur.",
        "The integration failed at the public service.",
    ),
    (
        "IN_PROGRESS, ADD_AWAITING",
        "IN_PROGRESS, ADD_AWAITING",
        "En cours de traitement ; en attente d'un complément.",
        "Being processed; waiting for complements.",
    ),
    (
        "DONE, REFUSED",
        "DONE, REFUSED",
        "Traité et accepté ; refusé.",
        "Processed and accepted; refused.",
    ),
    (
        "CLOSED, ARCHIVED",
        "CLOSED, ARCHIVED",
        "Clos par l'opérateur ; archivé par le hub, en lecture seule.",
        "Closed by the operator; archived by the hub, read-only.",
    ),
    (
        "PENDING, RECEIVED",
        "PENDING, RECEIVED",
        "D'une pièce jointe : annoncée ; reçue et acceptée. D'un événement, RECEIVED : lu par l'autre partie.",
        "Of a file: announced; received and accepted. Of an event, RECEIVED: read by the other side.",
    ),
    (
        "CORRUPTED, REJECTED, DELETED",
        "CORRUPTED, REJECTED, DELETED",
        "D'une pièce jointe : infectée ; d'une autre taille ou d'un autre type qu'annoncé ; purgée.",
        "Of a file: infected; of another size or type than announced; purged.",
    ),
    (
        "SIRET, code guichet",
        "SIRET, branch code",
        "Les quatorze chiffres d'une organisation, et ce qui distingue ses services.",
        "The fourteen digits of an organization, and what tells its services apart.",
    ),
];

#[cfg(test)]
mod tests {
    use contract::rules::Need;

    use super::*;

    #[test]
    fn every_need_is_said_in_words() {
        for need in Need::ALL {
            for lang in [Lang::Fr, Lang::En] {
                assert_ne!(needs(&[need.name().to_owned()], lang), need.name());
            }
        }
    }
}
