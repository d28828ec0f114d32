//! The suite against hubs that are merely different, and against hubs that are broken on the wire:
//! a proxy of ours stands between the suite and the reference hub. The first must stay green, the
//! second must not.

#![expect(clippy::unwrap_used, reason = "in a test, what is not there is a failure")]

mod bends;
mod bent_run;
mod breakage;
mod breaks;
mod proxy;
mod settling;
mod tolerance;
