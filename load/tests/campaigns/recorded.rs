//! Records that an earlier étalon wrote, in `records/`: two shards of one campaign, and the report
//! of the whole that it made of them. They say today what they said then.

use std::path::{Path, PathBuf};

use load::merge::merge;
use load::records::fold_again;
use reports::load::directory::open_load_run;
use reports::load::{LoadRun, thousandths};

fn records() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/campaigns/records")
}

/// As it is written and read: some digits of a float do not survive that.
fn reread(run: &LoadRun) -> LoadRun {
    serde_json::from_str(&serde_json::to_string(run).unwrap()).unwrap()
}

#[test]
fn a_recorded_campaign_is_folded_to_the_report_it_had() {
    for shard in ["0", "1"] {
        let directory = records().join(shard);
        let folded = fold_again(&directory).unwrap();
        assert_eq!(reread(&folded), open_load_run(&directory).unwrap());
    }
}

#[test]
fn recorded_shards_are_the_whole_they_were() {
    let into = tempfile::tempdir().unwrap();
    let shards = [records().join("0"), records().join("1")];
    let mut merged = merge(&shards, into.path()).unwrap();
    let text = std::fs::read_to_string(records().join("whole.json")).unwrap();
    let mut whole: LoadRun = serde_json::from_str(&text).unwrap();
    for run in [&mut merged, &mut whole] {
        run.achieved.calls_per_s = thousandths(run.achieved.calls_per_s);
        // Of the measured seconds, like that of a single generator; it was of all.
        run.generator.cpu_s_per_100000_calls = 0.0;
        run.generator.cpu_share = thousandths(run.generator.cpu_share);
    }
    assert_eq!(reread(&merged), reread(&whole));
}
