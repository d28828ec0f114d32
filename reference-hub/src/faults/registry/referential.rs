//! Faults of the rules SUB, ORG and PROC: the référentiel.

use contract::operations::Operation;

use crate::domain::Missing;
use crate::faults::spared::EMPTY;
use crate::faults::spared::Kind::{Absent, Misspelt, Unlisted};
use crate::faults::{FaultEntry, fault};

pub(super) const FAULTS: &[FaultEntry] = &[
    fault("SUB-01.processCode", "subscriptions are not filtered by processCode"),
    fault("SUB-01.status", "subscriptions are not filtered by status"),
    fault("SUB-01.companyRegister", "subscriptions are not filtered by companyRegister"),
    fault("SUB-02", "maxResult is ignored in the list of subscriptions"),
    fault("SUB-02.total", "the last page of the subscriptions tells one more than there are"),
    fault("SUB-03", "orderBy is ignored in the list of subscriptions"),
    fault("SUB-05", "a subscription is created Actif by default").with(&[(
        "SUB-07",
        "a subscription that is Actif from the start does not wait for its \
            activation date (contract §6)",
    )]),
    fault("SUB-06", "the same subscription can be created twice"),
    fault("SUB-07.shown", "a subscription past its activation date is still shown Inactif"),
    fault("SUB-08", "the status of a subscription never changes").with(&[(
        "FOL-10",
        "a subscription cannot be brought to the status to be refused (contract §6)",
    )]),
    fault("SUB-09", "the reason of a refusal is lost"),
    fault("SUB-11", "the e-mail of a subscription never changes").with(&[
        ("MAIL-01", "what a PUT asks of the mails is not kept (contract §6)"),
        ("MAIL-02", "what a PUT asks of the mails is not kept (contract §6)"),
        ("MAIL-03", "what a PUT asks of the mails is not kept (contract §6)"),
        ("MAIL-05", "what a PUT asks of the mails is not kept (contract §6)"),
    ]),
    fault("SUB-13", "an inactive process takes subscriptions"),
    fault("ORG-02", "the same organization can be created twice"),
    fault("ORG-03.type", "organizations are not filtered by type"),
    fault("ORG-03.company_register", "organizations are not filtered by company_register"),
    fault("ORG-03.order", "orderBy is ignored in the list of organizations"),
    fault("ORG-03.paging", "maxResult is ignored in the list of organizations"),
    fault("ORG-04", "the name of an organization never changes"),
    fault("PROC-01", "a process is created with messageToTransmitter inverted"),
    fault("PROC-02.filter", "processes are not filtered by OSL"),
    fault("PROC-02.order", "orderBy is ignored in the list of processes"),
    fault("PROC-02.paged", "the list of processes stops at ten"),
    fault("PROC-03", "the update of a process is answered and forgotten").with(&[
        ("SUB-13", "a process cannot be deactivated (contract §6)"),
        ("EVT-16", "a process cannot be made to forbid the SI's messages (contract §6)"),
        ("EVT-20", "a process cannot be made to allow the SI no files (contract §6)"),
    ]),
    fault("SUB-04", "an unknown subscription gets 403"),
    fault("SUB-04.uuid", "a subscription id that is no UUID gets 404")
        .mistaking(&[Operation::GetSubscription], Missing::Subscription),
    fault("SUB-10.email", "any e-mail address is accepted").sparing(
        Operation::CreateSubscription,
        Misspelt,
        "/email",
    ),
    fault("SUB-10.phoneNumber", "any phone number is accepted").sparing(
        Operation::CreateSubscription,
        Misspelt,
        "/localAdministrator/phoneNumber",
    ),
    fault("SUB-12.datapassId", "a subscription without datapassId is accepted")
        .sparing(Operation::CreateSubscription, Absent("0"), "/datapassId")
        .with(&[("ERR-07", "a fault that is not seen is not told among the others (contract §3)")]),
    fault(
        "SUB-12.notificationFrequency",
        "a subscription without notificationFrequency is accepted",
    )
    .sparing(Operation::CreateSubscription, Absent("\"unitaire\""), "/notificationFrequency"),
    fault("ORG-01", "the territory of a new organization is lost").with(&[(
        "ORG-02",
        "the organization read back after the refusal is not the one that was \
            sent (contract §6)",
    )]),
    fault("ORG-05.name", "an organization without name is accepted").sparing(
        Operation::CreateOrganization,
        EMPTY,
        "/name",
    ),
    fault("ORG-05.email", "any e-mail address of an organization is accepted").sparing(
        Operation::CreateOrganization,
        Misspelt,
        "/email",
    ),
    fault("ORG-06", "an unknown organization gets 403"),
    fault("PROC-04.name", "a process without name is accepted").sparing(
        Operation::CreateProcess,
        EMPTY,
        "/name",
    ),
    fault("PROC-04.enum", "any subscriptionValidation is accepted")
        .sparing(Operation::CreateProcess, Unlisted, "/subscriptionValidation")
        .with(&[("WIRE-01", "what is of no list of the description is shown again (contract §5)")]),
    fault("PROC-05", "an unknown process gets 403"),
];
