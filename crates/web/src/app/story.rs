//! Where a request stands, in words: state, sentence, promise, holder, timeline, decision.
//!
//! The sentences are the package's own where it has one; nothing here opens a value. On pages of
//! staff the requester is "they".

use base::{Date, Language};
use catalogue::TaskForm;
use catalogue::parts::{PartState, Standing};
use requests::{Milestone, MilestoneKind, ReviewDecision, Status};
use runtime::{CaseView, DecisionReason, RequestSummary, Service};

use super::answer::Fault;
use super::seen::Seen;
use crate::views::parts::PartLine;
use crate::views::tag::{Tag, Tone};
use crate::views::tracking::{Decision, Holder, LookAgain, Moment, Place, Reason};
use crate::words::Words;

/// A request, to be told.
pub(crate) struct Story<'a> {
    seen: &'a Seen,
    view: &'a CaseView,
    /// Whether only that there is such a request is told, and whether it is open.
    withheld: bool,
}

impl<'a> Story<'a> {
    /// A request's story for the reader of a page. What was asked for a person whom nobody knew is
    /// withheld from whoever has its reference: they were told in another way.
    pub(crate) fn of(seen: &'a Seen, view: &'a CaseView) -> Self {
        let nobodys = view.case.request.person.is_none();
        let withheld = nobodys && view.is_of_a_person() && !seen.is_staff_page();
        Self { seen, view, withheld }
    }

    /// The story for staff who do not work on the request and have nobody on the phone: what
    /// becomes of a person's own request is not for them.
    pub(crate) fn in_passing(seen: &'a Seen, view: &'a CaseView) -> Self {
        Self { seen, view, withheld: view.is_of_a_person() }
    }

    /// Whether the story is withheld.
    pub(crate) const fn is_withheld(&self) -> bool {
        self.withheld
    }

    const fn words(&self) -> Words {
        self.seen.words
    }

    fn language(&self) -> Language {
        self.seen.language_shown()
    }

    /// The service's name.
    pub(crate) fn title(&self) -> &str {
        self.view.service.package.definition.title.in_language(self.language())
    }

    /// Whether somebody or something is working on it.
    pub(crate) fn is_open(&self) -> bool {
        self.view.case.request.status == Status::Open
    }

    /// Whether it has an outcome, of whichever kind.
    pub(crate) fn is_answered(&self) -> bool {
        matches!(self.view.case.request.status, Status::Completed | Status::Refused)
    }

    /// The state in a word.
    pub(crate) fn tag(&self) -> Tag {
        let request = &self.view.case.request;
        let stuck = self.view.case.process.incidents().next().is_some();
        let late = self.days_late();
        match request.status {
            Status::Open if request.inquiry().is_some() => {
                let words = self.words();
                let waits =
                    self.for_reader(words.state_waits_for_you(), words.state_waits_for_them());
                Tag::new(Tone::Warn, waits)
            }
            Status::Open if late > 0 => {
                let days = self.words().working_days(late);
                Tag::new(Tone::Warn, self.words().days_late(days.as_str()))
            }
            Status::Open if stuck && self.seen.is_staff_page() => {
                Tag::new(Tone::Bad, self.words().state_stopped())
            }
            Status::Open if request.reopened > 0 => {
                Tag::new(Tone::Busy, self.words().state_reopened())
            }
            Status::Refused if self.withheld => tag_of(self.words(), Status::Completed),
            status => tag_of(self.words(), status),
        }
    }

    /// Where it is now, in a sentence.
    pub(crate) fn sentence(&self) -> String {
        let request = &self.view.case.request;
        match request.status {
            Status::Open if request.inquiry().is_some() => {
                let words = self.words();
                self.for_reader(words.sentence_asked(), words.staff_sentence_asked()).to_owned()
            }
            Status::Open if self.withheld => self.words().sentence_open().to_owned(),
            Status::Completed | Status::Refused if self.withheld => {
                self.words().sentence_decided().to_owned()
            }
            Status::Open if self.view.parts().iter().any(is_under_way) => self.how_many_parts(),
            Status::Open => {
                // What was told before the request came back no longer says where it is.
                let since = |it: &&Milestone| it.kind != MilestoneKind::NotFixed;
                let mut told = request.timeline.iter().rev().take_while(since);
                let told = told.find_map(|milestone| self.told(milestone));
                told.unwrap_or_else(|| self.words().sentence_open().to_owned())
            }
            Status::Completed | Status::Refused => self.outcome().unwrap_or_default(),
            Status::UnderReview => self.words().sentence_under_review().to_owned(),
            Status::Withdrawn => {
                let at = request.closed_at.unwrap_or(request.received_at);
                let on = self.words().on_date(at.uk_date());
                self.for_reader(
                    self.words().withdrawn_sentence(on.as_str()),
                    self.words().staff_withdrawn_sentence(on.as_str()),
                )
            }
        }
    }

    /// How many of the parts are done, of those that are to be done.
    fn how_many_parts(&self) -> String {
        let parts = self.view.parts();
        let count = |of: &dyn Fn(PartState) -> bool| {
            let counted = parts.iter().filter(|part| of(part.state)).count();
            self.words().count(u64::try_from(counted).unwrap_or(u64::MAX))
        };
        let done = count(&|state| state == PartState::Done);
        let all = count(&|state| state != PartState::LeftOut);
        self.words().parts_done(all.as_str(), done.as_str())
    }

    /// How each part stands; none where the service has no parts.
    pub(crate) fn parts(&self) -> Vec<PartLine> {
        if self.withheld {
            return Vec::new();
        }
        let language = self.language();
        let line = |part: Standing| PartLine {
            title: part.title.in_language(language).to_owned(),
            tag: tag_of_part(self.words(), part.state),
            text: part.text.in_language(language).to_owned(),
            since: part.since.map(|since| self.words().moment(since)),
        };
        self.view.parts().into_iter().map(line).collect()
    }

    /// A sentence to the requester, or the one to staff.
    fn for_reader<T>(&self, requester: T, staff: T) -> T {
        if self.seen.is_staff_page() { staff } else { requester }
    }

    fn told(&self, milestone: &Milestone) -> Option<String> {
        let told = self.view.told(milestone.reached()?).in_language(self.language()).to_owned();
        (!told.is_empty()).then_some(told)
    }

    fn outcome(&self) -> Option<String> {
        outcome_of(&self.view.service, self.view.case.request.outcome.as_deref()?, self.language())
    }

    fn days_late(&self) -> u64 {
        let request = &self.view.case.request;
        match request.status {
            Status::Open => {
                // The promise stands still while an answer is awaited.
                let today = self.seen.now.uk_date();
                let until = request.inquiry().map_or(today, |out| out.asked_at.uk_date());
                working_days_between(self.seen, &self.view.service, request.promised, until)
            }
            Status::Completed | Status::Refused | Status::Withdrawn | Status::UnderReview => 0,
        }
    }

    /// The promise, how late it is, or until when one can say that it is not fixed.
    pub(crate) fn promised(&self) -> Option<String> {
        let words = self.words();
        let request = &self.view.case.request;
        let date = words.date(request.promised);
        match request.status {
            Status::Open if self.days_late() > 0 => Some(words.promised_late(date.as_str())),
            Status::Open if request.inquiry().is_some() => Some(words.promise_waits().to_owned()),
            Status::Open => Some(words.promised_by(date.as_str())),
            Status::Completed if self.view.may_say_not_fixed(self.seen.now) => {
                let listens = self.view.service.package.definition.not_fixed.as_ref()?;
                let until = request.not_fixed_until(listens.within_days);
                Some(words.not_fixed_until(words.date(until).as_str()))
            }
            Status::Completed | Status::Refused | Status::Withdrawn | Status::UnderReview => None,
        }
    }

    /// Who has it now.
    pub(crate) fn holder(&self) -> Option<Holder> {
        if !self.is_open() {
            return None;
        }
        let body = self.seen.name_of(&self.view.service.body);
        Some(Holder { name: body, text: self.words().holder_text().to_owned() })
    }

    /// What happened and what will, the earliest first.
    pub(crate) fn timeline(&self) -> Vec<Moment> {
        let words = self.words();
        let request = &self.view.case.request;
        let mut moments: Vec<Moment> =
            request.timeline.iter().filter_map(|milestone| self.moment(milestone)).collect();
        if let Some(last) = moments.last_mut() {
            last.place = Place::Now;
        }
        if self.is_open() && request.inquiry().is_none() {
            moments.push(Moment {
                place: Place::ToCome,
                when: words.by_date(words.date(request.promised).as_str()),
                what: words.event_promised().to_owned(),
                more: Vec::new(),
            });
        }
        moments
    }

    fn moment(&self, milestone: &Milestone) -> Option<Moment> {
        let words = self.words();
        let what = match &milestone.kind {
            MilestoneKind::Received => {
                let channel = self.view.case.request.channel;
                self.for_reader(words.you_told_us(channel), words.they_told_us(channel)).to_owned()
            }
            MilestoneKind::Joined => words.event_joined().to_owned(),
            MilestoneKind::Reached(_) | MilestoneKind::Reviewed(..) if self.withheld => {
                return None;
            }
            MilestoneKind::Outcome(_) if self.withheld => words.event_answered().to_owned(),
            MilestoneKind::Reached(_) => self.told(milestone)?,
            // The answer itself stands above the timeline, with its reasons below it.
            MilestoneKind::Outcome(_) if self.is_last_answer(milestone) => {
                words.event_answered().to_owned()
            }
            MilestoneKind::Outcome(outcome) => {
                outcome_of(&self.view.service, outcome, self.language())?
            }
            MilestoneKind::ReviewAsked => {
                self.for_reader(words.event_review_asked(), words.staff_review_asked()).to_owned()
            }
            MilestoneKind::Asked => {
                self.for_reader(words.event_asked(), words.staff_asked()).to_owned()
            }
            MilestoneKind::Answered => {
                let theirs = words.event_answered_question();
                self.for_reader(theirs, words.staff_answered_question()).to_owned()
            }
            MilestoneKind::Unanswered => words.event_unanswered().to_owned(),
            MilestoneKind::Reviewed(decision, outcome) => {
                let outcome = outcome_of(&self.view.service, outcome, self.language())?;
                match decision {
                    ReviewDecision::Upheld => words.event_review_upheld(outcome.as_str()),
                    ReviewDecision::Changed => words.event_review_changed(outcome.as_str()),
                }
            }
            MilestoneKind::NotFixed => {
                self.for_reader(words.event_not_fixed(), words.staff_not_fixed()).to_owned()
            }
            MilestoneKind::Chased => {
                self.for_reader(words.event_chased(), words.staff_chased()).to_owned()
            }
            MilestoneKind::Withdrawn => {
                self.for_reader(words.event_withdrawn(), words.staff_withdrawn()).to_owned()
            }
        };
        let when = words.moment(milestone.at);
        Some(Moment { place: Place::Past, when, what, more: Vec::new() })
    }

    /// Whether a milestone is the refusal with which the request stands.
    fn is_last_answer(&self, milestone: &Milestone) -> bool {
        let request = &self.view.case.request;
        request.status == Status::Refused && request.closed_at == Some(milestone.at)
    }

    /// The reasons of a decision, in the reader's language.
    pub(crate) fn reasons(&self, reasons: Vec<DecisionReason>) -> Vec<Reason> {
        let language = self.language();
        let reason = |reason: DecisionReason| Reason {
            text: reason.text.in_language(language).to_owned(),
            law: reason.law.map(|law| law.in_language(language).to_owned()),
        };
        reasons.into_iter().map(reason).collect()
    }

    /// By whom and why it was decided, with the button that asks a person to look again. What was
    /// decided is mostly the page's own sentence. A person's own words are for the requester alone.
    pub(crate) fn decision(
        &self,
        look_again: Option<LookAgain>,
        theirs: bool,
    ) -> Result<Option<Decision>, Fault> {
        let (words, request) = (self.words(), &self.view.case.request);
        let body = self.seen.name_of(&self.view.service.body);
        let Some(outcome) = self.outcome().filter(|_| !self.withheld) else { return Ok(None) };
        let reasons = || self.seen.run()?.reasons(self.view).map_err(Fault::from);
        let rules = || reasons().map(|found| self.reasons(found));
        let decided = request.review.as_ref().and_then(|review| review.decided.as_ref());
        let decision = |who, reasons| Decision { what: None, who, reasons, look_again: None };
        Ok(Some(if self.view.may_ask_for_review(self.seen.now) {
            let who = self.for_reader(
                self.computer_decided(body.as_str()),
                words.computer_decided_only(body.as_str()),
            );
            Decision { look_again: look_again.map(Box::new), ..decision(who, rules()?) }
        } else if request.status == Status::UnderReview {
            let who = words.computer_decided_only(body.as_str());
            Decision { what: Some(outcome), ..decision(who, rules()?) }
        } else if let Some(decided) = decided {
            let who = match decided.decision {
                ReviewDecision::Upheld => words.person_upheld(body.as_str()),
                ReviewDecision::Changed => words.person_changed(body.as_str()),
            };
            let own = self.view.review_reason().filter(|_| theirs);
            let own = own.map(|text| Reason { text, law: None });
            // What was agreed with still rests on the rules that decided it.
            let upheld = match decided.decision {
                ReviewDecision::Upheld => rules()?,
                ReviewDecision::Changed => Vec::new(),
            };
            decision(who, own.into_iter().chain(upheld).collect())
        } else if request.by_hand.is_some() {
            decision(words.person_closed(body.as_str()), Vec::new())
        } else if request.judged && self.view.is_by_letter() && !self.seen.is_staff_page() {
            // The reasons would tell the answer, and stand in the letter.
            decision(words.person_decided(body.as_str()), Vec::new())
        } else if request.judged {
            let chosen = self.chosen(theirs);
            let reasons = chosen.into_iter().chain(rules()?).collect();
            decision(words.person_decided(body.as_str()), reasons)
        } else {
            return Ok(None);
        }))
    }

    /// What people chose on the tasks of the case, with the law that the model names, and why: their
    /// own words are for the requester alone.
    fn chosen(&self, theirs: bool) -> Vec<Reason> {
        let language = self.language();
        let own = self.view.task_reasons();
        let mut reasons = Vec::new();
        for (decided, own) in self.view.case.tasks.decided().iter().zip(own) {
            let form =
                super::tasks::element(&self.view.service, &decided.element).map(TaskForm::of);
            let chosen = decided.chosen.iter().filter_map(|(name, key)| {
                let field = form.as_ref()?.fields.iter().find(|field| field.name == *name)?;
                let option = field.option(key)?;
                let law = option.law.in_language(language).to_owned();
                let text = self.for_reader(option.to_requester(), &option.text);
                let text = text.in_language(language).to_owned();
                Some(Reason { text, law: (!law.is_empty()).then_some(law) })
            });
            reasons.extend(chosen);
            if theirs && !own.is_empty() {
                reasons.push(Reason { text: self.words().in_their_words(own.as_str()), law: None });
            }
        }
        reasons
    }

    /// That a computer decided, and what asking again costs.
    fn computer_decided(&self, body: &str) -> String {
        if self.view.service.package.definition.claim {
            self.words().computer_decided_claim(body)
        } else {
            self.words().computer_decided(body)
        }
    }
}

/// Whether something is still to be done about a part.
fn is_under_way(part: &Standing) -> bool {
    matches!(part.state, PartState::Waiting | PartState::WithPerson)
}

/// How a part stands, in a word.
pub(crate) fn tag_of_part(words: Words, state: PartState) -> Tag {
    match state {
        PartState::Waiting => Tag::new(Tone::Busy, words.state_waiting()),
        PartState::Done => Tag::new(Tone::Good, words.state_done()),
        PartState::WithPerson => Tag::new(Tone::Warn, words.part_with_person()),
        PartState::NotDone => Tag::new(Tone::Bad, words.part_not_done()),
        PartState::LeftOut => Tag::new(Tone::Quiet, words.part_left_out()),
    }
}

/// A state in a word.
pub(crate) fn tag_of(words: Words, status: Status) -> Tag {
    match status {
        Status::Open => Tag::new(Tone::Busy, words.state_open()),
        Status::Completed => Tag::new(Tone::Good, words.state_done()),
        Status::Refused => Tag::new(Tone::Quiet, words.state_refused()),
        Status::Withdrawn => Tag::new(Tone::Quiet, words.state_withdrawn()),
        Status::UnderReview => Tag::new(Tone::Busy, words.state_under_review()),
    }
}

/// What the requester is told of an outcome.
pub(crate) fn outcome_of(service: &Service, outcome: &str, language: Language) -> Option<String> {
    let outcome = service.package.definition.outcome(outcome)?;
    Some(outcome.text.in_language(language).to_owned())
}

/// Working days after `from` up to `to`; none when it is not later.
pub(crate) fn working_days_between(seen: &Seen, service: &Service, from: Date, to: Date) -> u64 {
    days_between(seen.run().ok(), service, from, to)
}

fn days_between(body: Option<&runtime::Body>, service: &Service, from: Date, to: Date) -> u64 {
    /// More days late than this are all the same.
    const MOST: u64 = 250;
    let Some(body) = body else { return 0 };
    let closures = &body.settings().closures;
    let nation = &service.package.definition.nation;
    let (mut day, mut days) = (from, 0);
    while day < to && days < MOST {
        day = day.plus_days(1);
        days += u64::from(requests::working_days::is_working_day(day, nation, closures));
    }
    days
}

/// A line of a list: state and sentence from the summary alone, with the service's name.
pub(crate) struct Line {
    /// The service.
    pub(crate) title: String,
    /// The state in a word.
    pub(crate) tag: Tag,
    /// Where it is, in a sentence.
    pub(crate) sentence: String,
    /// Whether it is open.
    pub(crate) is_open: bool,
    /// When it is due, in words; nothing when it is over.
    pub(crate) due: String,
}

/// Tells a line of a list.
pub(crate) fn line(seen: &Seen, row: &RequestSummary) -> Line {
    told(seen, seen.run().ok(), row)
}

/// Tells a line of another body's list.
pub(crate) fn line_in(seen: &Seen, body: &runtime::Body, row: &RequestSummary) -> Line {
    told(seen, Some(body), row)
}

fn told(seen: &Seen, body: Option<&runtime::Body>, row: &RequestSummary) -> Line {
    let (words, language) = (seen.words, seen.language_shown());
    let service = body.and_then(|body| body.services().present(&row.service));
    let status = Status::from_key(&row.status).unwrap_or(Status::Open);
    let title = service.map(|it| it.package.definition.title.in_language(language).to_owned());
    let is_open = status == Status::Open;
    let today = seen.now.uk_date();
    let asked = row.held_by.as_deref() == Some(runtime::HELD_BY_REQUESTER);
    let late = row
        .promised_on
        .zip(service)
        .filter(|_| is_open && !asked)
        .map_or(0, |(promised, service)| days_between(body, service, promised, today));
    let left = row
        .promised_on
        .zip(service)
        .map_or(0, |(promised, service)| days_between(body, service, today, promised));
    let promised = row.promised_on.map(|date| words.date(date)).unwrap_or_default();
    let outcome = row.outcome.as_deref().zip(service);
    let told = outcome.and_then(|(outcome, service)| outcome_of(service, outcome, language));
    let closed = row.closed_at.unwrap_or(row.updated_at).uk_date();
    let in_passing = seen.is_staff_page()
        && service.is_some_and(|it| it.package.definition.sign_in == catalogue::SignIn::Required);
    let sentence = match status {
        Status::Completed | Status::Refused if in_passing => words.sentence_decided().to_owned(),
        Status::Open if asked && seen.is_staff_page() => words.staff_sentence_asked().to_owned(),
        Status::Open if asked => words.sentence_asked().to_owned(),
        Status::Open if late > 0 => words.promised_late(promised.as_str()),
        Status::Open => words.promised_by(promised.as_str()),
        Status::Completed | Status::Refused => told.unwrap_or_default(),
        Status::Withdrawn => words.withdrawn_sentence(words.on_date(closed).as_str()),
        Status::UnderReview => words.sentence_under_review().to_owned(),
    };
    let tag = match late {
        0 if asked && seen.is_staff_page() => Tag::new(Tone::Warn, words.state_waits_for_them()),
        0 if asked => Tag::new(Tone::Warn, words.state_waits_for_you()),
        0 if in_passing && status == Status::Refused => tag_of(words, Status::Completed),
        0 => tag_of(words, status),
        _ => Tag::new(Tone::Warn, words.days_late(words.working_days(late).as_str())),
    };
    let signed = |days: u64| i64::try_from(days).unwrap_or(i64::MAX);
    let due = if late > 0 { -signed(late) } else { signed(left) };
    let due = if is_open { words.due_in(due) } else { String::new() };
    Line { title: title.unwrap_or_else(|| row.service.to_string()), tag, sentence, is_open, due }
}
