//! The words of the page of a fault matrix, each once, with its two languages side by side.

use crate::texts::Lang;

words! {
    /// Every word that does not come from the matrix itself, in one language.
    Words:
    kind: "Preuve que la suite sait échouer", "Proof that the suite can fail";
    judged:
        "Hub de référence, faussé en un endroit après l'autre",
        "Reference hub, broken in one place after another";
    caught: "fautes détectées", "faults caught";
    void:
        "Matrice nulle : un témoin n'a pas été jugé comme il devait l'être",
        "Void matrix: a control was judged otherwise than it had to be";
    intro:
        "Chaque faute du hub de référence enfreint une règle à dessein, et déclare d'avance ce qui doit échouer avec elle. La suite la détecte quand sa règle échoue par une vérification ; le reste doit être exactement ce qu'elle déclare.",
        "Each fault of the reference hub breaks one rule on purpose, and declares beforehand what must fail with it. The suite catches it when its rule fails by a check; the rest must be exactly what it declares.";
    sampled:
        "par échantillons : les scénarios des règles déclarées, et parmi les autres un sur",
        "by samples: the scenarios of the rules declared, and of the others one in";
    whole:
        "entière : tous les scénarios pour chaque faute",
        "whole: every scenario against each fault";
    scope: "Étendue", "Scope";
    seed: "Graine", "Seed";
    otherwise: "Autrement que déclaré", "Otherwise than declared";
    families: "Par famille de règles", "By family of rules";
    family: "Famille", "Family";
    faults: "Fautes", "Faults";
    faults_caught: "Détectées", "Caught";
    exactly: "Exactement comme déclaré", "Exactly as declared";
    controls: "Témoins", "Controls";
    control_whole: "hub sain", "whole hub";
    control_harmless: "hub changé sans faute", "hub changed without fault";
    control_broken: "hub entièrement faussé", "hub broken throughout";
    combinations: "Dix fautes à la fois", "Ten faults at once";
    fault: "Faute", "Fault";
    what_the_hub_does: "Ce que fait alors le hub", "What the hub then does";
    rules_failed: "Règles en échec", "Rules failed";
    result: "Résultat", "Result";
    as_declared: "comme déclaré", "as declared";
    not_caught: "non détectée", "not caught";
    missing: "attendu, non en échec", "expected, did not fail";
    unexpected: "en échec, non attendu", "failed, not expected";
    noted: "constat différent de celui d'un hub sain", "noted otherwise than of a whole hub";
    total: "Total", "Total";
}
