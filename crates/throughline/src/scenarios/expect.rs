//! What a scenario expects, against what is so.

use std::collections::BTreeSet;

use base::EventSeq;
use catalogue::scenario::{Expectation, ExpectedStatus};
use engine::Event as ProcessEvent;
use requests::{Milestone, Status};
use runtime::{Case, Fact, Record};
use store::PAGE_LIMIT;

use super::stage::{Asked, Stage, Stop, named};

impl Stage {
    /// Compares one expectation with what is so.
    pub(super) fn expect(&self, expectation: &Expectation) -> Result<(), Stop> {
        let compared = match expectation {
            Expectation::Refused(faults) => Ok(self.refused(faults)),
            Expectation::Joined => Ok(self.joined()),
            Expectation::Asked { system, operation, times } => self
                .offices
                .get(system)
                .ok_or_else(|| format!("the body has no system {system}"))
                .map(|office| {
                    let expected = format!("{system} asked {operation} {times}");
                    let holds = office.asked(operation) == *times;
                    (holds, expected, office.asked_in_all())
                }),
            of_case => self.case().and_then(|case| self.about_case(of_case, &case)),
        };
        let (holds, expected, seen) = compared.map_err(Stop::Cannot)?;
        if holds { Ok(()) } else { Err(Stop::Otherwise { expected, seen }) }
    }

    fn refused(&self, faults: &[(String, catalogue::AnswerErrorKind)]) -> (bool, String, String) {
        let wanted: BTreeSet<String> =
            faults.iter().map(|(question, kind)| format!("{question}:{}", kind.key())).collect();
        let wanted = wanted.into_iter().collect::<Vec<_>>().join(" ");
        let expected = format!("refused {wanted}, and nothing stored");
        match &self.asked {
            Asked::Refused(errors, stored) => {
                let seen = named(errors);
                let after = if *stored { ", and something was stored" } else { "" };
                (seen == wanted && !stored, expected, format!("refused {seen}{after}"))
            }
            Asked::Nothing => (false, expected, "nobody has asked".to_owned()),
            Asked::Received(_) => (false, expected, "it was received".to_owned()),
            Asked::Joined(_) => (false, expected, "it joined an open one".to_owned()),
        }
    }

    fn joined(&self) -> (bool, String, String) {
        let seen = match &self.asked {
            Asked::Joined(_) => "it joined an open one".to_owned(),
            Asked::Received(_) => "it was received as a request of its own".to_owned(),
            Asked::Nothing => "nobody has asked".to_owned(),
            Asked::Refused(errors, _) => format!("it was refused: {}", named(errors)),
        };
        let holds = matches!(self.asked, Asked::Joined(_));
        (holds, "that it joined an open request".to_owned(), seen)
    }

    fn about_case(
        &self,
        expectation: &Expectation,
        case: &Case,
    ) -> Result<(bool, String, String), String> {
        let request = &case.request;
        Ok(match expectation {
            Expectation::Status(status) => {
                let (holds, expected) = match status {
                    ExpectedStatus::Open => (request.status == Status::Open, "open"),
                    ExpectedStatus::Closed => {
                        (matches!(request.status, Status::Completed | Status::Refused), "closed")
                    }
                    ExpectedStatus::Withdrawn => (request.status == Status::Withdrawn, "withdrawn"),
                };
                (holds, format!("status {expected}"), request.status.key().to_owned())
            }
            Expectation::Outcome(outcome) => {
                let seen = request.outcome.clone().unwrap_or_else(|| "none yet".to_owned());
                (seen == *outcome, format!("outcome {outcome}"), seen)
            }
            Expectation::Promised(date) => {
                let holds = request.promised == *date;
                (holds, format!("promised {date}"), request.promised.to_string())
            }
            Expectation::Reached(element) => {
                let told = reached(case);
                (told.contains(&element.as_str()), format!("reached {element}"), listed(&told))
            }
            Expectation::Trace(elements) => {
                let seen = self.trace()?;
                (seen == *elements, format!("trace {}", elements.join(" ")), seen.join(" "))
            }
            Expectation::Rule { decision, code } => {
                let rules = self.rules()?;
                let wanted = format!("{decision} {code}");
                let holds = rules.contains(&wanted);
                (holds, format!("rule {wanted}"), listed(&rules))
            }
            Expectation::Message { template, language, way } => {
                let sent = self.messages(case);
                let mut wanted = format!("{template} {}", language.tag());
                if let Some(way) = way {
                    wanted = format!("{wanted} {}", way.key());
                }
                let holds = sent.iter().any(|sent| match way {
                    Some(_) => *sent == wanted,
                    None => sent.rsplit_once(' ').is_some_and(|(sent, _)| sent == wanted),
                });
                (holds, format!("message {wanted}"), listed(&sent))
            }
            Expectation::Touches(touches) => {
                let holds = request.touches == *touches;
                (holds, format!("touches {touches}"), request.touches.to_string())
            }
            Expectation::Incident(element) => {
                let stuck = incidents(case);
                let expected = element.clone().unwrap_or_else(|| "none".to_owned());
                let holds = match element {
                    Some(element) => stuck.iter().any(|stuck| stuck == element),
                    None => stuck.is_empty(),
                };
                (holds, format!("incident {expected}"), listed(&stuck))
            }
            Expectation::Joined | Expectation::Refused(_) | Expectation::Asked { .. } => {
                return Err("that is not of a case".to_owned());
            }
        })
    }

    fn messages(&self, case: &Case) -> Vec<String> {
        let of_case = self.sent.iter().filter(|sent| sent.case == case.request.case);
        of_case
            .flat_map(|sent| {
                sent.languages.iter().map(|language| {
                    format!("{} {} {}", sent.template, language.tag(), sent.way.key())
                })
            })
            .collect()
    }

    /// The facts of the last request's case, in order.
    fn facts(&self) -> Result<Vec<Fact>, String> {
        let id = self.case_id()?;
        let mut facts = Vec::new();
        let mut from = EventSeq(1);
        loop {
            let page = store::journal::events_of_case(&self.reader, id, from, PAGE_LIMIT)
                .map_err(|error| error.to_string())?;
            let Some(last) = page.last() else { return Ok(facts) };
            from = last.seq.plus(1);
            for event in &page {
                let record = Record::from_bytes(event.seq, &event.bytes);
                facts.push(record.map_err(|error| error.to_string())?.fact);
            }
        }
    }

    /// Every element completed, in order.
    fn trace(&self) -> Result<Vec<String>, String> {
        let completed = self.facts()?.into_iter().filter_map(|fact| match fact {
            Fact::Process(ProcessEvent::ElementCompleted { element, .. }) => {
                Some(element.as_str().to_owned())
            }
            _ => None,
        });
        Ok(completed.collect())
    }

    /// Every rule that counted: the decision and the rule's code.
    fn rules(&self) -> Result<Vec<String>, String> {
        let mut rules = Vec::new();
        for fact in self.facts()? {
            if let Fact::Process(ProcessEvent::DecisionEvaluated { rules: counted, .. }) = fact {
                let coded = counted
                    .into_iter()
                    .filter_map(|rule| Some(format!("{} {}", rule.decision, rule.code?)));
                rules.extend(coded);
            }
        }
        Ok(rules)
    }
}

fn reached(case: &Case) -> Vec<&str> {
    case.request.timeline.iter().filter_map(Milestone::reached).collect()
}

fn incidents(case: &Case) -> Vec<String> {
    let stuck = case.process.incidents().filter_map(|(key, _)| case.process.get(key));
    stuck.map(|instance| instance.element.as_str().to_owned()).collect()
}

fn listed(items: &[impl AsRef<str>]) -> String {
    if items.is_empty() {
        return "none".to_owned();
    }
    items.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
}
