//! A page that follows a program while it runs, served by that program itself to the person who
//! started it. What is shown lies on a [`Board`], which never waits for a reader; what the page
//! may ask for is an [`Action`]. Only who has the link that [`serve`] gives gets in. What the page
//! is about is not known here: the program hands over the page, its style and its actions.

mod board;
mod door;
mod server;

pub use board::Board;
pub use server::{Action, Fields, LiveError, Run, Served, Site, View, serve};
