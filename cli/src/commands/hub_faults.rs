//! `etalon hub faults`: what the reference hub can break on purpose.

use reference_hub::faults::entries;

use crate::exit::Exit;

pub(crate) fn run() -> Exit {
    for entry in entries() {
        println!("{:<18} {:<8} {}", entry.id, entry.rule, entry.title);
        for (rule, reason) in entry.collateral {
            println!("{:<18} also {rule}: {reason}", "");
        }
    }
    Exit::Success
}
