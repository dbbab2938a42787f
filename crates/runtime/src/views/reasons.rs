//! Why a case was decided as it was: the rules that counted, in the words of the package's author.
//!
//! Read from the journal, where every decision's rules stand without values.

use base::{CaseId, EventSeq, Language, Text};
use catalogue::WELSH_LAW;
use dmn::ReasonCode;
use store::PAGE_LIMIT;

use super::CaseView;
use crate::host::Body;
use crate::record::{Fact, Record};
use crate::services::Service;
use crate::shard::ShardError;

/// Pages of a case's journal that are looked through for its decisions.
const PAGES: usize = 100;
/// The name of such an event in the journal.
const EVALUATED: &str = "process.decision_evaluated";
/// The name of a return's event: what was decided before it no longer stands.
const RETURNED: &str = "request.not_fixed";

/// The name of the event of an error that was caught: what was decided before it did not lead to
/// the outcome.
const CAUGHT: &str = "process.error_caught";

/// One rule that counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionReason {
    /// The reason, by language.
    pub text: Text,
    /// The law that the rule follows, by language.
    pub law: Option<Text>,
}

impl Body {
    /// The reasons of a case's decisions since it last came back, in the order of its steps.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails.
    pub fn reasons(&self, view: &CaseView) -> Result<Vec<DecisionReason>, ShardError> {
        let codes = self.rules_that_counted(view.case.request.case)?;
        let mut reasons: Vec<DecisionReason> = Vec::new();
        for reason in codes.iter().filter_map(|code| reason(&view.service, code)) {
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        Ok(reasons)
    }

    fn rules_that_counted(&self, case: CaseId) -> Result<Vec<ReasonCode>, ShardError> {
        let reader = self.reader();
        let (mut from, mut codes) = (EventSeq::START, Vec::new());
        for _ in 0..PAGES {
            let page = store::journal::events_of_case(&reader, case, from, PAGE_LIMIT)?;
            let Some(last) = page.last() else { break };
            from = last.seq.plus(1);
            for event in &page {
                if event.name == RETURNED || event.name == CAUGHT {
                    codes.clear();
                } else if event.name == EVALUATED {
                    let record = Record::from_bytes(event.seq, &event.bytes)?;
                    if let Fact::Process(engine::Event::DecisionEvaluated { rules, .. }) =
                        record.fact
                    {
                        codes.extend(rules);
                    }
                }
            }
        }
        Ok(codes)
    }
}

/// What the author of a rule says to people; nothing where they say nothing.
fn reason(service: &Service, code: &ReasonCode) -> Option<DecisionReason> {
    let tables = service.package.decisions.values().flat_map(|model| model.tables());
    let mut tables = tables.map(dmn::Table::info);
    let table = tables.find(|table| **table.id.as_ref().unwrap_or(&table.place) == code.table)?;
    let rule = table.rules.iter().find(|rule| rule.number == code.rule)?;
    let said = |language: Language| {
        rule.reason.texts.get(language.tag()).map(|text| (language, text.clone()))
    };
    let text = Language::ALL
        .into_iter()
        .filter_map(said)
        .fold(Text::default(), |text, (language, said)| text.with(language, said));
    let nothing = text.in_language(Language::En).is_empty();
    let welsh = rule.reason.other.get(WELSH_LAW);
    let law = rule.reason.law.as_ref().map(|law| {
        let law = Text::english(law);
        welsh.map_or_else(|| law.clone(), |welsh| law.clone().with(Language::Cy, welsh))
    });
    (!nothing).then_some(DecisionReason { text, law })
}
