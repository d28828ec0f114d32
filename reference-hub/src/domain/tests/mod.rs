//! The rules by example, one file a family, on a memory that keeps what they decide.

mod against_the_model;
mod answers;
mod cases;
mod events;
mod files;
mod folders;
mod lifecycle;
mod memory;
mod property;
mod queues;
mod referential;
mod tidy;
