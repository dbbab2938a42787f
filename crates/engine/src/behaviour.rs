//! What several kinds of elements share: mappings, jobs, subscriptions, timers, errors, decisions,
//! incidents and the way out.

pub(crate) mod decision;
pub(crate) mod error;
pub(crate) mod evaluate;
pub(crate) mod incident;
pub(crate) mod job;
pub(crate) mod mapping;
pub(crate) mod subscription;
pub(crate) mod timer;
pub(crate) mod transition;
