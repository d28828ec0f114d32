//! Shards put together are judged as one campaign is: by every second in which something ended.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use load::merge::{MergeError, merge};
use load::systems::Shard;
use parking_lot::Mutex;
use reports::load::{LoadVerdict, Outcome};

use crate::campaign;
use crate::server::{self, Stall};

const PLAN: &str = r#"
name = "essai"
warm_up = "1s"
drain = "20s"
[arrivals]
form = "constant"
calls_per_second = 20
duration = "3s"
spacing = "even"
[journeys]
poll = 1
[generator]
latest = "900ms"
[[objective]]
response = "500ms"
percentile = 50
window = "2s"
"#;

/// Two shards that a server stalls in the last half second of the plan, and two seconds after it.
fn shards(directory: &Path) -> Vec<PathBuf> {
    let stall = Arc::new(Mutex::new(None));
    let address = server::serve(stall.clone(), 3_600);
    let shards: Vec<PathBuf> = (0..2).map(|index| directory.join(format!("{index}"))).collect();
    for (index, shard) in (0..).zip(&shards) {
        std::fs::create_dir(shard).unwrap();
        let plan = campaign::plan(PLAN);
        let target = server::parsed(&server::target_text(address, 6));
        let part = Shard { index, count: 2 };
        let run = campaign::run_into(shard, plan, &target, part, |origin| {
            let from = origin + Duration::from_millis(3_500);
            *stall.lock() = Some(Stall { from, to: from + Duration::from_millis(2_600), over: "" });
        });
        assert_eq!(run.objectives[0].outcome, Outcome::Broken, "{:?}", run.objectives);
        // What is rendered later is what was written then.
        assert_eq!(load::records::fold_again(shard).unwrap(), run);
    }
    shards
}

#[test]
fn what_each_shard_breaks_while_draining_the_whole_breaks() {
    let directory = tempfile::tempdir().unwrap();
    let shards = shards(directory.path());
    let whole = directory.path().join("whole");
    let merged = merge(&shards, &whole).unwrap();
    assert_eq!(merged.objectives[0].outcome, Outcome::Broken, "{:?}", merged.objectives);
    assert_eq!(merged.verdict, LoadVerdict::OutsideObjectives);
    refuses_what_is_not_one_campaign(directory.path(), &shards);
}

fn refuses_what_is_not_one_campaign(directory: &Path, shards: &[PathBuf]) {
    let roundabout = directory.join("x").join("..").join("0");
    assert!(matches!(merge(shards, &roundabout), Err(MergeError::IntoAShard)));

    let report = shards[1].join("report.json");
    let text = std::fs::read_to_string(&report).unwrap();
    std::fs::write(&report, text.replace("Serveur d'essai", "Un autre")).unwrap();
    let refused = merge(shards, &directory.join("refused")).unwrap_err().to_string();
    assert!(refused.contains("two hubs"), "{refused}");
    std::fs::write(&report, text).unwrap();

    // A record without its times would be judged by those of the others.
    std::fs::write(shards[1].join("histograms.hlog"), "").unwrap();
    let refused = merge(shards, &directory.join("refused")).unwrap_err().to_string();
    assert!(refused.contains("not whole"), "{refused}");
}
