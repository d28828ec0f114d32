//! What lies on the disk: whose it is, who may read it, and what a hub does when it is not as it
//! was left.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use reference_hub::{Config, RunningHub, StartError, start};

use crate::support::Bench;

fn on(data: &Path) -> Config {
    Config { data: Some(data.to_owned()), ..Config::default() }
}

async fn refused(data: &Path) -> String {
    match start(on(data)).await {
        Ok(_) => panic!("the hub starts"),
        Err(error) => error.to_string(),
    }
}

/// A deposit with its file, acknowledged.
async fn deposit(bench: &Bench, number: &str) -> String {
    let osl = bench.token("OSL").await;
    let folder = bench.folder(number, b"<acte/>", "text/xml");
    let created = bench.teledossiers("POST", "/folders").token(&osl).json(&folder).send().await;
    let created = created.json();
    let path = format!("/folders/{}", created["id"].as_str().unwrap());
    let file = format!("{path}/attachments/{}", created["attachments"][0]["id"].as_str().unwrap());
    let sent = bench.teledossiers("PUT", &file).token(&osl).body("<acte/>").send().await;
    assert_eq!(sent.status, 204, "{}", sent.text());
    path
}

fn files_below(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
        }
        found.push(path);
    }
    found
}

fn binaries(data: &Path) -> usize {
    files_below(&data.join("binaries")).iter().filter(|path| path.is_file()).count()
}

/// What a kill leaves: everything as it is while the hub still runs.
fn as_a_kill_leaves_it(hub: &RunningHub, into: &Path) {
    for path in files_below(hub.data()) {
        let below = into.join(path.strip_prefix(hub.data()).unwrap());
        if path.is_file() {
            std::fs::create_dir_all(below.parent().unwrap()).unwrap();
            std::fs::copy(&path, below).unwrap();
        }
    }
}

#[tokio::test]
async fn two_hubs_do_not_share_their_data() {
    let data = tempfile::tempdir().unwrap();
    let bench = Bench::start(on(data.path())).await;
    let path = deposit(&bench, "DILA-AEC-0000000000001").await;
    let second = start(on(data.path())).await;
    assert!(matches!(second, Err(StartError::Taken(_))));
    let osl = bench.token("OSL").await;
    assert_eq!(bench.teledossiers("GET", &path).token(&osl).send().await.status, 200);
    assert_eq!(binaries(data.path()), 1);
    bench.hub.stop().await;
    assert!(start(on(data.path())).await.is_ok(), "what is stopped holds nothing");
}

#[tokio::test]
async fn binaries_without_their_database_are_not_swept() {
    let data = tempfile::tempdir().unwrap();
    let bench = Bench::start(on(data.path())).await;
    deposit(&bench, "DILA-AEC-0000000000001").await;
    bench.hub.stop().await;
    let database = data.path().join("hub.sqlite");
    let copy = data.path().join("copy");
    std::fs::rename(&database, &copy).unwrap();
    let told = refused(data.path()).await;
    assert!(told.contains("hub.sqlite") && told.contains("binaries"), "{told}");
    std::fs::write(&database, "").unwrap();
    assert!(refused(data.path()).await.contains("binaries"));
    // Without its tables, too.
    std::fs::write(&database, vec![0; 4096]).unwrap();
    refused(data.path()).await;
    assert_eq!(binaries(data.path()), 1);
    std::fs::rename(&copy, &database).unwrap();
    assert!(start(on(data.path())).await.is_ok());
    assert_eq!(binaries(data.path()), 1);
}

#[tokio::test]
async fn what_is_on_the_disk_is_its_owner_s_alone() {
    let parent = tempfile::tempdir().unwrap();
    let data = parent.path().join("data");
    let bench = Bench::start(on(&data)).await;
    deposit(&bench, "DILA-AEC-0000000000001").await;
    let mut all = files_below(&data);
    all.push(data.clone());
    assert!(all.iter().any(|path| path.ends_with("hub.sqlite-wal")));
    for path in all {
        let metadata = path.metadata().unwrap();
        let expected = if metadata.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(metadata.permissions().mode() & 0o777, expected, "{}", path.display());
    }
}

#[tokio::test]
async fn an_orderly_stop_leaves_nothing_in_the_log() {
    let data = tempfile::tempdir().unwrap();
    let bench = Bench::start(on(data.path())).await;
    deposit(&bench, "DILA-AEC-0000000000001").await;
    let log = data.path().join("hub.sqlite-wal");
    assert!(log.metadata().unwrap().len() > 0);
    bench.hub.stop().await;
    assert_eq!(log.metadata().map_or(0, |metadata| metadata.len()), 0);
}

#[tokio::test]
async fn a_damaged_log_is_kept_and_its_binaries_are_not_swept() {
    let bench = Bench::start(Config::default()).await;
    deposit(&bench, "DILA-AEC-0000000000001").await;
    let left = tempfile::tempdir().unwrap();
    as_a_kill_leaves_it(&bench.hub, left.path());
    let log = left.path().join("hub.sqlite-wal");
    let mut bytes = std::fs::read(&log).unwrap();
    // In the frames of the deposit: those of the tables and of the référentiel come before.
    let place = bytes.len() - 9000;
    bytes[place] ^= 1;
    std::fs::write(&log, &bytes).unwrap();
    let hub = start(on(left.path())).await.unwrap();
    let copy = left.path().join("hub.sqlite-wal.damaged");
    assert_eq!(std::fs::read(&copy).unwrap(), bytes);
    assert_eq!(binaries(left.path()), 1);
    hub.stop().await;
    std::fs::remove_file(copy).unwrap();
    start(on(left.path())).await.unwrap().stop().await;
    assert_eq!(binaries(left.path()), 0, "once it was looked after, a stray is one again");
}
