//! The crate from outside: files in, values, traces, problems and findings out.

#![expect(
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test that finds something else than it looks for should fail"
)]
#![expect(clippy::needless_raw_string_hashes, reason = "expect-test writes them so")]

mod analysis;
mod changes;
mod decide;
mod guide;
mod problems;
