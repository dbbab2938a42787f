//! The program as people run it: service designers, operators, and a test that kills the server.

#[cfg(test)]
#[path = "program/audit.rs"]
mod audit_command;
#[cfg(test)]
#[path = "program/decisions.rs"]
mod decisions;
#[cfg(test)]
#[path = "program/kill.rs"]
mod kill;
#[cfg(test)]
#[path = "program/packages.rs"]
mod packages;
#[cfg(test)]
#[path = "program/region.rs"]
mod region;
#[cfg(test)]
#[path = "program/serve.rs"]
mod serve;
#[cfg(test)]
#[path = "program/town.rs"]
mod town;
#[cfg(test)]
#[path = "program/versions.rs"]
mod versions;
