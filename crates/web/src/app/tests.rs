//! The pages on a real host with the real package, region and emulated back offices, called
//! without a network.
#![expect(clippy::indexing_slicing, reason = "a test that looks for what is not there fails")]

mod access;
mod browser;
mod callers;
mod contacts;
mod desk;
mod hostile;
mod journey;
mod kept;
mod ledger;
mod limits;
mod operator;
mod paying;
mod region;
mod reviews;
mod sign_in;
mod staff;
mod strangers;

use browser::{Browser, Read};
use region::World;

/// The service.
const SERVICE: &str = "missed-bin-collection";
