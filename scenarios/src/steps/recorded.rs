//! The one sentence of what is only recorded: where the documents leave the hub free, what it does
//! is told and fails nobody.

use cucumber::then;

use super::words::words;
use super::{
    attachments, attachments_sizes, auth, auth_lifetime, cases, delivery, events, events_files,
    folders_refused, journeys, notification_contents, notifications, numbering, ownership,
    statuses,
};
use crate::check::{Rule, Step};
use crate::world::World;

words! {
    /// What is recorded.
    enum Recorded in "recorded" {
        StrayAttachment => "ce que le hub fait de cette pièce jointe sans destinataire",
        FolderStatus => "ce que le hub fait de ce statut de télédossier",
        Digest => "ce que le hub fait de cette empreinte",
        FolderNumber => "ce que le hub fait de ce numéro de télédossier",
        SmallFile => "ce que le hub fait de ce fichier",
        BytesForSi => "quels octets le SI télécharge",
        BytesForOsl => "quels octets l'OSL télécharge",
        FileName => "ce que le hub fait de ce nom de fichier",
        LetterCase => "ce que le hub fait de ce numéro",
        CaseNumber => "ce que le hub fait de ce numéro de dossier",
        Resending => "l'effet du renvoi sur le dossier et sur la file du SI",
        Jump => "ce que le hub fait de ce saut",
        LightReading => "ce que la lecture allégée omet",
        EventStatus => "ce que le hub fait de ce statut d'événement",
        InfectedSending => "ce que le hub fait de l'émission de l'événement infecté",
        Acknowledgement => "comment l'auteur de l'événement apprend cet accusé de réception",
        StatusAfterAnswer => "le statut du dossier après la réponse de l'OSL",
        BatchSize => "ce que le hub fait de cette taille de lot",
        JoinedCodes => "ce que le hub fait des codes joints",
        Priority => "ce que le hub fait d'une démarche prioritaire",
        OlderToken => "si le jeton précédent sert encore",
        UnsaidForm => "ce que le hub fait de cette demande de jeton",
        ForeignFile => "ce que le hub fait d'un fichier envoyé dans l'événement de l'autre partie",
        CutFile => "ce que le hub fait d'un fichier d'événement d'une autre taille",
        SameStatus => "ce que le hub fait du statut que le dossier a déjà",
        OthersStatus => "ce que le hub fait d'un statut destiné à l'autre partie",
        UnderAnotherCase => "ce que le hub fait d'un événement demandé sous un autre dossier de l'OSL",
        Delays => "le temps entre la fin du dépôt et la mise à disposition",
    }
}

#[then(expr = "l'on relève {recorded} {rule}")]
async fn is_recorded(world: &mut World, what: Recorded, rule: Rule) -> Step {
    match what {
        Recorded::StrayAttachment => folders_refused::record_stray_attachment(world, &rule),
        Recorded::FolderStatus => statuses::record_folder_status(world, &rule).await,
        Recorded::Digest => attachments::record_digest(world, &rule).await,
        Recorded::FolderNumber => numbering::record_folder_number(world, &rule),
        Recorded::SmallFile => attachments_sizes::record_small(world, &rule),
        Recorded::BytesForSi | Recorded::BytesForOsl => {
            attachments_sizes::record_again(world, &rule).await
        }
        Recorded::FileName => folders_refused::record_file_name(world, &rule),
        Recorded::LetterCase => folders_refused::record_letter_case(world, &rule),
        Recorded::CaseNumber => numbering::record_case_number(world, &rule),
        Recorded::Resending => cases::record_resending(world, &rule).await,
        Recorded::Jump => cases::record_jump(world, &rule).await,
        Recorded::LightReading => cases::record_light_reading(world, &rule),
        Recorded::EventStatus => statuses::record_event_status(world, &rule).await,
        Recorded::InfectedSending => events_files::record_infected_sending(world, &rule).await,
        Recorded::Acknowledgement => events::record_acknowledgement(world, &rule).await,
        Recorded::StatusAfterAnswer => journeys::record_status(world, &rule).await,
        Recorded::BatchSize => notifications::record_batch_size(world, &rule),
        Recorded::JoinedCodes => notification_contents::record_joined_codes(world, &rule),
        Recorded::Priority => notification_contents::record_priority(world, &rule).await,
        Recorded::OlderToken => auth_lifetime::record_older_token(world, &rule),
        Recorded::UnsaidForm => auth::record_unsaid_form(world, &rule),
        Recorded::ForeignFile => {
            events_files::record_file(world, "par l'autre partie", &rule).await
        }
        Recorded::CutFile => events_files::record_file(world, "d'une autre taille", &rule).await,
        Recorded::SameStatus | Recorded::OthersStatus => {
            cases::record_status_asked(world, &rule).await
        }
        Recorded::UnderAnotherCase => ownership::record_under_another_case(world, &rule).await,
        Recorded::Delays => delivery::record_delays(world, &rule),
    }
}
