//! Samples of the head of service's figures.

use base::{Channel, Money, TouchReason};

use super::{Gallery, date, frame, staff};
use crate::views::figures::{
    AllFigures, CostLine, Figure, Owes, Period, ReasonByService, ReasonLine, ServiceFigures,
    ServiceOwes, ServiceRow, SmallLine, StepLine, Waiting,
};
use crate::views::page::Link;
use crate::words::Words;

fn text(words: Words, english: &str, welsh: &str) -> String {
    words.pick(english, welsh).to_owned()
}

/// Four weeks, the oldest first: requests, straight through in thousandths, re-keyed, minutes, pence.
const WEEKS: [[i64; 5]; 4] = [
    [431, 912, 6, 1_702, 41],
    [402, 951, 2, 1_651, 38],
    [447, 968, 0, 1_530, 36],
    [468, 975, 0, 1_466, 35],
];

fn shown(words: Words, index: usize, figure: i64) -> String {
    let count = figure.unsigned_abs();
    match index {
        1 => words.percent(u32::try_from(count).unwrap_or_default()),
        3 => words.duration(count),
        4 => words.money(Money::from_pence(figure)),
        _ => words.count(count),
    }
}

fn figure(words: Words, index: usize) -> Figure {
    let (id, name, definition) = match index {
        0 => ("requests", words.figure_requests(), words.figure_requests_means()),
        1 => ("straight", words.figure_straight_through(), words.figure_straight_through_means()),
        2 => ("rekeyed", words.figure_rekeyed(), words.figure_rekeyed_means()),
        3 => ("time", words.figure_time(), words.figure_time_means()),
        _ => ("cost", words.figure_cost(), words.figure_cost_means()),
    };
    let series: Vec<i64> = WEEKS.iter().filter_map(|week| week.get(index).copied()).collect();
    let said: Vec<String> = series.iter().map(|value| shown(words, index, *value)).collect();
    let before = said.iter().rev().nth(1).cloned().unwrap_or_default();
    Figure {
        id: format!("figure-{id}"),
        name: name.to_owned(),
        value: said.last().cloned().unwrap_or_default(),
        before: Some(words.week_before(words.day_and_month(date(15)).as_str(), before.as_str())),
        definition: definition.to_owned(),
        cases: format!("/millbrook/staff/figures/missed-bin-collection/{id}"),
        line: Some(SmallLine::through(
            &series,
            words.line_title(name),
            words.line_figures(words.list(&said).as_str()),
        )),
    }
}

/// A drawing as our own diagram code makes it.
const PICTURE: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 560 120\" width=\"560\" height=\"120\" role=\"img\" aria-labelledby=\"picture-t\"><title id=\"picture-t\">Missed bin</title><circle cx=\"40\" cy=\"60\" r=\"18\" fill=\"#fff\" stroke=\"#16181d\" stroke-width=\"2\"/><path d=\"M58 60h62M260 60h60M460 60h42\" stroke=\"#16181d\" stroke-width=\"2\"/><rect x=\"120\" y=\"30\" width=\"140\" height=\"60\" rx=\"8\" fill=\"#fff\" stroke=\"#16181d\" stroke-width=\"2\"/><rect x=\"320\" y=\"30\" width=\"140\" height=\"60\" rx=\"8\" fill=\"#fff\" stroke=\"#16181d\" stroke-width=\"2\"/><text x=\"190\" y=\"66\" text-anchor=\"middle\" font-size=\"16\">468</text><text x=\"390\" y=\"66\" text-anchor=\"middle\" font-size=\"16\">14</text><circle cx=\"520\" cy=\"60\" r=\"18\" fill=\"#fff\" stroke=\"#16181d\" stroke-width=\"4\"/></svg>";

fn steps(words: Words) -> Vec<StepLine> {
    let step = |name: String, begun: u64, waiting: u64, minutes: u64| StepLine {
        name,
        begun: words.count(begun),
        ended: words.count(begun - waiting),
        waiting: Waiting {
            count: words.count(waiting),
            href: (waiting > 0)
                .then(|| "/millbrook/staff/figures/missed-bin-collection/at".to_owned()),
        },
        median: words.duration(minutes),
    };
    vec![
        step(text(words, "Check the collection day", "Gwirio'r diwrnod casglu"), 468, 0, 0),
        step(text(words, "Send it to the contractor", "Ei anfon at y contractwr"), 468, 14, 2),
        step(text(words, "Wait until it is done", "Aros nes ei fod wedi'i wneud"), 454, 31, 1_464),
    ]
}

impl ServiceFigures {
    /// Four weeks of the missed bin.
    pub fn sample(words: Words) -> Self {
        let body = frame(words).band.name;
        let cost = |name: &str, requests: u64, pence: i64| CostLine {
            name: name.to_owned(),
            requests: words.count(requests),
            each: words.money(Money::from_pence(pence)),
            total: words.money(Money::from_pence(pence * i64::try_from(requests).unwrap_or(0))),
        };
        let reason = |reason: TouchReason, count: u64, share: u32| ReasonLine {
            reason: Link::new(
                words.touch_reason(reason),
                format!("/millbrook/staff/figures/reason/{}", reason.key()),
            ),
            count: words.count(count),
            share: words.percent(share),
        };
        let periods = WEEKS.iter().zip([1_i8, 8, 15, 22]).rev().map(|(week, day)| Period {
            name: words.week_of(words.day_and_month(date(day)).as_str()),
            values: week
                .iter()
                .enumerate()
                .map(|(index, value)| shown(words, index, *value))
                .collect(),
        });
        Self {
            page: staff(words, 2).page(super::service_title(words)).back_to("/millbrook/staff"),
            period: words
                .period_from_to(words.date(date(22)).as_str(), words.date(date(28)).as_str()),
            figures: (0..5).map(|index| figure(words, index)).collect(),
            periods: periods.collect(),
            reasons: vec![
                reason(TouchReason::UnknownOutcome, 7, 583),
                reason(TouchReason::BackOfficeFailed, 4, 333),
                reason(TouchReason::Corrected, 1, 84),
            ],
            channels: vec![
                cost(words.channel_name(Channel::Web), 281, 9),
                cost(words.channel_name(Channel::Agent), 93, 148),
                cost(words.channel_name(Channel::Api), 47, 4),
                cost(words.channel_name(Channel::Open311), 47, 4),
            ],
            bodies: vec![
                cost(&body, 421, 35),
                cost(words.pick("Oakshire County Council", "Cyngor Sir Oakshire"), 47, 33),
            ],
            owes: vec![Owes {
                from: text(words, "Oakshire County Council", "Cyngor Sir Oakshire"),
                to: body,
                reason: text(
                    words,
                    "47 requests entered by its contact centre",
                    "47 o geisiadau a gofnodwyd gan ei chanolfan gyswllt",
                ),
                amount: words.money(Money::from_pence(1_551)),
            }],
            sample_rates: Some(words.sample_rates().to_owned()),
            picture: Some(
                PICTURE.replace("Missed bin", words.pick("Missed bin", "Bin heb ei gasglu")),
            ),
            steps: steps(words),
        }
    }

    /// A service that nobody has used yet.
    fn unused(words: Words) -> Self {
        let sample = Self::sample(words);
        let figures = sample.figures.into_iter().map(|figure| Figure {
            value: words.nothing_yet().to_owned(),
            before: None,
            line: None,
            ..figure
        });
        Self {
            figures: figures.collect(),
            periods: Vec::new(),
            reasons: Vec::new(),
            owes: Vec::new(),
            sample_rates: None,
            picture: None,
            page: sample.page,
            ..Self::sample(words)
        }
    }
}

impl AllFigures {
    /// Two services, a reason in both, and a debt.
    pub fn sample(words: Words) -> Self {
        let one = ServiceFigures::sample(words);
        let address = "/millbrook/staff/figures/missed-bin-collection";
        let row = |name: String| ServiceRow {
            service: Link::new(name, address),
            values: (0..5)
                .map(|index| figure(words, index))
                .map(|figure| Link::new(figure.value, figure.cases))
                .collect(),
        };
        let other = text(words, "Resident's parking permit", "Trwydded barcio i breswylwyr");
        let first = super::service_title(words);
        let named = |count: &str, name: &str| words.figure_of_service(count, name);
        let reason = |line: &ReasonLine| ReasonByService {
            reason: line.reason.text.clone(),
            count: line.count.clone(),
            share: line.share.clone(),
            services: vec![
                Link::new(named("5", &first), line.reason.href.clone()),
                Link::new(named("2", &other), line.reason.href.clone()),
            ],
        };
        let owes = one.owes.iter().map(|line| ServiceOwes {
            sentence: words.owes(line.amount.as_str(), line.from.as_str(), line.to.as_str()),
            reason: words.owes_for_hosting(words.count(47).as_str()),
            services: vec![
                (named("£10.51", &first), Some(format!("{address}/cases"))),
                (named("£5", &other), None),
            ],
        });
        Self {
            page: staff(words, 2).page(words.figures()).back_to("/millbrook/staff"),
            caption: frame(words).band.name,
            period: one.period.clone(),
            names: (0..5).map(|index| figure(words, index).name).collect(),
            services: vec![row(first.clone()), row(other.clone())],
            reasons: one.reasons.iter().map(reason).collect(),
            owes: owes.collect(),
            bodies: one.bodies,
            sample_rates: one.sample_rates,
        }
    }
}

pub(super) fn collect(gallery: &mut Gallery) -> askama::Result<()> {
    let words = gallery.words;
    gallery.add("figures", &ServiceFigures::sample(words))?;
    gallery.add_state("figures", "unused", &ServiceFigures::unused(words))?;
    let all = AllFigures::sample(words);
    gallery.add("all_figures", &all)?;
    let nothing = AllFigures {
        services: Vec::new(),
        reasons: Vec::new(),
        bodies: Vec::new(),
        owes: Vec::new(),
        sample_rates: None,
        ..all
    };
    gallery.add_state("all_figures", "empty", &nothing)
}
