//! The plan of a demonstration: who lives where, and what a morning asks, from one seed.
//!
//! Everything here is a function of the seed and the region's data; rates that come out of it are
//! the generator's and no evidence of anything.

use base::{BodyId, Channel, Date, Digest, Language, ServiceId, Weekday};
use catalogue::region::{Demo, Share};
use emulators::District;

/// Bins that residents report, with how often in a hundred.
const BINS: [(&str, u32); 4] = [("refuse", 45), ("recycling", 35), ("garden", 10), ("food", 10)];
/// How many days back a missed collection is looked for.
const DAYS_BACK: i32 = 8;

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

/// Somebody who lives in the region.
#[derive(Debug, Clone)]
pub struct Resident {
    /// Their property's index in its district.
    pub property: u32,
    /// Their e-mail address.
    pub email: String,
    /// The language in which they ask.
    pub language: Language,
}

/// The people of one body's area.
#[derive(Debug, Clone)]
pub struct Area {
    /// The body.
    pub body: BodyId,
    /// Its properties.
    pub district: District,
    /// Its residents.
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
    /// The resident signs in, where the channel allows it.
    pub signs_in: bool,
    /// The resident's address for messages, when they give one.
    pub email: Option<String>,
    /// The resident's own e-mail address.
    pub account: String,
    /// The property.
    pub uprn: String,
    /// Its postcode.
    pub postcode: String,
    /// The bin.
    pub bin: &'static str,
    /// The day of the collection.
    pub missed_on: Date,
    /// Whether the resident says later that it is not fixed.
    pub not_fixed: bool,
}

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
            let welsh = bilingual(&area.body)
                && chance.happens("welsh", number, demo.residents.ask_in_welsh.into());
            residents.push(Resident {
                property: u32::try_from(property).unwrap_or(0),
                email: format!("resident{number}@example.org"),
                language: if welsh { Language::Cy } else { Language::En },
            });
        }
        areas.push(Area { body: area.body.clone(), district, residents });
    }
    areas
}

/// The visits of a morning, in the order of their minutes.
pub fn morning(
    demo: &Demo,
    areas: &[Area],
    seed: u64,
    requests: usize,
    day: Date,
    offers: &dyn Fn(&BodyId, &ServiceId, Channel) -> bool,
) -> Vec<Visit> {
    let chance = Chance(seed);
    let mut visits: Vec<Visit> = Vec::new();
    // A duplicate is no request, so that many more visits are made.
    let mut number = 0;
    let mut counted = 0;
    while counted < requests && number < requests.saturating_mul(4) {
        let of = u64::try_from(number).unwrap_or(u64::MAX);
        let share = pick_share(&demo.shares, chance.below("share", of, 100));
        let area = share.and_then(|share| areas.iter().find(|area| area.body == share.body));
        let (Some(share), Some(area)) = (share, area) else { break };
        if let Some(visit) = plan_visit((demo, chance), (share, area), number, day, &visits, offers)
        {
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

fn plan_visit(
    (demo, chance): (&Demo, Chance),
    (share, area): (&Share, &Area),
    number: usize,
    day: Date,
    before: &[Visit],
    offers: &dyn Fn(&BodyId, &ServiceId, Channel) -> bool,
) -> Option<Visit> {
    let of = u64::try_from(number).unwrap_or(u64::MAX);
    let channel = pick_channel(demo, chance.below("channel", of, 100));
    let channel = if offers(&share.body, &share.service, channel) { channel } else { Channel::Web };
    let minute =
        i64::try_from(chance.below("minute", of, demo.morning_minutes.into())).unwrap_or(0);
    if chance.happens("duplicate", of, demo.mix.duplicates.into())
        && let Some(first) = before.iter().rev().find(|visit| {
            visit.body == share.body && visit.manner == Manner::Plain && !visit.not_fixed
        })
    {
        let mut visit = first.clone();
        visit.manner = Manner::Repeats(first.number);
        visit.minute = first.minute + 1 + minute % 10;
        (visit.number, visit.channel, visit.signs_in) = (number, channel, false);
        return Some(visit);
    }
    let resident = chance.below("resident", of, u64::try_from(area.residents.len()).ok()?);
    let resident = area.residents.get(usize::try_from(resident).ok()?)?;
    let refused = chance.happens("refused", of, demo.residents.to_be_refused.into());
    let (bin, missed_on) = missed(chance, area, resident, of, day, refused)?;
    let address = area.district.address(resident.property)?;
    let taken = before.iter().any(|visit| visit.uprn == address.uprn && visit.bin == bin);
    if taken {
        return None; // it would be a duplicate that nobody planned
    }
    let manner = match refused {
        true => Manner::Refused,
        false if chance.happens("corrected", of, demo.mix.invalid_then_corrected.into()) => {
            Manner::Corrected
        }
        false => Manner::Plain,
    };
    let gives_email = chance.happens("email", of, demo.residents.give_email.into());
    Some(Visit {
        number,
        minute,
        body: share.body.clone(),
        service: share.service.clone(),
        channel,
        language: resident.language,
        manner,
        signs_in: channel == Channel::Web
            && chance.happens("sign in", of, demo.residents.signed_in.into()),
        email: gives_email.then(|| resident.email.clone()),
        account: resident.email.clone(),
        uprn: address.uprn,
        postcode: address.postcode,
        bin,
        missed_on,
        not_fixed: !refused && chance.happens("not fixed", of, demo.residents.not_fixed.into()),
    })
}

fn pick_channel(demo: &Demo, drawn: u64) -> Channel {
    let mix = &demo.mix.channels;
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

/// A bin of the property and the day on which it was due: within the last five days, or, where
/// a rule is to refuse it, a day without a collection.
fn missed(
    chance: Chance,
    area: &Area,
    resident: &Resident,
    of: u64,
    day: Date,
    refused: bool,
) -> Option<(&'static str, Date)> {
    let drawn = chance.below("bin", of, 100);
    let mut below = 0;
    let preferred = BINS.iter().position(|(_, share)| {
        below += u64::from(*share);
        drawn < below
    })?;
    for turn in 0..BINS.len() {
        let (bin, _) = BINS.get((preferred + turn) % BINS.len())?;
        for back in 1..=DAYS_BACK {
            let on = day.plus_days(-back);
            let due = area.district.collects(resident.property, bin, on);
            if due != refused && (refused || back <= 5) {
                return Some((bin, on));
            }
        }
    }
    None
}
