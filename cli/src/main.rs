//! The étalon command.

fn main() {}
