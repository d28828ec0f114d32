//! Whatever is asked, in whatever order: no panic, and what must always hold holds.

use contract::ids::{CaseId, EventId};
use contract::status::CaseStatus;
use proptest::prelude::*;

use super::memory::{
    HubInMemory, SI_A, SI_B, announced, deposit_of, received, request, status_update,
};
use crate::domain::{Caller, Command, DueWork, FileAddress, Upload};

#[derive(Clone, Copy, Debug)]
enum Drawn {
    Create { number: u8, recipients: u8 },
    Upload { folder: usize, size: u64, infected: bool },
    Complete { folder: usize },
    SetFolder { folder: usize, status: usize },
    Delete { folder: usize },
    SetCase { by: u8, case: usize, status: usize },
    Event { by: u8, case: usize, notified: bool, status: Option<usize> },
    Deposit { by: u8, case: usize },
    UploadEvent { by: u8, event: usize },
    SetEvent { by: u8, event: usize, received: bool },
    DeleteEvent { by: u8, event: usize },
    DeleteNotification { by: u8, rank: usize },
    Days { days: u8 },
}

fn step() -> impl Strategy<Value = Drawn> {
    let some = || 0..4usize;
    let by = || 0..4u8;
    prop_oneof![
        3 => (0..5u8, 0..4u8).prop_map(|(number, recipients)| Drawn::Create { number, recipients }),
        4 => (some(), 11..14u64, any::<bool>()).prop_map(|(folder, size, infected)| Drawn::Upload { folder, size, infected }),
        3 => some().prop_map(|folder| Drawn::Complete { folder }),
        1 => (some(), 0..13usize).prop_map(|(folder, status)| Drawn::SetFolder { folder, status }),
        1 => some().prop_map(|folder| Drawn::Delete { folder }),
        3 => (by(), some(), 0..13usize).prop_map(|(by, case, status)| Drawn::SetCase { by, case, status }),
        3 => (by(), some(), any::<bool>(), proptest::option::of(0..13usize))
            .prop_map(|(by, case, notified, status)| Drawn::Event { by, case, notified, status }),
        2 => (by(), some()).prop_map(|(by, case)| Drawn::Deposit { by, case }),
        2 => (by(), some()).prop_map(|(by, event)| Drawn::UploadEvent { by, event }),
        3 => (by(), some(), any::<bool>()).prop_map(|(by, event, received)| Drawn::SetEvent { by, event, received }),
        1 => (by(), some()).prop_map(|(by, event)| Drawn::DeleteEvent { by, event }),
        2 => (by(), some()).prop_map(|(by, rank)| Drawn::DeleteNotification { by, rank }),
        1 => (0..4u8).prop_map(|days| Drawn::Days { days }),
    ]
}

fn status(rank: usize) -> &'static str {
    CaseStatus::ALL.get(rank).map_or("NOWHERE", |status| status.name())
}

struct Play {
    hub: HubInMemory,
    uploads: usize,
}

impl Play {
    fn caller(&self, by: u8) -> Caller {
        self.hub.caller(["osl-dgs", "si-a-etalon", "si-b-etalon", "admin"][usize::from(by)])
    }

    fn folder(&self, rank: usize) -> Option<contract::ids::FolderId> {
        let mut ids: Vec<_> = self.hub.folders.keys().copied().collect();
        ids.sort();
        ids.get(rank).copied()
    }

    fn case(&self, rank: usize) -> Option<CaseId> {
        let mut ids: Vec<_> =
            self.hub.folders.values().flat_map(|it| &it.cases).map(|case| case.id).collect();
        ids.sort();
        ids.get(rank).copied()
    }

    fn event(&self, rank: usize) -> Option<(CaseId, EventId)> {
        let cases = self.hub.folders.values().flat_map(|it| &it.cases);
        let mut ids: Vec<_> =
            cases.flat_map(|case| case.events.iter().map(|event| (case.id, event.id))).collect();
        ids.sort();
        ids.get(rank).copied()
    }

    /// A name no upload had before, as the hub chooses them.
    fn fresh_key(&mut self) -> String {
        self.uploads += 1;
        format!("blob-{}", self.uploads)
    }

    /// Plays a step; refusals are as good as successes.
    fn play(&mut self, step: &Drawn) -> Option<()> {
        let osl = self.hub.osl();
        match *step {
            Drawn::Create { number, recipients } => {
                let all = [SI_A, SI_B, "SI-21330063500017-33063"];
                let request =
                    request(&format!("DGS-ETALO-{number:013}"), &all[..usize::from(recipients)]);
                let _ = self.hub.run(Command::CreateFolder { caller: osl, request });
            }
            Drawn::Upload { folder, size, infected } => {
                let folder = self.folder(folder)?;
                let file = FileAddress::Folder(folder, self.hub.folders[&folder].files[0].id);
                let key = self.fresh_key();
                let upload = Upload { infected, ..received(size, &key) };
                let _ = self.hub.run(Command::RecordUpload { caller: osl, file, upload });
            }
            Drawn::Complete { folder } => {
                let _ = self.hub.set_folder(self.folder(folder)?, "HUBEE_COMPLETED");
            }
            Drawn::SetFolder { folder, status: rank } => {
                let _ = self.hub.set_folder(self.folder(folder)?, status(rank));
            }
            Drawn::Delete { folder } => {
                let _ = self
                    .hub
                    .run(Command::DeleteFolder { caller: osl, folder: self.folder(folder)? });
            }
            Drawn::SetCase { by, case, status: rank } => {
                let _ = self.hub.set_case(self.caller(by), self.case(case)?, status(rank));
            }
            Drawn::Event { by, case, notified, status: rank } => {
                let asked = status_update(notified, rank.map(status));
                let _ = self.hub.add_event(self.caller(by), self.case(case)?, asked);
            }
            Drawn::Deposit { by, case } => {
                let asked = deposit_of(vec![announced("piece.pdf", "application/pdf")]);
                let _ = self.hub.add_event(self.caller(by), self.case(case)?, asked);
            }
            Drawn::UploadEvent { by, event } => {
                let (case, event) = self.event(event)?;
                let file = self.hub.folder_of(case)?.case(case)?.event(event)?.files.first()?.id;
                let upload = received(12, &self.fresh_key());
                let file = FileAddress::Event(case, event, file);
                let _ =
                    self.hub.run(Command::RecordUpload { caller: self.caller(by), file, upload });
            }
            Drawn::SetEvent { by, event, received } => {
                let (case, event) = self.event(event)?;
                let _ = self.hub.set_event(
                    self.caller(by),
                    case,
                    event,
                    if received { "RECEIVED" } else { "SENT" },
                );
            }
            Drawn::DeleteEvent { by, event } => {
                let (case, event) = self.event(event)?;
                let _ = self.hub.run(Command::DeleteEvent { caller: self.caller(by), case, event });
            }
            Drawn::DeleteNotification { by, rank } => {
                let notification = self.hub.notifications.get(rank)?.id;
                let _ = self
                    .hub
                    .run(Command::DeleteNotification { caller: self.caller(by), notification });
            }
            Drawn::Days { days } => self.hub.days_pass(i64::from(days)),
        }
        Some(())
    }

    fn check(&self) {
        for folder in self.hub.folders.values() {
            for case in &folder.cases {
                let new = |it: &&crate::domain::NotificationRecord| {
                    it.case == case.id && it.event.is_none()
                };
                let arrivals = self.hub.notifications.iter().filter(new).count();
                assert!(folder.completed.is_some() || arrivals == 0, "notified before completion");
            }
            for file in folder.all_files().filter(|file| file.bytes.is_some()) {
                let kept = &file.bytes.as_ref().unwrap().blob;
                assert!(self.hub.blobs.contains(kept), "a file whose bytes were released");
            }
        }
        let referred = self
            .hub
            .folders
            .values()
            .flat_map(crate::domain::Teledossier::all_files)
            .filter(|file| file.bytes.is_some());
        assert_eq!(referred.count(), self.hub.blobs.len(), "bytes nobody refers to");
        for notification in &self.hub.notifications {
            let folder = self
                .hub
                .folders
                .get(&notification.folder)
                .expect("a notification of a folder that is gone");
            assert_eq!(notification.process, folder.process);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_is_asked_breaks_what_must_hold(steps in proptest::collection::vec(step(), 1..60)) {
        let mut play = Play { hub: HubInMemory::default(), uploads: 0 };
        for step in steps {
            play.play(&step);
            play.check();
        }
    }

    #[test]
    fn completion_notifies_each_case_exactly_once(recipients in 1..3usize, repeats in 1..4usize, late in any::<bool>()) {
        let mut hub = HubInMemory::default();
        if late {
            hub.settings.delivery_delay = std::time::Duration::from_secs(1);
        }
        let folder = hub.create(request("DGS-ETALO-0000000000001", &[SI_A, SI_B][..recipients])).unwrap();
        hub.fill(&folder);
        for _ in 0..repeats {
            hub.set_folder(folder.id, "HUBEE_COMPLETED").unwrap();
        }
        for (_, work) in std::mem::take(&mut hub.due) {
            prop_assert_eq!(&work, &DueWork::Deliver { folder: folder.id });
            hub.work(&work);
        }
        for case in &folder.cases {
            let about = hub.notifications.iter().filter(|it| it.case == case.id).count();
            prop_assert_eq!(about, 1);
        }
    }
}
