use super::*;

fn envelope(body: &str) -> String {
    format!("<e:Envelope xmlns:e=\"{ENVELOPE_NAMESPACE}\"><e:Body>{body}</e:Body></e:Envelope>")
}

fn read(body: &str) -> Result<SoapBody, Unreadable> {
    read_envelope(envelope(body).as_bytes())
}

#[test]
fn children_make_a_context_and_repeats_a_list() {
    let body = "<r xmlns='urn:x' xmlns:i='http://www.w3.org/2001/XMLSchema-instance'>\
                <a>1</a><b><c>x</c><c> y </c></b><d i:nil='true'/><f/></r>";
    let SoapBody::Element { name, value } = read(body).unwrap() else { panic!("{body}") };
    assert_eq!(name, "r");
    assert_eq!(value.to_string(), r#"{a: "1", b: {c: ["x", " y "]}, d: null, f: ""}"#);
}

#[test]
fn a_fault_is_read_with_its_detail() {
    let body = "<e:Fault><faultcode>e:Client.Authentication</faultcode>\
                <faultstring> no such key </faultstring>\
                <detail><UnknownProperty xmlns='urn:x'><m>1</m></UnknownProperty></detail></e:Fault>";
    let SoapBody::Fault(fault) = read(body).unwrap() else { panic!("{body}") };
    assert_eq!((fault.code.as_str(), fault.message.as_str()), ("Client", "no such key"));
    assert_eq!(fault.detail.as_deref(), Some("UnknownProperty"));
}

#[test]
fn what_is_not_an_envelope_is_refused() {
    for (text, wanted) in [
        ("", Unreadable::Xml),
        ("<a>", Unreadable::Xml),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", Unreadable::Xml),
        ("<html/>", Unreadable::Envelope),
        ("<Envelope xmlns='http://www.w3.org/2003/05/soap-envelope'/>", Unreadable::Envelope),
        (&envelope(""), Unreadable::Envelope),
        (&envelope("<a/><b/>"), Unreadable::Envelope),
        (&envelope("<e:Fault/>"), Unreadable::Envelope),
    ] {
        assert_eq!(read_envelope(text.as_bytes()), Err(wanted), "{text}");
    }
    assert_eq!(read_envelope(b"\xff\xfe"), Err(Unreadable::Xml));
}

#[test]
fn depth_and_size_are_bounded() {
    let deep = "<a>".repeat(10_000) + &"</a>".repeat(10_000);
    assert_eq!(read(&deep), Err(Unreadable::Xml));
    let wide = format!("<a>{}</a>", "<b/>".repeat(200_000));
    assert_eq!(read(&wide), Err(Unreadable::Xml));
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        let _ = read_envelope(&bytes);
    }

    #[test]
    fn any_text_in_a_body_is_read_or_refused(text in "[<>/a-c &;!'\"=\\[\\]]{0,80}") {
        let _ = read(&text);
    }
}
