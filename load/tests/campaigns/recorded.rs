//! Campaigns that étalon 0.1.0 recorded (`cli/tests/records`): folded again, they are the report
//! that they had.

use std::path::Path;

use load::records::fold_again;
use reports::load::LoadRun;
use reports::load::directory::open_load_run;

/// As it is written and read: some digits of a float do not survive that.
fn reread(run: &LoadRun) -> LoadRun {
    serde_json::from_str(&serde_json::to_string(run).unwrap()).unwrap()
}

#[test]
fn a_recorded_campaign_is_folded_to_the_report_it_had() {
    for record in ["load", "shard-0", "shard-1"] {
        let records = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli/tests/records");
        let directory = records.join(record);
        let folded = fold_again(&directory).unwrap();
        assert_eq!(reread(&folded), open_load_run(&directory).unwrap(), "{record}");
    }
}
