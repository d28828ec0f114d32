//! A campaign cut into shards is the same campaign.

use std::collections::BTreeSet;
use std::path::Path;

use load::draw::draw;
use load::plan::{Overrides, Plan};
use load::systems::Shard;
use proptest::prelude::*;

const PLAN: &str = r#"
name = "essai"
seed = 9
[arrivals]
form = "ramp"
from_calls_per_second = 10
to_calls_per_second = 400
duration = "20s"
"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn shards_are_disjoint_and_make_the_whole(count in 1_u64..=64, cells in 64_usize..=64, seed: u64) {
        let overrides = Overrides { seed: Some(seed), ..Overrides::default() };
        let plan = Plan::parse(PLAN, Path::new("essai.toml"), &overrides).unwrap();
        let whole: BTreeSet<u64> = plan.arrivals.schedule(plan.seed).map(|start| start.rank).collect();
        let mut seen = BTreeSet::new();
        for index in 0..count {
            let shard = Shard { index, count };
            for start in plan.arrivals.schedule(plan.seed) {
                if shard.takes(draw(&plan, cells, start).cell) {
                    prop_assert!(seen.insert(start.rank), "{} is in two shards", start.rank);
                }
            }
        }
        prop_assert_eq!(seen, whole);
    }

    #[test]
    fn the_shares_of_all_shards_are_one(count in 1_u64..=64, cells in 64_usize..=200) {
        let total: f64 = (0..count).map(|index| Shard { index, count }.share(cells)).sum();
        prop_assert!((total - 1.0).abs() < 1e-9);
    }
}

#[test]
fn a_shard_is_written_as_kubernetes_counts() {
    assert_eq!("2/8".parse(), Ok(Shard { index: 2, count: 8 }));
    for wrong in ["8/8", "1", "-1/2", "1/0", "a/b"] {
        assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
    }
}
