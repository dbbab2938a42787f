//! The back offices of random processes: one for each way of delivery, each with the truth about
//! what it really did.

use std::collections::{BTreeMap, BTreeSet};

use connectors::{Headers, HttpRequest, HttpResponse, Method};
use serde_json::json;

use crate::MARK;
use crate::chance::fixed;

/// How a model office treats work that comes twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mode {
    /// It drops what it did under the same key.
    Keyed,
    /// It does it again, and can be asked.
    Lookup,
    /// It does it again, and cannot be asked.
    Manual,
}

impl Mode {
    pub(crate) const ALL: [Self; 3] = [Self::Keyed, Self::Lookup, Self::Manual];

    pub(crate) const fn system(self) -> &'static str {
        match self {
            Self::Keyed => "keyed-office",
            Self::Lookup => "lookup-office",
            Self::Manual => "manual-office",
        }
    }
}

/// A back office as a value, with its ledger.
#[derive(Debug)]
pub(crate) struct ModelOffice {
    mode: Mode,
    seed: u64,
    /// How often the work of an effect was really done.
    done: BTreeMap<String, u32>,
    /// What each attempt was answered: the network may deliver it twice.
    answered: BTreeMap<String, HttpResponse>,
    /// Whether it says no to some of what it is asked.
    pub(crate) moody: bool,
}

impl ModelOffice {
    pub(crate) const fn new(mode: Mode, seed: u64) -> Self {
        Self { mode, seed, done: BTreeMap::new(), answered: BTreeMap::new(), moody: true }
    }

    pub(crate) fn done(&self, effect: &str) -> u32 {
        self.done.get(effect).copied().unwrap_or(0)
    }

    /// The effects whose work was done more than once.
    pub(crate) fn doubled(&self) -> usize {
        self.done.values().filter(|count| **count > 1).count()
    }

    /// A person does there by hand what the office would not.
    pub(crate) fn do_by_hand(&mut self, effect: &str) {
        self.done.insert(effect.to_owned(), 1);
    }

    pub(crate) fn works(&self) -> usize {
        self.done.len()
    }

    pub(crate) fn handle(
        &mut self,
        request: &HttpRequest,
        errors: &BTreeMap<String, BTreeSet<String>>,
    ) -> HttpResponse {
        if request.method == Method::Get {
            let effect = request.query().strip_prefix("effect=").unwrap_or_default();
            let found = self.done(effect) > 0;
            return answer(200, &json!({ "found": found, "result": result(self.seed, effect) }));
        }
        let Ok(asked) = serde_json::from_slice::<serde_json::Value>(&request.body) else {
            return answer(400, &json!({ "code": "unreadable" }));
        };
        let text = |name: &str| asked.get(name).and_then(|value| value.as_str()).unwrap_or("");
        let (effect, job) = (text("effect").to_owned(), text("job").to_owned());
        let attempt = request.headers.get("x-attempt").unwrap_or_default().to_owned();
        if self.mode == Mode::Keyed && self.done(&effect) > 0 {
            return self.well_done(&effect);
        }
        if let Some(known) = self.answered.get(&attempt) {
            return known.clone();
        }
        let said = self.mood(&effect, &attempt, errors.get(&job)).unwrap_or_else(|| {
            *self.done.entry(effect.clone()).or_default() += 1;
            self.well_done(&effect)
        });
        self.answered.insert(attempt, said.clone());
        said
    }

    /// A refusal depends on the work; a bad moment on the attempt.
    fn mood(
        &self,
        effect: &str,
        attempt: &str,
        errors: Option<&BTreeSet<String>>,
    ) -> Option<HttpResponse> {
        let refuses = fixed(self.seed, &["refuse", effect]);
        let codes: Vec<&String> = errors.into_iter().flatten().collect();
        if let Some(code) = codes.first().filter(|_| refuses.is_multiple_of(4)) {
            let message = format!("{MARK} the property is not ours");
            return Some(answer(422, &json!({ "code": code, "message": message })));
        }
        if refuses.is_multiple_of(37) && self.moody {
            // A code that no event of the model catches.
            return Some(answer(409, &json!({ "code": "uncaught" })));
        }
        let moment = fixed(self.seed, &["moment", attempt]);
        match moment % 40 {
            0 if self.moody => Some(answer(400, &json!({ "code": "no" }))),
            1 if self.moody => Some(answer(429, &json!({}))),
            2 if self.moody => Some(answer(503, &json!({}))),
            _ => None,
        }
    }

    fn well_done(&self, effect: &str) -> HttpResponse {
        let said = format!("{MARK} {effect}");
        answer(200, &json!({ "result": result(self.seed, effect), "said": said }))
    }
}

fn result(seed: u64, effect: &str) -> u64 {
    fixed(seed, &["result", effect]) % 100
}

fn answer(status: u16, body: &serde_json::Value) -> HttpResponse {
    let headers: Headers = [("content-type", "application/json")].into_iter().collect();
    HttpResponse { status, headers, body: body.to_string().into_bytes() }
}
