//! The plan of a demonstration: who lives where, and what a morning asks, from one seed.
//!
//! Everything here is a function of the seed and the region's data; rates that come out of it are
//! the generator's and no evidence of anything.

use std::collections::BTreeMap;

use base::{BodyId, Channel, Date, Digest, Language, ServiceId, Weekday};
use catalogue::region::{ChannelMix, Demo, Share};
use catalogue::{Given, QuestionRole, SignIn};
use emulators::District;

use super::answers::{self, Asker, Plan};
use super::callers::Caller;
use super::people::Resident;

/// Draws that depend on the seed and what they are for, never on the order in which they are made.
#[derive(Debug, Clone, Copy)]
pub struct Chance(pub u64);

impl Chance {
    /// A number below `bound`.
    pub fn below(self, what: &str, of: u64, bound: u64) -> u64 {
        let digest = Digest::of_parts(&[&self.0.to_be_bytes(), what.as_bytes(), &of.to_be_bytes()]);
        let drawn =
            digest.as_bytes().first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        drawn % bound.max(1)
    }

    /// Whether something that happens so often in a hundred happens here.
    pub fn happens(self, what: &str, of: u64, percent: u32) -> bool {
        self.below(what, of, 100) < u64::from(percent)
    }
}

/// The people of an area.
#[derive(Debug, Clone)]
pub struct Area {
    /// The bodies that serve them, the nearest first.
    pub bodies: Vec<BodyId>,
    /// Their properties.
    pub district: District,
    /// They themselves.
    pub residents: Vec<Resident>,
}

/// What is special about a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Nothing.
    Plain,
    /// A first answer is wrong, and corrected.
    Corrected,
    /// It reports what another visit has reported.
    Repeats(usize),
    /// A rule must refuse it.
    Refused,
}

/// A visit of the morning.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Its number.
    pub number: usize,
    /// The minute of the morning.
    pub minute: i64,
    /// Whom it asks.
    pub body: BodyId,
    /// For what.
    pub service: ServiceId,
    /// By which channel.
    pub channel: Channel,
    /// In which language.
    pub language: Language,
    /// What is special about it.
    pub manner: Manner,
    /// The resident signs in, when they come by the pages.
    pub signs_in: bool,
    /// The resident is on the phone, and an agent finds them by what they asked for before.
    pub caller: Option<Caller>,
    /// The service costs something.
    pub has_fee: bool,
    /// The resident's own e-mail address.
    pub account: String,
    /// The postcode of the resident's property.
    pub postcode: String,
    /// The answers, as the JSON API takes them.
    pub answers: Given,
    /// What is the same in two visits that ask for the same.
    pub same: String,
    /// A question and a text that it does not take, typed first by who gets it wrong.
    pub wrong: Option<(&'static str, &'static str)>,
    /// What the resident says later, when it is not fixed.
    pub not_fixed: Option<&'static str>,
}

/// How a body offers a service.
#[derive(Debug, Clone)]
pub struct Offer {
    /// By these channels.
    pub channels: Vec<Channel>,
    /// Whether its requester signs in.
    pub sign_in: SignIn,
    /// Whether it costs its requester something.
    pub has_fee: bool,
    /// The questions that ask who somebody is.
    pub asks: BTreeMap<QuestionRole, String>,
}

/// How a body offers a service; none when it does not.
pub type Offered<'a> = &'a dyn Fn(&BodyId, &ServiceId) -> Option<Offer>;

/// The working day of a seed: a Tuesday, Wednesday or Thursday of a term without holidays.
pub fn working_day(seed: u64) -> Date {
    let first = Date::new(2026, 9, 8).unwrap_or_else(|_| base::Timestamp::default().uk_date());
    let mut day = first.plus_days(i32::try_from(Chance(seed).below("day", 0, 60)).unwrap_or(0));
    while !matches!(day.weekday(), Weekday::Tuesday | Weekday::Wednesday | Weekday::Thursday) {
        day = day.plus_days(1);
    }
    day
}

/// Settles `count` residents in the areas, as many in each as it has properties.
pub fn settle(
    demo: &Demo,
    seed: u64,
    count: u64,
    bilingual: &dyn Fn(&BodyId) -> bool,
) -> Vec<Area> {
    let chance = Chance(seed);
    let properties: u64 = demo.areas.iter().map(|area| u64::from(area.properties)).sum();
    let mut number = 0;
    let mut areas = Vec::new();
    for area in &demo.areas {
        let district = District {
            seed,
            properties: area.properties,
            outcode: area.outcode.clone(),
            town: area.town.clone(),
            first_uprn: area.first_uprn,
        };
        let share = count * u64::from(area.properties) / properties.max(1);
        let mut residents = Vec::new();
        for _ in 0..share {
            number += 1;
            let property = chance.below("property", number, u64::from(area.properties));
            let property = u32::try_from(property).unwrap_or(0);
            let welsh = bilingual(&area.body)
                && chance.happens("welsh", number, demo.residents.ask_in_welsh.into());
            let language = if welsh { Language::Cy } else { Language::En };
            residents.push(Resident::new(chance, number, property, language));
        }
        let bodies = [&area.body].into_iter().chain(&area.also).cloned().collect();
        areas.push(Area { bodies, district, residents });
    }
    areas
}

impl Area {
    /// Whether a body serves the people of this area.
    pub fn is_served_by(&self, body: &BodyId) -> bool {
        self.bodies.contains(body)
    }
}

/// The visits of a morning, in the order of their minutes.
pub fn morning(
    demo: &Demo,
    areas: &[Area],
    seed: u64,
    requests: usize,
    day: Date,
    offered: Offered<'_>,
) -> Vec<Visit> {
    let morning = Morning { demo, chance: Chance(seed), day, offered };
    let mut visits: Vec<Visit> = Vec::new();
    // A duplicate is no request, so that many more visits are made.
    let mut number = 0;
    let mut counted = 0;
    while counted < requests && number < requests.saturating_mul(4) {
        if let Some(visit) = morning.visit(areas, number, &visits) {
            counted += usize::from(!matches!(visit.manner, Manner::Repeats(_)));
            visits.push(visit);
        }
        number += 1;
    }
    visits.sort_by_key(|visit| (visit.minute, visit.number));
    visits
}

fn pick_share(shares: &[Share], drawn: u64) -> Option<&Share> {
    let mut below = 0;
    shares.iter().find(|share| {
        below += u64::from(share.percent);
        drawn < below
    })
}

/// What all visits of a morning are drawn from.
struct Morning<'a> {
    demo: &'a Demo,
    chance: Chance,
    day: Date,
    offered: Offered<'a>,
}

/// Who comes, how, and when at the earliest.
struct Comes<'a> {
    resident: &'a Resident,
    channel: Channel,
    caller: Option<Caller>,
    after: i64,
}

impl Morning<'_> {
    fn visit(&self, areas: &[Area], number: usize, before: &[Visit]) -> Option<Visit> {
        let of = u64::try_from(number).unwrap_or(u64::MAX);
        let share = pick_share(&self.demo.shares, self.chance.below("share", of, 100))?;
        let area = areas.iter().find(|area| area.is_served_by(&share.body))?;
        let offer = (self.offered)(&share.body, &share.service)?;
        let plan = answers::plan(&share.service)?;
        let mix = share.channels.unwrap_or(self.demo.mix.channels);
        let channel = pick_channel(mix, self.chance.below("channel", of, 100));
        let channel = if offer.channels.contains(&channel) { channel } else { Channel::Web };
        self.repeated((share, plan), (number, channel), before)
            .or_else(|| self.fresh((share, plan, &offer), area, (number, channel), before))
    }

    fn minute(&self, of: u64) -> i64 {
        let minutes = u64::from(self.demo.morning_minutes);
        i64::try_from(self.chance.below("minute", of, minutes)).unwrap_or(0)
    }

    /// A visit that asks for what another one has asked.
    fn repeated(
        &self,
        (share, plan): (&Share, &Plan),
        (number, channel): (usize, Channel),
        before: &[Visit],
    ) -> Option<Visit> {
        let of = u64::try_from(number).unwrap_or(u64::MAX);
        if !plan.repeats || !self.chance.happens("duplicate", of, self.demo.mix.duplicates.into()) {
            return None;
        }
        let first = before.iter().rev().find(|visit| {
            (&visit.body, &visit.service) == (&share.body, &share.service)
                && visit.manner == Manner::Plain
                && visit.not_fixed.is_none()
        })?;
        let mut visit = first.clone();
        visit.manner = Manner::Repeats(first.number);
        visit.minute = first.minute + 1 + self.minute(of) % 10;
        (visit.number, visit.channel, visit.signs_in) = (number, channel, false);
        Some(visit)
    }

    /// A resident who is drawn. Who rings for what wants a sign-in has asked for something else
    /// before, for an agent to find them by; where nobody has, somebody comes by the pages.
    fn comes<'a>(
        &self,
        (share, offer): (&Share, &Offer),
        area: &'a Area,
        (of, channel): (u64, Channel),
        before: &[Visit],
    ) -> Option<Comes<'a>> {
        let drawn = |what: &str, among: usize| {
            let bound = u64::try_from(among).ok()?;
            usize::try_from(self.chance.below(what, of, bound)).ok()
        };
        let resident = area.residents.get(drawn("resident", area.residents.len())?)?;
        if channel != Channel::Agent || offer.sign_in != SignIn::Required {
            return Some(Comes { resident, channel, caller: None, after: 0 });
        }
        let known: Vec<(&Resident, Caller, i64)> = before
            .iter()
            .filter(|visit| visit.body == share.body && visit.service != share.service)
            .filter(|visit| visit.channel == Channel::Web && visit.signs_in)
            .filter_map(|visit| {
                let asks = (self.offered)(&visit.body, &visit.service)?.asks;
                let caller = Caller::who_said(&visit.answers, &asks)?;
                let known = area.residents.iter().find(|it| it.email == visit.account)?;
                Some((known, caller, visit.minute + 1))
            })
            .collect();
        let one = known.get(drawn("caller", known.len())?).cloned();
        Some(match one {
            Some((resident, caller, after)) => {
                Comes { resident, channel, caller: Some(caller), after }
            }
            None => Comes { resident, channel: Channel::Web, caller: None, after: 0 },
        })
    }

    fn fresh(
        &self,
        (share, plan, offer): (&Share, &Plan, &Offer),
        area: &Area,
        (number, channel): (usize, Channel),
        before: &[Visit],
    ) -> Option<Visit> {
        let (chance, residents) = (self.chance, self.demo.residents);
        let of = u64::try_from(number).unwrap_or(u64::MAX);
        let Comes { resident, channel, caller, after } =
            self.comes((share, offer), area, (of, channel), before)?;
        let refused = chance.happens("refused", of, residents.to_be_refused.into());
        let address = area.district.address(resident.property)?;
        let gives_email = chance.happens("email", of, residents.give_email.into());
        let wish = (plan.wish)(&Asker {
            chance,
            number: of,
            day: self.day,
            area,
            resident,
            address: &address,
            email: gives_email.then_some(resident.email.as_str()),
            to_be_refused: refused,
        })?;
        let same = |visit: &Visit| visit.service == share.service && visit.same == wish.same;
        if before.iter().any(same) {
            return None; // it would be a duplicate that nobody planned
        }
        let corrects = chance.happens("corrected", of, self.demo.mix.invalid_then_corrected.into());
        let manner = match refused {
            true => Manner::Refused,
            false if corrects && wish.wrong.is_some() => Manner::Corrected,
            false => Manner::Plain,
        };
        let signs_in = match offer.sign_in {
            SignIn::None => false,
            SignIn::Optional => chance.happens("sign in", of, residents.signed_in.into()),
            SignIn::Required => true,
        };
        let unfixed = !refused && chance.happens("not fixed", of, residents.not_fixed.into());
        Some(Visit {
            number,
            minute: self.minute(of).max(after),
            body: share.body.clone(),
            service: share.service.clone(),
            channel,
            language: resident.language,
            manner,
            signs_in: (channel == Channel::Web || caller.is_some()) && signs_in,
            caller,
            has_fee: offer.has_fee,
            account: resident.email.clone(),
            postcode: address.postcode,
            answers: wish.answers,
            same: wish.same,
            wrong: wish.wrong,
            not_fixed: wish.not_fixed.filter(|_| unfixed),
        })
    }
}

fn pick_channel(mix: ChannelMix, drawn: u64) -> Channel {
    let shares = [
        (Channel::Web, mix.web),
        (Channel::Agent, mix.agent),
        (Channel::Api, mix.api),
        (Channel::Open311, mix.open311),
    ];
    let mut below = 0;
    let found = shares.into_iter().find(|(_, share)| {
        below += u64::from(*share);
        drawn < below
    });
    found.map_or(Channel::Web, |(channel, _)| channel)
}
