//! A scenario's back offices: what they are to answer, and what they were asked.

use std::collections::{BTreeMap, VecDeque};

use catalogue::scenario::{OfficeAnswer, OfficeMessage, OfficeState, SoapElement};
use connectors::{
    Answer, ENVELOPE_NAMESPACE, Headers, HttpRequest, HttpResponse, SystemKind, TransportFault,
};

/// The namespace of the elements that a scenario writes; mappings go by local names.
const NAMESPACE: &str = "urn:throughline:scenario";

/// One back office.
#[derive(Debug)]
pub(super) struct Office {
    kind: SystemKind,
    state: OfficeState,
    answers: VecDeque<OfficeAnswer>,
    asked: BTreeMap<String, u32>,
    /// The files that were left for it.
    files: BTreeMap<String, Vec<u8>>,
    /// The last message that it sent of its own accord, and its number.
    pub(super) told: Option<(u64, Vec<u8>)>,
}

/// What a request of ours meets.
pub(super) enum Met {
    /// This came back at once.
    Answered(Answer),
    /// It got there and nothing comes back.
    Silence,
    /// The scenario does not say what it answers to this.
    NoAnswerLeft(String),
}

impl Office {
    pub(super) const fn new(kind: SystemKind) -> Self {
        Self {
            kind,
            state: OfficeState::Up,
            answers: VecDeque::new(),
            asked: BTreeMap::new(),
            files: BTreeMap::new(),
            told: None,
        }
    }

    pub(super) fn will_answer(&mut self, answer: OfficeAnswer) {
        self.answers.push_back(answer);
    }

    pub(super) const fn set(&mut self, state: OfficeState) {
        self.state = state;
    }

    /// How often it was asked this.
    pub(super) fn asked(&self, operation: &str) -> u32 {
        self.asked.get(operation).copied().unwrap_or(0)
    }

    /// Everything it was asked, as text.
    pub(super) fn asked_in_all(&self) -> String {
        let asked: Vec<String> =
            self.asked.iter().map(|(operation, times)| format!("{operation} {times}")).collect();
        if asked.is_empty() { "nothing".to_owned() } else { asked.join(", ") }
    }

    /// A request goes to it.
    pub(super) fn meet(&mut self, request: &HttpRequest, fill: &dyn Fn(&str) -> String) -> Met {
        if self.state == OfficeState::Down {
            return Met::Answered(Err(TransportFault::NotReached));
        }
        let operation = match self.kind {
            SystemKind::Soap => operation(&request.body),
            SystemKind::Rest => request.method.to_string(),
            SystemKind::Files => return self.keep(request),
        };
        let times = self.asked.entry(operation.clone()).or_default();
        *times = times.saturating_add(1);
        match self.answers.pop_front() {
            None => Met::NoAnswerLeft(operation),
            Some(OfficeAnswer::NoReply) => Met::Silence,
            Some(OfficeAnswer::Rest { status, body }) => {
                Met::Answered(Ok(response(status, "application/json", fill(&body))))
            }
            Some(OfficeAnswer::Soap(element)) => {
                Met::Answered(Ok(response(200, "text/xml", envelope(&element, fill))))
            }
            Some(OfficeAnswer::Fault { code, detail }) => {
                let body = fault(&code, detail.as_deref());
                Met::Answered(Ok(response(500, "text/xml", body)))
            }
        }
    }
}

impl Office {
    /// A folder keeps what is left in it without being told how to answer. What comes again is
    /// counted apart.
    fn keep(&mut self, request: &HttpRequest) -> Met {
        let name = request.path().rsplit('/').next().unwrap_or_default().to_owned();
        let (operation, status) = match self.files.get(&name) {
            None => ("file", 201),
            Some(kept) if *kept == request.body => ("again", 200),
            Some(_) => ("other", 409),
        };
        let times = self.asked.entry(operation.to_owned()).or_default();
        *times = times.saturating_add(1);
        self.files.entry(name).or_insert_with(|| request.body.clone());
        match self.answers.pop_front() {
            Some(OfficeAnswer::NoReply) => Met::Silence,
            Some(OfficeAnswer::Rest { status, body }) => {
                Met::Answered(Ok(response(status, "text/plain", body)))
            }
            Some(OfficeAnswer::Soap(_) | OfficeAnswer::Fault { .. }) | None => {
                Met::Answered(Ok(response(status, "text/plain", String::new())))
            }
        }
    }
}

/// The bytes of a message that an office sends.
pub(super) fn message(message: &OfficeMessage, fill: &dyn Fn(&str) -> String) -> Vec<u8> {
    match message {
        OfficeMessage::Rest(text) => fill(text).into_bytes(),
        OfficeMessage::Soap(element) => envelope(element, fill).into_bytes(),
    }
}

fn response(status: u16, content_type: &str, body: String) -> HttpResponse {
    let headers: Headers = [("content-type", content_type)].into_iter().collect();
    HttpResponse { status, headers, body: body.into_bytes() }
}

/// The operation of one of our own envelopes: the first element of its body.
fn operation(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let inner = text.split_once(":Body>").map_or("", |(_, inner)| inner);
    let name = inner.trim_start().trim_start_matches('<');
    let name = name.split([' ', '>', '/']).next().unwrap_or_default();
    name.rsplit(':').next().unwrap_or_default().to_owned()
}

fn envelope(element: &SoapElement, fill: &dyn Fn(&str) -> String) -> String {
    let mut fields = String::new();
    for (name, value) in &element.fields {
        let value = escaped(&fill(value));
        for part in ["<", name, ">", &value, "</", name, ">"] {
            fields.push_str(part);
        }
    }
    let name = &element.name;
    in_envelope(&format!("<m:{name} xmlns:m=\"{NAMESPACE}\">{fields}</m:{name}>"))
}

fn fault(code: &str, detail: Option<&str>) -> String {
    let detail = detail.map(|name| format!("<detail><{name} xmlns=\"{NAMESPACE}\"/></detail>"));
    in_envelope(&format!(
        "<soap:Fault><faultcode>soap:{code}</faultcode>\
         <faultstring>as the scenario says</faultstring>{}</soap:Fault>",
        detail.unwrap_or_default()
    ))
}

fn in_envelope(body: &str) -> String {
    format!(
        "<soap:Envelope xmlns:soap=\"{ENVELOPE_NAMESPACE}\"><soap:Body>{body}</soap:Body>\
         </soap:Envelope>"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_the_first_element_of_the_body() {
        let body = b"<?xml version=\"1.0\"?><soap:Envelope><soap:Header><h:MessageID>1\
            </h:MessageID></soap:Header><soap:Body><m:CreateJob xmlns:m=\"urn:x\"/></soap:Body>";
        assert_eq!(operation(body), "CreateJob");
        assert_eq!(operation(b"no envelope"), "");
    }
}
