//! The model of a run and the reports projected from it. The runner emits [`event::Event`]s; [`fold`] judges them;
//! everything shown is a projection of the resulting [`run::Run`].

pub mod event;
pub mod fold;
pub mod run;
