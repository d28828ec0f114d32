//! What the hub acknowledged is there: after crashes, on a disk that is full, beside a second hub.

use std::fs::File;
use std::path::Path;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::api::{Answer, Api, content, folder};
use crate::support::{ServedHub, directory, text};

const WORKERS: usize = 20;
/// Télédossiers carried to their end after which the hub is killed: in the middle of the others.
const KILLED_AFTER: usize = 40;
/// How often the hub is killed when `ETALON_KILLS` does not say.
const KILLS: usize = 2;

/// How far a télédossier was acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Created,
    Uploaded,
    Completed,
    TakenIntoAccount,
    Told,
    /// Its notification is deleted.
    Taken,
}

/// What the hub acknowledged of one télédossier.
#[derive(Clone, Debug)]
struct Acknowledged {
    number: String,
    folder: String,
    case: String,
    attachment: String,
    event: Option<String>,
    stage: Stage,
}

/// The two who work with the hub.
#[derive(Clone)]
struct Parties {
    osl: Api,
    si: Api,
}

impl Parties {
    async fn of(hub: &ServedHub) -> Self {
        let target = hub.target();
        Self {
            osl: Api::of(&target, "osl-dila").await,
            si: Api::of(&target, "si-a-etatcivil").await,
        }
    }

    async fn create(&self, number: &str) -> Option<Answer> {
        let body = folder(number, self.si.organization(), &content(number));
        self.osl.try_call("POST", "/folders", body.to_string().into_bytes()).await
    }

    /// Carries a télédossier to its end, as far as the hub answers.
    async fn carry(&self, number: String) -> Option<Acknowledged> {
        let created = self.create(&number).await?.json(201);
        let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
        let mut one = Acknowledged {
            folder: id(&created),
            case: id(&created["cases"][0]),
            attachment: id(&created["attachments"][0]),
            event: None,
            stage: Stage::Created,
            number,
        };
        let _ = self.go_on(&mut one).await;
        Some(one)
    }

    async fn go_on(&self, one: &mut Acknowledged) -> Option<()> {
        let (folder, case) = (format!("/folders/{}", one.folder), format!("/cases/{}", one.case));
        let json = |value: Value| value.to_string().into_bytes();
        let file = format!("{folder}/attachments/{}", one.attachment);
        self.osl.try_call("PUT", &file, content(&one.number)).await?.json(204);
        one.stage = Stage::Uploaded;
        let completion = json(json!({ "globalStatus": "HUBEE_COMPLETED" }));
        self.osl.try_call("PATCH", &folder, completion).await?.json(204);
        one.stage = Stage::Completed;
        let status = json(json!({ "status": "SI_RECEIVED" }));
        self.si.try_call("PATCH", &case, status).await?.json(204);
        one.stage = Stage::TakenIntoAccount;
        let event = json(json!({
            "actionType": "SENDING_MESSAGE", "message": one.number, "author": "agent", "notification": true,
        }));
        let event = self.si.try_call("POST", &format!("{case}/events"), event).await?.json(201);
        one.event = event["id"].as_str().map(str::to_owned);
        one.stage = Stage::Told;
        let queue = self.si.try_call("GET", "/notifications?maxResult=100000", vec![]).await?;
        let queue = queue.json(200);
        let own = queue.as_array()?.iter().find(|found| found["caseId"] == *one.case);
        let path = format!("/notifications/{}", own.expect("it is notified")["id"].as_str()?);
        self.si.try_call("DELETE", &path, vec![]).await?.json(204);
        one.stage = Stage::Taken;
        Some(())
    }

    async fn have(&self, acknowledged: &[Acknowledged]) {
        let queue = self.si.queue().await;
        for one in acknowledged {
            let folder = self.osl.get(&format!("/folders/{}", one.folder)).await;
            assert_eq!(folder["externalId"], one.number);
            if one.stage >= Stage::Uploaded {
                assert_eq!(folder["attachments"][0]["status"], "RECEIVED", "{one:?}");
            }
            if one.stage >= Stage::Completed {
                let path = format!("/cases/{}/attachments/{}", one.case, one.attachment);
                let file = self.si.call("GET", &path, &Value::Null).await;
                assert_eq!((file.status, file.bytes), (200, content(&one.number)), "{one:?}");
                let notified = queue.iter().filter(|found| found["caseId"] == *one.case).count();
                match one.stage {
                    Stage::Taken => assert_eq!(notified, 0, "{one:?}"),
                    // Its deletion may have been done without being acknowledged.
                    Stage::Told => assert!(notified <= 1, "{one:?}"),
                    _ => assert_eq!(notified, 1, "{one:?}"),
                }
            }
            let case = self.si.get(&format!("/cases/{}", one.case)).await;
            if one.stage >= Stage::TakenIntoAccount {
                assert_eq!(case["status"], "SI_RECEIVED", "{one:?}");
            }
            if let Some(event) = &one.event {
                let events = case["events"].as_array().unwrap();
                assert!(events.iter().any(|found| found["id"] == **event), "{one:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_by_kills() {
    killed_again_and_again("process").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_by_kills_where_power_may_fail() {
    killed_again_and_again("power").await;
}

async fn killed_again_and_again(durability: &str) {
    let kills = std::env::var("ETALON_KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    let data = directory();
    let options = ["--data", text(data.path()), "--durability", durability];
    let mut all = Vec::new();
    let mut hub = ServedHub::start(&options);
    for kill in 0..kills {
        let acknowledged = work_until_killed(hub, kill).await;
        hub = ServedHub::start(&options);
        Parties::of(&hub).await.have(&acknowledged).await;
        all.extend(acknowledged);
    }
    assert!(all.iter().any(|one| one.stage < Stage::Taken), "no kill came in the middle of a work");
    Parties::of(&hub).await.have(&all).await;
}

async fn work_until_killed(hub: ServedHub, kill: usize) -> Vec<Acknowledged> {
    let parties = Parties::of(&hub).await;
    let carried = Arc::new(AtomicUsize::new(0));
    let workers: Vec<_> = (0..WORKERS)
        .map(|worker| {
            let (parties, carried) = (parties.clone(), Arc::clone(&carried));
            tokio::spawn(async move {
                let mut acknowledged = Vec::new();
                for count in 0.. {
                    let number = format!("DILA-AEC-{kill:03}W{worker:03}X{count:05}");
                    let Some(one) = parties.carry(number).await else { break };
                    let is_whole = one.stage == Stage::Taken;
                    acknowledged.push(one);
                    if !is_whole {
                        break;
                    }
                    carried.fetch_add(1, Ordering::Relaxed);
                }
                acknowledged
            })
        })
        .collect();
    while carried.load(Ordering::Relaxed) < KILLED_AFTER {
        assert!(!workers.iter().all(tokio::task::JoinHandle::is_finished), "the hub ended");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    hub.kill();
    let mut acknowledged = Vec::new();
    for worker in workers {
        acknowledged.extend(worker.await.unwrap());
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_hub_on_the_same_data_refuses_and_spoils_nothing() {
    let data = directory();
    let options = ["--data", text(data.path())];
    let hub = ServedHub::start(&options);
    let parties = Parties::of(&hub).await;
    let one = parties.carry("DILA-AEC-0000000000001".to_owned()).await.unwrap();
    let second = [&["hub", "serve", "--listen", "127.0.0.2:0"], options.as_slice()].concat();
    crate::support::run(&second).ends(2).says(&["another hub has", "--data"]);
    let two = parties.carry("DILA-AEC-0000000000002".to_owned()).await.unwrap();
    hub.kill();
    let hub = ServedHub::start(&options);
    Parties::of(&hub).await.have(&[one, two]).await;
}

/// `/dev/full` is what a full disk is to a log.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_cannot_be_written_costs_no_answer() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let hub = ServedHub::start_with_log(&[], full);
    let one = Parties::of(&hub).await.carry("DILA-AEC-0000000000001".to_owned()).await;
    assert_eq!(one.unwrap().stage, Stage::Taken);
}

/// Needs a small disk that nobody else writes to: `.ci/servers` makes one where it may.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_answered_and_loses_nothing() {
    let Ok(disk) = std::env::var("ETALON_SMALL_DISK") else {
        return;
    };
    let disk = tempfile::tempdir_in(disk).unwrap();
    let data = disk.path().join("data");
    let options = ["--data", text(&data)];
    let log = File::create(disk.path().join("hub.log")).unwrap();
    let hub = ServedHub::start_with_log(&options, log);
    let parties = Parties::of(&hub).await;
    let before = parties.carry("DILA-AEC-0000000000001".to_owned()).await.unwrap();
    let ballast = disk.path().join("ballast");
    fill(&ballast);
    let mut acknowledged = vec![before];
    let mut refused = 0;
    for count in 0..40 {
        let number = format!("DILA-AEC-F{count:012}");
        let answer = parties.create(&number).await.expect("a full disk is answered");
        if answer.status == 201 {
            continue;
        }
        let problem = answer.json(503);
        assert_eq!(problem["errors"][0]["code"], 503, "{problem}");
        refused += 1;
        // What is read needs no room.
        parties.have(&acknowledged).await;
    }
    assert!(refused > 0, "the disk is not full");
    // A file larger than the room is answered too, however much of it is still to come.
    std::fs::remove_file(&ballast).unwrap();
    let during = parties.carry("DILA-AEC-0000000000002".to_owned()).await.unwrap();
    assert_eq!(during.stage, Stage::Taken, "there is room again");
    acknowledged.push(during);
    let large = large_file(&parties).await;
    fill(&ballast);
    let answer = parties.osl.try_call("PUT", &large, vec![b' '; 15_000_000]).await;
    answer.expect("a full disk is answered").json(503);
    std::fs::remove_file(&ballast).unwrap();
    parties.have(&acknowledged).await;
    hub.kill();
    let hub = ServedHub::start(&options);
    let parties = Parties::of(&hub).await;
    parties.have(&acknowledged).await;
    let after = parties.carry("DILA-AEC-0000000000003".to_owned()).await.unwrap();
    assert_eq!(after.stage, Stage::Taken);
}

/// Where a file of 15 MB is to be sent.
async fn large_file(parties: &Parties) -> String {
    let mut body = folder("DILA-AEC-L000000000001", parties.si.organization(), b"");
    body["attachments"][0]["size"] = json!(15_000_000);
    let created = parties.osl.call("POST", "/folders", &body).await.json(201);
    let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
    format!("/folders/{}/attachments/{}", id(&created), id(&created["attachments"][0]))
}

/// Leaves no room on the disk.
fn fill(path: &Path) {
    use std::io::Write as _;
    let mut file = File::create(path).unwrap();
    for piece in [65_536, 4096, 512, 1] {
        while file.write_all(&vec![0; piece]).is_ok() {}
    }
}

/// A scan of many gigabytes is in progress, and is not waited for.
#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_is_asked_to_end_does_not_wait_for_its_work() {
    let hub = ServedHub::start(&[]);
    let parties = Parties::of(&hub).await;
    let bomb = swelling_zip();
    let mut scans = Vec::new();
    for rank in 0..24 {
        let mut body = folder(&format!("DILA-AEC-Z{rank:012}"), parties.si.organization(), b"");
        body["attachments"][0]["size"] = json!(bomb.len());
        let created = parties.osl.call("POST", "/folders", &body).await.json(201);
        let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
        let path =
            format!("/folders/{}/attachments/{}", id(&created), id(&created["attachments"][0]));
        let (osl, bomb) = (parties.osl.clone(), bomb.clone());
        scans.push(tokio::spawn(async move { osl.try_call("PUT", &path, bomb).await }));
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(scans.iter().any(|scan| !scan.is_finished()), "the scans are over too soon");
    let asked = std::time::Instant::now();
    hub.terminate();
    assert!(asked.elapsed() < Duration::from_secs(12), "{:?}", asked.elapsed());
}

/// A small file that is gigabytes once decompressed.
fn swelling_zip() -> Vec<u8> {
    use std::io::{Cursor, Write as _};
    let mut one = zip::ZipWriter::new(Cursor::new(Vec::new()));
    one.start_file("0", zip::write::SimpleFileOptions::default()).unwrap();
    one.write_all(&vec![0; 64 * 1024 * 1024]).unwrap();
    let mut one = zip::ZipArchive::new(one.finish().unwrap()).unwrap();
    let mut all = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for entry in 0..60 {
        all.raw_copy_file_rename(one.by_index(0).unwrap(), entry.to_string()).unwrap();
    }
    all.finish().unwrap().into_inner()
}
