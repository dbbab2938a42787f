//! `demo.toml`: who lives in the region, what a morning asks, and what goes wrong with faults.

use std::collections::BTreeMap;

use base::{BodyId, ServiceId};

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
    pub faults: Option<Faults>,
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

/// Each back office in turn, each kind of fault for one window.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Faults {
    /// Up to this minute after 08:00, without it.
    pub to_minute: u32,
    /// How many minutes a fault lasts.
    pub window_minutes: u32,
    /// How late a slow one answers, in milliseconds.
    pub slow_ms: i64,
    /// What goes wrong, one kind after the other.
    pub kinds: Vec<FaultKind>,
}

/// A fault of one back office for a while, in minutes after 08:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaultWindow {
    /// What goes wrong.
    pub kind: FaultKind,
    /// From this minute.
    pub from_minute: u32,
    /// Up to this one, without it.
    pub to_minute: u32,
}

impl Faults {
    /// Minutes within which every back office has one kind of fault.
    fn round(&self) -> u32 {
        u32::try_from(self.kinds.len())
            .ok()
            .and_then(|kinds| self.to_minute.checked_div(kinds))
            .unwrap_or(0)
    }

    /// The windows of the back office with this number: those of one office never overlap, and
    /// offices whose numbers follow each other fail one after the other.
    pub fn windows(&self, office: u32) -> impl Iterator<Item = FaultWindow> + '_ {
        let round = self.round();
        let lanes = round.checked_div(self.window_minutes).unwrap_or(0).max(1);
        let late = (office % lanes).saturating_mul(self.window_minutes);
        let window = move |(number, kind): (u32, &FaultKind)| {
            let from_minute = number.saturating_mul(round).saturating_add(late);
            let to_minute = from_minute.saturating_add(self.window_minutes);
            FaultWindow { kind: *kind, from_minute, to_minute }
        };
        (0..).zip(&self.kinds).map(window)
    }
}

impl Demo {
    /// Every body that it names.
    pub(super) fn bodies(&self) -> impl Iterator<Item = &BodyId> {
        let areas = self.areas.iter().flat_map(|area| area.also.iter().chain([&area.body]));
        let shares = self.shares.iter().map(|share| &share.body);
        areas.chain(shares)
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
        let fits = |faults: &Faults| {
            faults.window_minutes > 0
                && faults.window_minutes <= faults.round()
                && faults.slow_ms >= 0
        };
        if !whole {
            Some("The channels do not add up to 100 percent.")
        } else if shares != 100 {
            Some("The shares do not add up to 100 percent.")
        } else if percents.iter().any(|percent| *percent > 100) {
            Some("A percentage is above 100.")
        } else if self.decisions.iter().any(|it| it.options.values().all(|share| *share == 0)) {
            Some("A decision has no option that is ever chosen.")
        } else if !self.faults.iter().all(fits) {
            Some("The faults have no room in their minutes.")
        } else {
            None
        }
    }
}
