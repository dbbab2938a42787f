//! `xtask/tidy.toml`: what the rules let pass, each with its reason.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};

use super::report::Exceptions;

/// Where the settings stand.
pub(crate) const FILE: &str = "xtask/tidy.toml";

/// The settings.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// Licences, by SPDX identifier, under which a dependency may come.
    pub(crate) licences: Vec<String>,
    /// Packages that come in more than one version, and why.
    pub(crate) duplicates: BTreeMap<String, String>,
    /// By rule, files that it lets pass, and why.
    pub(crate) except: Exceptions,
}

impl Settings {
    pub(crate) fn parse(text: &str) -> Result<Self> {
        toml::from_str(text).with_context(|| format!("{FILE} is not readable"))
    }
}
