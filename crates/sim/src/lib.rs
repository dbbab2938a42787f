//! Fault simulator: a whole installation on one thread from one seed.
//!
//! A [`run`] makes a body with random services and the missed-bin service, residents, staff and
//! back offices, and lets it live through crashes at any commit, lost, doubled, slow and refused
//! calls, full disks and jumps of the clock. It holds the real shard, store, connectors and
//! emulators to what they promise, after every commit: replay equals live equals stored, tokens
//! are conserved, work is done once, what was acknowledged stays, no plaintext is in the journal.
//! At the end the faults stop and everything that is due must drain.
//!
//! [`cross`] does the same with two bodies and the identity office between them: questions and
//! notices cross under crashes of each, and lost, late and doubled letters.
//!
//! It reads no clock and draws nothing but from its seed, so that a seed gives the same run to the
//! byte: a failure is its seed. It promises nothing about speed, threads or a real disk.
//!
//! ```
//! let report = sim::run(&sim::Plan { processes: 2, requests: 3, ..sim::Plan::of_seed(1) })?;
//! assert!(report.commits > 0);
//! # Ok::<(), Box<sim::Failure>>(())
//! ```

mod bodies;
mod chance;
mod keys;
mod office;
mod package;
mod report;
mod world;

pub use bodies::{Crossings, CrossingsPlan, cross};
pub use report::{Failure, Report};
pub use world::{Plan, run};

/// A text that stands in every personal value of a run, and so must not stand in a journal. Its stops
/// keep it apart from the text form of sealed bytes.
pub const MARK: &str = "zq.xj.qz";

/// Runs that once failed, as seed, processes and requests: each is run again by the tests, for its
/// fault must not come back.
pub const FAILED_ONCE: &[(u64, u64, u64)] = &[(34, 8, 4), (56, 8, 4)];
