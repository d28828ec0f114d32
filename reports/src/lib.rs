//! The model of a run and the reports projected from it. The runner emits [`event::Event`]s.

pub mod event;
