//! Rate cards: what a body says its work costs.
//!
//! A card is data of the region. It states whether it is a sample: a figure that
//! rests on one is shown with [`SAMPLE_NOTE`].

use std::collections::BTreeMap;

use base::{Channel, Role};
use serde::{Deserialize, Serialize};

use crate::{Rate, UsageKind};

/// What stands beside every figure that rests on a sample card.
pub const SAMPLE_NOTE: &str = "sample rates, not evidence";

/// The rates of one body for the work that it does, for itself or for others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateCard {
    /// The card's version, as the body names it, such as `2026-27`.
    pub version: String,
    /// Whether the rates are a demonstration's and no evidence of anything.
    #[serde(default)]
    pub sample: bool,
    /// Pence a minute of staff, by role.
    #[serde(default)]
    pub staff_minute: BTreeMap<Role, Rate>,
    /// Pence a contact, by channel.
    #[serde(default)]
    pub contact: BTreeMap<Channel, Rate>,
    /// Pence a piece of machine work.
    #[serde(default)]
    pub machine: MachineRates,
    /// Pence for hosting one case.
    #[serde(default)]
    pub hosted_case: Rate,
}

/// Pence a piece of machine work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MachineRates {
    /// A command that was decided and committed.
    pub command: Rate,
    /// A call to a back office.
    pub connector_call: Rate,
    /// A message to a person: e-mail, SMS or letter.
    pub message: Rate,
    /// A question to another body.
    pub question: Rate,
}

impl RateCard {
    /// The rate of a kind of use; `None` when the card does not state it.
    pub fn rate(&self, kind: UsageKind) -> Option<Rate> {
        match kind {
            UsageKind::StaffTime { role } => self.staff_minute.get(&role).copied(),
            UsageKind::Contact { channel } => self.contact.get(&channel).copied(),
            UsageKind::Command => Some(self.machine.command),
            UsageKind::ConnectorCall => Some(self.machine.connector_call),
            UsageKind::Message => Some(self.machine.message),
            UsageKind::Question => Some(self.machine.question),
            UsageKind::HostedCase => Some(self.hosted_case),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_read_from_data() {
        let card: RateCard = toml::from_str(
            r#"
            version = "2026-27"
            sample = true
            hosted_case = "1.5"
            [staff_minute]
            caseworker = "62.5"
            data_protection = 90
            [contact]
            web = "0.9"
            open311 = "0.4"
            [machine]
            command = "0.002"
            "#,
        )
        .unwrap();
        let rate = |text: &str| Some(text.parse::<Rate>().unwrap());
        assert_eq!(card.rate(UsageKind::StaffTime { role: Role::Caseworker }), rate("62.5"));
        assert_eq!(card.rate(UsageKind::StaffTime { role: Role::Agent }), None);
        assert_eq!(card.rate(UsageKind::Contact { channel: Channel::Open311 }), rate("0.4"));
        assert_eq!(card.rate(UsageKind::Command), rate("0.002"));
        assert_eq!(card.rate(UsageKind::Message), rate("0"));
        assert_eq!(card.rate(UsageKind::HostedCase), rate("1.5"));
        assert!(toml::from_str::<RateCard>("version = \"1\"\nhosted_cse = 1").is_err());
        assert!(toml::from_str::<RateCard>("version = \"1\"\nhosted_case = 0.1").is_err());
    }
}
