//! A payment provider: takes card payments on pages of its own, in the manner of GOV.UK Pay.
//!
//! `POST /v1/payments` with an `Idempotency-Key` makes a payment of so many pence and says where
//! the person who pays goes (`_links.next_url`); `GET /v1/payments/{id}` reads it;
//! `POST /v1/payments/{id}/cancel` ends one that nobody has paid. At `/pay/{token}` a person pays,
//! gives up, or has a card that the bank refuses, and is led back to the `return_url`. The customer
//! is told of each end until it acknowledges, and is to read the payment all the same: neither the
//! return nor the message says what was taken. A payment waits thirty days, as a pay-by-link does;
//! GOV.UK Pay's own waits ninety minutes. No card number is kept.

use std::collections::BTreeMap;

use base::Timestamp;
use connectors::{HttpRequest, HttpResponse, Method};
use serde_json::{Value, json};

use crate::contractor::{Callback, draw};
use crate::ledger::{Charge, Entry, Ledger, PaymentEnd};
use crate::office::{BackOffice, Login, answer, form_field, json, key_of, refusal, segments};

mod page;

/// The least and the most that one payment may be, in pence.
const AMOUNTS: std::ops::RangeInclusive<u64> = 1..=10_000_000;
/// The longest reference and description, in bytes.
const MAX_TEXT_BYTES: usize = 255;
/// The longest return address, in bytes.
const MAX_URL_BYTES: usize = 2_000;
/// How long a payment waits for somebody, in seconds.
const WAITS_SECONDS: i64 = 30 * 24 * 3_600;
/// The first wait before a message is sent again, in milliseconds.
const FIRST_RETRY_MS: i64 = 30_000;
/// Deliveries of one message before it is given up: the customer reads payments of its own accord.
const DELIVERIES: u32 = 8;

/// What comes of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Card {
    Good,
    /// The bank refuses it.
    Refused,
    /// A card of a company, for which the provider takes something on top.
    Surcharged,
}

/// What is taken on top for a company's card, in pence.
const SURCHARGE_PENCE: u64 = 250;
/// The cards that the provider knows, as they are typed without spaces.
const CARDS: [(&str, Card); 3] = [
    ("4444333322221111", Card::Good),
    ("4000000000000002", Card::Refused),
    ("4000180000000002", Card::Surcharged),
];

/// The provider.
#[derive(Debug, Clone)]
pub struct Payments {
    seed: u64,
    login: Option<Login>,
    /// Where its own pages are.
    base_url: String,
    made: BTreeMap<String, Payment>,
    by_token: BTreeMap<String, String>,
    by_key: BTreeMap<String, String>,
    pending: BTreeMap<String, Pending>,
    ledger: Ledger,
}

/// One payment.
#[derive(Debug, Clone)]
struct Payment {
    id: String,
    token: String,
    reference: String,
    charge: Charge,
    created_at: Timestamp,
    end: Option<(PaymentEnd, u64, Timestamp)>,
}

/// A message that is not acknowledged.
#[derive(Debug, Clone)]
struct Pending {
    payment: String,
    due: Timestamp,
    deliveries: u32,
    out: bool,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPayment {
    amount: u64,
    reference: String,
    description: String,
    return_url: String,
    #[serde(default)]
    language: Option<String>,
}

impl Payments {
    /// A provider without payments.
    pub fn new(seed: u64, login: Option<Login>) -> Self {
        Self {
            seed,
            login,
            base_url: "http://127.0.0.1".to_owned(),
            made: BTreeMap::new(),
            by_token: BTreeMap::new(),
            by_key: BTreeMap::new(),
            pending: BTreeMap::new(),
            ledger: Ledger::default(),
        }
    }

    /// A provider whose pages are at this address, without a slash at the end.
    #[must_use]
    pub fn served_at(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    fn create(&mut self, request: &HttpRequest, key: String, now: Timestamp) -> HttpResponse {
        let Ok(new) = serde_json::from_slice::<NewPayment>(&request.body) else {
            return refusal(400, "P0100", "the body is not a payment");
        };
        let language = new.language.unwrap_or_else(|| "en".to_owned());
        let charge = Charge {
            amount_pence: new.amount,
            description: new.description,
            return_url: new.return_url,
            language,
        };
        if let Some(known) = self.by_key.get(&key).and_then(|id| self.made.get(id)) {
            let same = known.reference == new.reference && known.charge == charge;
            return if same {
                json(201, &self.shown(known, now))
            } else {
                refusal(409, "P0191", "the key was used for another payment")
            };
        }
        if let Some(message) = fault_of(&new.reference, &charge) {
            return refusal(422, "P0102", message);
        }
        let payment = self.new_id(&new.reference);
        let reference = new.reference;
        let entry =
            Entry::PaymentCreated { at: now, payment: payment.clone(), reference, charge, key };
        self.apply(entry);
        match self.made.get(&payment) {
            Some(kept) => json(201, &self.shown(kept, now)),
            None => refusal(500, "P0198", "the payment was not kept"),
        }
    }

    fn read(&self, id: &str, now: Timestamp) -> HttpResponse {
        match self.made.get(id) {
            Some(payment) => json(200, &self.shown(payment, now)),
            None => refusal(404, "P0200", "there is no such payment"),
        }
    }

    fn cancel(&mut self, id: &str, now: Timestamp) -> HttpResponse {
        let Some(payment) = self.made.get(id) else {
            return refusal(404, "P0500", "there is no such payment");
        };
        match (&payment.end, payment.is_expired(now)) {
            (Some((PaymentEnd::CancelledByCustomer, ..)), _) | (None, true) => {
                answer(204, "application/json", Vec::new())
            }
            (Some(_), _) => refusal(409, "P0501", "the payment is over"),
            (None, false) => {
                self.finish(id, PaymentEnd::CancelledByCustomer, 0, now);
                answer(204, "application/json", Vec::new())
            }
        }
    }

    /// The page at which a person pays.
    fn show_page(&self, token: &str, now: Timestamp) -> HttpResponse {
        match self.of_token(token) {
            None => page::unknown(),
            Some(payment) if payment.is_open(now) => page::card(payment, None),
            Some(payment) => page::over(payment),
        }
    }

    /// What a person did on it.
    fn act(&mut self, request: &HttpRequest, token: &str, now: Timestamp) -> HttpResponse {
        let Some(payment) = self.of_token(token) else { return page::unknown() };
        if !payment.is_open(now) {
            return page::over(payment);
        }
        let (id, back) = (payment.id.clone(), payment.charge.return_url.clone());
        let typed = |name: &str| form_field(&request.body, name).unwrap_or_default();
        let amount = payment.charge.amount_pence;
        let (end, pence) = if typed("act") == "cancel" {
            (PaymentEnd::GivenUp, 0)
        } else {
            match card(&typed("card")) {
                None => return page::card(payment, Some(page::Fault::NoCard)),
                Some(Card::Good) => (PaymentEnd::Paid, amount),
                Some(Card::Surcharged) => (PaymentEnd::Paid, amount + SURCHARGE_PENCE),
                Some(Card::Refused) => (PaymentEnd::Declined, 0),
            }
        };
        self.finish(&id, end, pence, now);
        let mut led_back = answer(303, "text/plain", Vec::new());
        led_back.headers.push("location", back);
        led_back
    }

    fn finish(&mut self, id: &str, end: PaymentEnd, taken_pence: u64, at: Timestamp) {
        let Some(payment) = self.made.get(id) else { return };
        let reference = payment.reference.clone();
        let payment = id.to_owned();
        self.apply(Entry::PaymentEnded { at, payment, reference, end, taken_pence });
    }

    fn of_token(&self, token: &str) -> Option<&Payment> {
        self.by_token.get(token).and_then(|id| self.made.get(id))
    }

    fn new_id(&self, reference: &str) -> String {
        let count = self.made.len().to_string();
        let drawn = |part: &str| draw(self.seed, &[part, reference, &count]);
        format!("{:016x}{:08x}", drawn("payment"), drawn("payment's end") & 0xffff_ffff)
    }

    fn shown(&self, payment: &Payment, now: Timestamp) -> Value {
        let id = &payment.id;
        let own = format!("{}/v1/payments/{id}", self.base_url);
        let mut links = json!({ "self": { "href": own, "method": "GET" } });
        if payment.is_open(now)
            && let Some(links) = links.as_object_mut()
        {
            let next = format!("{}/pay/{}", self.base_url, payment.token);
            links.insert("next_url".to_owned(), json!({ "href": next, "method": "GET" }));
        }
        let mut shown = json!({
            "payment_id": id,
            "amount": payment.charge.amount_pence,
            "reference": payment.reference,
            "description": payment.charge.description,
            "language": payment.charge.language,
            "return_url": payment.charge.return_url,
            "created_date": payment.created_at.to_string(),
            "state": payment.state(now),
            "_links": links,
        });
        if let (Some((PaymentEnd::Paid, taken, _)), Some(shown)) =
            (&payment.end, shown.as_object_mut())
        {
            shown.insert("total_amount".to_owned(), json!(taken));
        }
        shown
    }

    fn apply(&mut self, entry: Entry) {
        match &entry {
            Entry::PaymentCreated { at, payment, reference, charge, key } => {
                let token = self.token(payment);
                self.by_token.insert(token.clone(), payment.clone());
                self.by_key.insert(key.clone(), payment.clone());
                let made = Payment {
                    id: payment.clone(),
                    token,
                    reference: reference.clone(),
                    charge: charge.clone(),
                    created_at: *at,
                    end: None,
                };
                self.made.insert(payment.clone(), made);
            }
            Entry::PaymentEnded { at, payment, end, taken_pence, .. } => {
                if let Some(ended) = self.made.get_mut(payment) {
                    ended.end = Some((*end, *taken_pence, *at));
                    let message = format!("{payment}-ended");
                    let pending =
                        Pending { payment: payment.clone(), due: *at, deliveries: 0, out: false };
                    self.pending.insert(message, pending);
                }
            }
            Entry::MessageAcknowledged { message, .. } => {
                self.pending.remove(message);
            }
            Entry::JobCreated { .. }
            | Entry::JobReturned { .. }
            | Entry::JobFinished { .. }
            | Entry::Recorded { .. } => {}
        }
        self.ledger.push(entry);
    }

    fn token(&self, payment: &str) -> String {
        let drawn = |part: &str| draw(self.seed, &[part, payment]);
        format!("{:016x}{:016x}", drawn("token"), drawn("token's end"))
    }

    fn told(&self, message: &str, pending: &Pending, now: Timestamp) -> Option<Callback> {
        let payment = self.made.get(&pending.payment)?;
        let (end, _, at) = payment.end.as_ref()?;
        let body = json!({
            "webhook_message_id": message,
            "event_type": end.event_type(),
            "resource_type": "payment",
            "resource_id": payment.id,
            "resource": self.shown(payment, now),
        });
        Some(Callback {
            message: message.to_owned(),
            job: payment.id.clone(),
            reference: payment.reference.clone(),
            finished_at: *at,
            body: body.to_string().into_bytes(),
            content_type: "application/json",
        })
    }
}

impl Payment {
    fn is_expired(&self, now: Timestamp) -> bool {
        self.end.is_none() && now > self.created_at.plus_seconds(WAITS_SECONDS)
    }

    fn is_open(&self, now: Timestamp) -> bool {
        self.end.is_none() && !self.is_expired(now)
    }

    fn state(&self, now: Timestamp) -> Value {
        let failed = |status: &str, code: &str, message: &str| json!({ "status": status, "finished": true, "code": code, "message": message });
        match &self.end {
            Some((PaymentEnd::Paid, ..)) => json!({ "status": "success", "finished": true }),
            Some((PaymentEnd::Declined, ..)) => {
                failed("failed", "P0010", "Payment method rejected")
            }
            Some((PaymentEnd::GivenUp, ..)) => {
                failed("failed", "P0030", "Payment was cancelled by the user")
            }
            Some((PaymentEnd::CancelledByCustomer, ..)) => {
                failed("cancelled", "P0040", "Payment was cancelled by the service")
            }
            None if self.is_expired(now) => failed("failed", "P0020", "Payment expired"),
            None => json!({ "status": "created", "finished": false }),
        }
    }
}

impl PaymentEnd {
    const fn event_type(self) -> &'static str {
        match self {
            Self::Paid => "card_payment_succeeded",
            Self::Declined | Self::GivenUp => "card_payment_failed",
            Self::CancelledByCustomer => "card_payment_cancelled",
        }
    }
}

impl BackOffice for Payments {
    fn handle(&mut self, request: &HttpRequest, now: Timestamp) -> HttpResponse {
        let segments = segments(request);
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        // Its pages are for people, who have no credential.
        match (request.method, segments.as_slice()) {
            (Method::Get, ["pay", token]) => return self.show_page(token, now),
            (Method::Post, ["pay", token]) => return self.act(request, token, now),
            _ => {}
        }
        if !Login::admits(self.login.as_ref(), &request.headers) {
            return refusal(401, "P0920", "the credential is not known");
        }
        match (request.method, segments.as_slice(), key_of(request)) {
            (Method::Post, ["v1", "payments"], Some(key)) => self.create(request, key, now),
            (Method::Post, ["v1", "payments"], None) => {
                refusal(400, "P0191", "an Idempotency-Key of 1 to 128 bytes is needed")
            }
            (Method::Get, ["v1", "payments", id], _) => self.read(id, now),
            (Method::Post, ["v1", "payments", id, "cancel"], _) => self.cancel(id, now),
            _ => refusal(404, "unknown_address", "there is nothing here"),
        }
    }

    fn next_due(&self) -> Option<Timestamp> {
        let waiting = self.pending.values().filter(|pending| !pending.out);
        waiting.map(|pending| pending.due).min()
    }

    fn take_due(&mut self, now: Timestamp) -> Vec<Callback> {
        let due = |pending: &Pending| !pending.out && pending.due <= now;
        let told: Vec<Callback> = self
            .pending
            .iter()
            .filter(|(_, pending)| due(pending))
            .filter_map(|(message, pending)| self.told(message, pending, now))
            .collect();
        for pending in self.pending.values_mut().filter(|pending| due(pending)) {
            pending.out = true;
        }
        told
    }

    fn note_acknowledged(&mut self, message: &str, now: Timestamp) {
        if self.pending.contains_key(message) {
            self.apply(Entry::MessageAcknowledged { at: now, message: message.to_owned() });
        }
    }

    fn note_undelivered(&mut self, message: &str, now: Timestamp) {
        let Some(pending) = self.pending.get_mut(message) else { return };
        pending.deliveries += 1;
        pending.out = false;
        pending.due = now.plus_millis(FIRST_RETRY_MS << pending.deliveries.min(DELIVERIES));
        if pending.deliveries >= DELIVERIES {
            self.pending.remove(message);
        }
    }

    fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    fn restore(&mut self, entries: Vec<Entry>) {
        for entry in entries {
            self.apply(entry);
        }
    }
}

/// What is wrong with a new payment, in a sentence.
fn fault_of(reference: &str, charge: &Charge) -> Option<&'static str> {
    let text = |text: &str| !text.trim().is_empty() && text.len() <= MAX_TEXT_BYTES;
    let url = &charge.return_url;
    let is_web = url.starts_with("https://") || url.starts_with("http://localhost");
    let is_web = is_web || url.starts_with("http://127.0.0.1");
    let is_plain = url.len() <= MAX_URL_BYTES && url.bytes().all(|byte| byte.is_ascii_graphic());
    if !AMOUNTS.contains(&charge.amount_pence) {
        Some("the amount is not one that can be paid")
    } else if !text(reference) || !text(&charge.description) {
        Some("reference and description are 1 to 255 bytes")
    } else if !is_web || !is_plain {
        Some("the return address is not a page")
    } else if !["en", "cy"].contains(&charge.language.as_str()) {
        Some("the language is en or cy")
    } else {
        None
    }
}

/// The card that somebody typed, if the provider knows it.
fn card(typed: &str) -> Option<Card> {
    let digits: String = typed.chars().filter(|letter| !" -".contains(*letter)).take(32).collect();
    CARDS.iter().find(|(number, _)| *number == digits).map(|(_, card)| *card)
}

#[cfg(test)]
mod tests;
