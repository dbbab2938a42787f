use super::*;

fn now() -> Timestamp {
    Timestamp::parse("2026-11-20T09:00:00Z").unwrap()
}

fn request(operation: &str, message_id: Option<&str>, fields: &[(&str, &str)]) -> HttpRequest {
    let header = message_id.map_or_else(String::new, |id| {
        format!("<e:Header><MessageID xmlns='{NAMESPACE}'>{id}</MessageID></e:Header>")
    });
    let fields: Vec<(&str, String)> =
        fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    let body = element(operation, &fields);
    let text = format!(
        "<e:Envelope xmlns:e='{ENVELOPE_NAMESPACE}'>{header}<e:Body>{body}</e:Body></e:Envelope>"
    );
    raw(&text)
}

fn raw(body: &str) -> HttpRequest {
    HttpRequest {
        system: "contractor".parse().unwrap(),
        method: Method::Post,
        url: "http://127.0.0.1:1/".to_owned(),
        headers: connectors::Headers::new(),
        body: body.as_bytes().to_vec(),
    }
}

const JOB: [(&str, &str); 4] =
    [("ourReference", "MBC-1"), ("uprn", "100"), ("binType", "refuse"), ("missedOn", "2026-11-19")];

fn text(office: &mut WasteSoap, request: &HttpRequest) -> (u16, String) {
    let answer = office.handle(request, now());
    roxmltree::Document::parse(std::str::from_utf8(&answer.body).unwrap()).unwrap();
    (answer.status, String::from_utf8(answer.body).unwrap())
}

fn between<'a>(text: &'a str, name: &str) -> &'a str {
    let after = text.split_once(&format!("<{name}>")).unwrap().1;
    after.split_once("</").unwrap().0
}

#[test]
fn a_doubled_packet_is_one_job_and_a_second_attempt_is_two() {
    let mut office = WasteSoap::new(7, None);
    let first = text(&mut office, &request("CreateJob", Some("m-1"), &JOB)).1;
    let copy = text(&mut office, &request("CreateJob", Some("m-1"), &JOB)).1;
    assert_eq!(between(&first, "jobNumber"), between(&copy, "jobNumber"));
    assert_eq!(office.ledger().doubled(), 0);
    let second = text(&mut office, &request("CreateJob", Some("m-2"), &JOB)).1;
    assert_ne!(between(&first, "jobNumber"), between(&second, "jobNumber"));
    assert_eq!(office.ledger().doubled(), 1);
}

#[test]
fn a_job_is_found_finished_and_taken_back() {
    let mut office = WasteSoap::new(7, None);
    let ask = [("ourReference", "MBC-1")];
    let answer = text(&mut office, &request("GetJobByReference", None, &ask)).1;
    assert_eq!(between(&answer, "found"), "false");
    let created = text(&mut office, &request("CreateJob", None, &JOB)).1;
    let number = between(&created, "jobNumber").to_owned();
    let answer = text(&mut office, &request("GetJobByReference", None, &ask)).1;
    assert_eq!(between(&answer, "jobNumber"), number);
    let back = [("jobNumber", number.as_str()), ("ourReference", "R-1"), ("reason", "<still>")];
    let (status, refused) = text(&mut office, &request("ReopenJob", None, &back));
    assert_eq!((status, refused.contains("<JobStillOpen ")), (500, true), "{refused}");
    let due = office.next_due().unwrap();
    let callback = office.take_due(due).remove(0);
    assert_eq!((callback.job.as_str(), callback.reference.as_str()), (number.as_str(), "MBC-1"));
    let body = String::from_utf8(callback.body.clone()).unwrap();
    assert_eq!(between(&body, "finishedAt"), due.to_string());
    let reopened = office.handle(&request("ReopenJob", Some("m-9"), &back), due);
    assert_eq!(reopened.status, 200);
    let ask = [("ourReference", "R-1")];
    let answer = text(&mut office, &request("GetReturnByReference", None, &ask)).1;
    assert_eq!(between(&answer, "jobNumber"), number);
    office.note_acknowledged(&callback.message, due);
    assert!(office.next_due().unwrap() > due, "it is finished again later");
}

#[test]
fn bad_calls_get_faults() {
    let mut office = WasteSoap::new(7, None);
    let mut changed = |name: &str, value: &str| {
        let fields = JOB.map(|(key, old)| (key, if key == name { value } else { old }));
        text(&mut office, &request("CreateJob", None, &fields)).1
    };
    assert!(changed("uprn", "none").contains("<UnknownProperty "));
    assert!(changed("binType", "glass").contains("<InvalidRequest "));
    assert!(changed("missedOn", "2026-11-21").contains("<InvalidRequest "));
    assert!(changed("ourReference", "").contains("<InvalidRequest "));
    let mut swapped = JOB;
    swapped.swap(0, 1);
    let (status, answer) = text(&mut office, &request("CreateJob", None, &swapped));
    assert_eq!((status, answer.contains("<InvalidRequest ")), (500, true));
    for (body, code) in [
        ("", "soap:Client"),
        ("<a/>", "soap:Client"),
        ("<!DOCTYPE a []><a/>", "soap:Client"),
        ("<Envelope xmlns='http://www.w3.org/2003/05/soap-envelope'/>", "soap:VersionMismatch"),
    ] {
        let (status, answer) = text(&mut office, &raw(body));
        assert_eq!((status, between(&answer, "faultcode")), (500, code), "{body}");
    }
    let unknown = request("Explode", None, &[]);
    assert_eq!(between(&text(&mut office, &unknown).1, "faultstring"), "no such operation");
    assert_eq!(office.ledger().entries(), []);
}

#[test]
fn only_its_customer_is_served_and_anybody_reads_the_description() {
    let login = Login { header: "authorization".to_owned(), value: "Basic eDp5".to_owned() };
    let mut office = WasteSoap::new(7, Some(login));
    let mut call = request("CreateJob", None, &JOB);
    assert_eq!(office.handle(&call, now()).status, 401);
    call.headers.push("Authorization", "Basic eDp5");
    assert_eq!(office.handle(&call, now()).status, 200);
    let mut describe = raw("");
    describe.method = Method::Get;
    describe.url = "http://127.0.0.1:1/soap?WSDL".to_owned();
    describe.headers.push("host", "127.0.0.1:1");
    let (status, wsdl) = text(&mut office, &describe);
    assert_eq!(status, 200);
    assert!(wsdl.contains("location=\"http://127.0.0.1:1/soap\""), "{wsdl}");
}

/// Every operation and fault of the description is one that the office knows.
#[test]
fn the_description_names_what_the_office_does() {
    let document = roxmltree::Document::parse(WSDL).unwrap();
    let port = document.descendants().find(|node| node.tag_name().name() == "portType").unwrap();
    let mut office = WasteSoap::new(7, None);
    for operation in port.children().filter(roxmltree::Node::is_element) {
        let name = operation.attribute("name").unwrap();
        let answer = text(&mut office, &request(name, None, &[("x", "y")])).1;
        assert!(answer.contains("<InvalidRequest "), "{name}: {answer}");
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_answered(body: Vec<u8>) {
        let mut office = WasteSoap::new(7, None);
        let mut call = raw("");
        call.body = body;
        proptest::prop_assert_eq!(office.handle(&call, now()).status, 500);
    }
}
