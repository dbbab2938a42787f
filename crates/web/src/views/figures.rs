//! The head of service's figures: each with its definition, its line and its cases.

use askama::Template;

use super::page::{Account, Link, Page};

/// A small line of the last periods, as points of an SVG of 100 by 30.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmallLine {
    /// What it shows, for those who do not see it.
    pub title: String,
    /// The figures in words.
    pub description: String,
    /// The points.
    pub points: String,
}

impl SmallLine {
    /// A line through figures, the oldest first. A flat line lies in the middle.
    pub fn through(
        figures: &[i64],
        title: impl Into<String>,
        description: impl Into<String>,
    ) -> Self {
        let low = figures.iter().copied().min().unwrap_or(0);
        let range = figures.iter().copied().max().unwrap_or(0).saturating_sub(low);
        let steps = i64::try_from(figures.len().saturating_sub(1).max(1)).unwrap_or(1);
        let mut points = Vec::with_capacity(figures.len());
        for (index, figure) in (0_i64..).zip(figures) {
            let height = figure.saturating_sub(low).saturating_mul(26).checked_div(range);
            points.push(format!("{},{}", index * 100 / steps, 28 - height.unwrap_or(13)));
        }
        Self { title: title.into(), description: description.into(), points: points.join(" ") }
    }
}

/// One of the figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// Its id on the page.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its value; a dash in words where there is nothing to measure yet.
    pub value: String,
    /// The value of the week before, with that week; none before there are two weeks.
    pub before: Option<String>,
    /// What counts in it.
    pub definition: String,
    /// Its cases.
    pub cases: String,
    /// Its line; none before there are two periods.
    pub line: Option<SmallLine>,
}

/// The figures of one period, in the order of the figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// The period.
    pub name: String,
    /// The values.
    pub values: Vec<String>,
}

/// A reason why a person was needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonLine {
    /// The reason, with its cases.
    pub reason: Link,
    /// How often.
    pub count: String,
    /// Its part of all touches.
    pub share: String,
}

/// A line of a table of costs: a name, and its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostLine {
    /// The channel or the body.
    pub name: String,
    /// Requests.
    pub requests: String,
    /// Cost of one.
    pub each: String,
    /// Cost of all.
    pub total: String,
}

/// Who owes whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owes {
    /// Who pays.
    pub from: String,
    /// Who is paid.
    pub to: String,
    /// What for.
    pub reason: String,
    /// How much.
    pub amount: String,
}

/// A step of the process with its counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepLine {
    /// The step.
    pub name: String,
    /// How often it began.
    pub begun: String,
    /// How often it ended.
    pub ended: String,
    /// How many cases are there now, with those cases where there are any.
    pub waiting: Waiting,
    /// The median time in it.
    pub median: String,
}

/// How many cases are at a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// How many.
    pub count: String,
    /// Those cases.
    pub href: Option<String>,
}

/// The figures of one service.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "figures.html")]
pub struct ServiceFigures {
    /// The page; its title is the service.
    pub page: Page,
    /// The period.
    pub period: String,
    /// The five figures.
    pub figures: Vec<Figure>,
    /// The same figures by period, the newest first.
    pub periods: Vec<Period>,
    /// Reasons for touches, the most frequent first.
    pub reasons: Vec<ReasonLine>,
    /// Cost by channel.
    pub channels: Vec<CostLine>,
    /// Cost by body.
    pub bodies: Vec<CostLine>,
    /// Who owes whom.
    pub owes: Vec<Owes>,
    /// That rates are only samples, while they are.
    pub sample_rates: Option<String>,
    /// The process as SVG, made by our own drawing; none where it has no diagram.
    pub picture: Option<String>,
    /// Its steps.
    pub steps: Vec<StepLine>,
}

/// One service's figures in the page of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceRow {
    /// The service, with its own page.
    pub service: Link,
    /// The five figures, each with its cases.
    pub values: Vec<Link>,
}

/// A reason why people were needed, over all services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonByService {
    /// The reason.
    pub reason: String,
    /// How often.
    pub count: String,
    /// Its part of all touches.
    pub share: String,
    /// How often in each service, with those cases.
    pub services: Vec<Link>,
}

/// A debt, with the services that it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceOwes {
    /// Who owes whom how much.
    pub sentence: String,
    /// What for.
    pub reason: String,
    /// How much for each service, with those cases where they are the reader's.
    pub services: Vec<(String, Option<String>)>,
}

/// Every service's figures.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "all_figures.html")]
pub struct AllFigures {
    /// The page.
    pub page: Page,
    /// The body.
    pub caption: String,
    /// The period.
    pub period: String,
    /// The names of the five figures.
    pub names: Vec<String>,
    /// Each service's.
    pub services: Vec<ServiceRow>,
    /// Reasons for touches, the most frequent first.
    pub reasons: Vec<ReasonByService>,
    /// Cost by body.
    pub bodies: Vec<CostLine>,
    /// Who owes whom.
    pub owes: Vec<ServiceOwes>,
    /// That rates are only samples, while they are.
    pub sample_rates: Option<String>,
}
