//! Faults of the rules SUB, ORG and PROC: the référentiel.

use crate::faults::FaultEntry;

pub(super) const FAULTS: &[FaultEntry] = &[
    FaultEntry::alone(
        "SUB-01.processCode",
        "SUB-01",
        "subscriptions are not filtered by processCode",
    ),
    FaultEntry::alone(
        "SUB-01.status",
        "SUB-01",
        "subscriptions are not filtered by status",
    ),
    FaultEntry::alone(
        "SUB-01.companyRegister",
        "SUB-01",
        "subscriptions are not filtered by companyRegister",
    ),
    FaultEntry::alone(
        "SUB-02",
        "SUB-02",
        "maxResult is ignored in the list of subscriptions",
    ),
    FaultEntry::alone(
        "SUB-03",
        "SUB-03",
        "orderBy is ignored in the list of subscriptions",
    ),
    FaultEntry::alone(
        "SUB-05",
        "SUB-05",
        "a subscription is created Actif by default",
    )
    .with(&[(
        "SUB-07",
        "a subscription that is Actif from the start does not wait for its activation date (contract §6)",
    )]),
    FaultEntry::alone(
        "SUB-06",
        "SUB-06",
        "the same subscription can be created twice",
    ),
    FaultEntry::alone(
        "SUB-07.shown",
        "SUB-07",
        "a subscription past its activation date is still shown Inactif",
    ),
    FaultEntry::alone(
        "SUB-08",
        "SUB-08",
        "the status of a subscription never changes",
    )
    .with(&[(
        "FOL-10",
        "a subscription cannot be brought to the status to be refused (contract §6)",
    )]),
    FaultEntry::alone("SUB-09", "SUB-09", "the reason of a refusal is lost"),
    FaultEntry::alone(
        "SUB-11",
        "SUB-11",
        "the e-mail of a subscription never changes",
    )
    .with(&[
        (
            "MAIL-01",
            "what a PUT asks of the mails is not kept (contract §6)",
        ),
        (
            "MAIL-02",
            "what a PUT asks of the mails is not kept (contract §6)",
        ),
        (
            "MAIL-03",
            "what a PUT asks of the mails is not kept (contract §6)",
        ),
    ]),
    FaultEntry::alone(
        "SUB-13",
        "SUB-13",
        "an inactive process takes subscriptions",
    ),
    FaultEntry::alone(
        "ORG-02",
        "ORG-02",
        "the same organization can be created twice",
    ),
    FaultEntry::alone(
        "ORG-03.type",
        "ORG-03",
        "organizations are not filtered by type",
    ),
    FaultEntry::alone(
        "ORG-03.company_register",
        "ORG-03",
        "organizations are not filtered by company_register",
    ),
    FaultEntry::alone(
        "ORG-03.order",
        "ORG-03",
        "orderBy is ignored in the list of organizations",
    ),
    FaultEntry::alone(
        "ORG-03.paging",
        "ORG-03",
        "maxResult is ignored in the list of organizations",
    ),
    FaultEntry::alone(
        "ORG-04",
        "ORG-04",
        "the name of an organization never changes",
    ),
    FaultEntry::alone(
        "PROC-01",
        "PROC-01",
        "a process is created with messageToTransmitter inverted",
    ),
    FaultEntry::alone(
        "PROC-02.filter",
        "PROC-02",
        "processes are not filtered by OSL",
    ),
    FaultEntry::alone(
        "PROC-02.order",
        "PROC-02",
        "orderBy is ignored in the list of processes",
    ),
    FaultEntry::alone(
        "PROC-02.paged",
        "PROC-02",
        "the list of processes stops at ten",
    ),
    FaultEntry::alone(
        "PROC-03",
        "PROC-03",
        "the update of a process is answered and forgotten",
    )
    .with(&[
        ("SUB-13", "a process cannot be deactivated (contract §6)"),
        (
            "EVT-16",
            "a process cannot be made to forbid the SI's messages (contract §6)",
        ),
        (
            "EVT-20",
            "a process cannot be made to allow the SI no files (contract §6)",
        ),
    ]),
    FaultEntry::alone("SUB-04", "SUB-04", "an unknown subscription gets 403"),
    FaultEntry::alone(
        "SUB-04.uuid",
        "SUB-04",
        "a subscription id that is no UUID gets 404",
    ),
    FaultEntry::alone("SUB-10.email", "SUB-10", "any e-mail address is accepted"),
    FaultEntry::alone(
        "SUB-10.phoneNumber",
        "SUB-10",
        "any phone number is accepted",
    ),
    FaultEntry::alone(
        "SUB-12.datapassId",
        "SUB-12",
        "a subscription without datapassId is accepted",
    ),
    FaultEntry::alone(
        "SUB-12.notificationFrequency",
        "SUB-12",
        "a subscription without notificationFrequency is accepted",
    ),
    FaultEntry::alone(
        "ORG-01",
        "ORG-01",
        "the territory of a new organization is lost",
    )
    .with(&[(
        "ORG-02",
        "the organization read back after the refusal is not the one that was sent (contract §6)",
    )]),
    FaultEntry::alone(
        "ORG-05.name",
        "ORG-05",
        "an organization without name is accepted",
    ),
    FaultEntry::alone(
        "ORG-05.email",
        "ORG-05",
        "any e-mail address of an organization is accepted",
    ),
    FaultEntry::alone("ORG-06", "ORG-06", "an unknown organization gets 403"),
    FaultEntry::alone(
        "PROC-04.name",
        "PROC-04",
        "a process without name is accepted",
    ),
    FaultEntry::alone(
        "PROC-04.enum",
        "PROC-04",
        "any subscriptionValidation is accepted",
    )
    .with(&[(
        "WIRE-01",
        "what is of no list of the description is shown again (contract §5)",
    )]),
    FaultEntry::alone("PROC-05", "PROC-05", "an unknown process gets 403"),
];
