//! What pages and interfaces read of a body: cases, lists, what is stuck.
//!
//! Reads are on read-only connections and see what is durable. Values are opened only by the
//! callers that DESIGN L10 names, with the keys that come with a [`CaseView`].

use std::sync::Arc;

use base::{CaseId, DraftId, Reference, ReferenceKey, SectorPersonId, ServiceId, Text, Timestamp};
use catalogue::{Answers, Given};
use engine::ElementKey;
use store::effects::EffectFigure;
use store::process::{IncidentKey, IncidentRow};
use store::requests::{Behind, DraftKey, DraftRow, RequestSummary};

mod callers;
mod contacts;
mod inquiries;
mod ledger;
mod payment;
mod reasons;
mod tasks;

use crate::access::{self, Look, VIEWED};
use crate::case::Case;
use crate::effect::{Effect, Standing, Work};
use crate::host::Body;
use crate::keyring::CaseKeys;
use crate::record::{EXCHANGE, Fact, Record};
use crate::services::Service;
use crate::shard::{DRAFT, IncidentNote, ShardError, StoredDraft, load_case};

/// How long a page waits for the first answer of a back office, in milliseconds.
const FIRST_ANSWER_MS: u64 = 800;
/// How often it looks meanwhile.
const FIRST_ANSWER_LOOKS: u32 = 20;

/// A case with what is needed to show it.
#[derive(Debug)]
pub struct CaseView {
    /// The case, its values sealed.
    pub case: Case,
    /// The version of the service that it keeps.
    pub service: Arc<Service>,
    keys: CaseKeys,
}

/// Something stuck, with what staff need to know about it.
#[derive(Debug)]
pub struct IncidentView {
    /// Where it stands and since when.
    pub row: IncidentRow,
    /// What happened, without values.
    pub note: IncidentNote,
    /// The case's reference.
    pub reference: Reference,
    /// The service.
    pub service: ServiceId,
}

/// Something stuck, with its case and the last exchange opened.
#[derive(Debug)]
pub struct IncidentDetail {
    /// The incident.
    pub incident: IncidentView,
    /// The effect behind it, if one is.
    pub effect: Option<Effect>,
    /// The last exchange with the back office, as text.
    pub exchange: Option<String>,
}

impl CaseView {
    /// Whether what becomes of it is its requester's alone to know: it has one, or its service is
    /// for people who are known. The reference names such a request and opens nothing of it.
    pub fn is_of_a_person(&self) -> bool {
        let sign_in = self.service.package.definition.sign_in;
        self.case.request.person.is_some() || sign_in == catalogue::SignIn::Required
    }

    /// Whether the answer with which it stands goes to its requester by letter alone.
    pub fn is_by_letter(&self) -> bool {
        let outcome = self.case.request.outcome.as_deref();
        let outcome = outcome.and_then(|id| self.service.package.definition.outcome(id));
        outcome.is_some_and(|outcome| outcome.by_letter)
    }

    /// The answers, opened; `None` when they were erased.
    pub fn answers(&self) -> Option<Answers> {
        let answers = self.case.request.open_answers(&self.keys).ok()?;
        Answers::from_json(answers.opened()?)
    }

    /// What the model says to the requester about an element, by language.
    pub fn told(&self, element: &str) -> Text {
        let process = self.service.deployment.process(&self.service.process);
        let index = process.and_then(|process| process.find(element));
        let found = process.zip(index).and_then(|(process, index)| process.element(index));
        found.map(catalogue::parts::told).unwrap_or_default()
    }

    /// How each part of it stands, where the service has parts.
    pub fn parts(&self) -> Vec<catalogue::parts::Standing> {
        crate::messages::parts(&self.service, &self.case.request)
    }

    /// Whether a back office is being asked for the first time, or a message is on its way out:
    /// the case may stand elsewhere in a moment. What goes to another body always takes longer.
    pub fn may_move_in_a_moment(&self) -> bool {
        let first = |effect: &Effect| {
            let attempts = effect.attempts.sends.saturating_add(effect.attempts.lookups);
            let far = matches!(effect.work, Work::Cross { .. });
            effect.standing == Standing::Out && attempts <= 1 && !far
        };
        self.case.has_left_over() || self.case.effects.values().any(first)
    }

    /// What was last said with "not fixed", opened.
    pub fn not_fixed_note(&self) -> Option<String> {
        let note = self.case.request.open_not_fixed_note(&self.keys).ok()??;
        note.opened().cloned()
    }

    /// Whether "this is not fixed" is heard now.
    pub fn may_say_not_fixed(&self, now: Timestamp) -> bool {
        let Some(listens) = &self.service.package.definition.not_fixed else { return false };
        let within_days = Some(listens.within_days);
        let channel = self.case.request.channel;
        let command = requests::Command::NotFixed { channel, note: None, within_days };
        requests::decide(Some(&self.case.request), command, now).is_ok()
    }

    /// Whether a person may be asked to look again at what stands.
    pub fn may_ask_for_review(&self, now: Timestamp) -> bool {
        let channel = self.case.request.channel;
        let command = requests::Command::AskForReview { channel, reason: None };
        requests::decide(Some(&self.case.request), command, now).is_ok()
    }

    /// Why the requester asked a person to look again, opened.
    pub fn review_asked(&self) -> Option<String> {
        let reason = self.case.request.open_review_asked(&self.keys).ok()??;
        reason.opened().cloned()
    }

    /// Why a person decided as they did when they looked again, opened.
    pub fn review_reason(&self) -> Option<String> {
        let reason = self.case.request.open_review_reason(&self.keys).ok()??;
        reason.opened().cloned()
    }

    /// Why staff ended it by hand, opened.
    pub fn by_hand_reason(&self) -> Option<String> {
        let reason = self.case.request.open_by_hand_reason(&self.keys).ok()??;
        reason.opened().cloned()
    }

    /// Whether somebody can ask now what has become of it.
    pub fn may_chase(&self, now: Timestamp) -> bool {
        let channel = self.case.request.channel;
        let command = requests::Command::Chase { channel };
        requests::decide(Some(&self.case.request), command, now).is_ok()
    }

    /// Whether it may be taken back now.
    pub fn may_withdraw(&self, now: Timestamp) -> bool {
        requests::decide(Some(&self.case.request), requests::Command::Withdraw, now).is_ok()
    }
}

pub use callers::FoundRequests;
pub use contacts::ContactWords;
pub use inquiries::InquiryView;
pub use ledger::{
    AgreementUse, DayOfUse, Happened, LEDGER_ROWS, LedgerEntry, LedgerPage, LedgerProof,
    ProofFault, USE_ROWS,
};
pub use payment::PaymentDue;
pub use reasons::DecisionReason;
pub use tasks::TaskView;

impl CaseView {
    /// Whether the requester gave an address to which staff's questions go.
    pub fn has_contact(&self) -> bool {
        let template = crate::messages::template(&self.service, crate::messages::REQUESTER_ASKED);
        let (request, keys) = (&self.case.request, &self.keys);
        let to = |message| crate::messages::addressee(&self.service, message, request, keys);
        template.as_ref().and_then(to).is_some()
    }

    /// The e-mail address that the requester gave, if we have written to it.
    pub fn written_to(&self) -> Option<String> {
        let written = self.case.counts.messages > 0;
        crate::messages::contact(&self.service, &self.case.request, &self.keys).filter(|_| written)
    }
}

impl Body {
    /// A case by its id.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails.
    pub fn case(&self, id: CaseId) -> Result<Option<CaseView>, ShardError> {
        let Some(case) = load_case(&self.reader(), id)? else { return Ok(None) };
        let Some(service) = self.services().version(case.request.version).cloned() else {
            return Ok(None);
        };
        let keys = self.keyring().of_case(&case.request.keys)?;
        Ok(Some(CaseView { case, service, keys }))
    }

    /// A case by what its requester reads out.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails.
    pub fn case_of(&self, reference: &Reference) -> Result<Option<CaseView>, ShardError> {
        self.summary_of(reference)?.map_or(Ok(None), |row| self.case(row.case_id))
    }

    /// A case by what its requester reads out, once its back offices have answered for the first
    /// time: they mostly do at once. A slow one is not waited for.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails.
    pub async fn case_in_a_moment(
        &self,
        reference: &Reference,
    ) -> Result<Option<CaseView>, ShardError> {
        let mut commits = self.commits();
        let answered = async {
            for _ in 0..FIRST_ANSWER_LOOKS {
                commits.borrow_and_update();
                let view = self.case_of(reference)?;
                if !view.is_some_and(|view| view.may_move_in_a_moment())
                    || commits.changed().await.is_err()
                {
                    break;
                }
            }
            Ok(())
        };
        let most = std::time::Duration::from_millis(FIRST_ANSWER_MS);
        match tokio::time::timeout(most, answered).await {
            Ok(Err(error)) => Err(error),
            Ok(Ok(())) | Err(_) => self.case_of(reference),
        }
    }

    /// A request by its case, without opening anything.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails.
    pub fn summary(&self, id: CaseId) -> Result<Option<RequestSummary>, ShardError> {
        crate::related::summary(&self.reader(), id)
    }

    /// A request by what its requester reads out, without opening anything.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails.
    pub fn summary_of(&self, reference: &Reference) -> Result<Option<RequestSummary>, ShardError> {
        let settings = self.settings();
        let place = ReferenceKey::of(&settings.body, &settings.blind).place(reference);
        Ok(store::requests::request_by_reference(&self.reader(), reference, place)?)
    }

    /// A page of the body's requests, or of one service's, the newest case first; further pages
    /// begin before the last one's case.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails.
    pub fn newest_requests(
        &self,
        service: Option<&ServiceId>,
        before: CaseId,
    ) -> Result<Vec<RequestSummary>, ShardError> {
        let reader = self.reader();
        Ok(match service {
            Some(service) => {
                store::requests::requests_behind(&reader, service, &Behind::Requests, before)?
            }
            None => store::requests::all_requests(&reader, before)?,
        })
    }

    /// A person's requests, newest first; further pages begin before the last one's case.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails.
    pub fn requests_of(
        &self,
        person: SectorPersonId,
        before: Option<CaseId>,
    ) -> Result<Vec<RequestSummary>, ShardError> {
        let before = before.unwrap_or(store::requests::NEWEST);
        Ok(store::requests::requests_of(&self.reader(), person, before)?)
    }

    /// Requests that wait for a person's second look, the newest first.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails.
    pub fn open_reviews(&self, before: Option<CaseId>) -> Result<Vec<RequestSummary>, ShardError> {
        let before = before.unwrap_or(store::requests::NEWEST);
        Ok(store::requests::open_reviews(&self.reader(), before)?)
    }

    /// How many requests wait for a person's second look.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails.
    pub fn open_review_count(&self) -> Result<u64, ShardError> {
        Ok(store::requests::open_review_count(&self.reader())?)
    }

    /// The requests behind a figure, newest first.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails.
    pub fn requests_behind(
        &self,
        service: &ServiceId,
        behind: &Behind,
        before: Option<CaseId>,
    ) -> Result<Vec<RequestSummary>, ShardError> {
        let before = before.unwrap_or(store::requests::NEWEST);
        Ok(store::requests::requests_behind(&self.reader(), service, behind, before)?)
    }

    /// The acts of staff on a case after its receipt, the oldest first.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails.
    pub fn touches(&self, case: CaseId) -> Result<Vec<store::requests::TouchRow>, ShardError> {
        Ok(store::requests::touches_of(&self.reader(), case)?)
    }

    /// The looks of staff at a case's values, the oldest first, at most a thousand.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails or the journal holds what is not a record.
    pub fn looks(&self, case: CaseId) -> Result<Vec<Look>, ShardError> {
        let events = store::journal::events_of_case_named(&self.reader(), case, VIEWED)?;
        let mut looks = Vec::with_capacity(events.len());
        for event in events {
            let record = Record::from_bytes(event.seq, &event.bytes)?;
            if let Fact::Access(access::Event::Viewed { what, role, reason }) = record.fact {
                looks.push(Look { at: record.at, what, role, reason });
            }
        }
        Ok(looks)
    }

    /// What is stuck, the newest case first.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails.
    pub fn incidents(&self, before: Option<&IncidentKey>) -> Result<Vec<IncidentView>, ShardError> {
        let reader = self.reader();
        let rows = store::process::open_incidents(&reader, before)?;
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            let key = store::requests::ServiceRequestKey { case_id: row.case_id };
            let request = store::row::<store::requests::ServiceRequestRow>(&reader, &key)?;
            let Some(request) = request else { continue };
            let note = serde_json::from_slice(&row.bytes)
                .map_err(|source| ShardError::Row { what: "incident", source })?;
            let (reference, service) = (request.reference, request.service);
            views.push(IncidentView { row, note, reference, service });
        }
        Ok(views)
    }

    /// How many things are stuck.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails.
    pub fn incident_count(&self) -> Result<u64, ShardError> {
        Ok(store::process::open_incident_count(&self.reader())?)
    }

    /// One thing that is stuck, with its last exchange opened for staff who may see it.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails.
    pub fn incident(
        &self,
        case: CaseId,
        element: ElementKey,
    ) -> Result<Option<IncidentDetail>, ShardError> {
        let key = IncidentKey { case_id: case, element_key: element.0 };
        let Some(row) = store::row::<IncidentRow>(&self.reader(), &key)? else { return Ok(None) };
        let Some(view) = self.case(case)? else { return Ok(None) };
        let note = serde_json::from_slice(&row.bytes)
            .map_err(|source| ShardError::Row { what: "incident", source })?;
        let effect = view.case.effect_of(element).cloned();
        let exchange =
            effect.as_ref().and_then(|effect| effect.exchange.as_ref()).and_then(|exchange| {
                exchange.open(EXCHANGE, &view.keys).ok().and_then(|open| open.opened().cloned())
            });
        let request = &view.case.request;
        let (reference, service) = (request.reference.clone(), request.service.clone());
        let incident = IncidentView { row, note, reference, service };
        Ok(Some(IncidentDetail { incident, effect, exchange }))
    }

    /// How effects stand, by system.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails.
    pub fn effects(&self) -> Result<Vec<EffectFigure>, ShardError> {
        Ok(store::effects::effect_figures(&self.reader())?)
    }

    /// The answers of a form so far, for the service that it was begun for; `None` when it was
    /// sent, expired or never was.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails.
    pub fn draft(
        &self,
        draft: DraftId,
        service: &ServiceId,
        now: Timestamp,
    ) -> Result<Option<Given>, ShardError> {
        let row = store::row::<DraftRow>(&self.reader(), &DraftKey { draft_id: draft })?;
        let Some(row) = row.filter(|row| row.service == *service && row.expires_at > now) else {
            return Ok(None);
        };
        let stored: StoredDraft = serde_json::from_slice(&row.bytes)
            .map_err(|source| ShardError::Row { what: "draft", source })?;
        let keys = self.keyring().of_case(&[stored.key])?;
        let opened = stored.answers.open(DRAFT, &keys).ok();
        let text = opened.as_ref().and_then(base::Personal::opened);
        Ok(text.and_then(|text| serde_json::from_str(text).ok()))
    }
}
