//! `demo.toml`: who lives in the region, what a morning asks, and what goes wrong with faults.

use std::collections::BTreeMap;

use base::{BodyId, ServiceId, SystemId};

/// What a demonstration does.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demo {
    /// Minutes from 08:00 over which requests are spread.
    pub morning_minutes: u32,
    /// How requests come.
    pub mix: Mix,
    /// What residents do.
    pub residents: Residents,
    /// Where people live.
    #[serde(default, rename = "area")]
    pub areas: Vec<Area>,
    /// Who is asked for what.
    #[serde(default, rename = "share")]
    pub shares: Vec<Share>,
    /// What staff decide.
    #[serde(default, rename = "decision")]
    pub decisions: Vec<Decision>,
    /// What goes wrong with faults.
    #[serde(default, rename = "fault")]
    pub faults: Vec<FaultWindow>,
}

/// How requests come, in percent of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mix {
    /// Sent with a fault first, then corrected.
    pub invalid_then_corrected: u8,
    /// Reports of what is reported already.
    pub duplicates: u8,
    /// By channel.
    pub channels: ChannelMix,
}

/// Requests by channel, in percent of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelMix {
    /// A resident's browser.
    pub web: u8,
    /// A contact-centre agent.
    pub agent: u8,
    /// The JSON API.
    pub api: u8,
    /// Open311.
    pub open311: u8,
}

impl ChannelMix {
    fn sum(self) -> u32 {
        let Self { web, agent, api, open311 } = self;
        [web, agent, api, open311].into_iter().map(u32::from).sum()
    }
}

/// What residents do, in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Residents {
    /// Of requests by web, those whose requester is signed in.
    pub signed_in: u8,
    /// Of requests, those that give an e-mail address.
    pub give_email: u8,
    /// Of requests to a body that serves in Welsh, those made in Welsh.
    pub ask_in_welsh: u8,
    /// Of closed requests, those whose requester says "this is not fixed".
    pub not_fixed: u8,
    /// Of requests, those that a rule must refuse.
    pub to_be_refused: u8,
}

/// Where people of a body live.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// The body.
    pub body: BodyId,
    /// The post town.
    pub town: String,
    /// The first part of the postcodes.
    pub outcode: String,
    /// The number of the first property; the others follow.
    pub first_uprn: u64,
    /// How many properties.
    pub properties: u32,
    /// Bodies that serve the same people, such as the county of a district.
    #[serde(default)]
    pub also: Vec<BodyId>,
}

/// How much of a morning asks one body for one service.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// The body.
    pub body: BodyId,
    /// The service.
    pub service: ServiceId,
    /// In percent of all requests.
    pub percent: u8,
    /// How they come, where that is not as in the whole mix.
    pub channels: Option<ChannelMix>,
}

/// What staff decide in one kind of task.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The service.
    pub service: ServiceId,
    /// The variable that the task gives.
    pub gives: String,
    /// How often each option is chosen, as shares of their sum.
    pub options: BTreeMap<String, u32>,
    /// The reason that is written down.
    pub reason: String,
}

/// What goes wrong with a back office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Nothing reaches it.
    Down,
    /// It answers late.
    Slow,
    /// It answers with status 500, and does nothing.
    #[serde(rename = "fail500")]
    Fail500,
    /// It does the work, and answers with status 500.
    #[serde(rename = "fail500_after_work")]
    Fail500AfterWork,
    /// It does the work, and the reply is lost.
    LoseReply,
    /// Each request reaches it twice.
    Double,
}

/// A fault for a while.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultWindow {
    /// Whose back office.
    pub body: BodyId,
    /// Which.
    pub system: SystemId,
    /// What goes wrong.
    pub kind: FaultKind,
    /// From this minute after 08:00.
    pub from_minute: u32,
    /// Up to this one, without it.
    pub to_minute: u32,
    /// How late a slow one answers.
    #[serde(default)]
    pub delay_ms: i64,
}

impl Demo {
    /// Every body that it names.
    pub(super) fn bodies(&self) -> impl Iterator<Item = &BodyId> {
        let areas = self.areas.iter().flat_map(|area| area.also.iter().chain([&area.body]));
        let shares = self.shares.iter().map(|share| &share.body);
        areas.chain(shares).chain(self.faults.iter().map(|fault| &fault.body))
    }

    /// A sentence on figures that do not fit together.
    pub(super) fn fault(&self) -> Option<&'static str> {
        let own = self.shares.iter().filter_map(|share| share.channels.as_ref());
        let whole = own.chain([&self.mix.channels]).all(|mix| mix.sum() == 100);
        let shares: u32 = self.shares.iter().map(|share| u32::from(share.percent)).sum();
        let residents = self.residents;
        let percents = [
            self.mix.invalid_then_corrected,
            self.mix.duplicates,
            residents.signed_in,
            residents.give_email,
            residents.ask_in_welsh,
            residents.not_fixed,
            residents.to_be_refused,
        ];
        let window =
            |fault: &FaultWindow| fault.from_minute < fault.to_minute && fault.delay_ms >= 0;
        if !whole {
            Some("The channels do not add up to 100 percent.")
        } else if shares != 100 {
            Some("The shares do not add up to 100 percent.")
        } else if percents.iter().any(|percent| *percent > 100) {
            Some("A percentage is above 100.")
        } else if self.decisions.iter().any(|it| it.options.values().all(|share| *share == 0)) {
            Some("A decision has no option that is ever chosen.")
        } else if !self.faults.iter().all(window) {
            Some("A fault ends before it begins.")
        } else {
            None
        }
    }
}
