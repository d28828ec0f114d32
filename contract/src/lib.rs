//! What crosses the wire of a hub of the HubEE kind, and what is required of it: the API
//! descriptions, the shapes of requests and answers, the access matrix, the catalogue of rules, and
//! the check of one observed exchange against the descriptions. No I/O, no server, no client: both
//! sides of the wire and the suite read it from here.

pub mod attachment;
pub mod bilingual;
pub mod case;
pub mod check;
pub mod description;
pub mod divergences;
pub mod event;
pub mod exchange;
pub mod folder;
pub mod ids;
pub mod journeys;
pub mod malformed;
pub mod misbehaviour;
pub mod notification;
pub mod numbering;
pub mod operations;
pub mod organization;
pub mod problem;
pub mod process;
pub mod quota;
pub mod retry;
pub mod rules;
pub mod sources;
pub mod status;
pub mod subscription;
pub mod timestamp;
pub mod token;
