//! What each démarche in use obliges: its OSL, how many recipients, which attachment types of which
//! mime types, and the statuses a service instructeur goes through (contract §7; CI-SI-1.2.6,
//! CINE-2022). Facts only: the reference hub is seeded with them and the suite plays them; neither
//! is written here.

use crate::status::CaseStatus;

/// A démarche in use.
#[derive(Debug, PartialEq, Eq)]
pub struct ProcessJourney {
    /// Code of the démarche.
    pub process: &'static str,
    /// Code of the OSL that deposits it.
    pub osl: &'static str,
    /// First two parts of its folder numbers, with their separators (contract §6, "Numbering").
    pub number_prefix: &'static str,
    /// How many services instructeurs one télédossier is addressed to.
    pub recipients: u8,
    /// Types of attachment, each with the mime types in use.
    pub attachments: &'static [AttachmentKind],
    /// Statuses after `SENT`, in order, that an SI must go through before a final one.
    pub intermediate: &'static [CaseStatus],
    /// The final statuses; any one of them ends the instruction.
    pub finals: &'static [CaseStatus],
}

/// A type of attachment of a démarche.
#[derive(Debug, PartialEq, Eq)]
pub struct AttachmentKind {
    /// The `type` on the wire.
    pub kind: &'static str,
    /// Mime types in use for it.
    pub mime_types: &'static [&'static str],
    /// Ranks of the cases that get it, from 0; empty: all of them.
    pub cases: &'static [u8],
}

const PDF: &str = "application/pdf";
const XML: &str = "application/xml";
const JSON: &str = "application/json";
const ZIP: &str = "application/zip";
const TEXT: &str = "text/plain";
const ODT: &str = "application/vnd.oasis.opendocument.text";
const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

const fn to_all(kind: &'static str, mime_types: &'static [&'static str]) -> AttachmentKind {
    AttachmentKind { kind, mime_types, cases: &[] }
}

use CaseStatus::{Done, InProgress, Refused, SiReceived};

const PROCESSED: &[CaseStatus] = &[InProgress];
const RECEIVED: &[CaseStatus] = &[SiReceived];
const EITHER: &[CaseStatus] = &[Done, Refused];

const fn journey(
    osl: &'static str,
    process: &'static str,
    number_prefix: &'static str,
    attachments: &'static [AttachmentKind],
    intermediate: &'static [CaseStatus],
) -> ProcessJourney {
    ProcessJourney {
        process,
        osl,
        number_prefix,
        recipients: 1,
        attachments,
        intermediate,
        finals: EITHER,
    }
}

/// Every démarche of contract §7.
pub const JOURNEYS: &[ProcessJourney] = &[
    ProcessJourney {
        process: "CERTDC",
        osl: "DGS",
        number_prefix: "DGS-CERTDC-",
        recipients: 2,
        attachments: &[
            AttachmentKind { kind: "DD_Certificatdedeces", mime_types: &[PDF, XML], cases: &[0] },
            AttachmentKind {
                kind: "VA_CertificatdeDeces",
                mime_types: &[PDF, XML],
                cases: &[0, 1],
            },
        ],
        intermediate: PROCESSED,
        finals: &[Done],
    },
    journey(
        "DILA",
        "EtatCivil",
        "DILA-AEC-",
        &[to_all("ActeEtatCivil-PDF", &[PDF]), to_all("ActeEtatCivil-XML", &[XML])],
        RECEIVED,
    ),
    journey(
        "DILA",
        "JeChangeDeCoordonnees",
        "DILA-JCC-",
        &[to_all("flux-siv", &[PDF, XML])],
        RECEIVED,
    ),
    journey(
        "DILA",
        "recensementCitoyen",
        "DILA-RCO-",
        &[
            to_all("10870-XML", &[XML]),
            to_all("10870-PDF", &[PDF]),
            to_all("ji", &[PDF]),
            to_all("jf", &[PDF]),
        ],
        RECEIVED,
    ),
    journey(
        "DILA",
        "depotDossierPACS",
        "DILA-DDPACS-",
        &[
            to_all("15725-02", &[PDF]),
            to_all("an", &[PDF]),
            to_all("anp", &[PDF]),
            to_all("cp", &[PDF]),
            to_all("flux-pacs", &[XML]),
            to_all("recapPDF", &[PDF]),
        ],
        RECEIVED,
    ),
    journey("DILA", "HebergementTourisme", "DILA-HT-", &[to_all("Metier", &[JSON])], &[]),
    journey(
        "DILA",
        "OTV",
        "DILA-OTV-",
        &[to_all("Metier", &[JSON]), to_all("ActeEtatCivil-XML", &[JSON])],
        &[],
    ),
    journey(
        "SNATED",
        "SNATED",
        "SNATED-SNATED-",
        &[to_all("documents", &[XML, PDF, ODT, DOCX])],
        PROCESSED,
    ),
    journey("CNAF", "CAF-contact", "CNAF-CAF-", &[to_all("coordonnees-allocataire", &[TEXT])], &[]),
    journey(
        "CNAF",
        "RSABEI-RSABAI",
        "CNAF-RSABEI-",
        &[to_all("RSABEI", &[XML]), to_all("RSABAI", &[XML])],
        PROCESSED,
    ),
    journey(
        "CNAF",
        "RSABEM-RSABAM",
        "CNAF-RSABEM-",
        &[to_all("RSABEM", &[XML]), to_all("RSABAM", &[XML])],
        PROCESSED,
    ),
    journey(
        "CNAF",
        "RSABEX-RSABAX",
        "CNAF-RSABEX-",
        &[to_all("RSABEX", &[XML]), to_all("RSABAX", &[XML])],
        PROCESSED,
    ),
    journey(
        "CNAF",
        "IRSACG-IRSDCG",
        "CNAF-IRSACG-",
        &[to_all("IRSACG", &[XML]), to_all("IRSDCG", &[XML])],
        PROCESSED,
    ),
    journey(
        "CNAF",
        "RSAFIM",
        "CNAF-RSAFIM-",
        &[to_all("RSAFIM", &[XML]), to_all("RSAFAM", &[XML])],
        PROCESSED,
    ),
    journey(
        "CNAF",
        "RSAFIX",
        "CNAF-RSAFIX-",
        &[to_all("RSAFIX", &[XML]), to_all("RSAFAX", &[XML])],
        PROCESSED,
    ),
    journey(
        "CNAF",
        "RSACTM",
        "CNAF-RSACTM-",
        &[to_all("RSACTM", &[XML]), to_all("RSACAM", &[XML])],
        PROCESSED,
    ),
    journey("CNAF", "GRO", "CNAF-GRO-", &[to_all("GRO", &[XML])], PROCESSED),
    journey("CNAF", "DSG", "CNAF-DSG-", &[to_all("DSG", &[XML])], PROCESSED),
    journey("CNAF", "SGR", "CNAF-SGR-", &[to_all("SGR", &[ZIP])], PROCESSED),
    journey("CNAF", "MSABEI", "CNAF-MSABEI-", &[to_all("MSABEI", &[XML])], PROCESSED),
    journey("CNAF", "MSABEM", "CNAF-MSABEM-", &[to_all("MSABEM", &[XML])], PROCESSED),
    journey("CNAF", "MSABEX", "CNAF-MSABEX-", &[to_all("MSABEX", &[XML])], PROCESSED),
    journey("CNAF", "MSAFIM", "CNAF-MSAFIM-", &[to_all("MSAFIM", &[XML])], PROCESSED),
    journey("RSA", "RSA", "RSA-RSA-", &[to_all("documents", &[XML])], PROCESSED),
    journey(
        "DINUM",
        "FormulaireQF",
        "Formulaire-QF-",
        &[to_all("FormulaireQF", &[JSON, XML, PDF])],
        &[],
    ),
    journey(
        "CNAF",
        "ContactsAllocataires-BRSA",
        "CNAF-BRSA-",
        &[to_all("ContactsAllocataires-BRSA", &[XML, PDF])],
        &[],
    ),
    journey("DILA", "DDmariage", "DILA-DDM-", &[to_all("DDmariage", &[XML, PDF])], &[]),
    journey(
        "DINUM",
        "ProactiviteCnousBoursiers",
        "DINUM-PCB-",
        &[to_all("ProactiviteCnousBoursiers", &[XML, PDF])],
        &[],
    ),
];

/// The journey of a démarche, when it is one of those in use.
pub fn of(process: &str) -> Option<&'static ProcessJourney> {
    JOURNEYS.iter().find(|journey| journey.process == process)
}

/// The statuses that a service instructeur must go through on a démarche before a final one.
pub fn intermediate_of(process: &str) -> &'static [CaseStatus] {
    of(process).map_or(&[], |journey| journey.intermediate)
}

/// The final statuses of a démarche, in use or not (contract §9, 8).
pub fn finals_of(process: &str) -> &'static [CaseStatus] {
    of(process).map_or(EITHER, |journey| journey.finals)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbering::LONGEST_NUMBER;

    #[test]
    fn every_prefix_leaves_room_for_the_free_number_and_the_rank_of_the_case() {
        for journey in JOURNEYS {
            let longest = journey.number_prefix.len() + 13 + "-01".len();
            assert!(longest <= LONGEST_NUMBER, "{} is {longest} long", journey.process);
        }
    }

    #[test]
    fn each_stage_may_follow_the_one_before() {
        for journey in JOURNEYS {
            let mut previous = CaseStatus::Sent;
            for stage in journey.intermediate {
                // What a démarche obliges leaves out what the usual way goes through (D7).
                let follows = |status: &CaseStatus| status.incoming().contains(&previous);
                let follows = follows(stage) || stage.incoming().iter().any(follows);
                assert!(follows, "{}", journey.process);
                previous = *stage;
            }
        }
    }
}
