//! A waste contractor over SOAP 1.1, as such contractors are: it does what it is told each time.
//!
//! `CreateJob` and `ReopenJob` are not idempotent. A `MessageID` header names one attempt: the
//! second copy of the same attempt, doubled by the network, gets the first one's answer; a second
//! attempt is a second job. `GetJobByReference` and `GetReturnByReference` answer what is there.
//! The WSDL is served at `?wsdl`; elements come in the order of its schema.

use std::fmt::Write as _;

use base::Timestamp;
use connectors::{ENVELOPE_NAMESPACE, HttpRequest, HttpResponse, Method};
use quick_xml::escape::escape;

use crate::contractor::{Callback, Contractor, Job, JobStatus};
use crate::ledger::{Entry, Ledger, Order};
use crate::office::{BackOffice, Login, answer};
use crate::waste_rest::{MAX_NOTE_CHARS, check_order, is_reference};

/// The namespace of the contractor's messages.
pub const NAMESPACE: &str = "urn:greenway-waste:jobs:1";

/// The contractor's service description; `{address}` stands for where it is served.
pub const WSDL: &str = include_str!("waste_soap/jobs.wsdl");

const MAX_NODES: u32 = 1_000;
const MAX_MESSAGE_ID_BYTES: usize = 200;
const CONTENT_TYPE: &str = "text/xml; charset=utf-8";

/// The contractor.
#[derive(Debug, Clone)]
pub struct WasteSoap {
    contractor: Contractor,
    login: Option<Login>,
}

/// Why a call is answered with a fault.
struct Fault {
    code: &'static str,
    message: &'static str,
    detail: Option<&'static str>,
}

const fn client(detail: &'static str, message: &'static str) -> Fault {
    Fault { code: "Client", message, detail: Some(detail) }
}

/// A parsed call: the operation, its fields in order and the attempt that it is.
struct Call {
    operation: String,
    fields: Vec<(String, String)>,
    message_id: Option<String>,
}

impl WasteSoap {
    /// A contractor without jobs.
    pub fn new(seed: u64, login: Option<Login>) -> Self {
        Self { contractor: Contractor::new(seed, "WJ"), login }
    }

    /// Crews that finish each job so long after it is taken on; in working hours when `None`.
    #[must_use]
    pub fn with_crews(mut self, crew_ms: Option<i64>) -> Self {
        self.contractor.crew_ms = crew_ms;
        self
    }

    fn call(&mut self, request: &HttpRequest, now: Timestamp) -> Result<String, Fault> {
        let call = read_call(&request.body)?;
        let action = request.headers.get("soapaction").unwrap_or_default().trim_matches('"');
        if !action.is_empty() && action != format!("{NAMESPACE}/{}", call.operation) {
            return Err(Fault {
                code: "Client",
                message: "the SOAPAction is of another operation",
                detail: None,
            });
        }
        match call.operation.as_str() {
            "CreateJob" => self.create(&call, now),
            "GetJobByReference" => self.by_reference(&call),
            "GetJobStatus" => self.status(&call),
            "ReopenJob" => self.reopen(&call, now),
            "GetReturnByReference" => self.return_by_reference(&call),
            _ => Err(Fault { code: "Client", message: "no such operation", detail: None }),
        }
    }

    fn create(&mut self, call: &Call, now: Timestamp) -> Result<String, Fault> {
        let [reference, uprn, address, bin, missed_on, notes] = call.fields([
            ("ourReference", true),
            ("uprn", true),
            ("address", false),
            ("binType", true),
            ("missedOn", true),
            ("notes", false),
        ])?;
        let reference = reference.unwrap_or_default();
        let order = Order {
            uprn: uprn.unwrap_or_default(),
            bin: bin.unwrap_or_default(),
            missed_on: missed_on.unwrap_or_default(),
            address,
            notes,
        };
        let known = call.message_id.as_ref().and_then(|id| self.contractor.under_key(id));
        let number = if let Some(number) = known {
            number.to_owned()
        } else {
            check_order(&reference, &order, now).map_err(|(code, message)| match code {
                "unknown_property" => client("UnknownProperty", message),
                _ => client("InvalidRequest", message),
            })?;
            self.contractor.create(&reference, order, call.message_id.clone(), now)
        };
        let job = self.contractor.job(&number).ok_or(client("InvalidRequest", "message reused"))?;
        let fields = [("jobNumber", job.number.clone()), ("dueBy", job.due.uk_date().to_string())];
        Ok(element("CreateJobResponse", &fields))
    }

    fn by_reference(&self, call: &Call) -> Result<String, Fault> {
        let [reference] = call.fields([("ourReference", true)])?;
        let job = self.contractor.job_of(&reference.unwrap_or_default());
        let mut fields = vec![("found", job.is_some().to_string())];
        if let Some(job) = job {
            fields.push(("jobNumber", job.number.clone()));
            fields.push(("status", job.status.as_str().to_owned()));
            fields.push(("dueBy", job.due.uk_date().to_string()));
        }
        Ok(element("GetJobByReferenceResponse", &fields))
    }

    fn status(&self, call: &Call) -> Result<String, Fault> {
        let [number] = call.fields([("jobNumber", true)])?;
        let job = self.contractor.job(&number.unwrap_or_default());
        let job = job.ok_or(client("UnknownJob", "there is no such job"))?;
        let mut fields = vec![
            ("jobNumber", job.number.clone()),
            ("ourReference", job.reference.clone()),
            ("status", job.status.as_str().to_owned()),
        ];
        if let JobStatus::Finished(at) = job.status {
            fields.push(("finishedAt", at.to_string()));
        }
        Ok(element("GetJobStatusResponse", &fields))
    }

    fn reopen(&mut self, call: &Call, now: Timestamp) -> Result<String, Fault> {
        let [number, reference, reason] =
            call.fields([("jobNumber", true), ("ourReference", true), ("reason", true)])?;
        let (number, reference) = (number.unwrap_or_default(), reference.unwrap_or_default());
        let reason = reason.unwrap_or_default();
        let known = call.message_id.as_ref().and_then(|id| self.contractor.under_key(id));
        let returned = if let Some(returned) = known {
            returned.to_owned()
        } else {
            let job = self.contractor.job(&number);
            let job = job.ok_or(client("UnknownJob", "there is no such job"))?;
            if job.status == JobStatus::Open {
                return Err(client("JobStillOpen", "the job is not finished yet"));
            }
            if !is_reference(&reference) || reason.chars().count() > MAX_NOTE_CHARS {
                return Err(client("InvalidRequest", "a field is empty or too long"));
            }
            let key = call.message_id.clone();
            self.contractor.take_back(&number, &reference, &reason, key, now)
        };
        let fields = [("jobNumber", number), ("returnNumber", returned)];
        Ok(element("ReopenJobResponse", &fields))
    }

    fn return_by_reference(&self, call: &Call) -> Result<String, Fault> {
        let [reference] = call.fields([("ourReference", true)])?;
        let returned = self.contractor.return_of(&reference.unwrap_or_default());
        let mut fields = vec![("found", returned.is_some().to_string())];
        if let Some(returned) = returned {
            fields.push(("jobNumber", returned.job.clone()));
            fields.push(("returnNumber", returned.number.clone()));
        }
        Ok(element("GetReturnByReferenceResponse", &fields))
    }
}

impl BackOffice for WasteSoap {
    fn handle(&mut self, request: &HttpRequest, now: Timestamp) -> HttpResponse {
        self.contractor.advance(now);
        if request.method == Method::Get && request.query().eq_ignore_ascii_case("wsdl") {
            let host = request.headers.get("host").unwrap_or("127.0.0.1");
            let address = format!("http://{host}{}", request.path());
            let wsdl = WSDL.replace("{address}", &escape(&address));
            return answer(200, CONTENT_TYPE, wsdl.into_bytes());
        }
        if !Login::admits(self.login.as_ref(), &request.headers) {
            return answer(401, "text/plain", b"the credential is not known".to_vec());
        }
        if request.method != Method::Post {
            return answer(405, "text/plain", b"SOAP comes by POST".to_vec());
        }
        match self.call(request, now) {
            Ok(body) => answer(200, CONTENT_TYPE, envelope(&body)),
            Err(fault) => answer(500, CONTENT_TYPE, envelope(&fault_element(&fault))),
        }
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.contractor.next_due()
    }

    fn take_due(&mut self, now: Timestamp) -> Vec<Callback> {
        let due = self.contractor.take_due(now);
        due.into_iter().map(|(message, job, at)| finished(message, job, at)).collect()
    }

    fn note_acknowledged(&mut self, message: &str, now: Timestamp) {
        self.contractor.note_acknowledged(message, now);
    }

    fn note_undelivered(&mut self, message: &str, now: Timestamp) {
        self.contractor.note_undelivered(message, now);
    }

    fn ledger(&self) -> &Ledger {
        self.contractor.ledger()
    }

    fn restore(&mut self, entries: Vec<Entry>) {
        self.contractor.restore(entries);
    }
}

impl Call {
    /// The values of a sequence of elements: each at most once, in this order, no others.
    fn fields<const N: usize>(
        &self,
        wanted: [(&str, bool); N],
    ) -> Result<[Option<String>; N], Fault> {
        let mut given = self.fields.iter().peekable();
        let values = wanted.map(|(name, required)| {
            let value = given.next_if(|(given, _)| given == name).map(|(_, value)| value.clone());
            (value, required)
        });
        let missing = values.iter().any(|(value, required)| *required && value.is_none());
        if missing || given.next().is_some() {
            return Err(client("InvalidRequest", "the elements are not those of the schema"));
        }
        Ok(values.map(|(value, _)| value))
    }
}

fn read_call(body: &[u8]) -> Result<Call, Fault> {
    let malformed = || Fault { code: "Client", message: "not a SOAP 1.1 request", detail: None };
    let text = std::str::from_utf8(body).map_err(|_| malformed())?;
    let options = roxmltree::ParsingOptions {
        nodes_limit: MAX_NODES,
        ..roxmltree::ParsingOptions::default()
    };
    let document = roxmltree::Document::parse_with_options(text, options);
    let document = document.map_err(|_| malformed())?;
    let envelope = document.root_element();
    if envelope.tag_name().name() != "Envelope" {
        return Err(malformed());
    }
    if !envelope.has_tag_name((ENVELOPE_NAMESPACE, "Envelope")) {
        let message = "the envelope is of another SOAP version";
        return Err(Fault { code: "VersionMismatch", message, detail: None });
    }
    let part =
        |name: &str| envelope.children().find(|node| node.has_tag_name((ENVELOPE_NAMESPACE, name)));
    let message_id = match part("Header") {
        Some(header) => read_header(header)?,
        None => None,
    };
    let operation = part("Body")
        .and_then(|body| body.children().find(roxmltree::Node::is_element))
        .filter(|operation| operation.tag_name().namespace() == Some(NAMESPACE))
        .ok_or_else(malformed)?;
    let mut fields = Vec::new();
    for field in operation.children().filter(roxmltree::Node::is_element) {
        if field.tag_name().namespace() != Some(NAMESPACE)
            || field.children().any(|c| c.is_element())
        {
            return Err(client("InvalidRequest", "the elements are not those of the schema"));
        }
        let value = field.children().filter_map(|child| child.text()).collect();
        fields.push((field.tag_name().name().to_owned(), value));
    }
    Ok(Call { operation: operation.tag_name().name().to_owned(), fields, message_id })
}

/// The attempt's id; a block that must be understood and is not known is refused.
fn read_header(header: roxmltree::Node<'_, '_>) -> Result<Option<String>, Fault> {
    let mut message_id = None;
    for block in header.children().filter(roxmltree::Node::is_element) {
        let must = block.attribute((ENVELOPE_NAMESPACE, "mustUnderstand"));
        if block.has_tag_name((NAMESPACE, "MessageID")) {
            let text = block.text().unwrap_or_default().trim();
            let usable = !text.is_empty() && text.len() <= MAX_MESSAGE_ID_BYTES;
            message_id = usable.then(|| text.to_owned());
        } else if matches!(must, Some("1" | "true")) {
            let message = "a header that must be understood is not";
            return Err(Fault { code: "MustUnderstand", message, detail: None });
        }
    }
    Ok(message_id)
}

fn finished(message: String, job: &Job, at: Timestamp) -> Callback {
    let fields = [
        ("ourReference", job.reference.clone()),
        ("jobNumber", job.number.clone()),
        ("finishedAt", at.to_string()),
        ("outcome", "collected".to_owned()),
    ];
    Callback {
        message,
        job: job.number.clone(),
        reference: job.reference.clone(),
        finished_at: at,
        body: envelope(&element("JobFinished", &fields)),
        content_type: CONTENT_TYPE,
    }
}

fn element(name: &str, fields: &[(&str, String)]) -> String {
    let mut inner = String::new();
    for (name, value) in fields {
        // Writing to a string cannot fail.
        let _ = write!(inner, "<{name}>{}</{name}>", escape(value.as_str()));
    }
    format!("<{name} xmlns=\"{NAMESPACE}\">{inner}</{name}>")
}

fn fault_element(fault: &Fault) -> String {
    let (code, message) = (fault.code, escape(fault.message));
    let detail = fault.detail.map(|detail| {
        let inner = element(detail, &[("message", fault.message.to_owned())]);
        format!("<detail>{inner}</detail>")
    });
    let detail = detail.unwrap_or_default();
    format!(
        "<soap:Fault><faultcode>soap:{code}</faultcode>\
         <faultstring>{message}</faultstring>{detail}</soap:Fault>"
    )
}

fn envelope(body: &str) -> Vec<u8> {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <soap:Envelope xmlns:soap=\"{ENVELOPE_NAMESPACE}\">\
         <soap:Body>{body}</soap:Body></soap:Envelope>"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests;
