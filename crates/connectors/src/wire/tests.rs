use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener};

use super::*;

/// A server that reads one request and writes these bytes; its address and what it read.
fn server(answer: Vec<u8>) -> (String, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut read = Vec::new();
        let mut buffer = [0; 1_000];
        while !read.windows(4).any(|four| four == b"\r\n\r\n") {
            let count = stream.read(&mut buffer).unwrap();
            read.extend_from_slice(&buffer[..count]);
        }
        // The client may hang up before it has everything.
        let _ = stream.write_all(&answer);
        let _ = stream.shutdown(Shutdown::Both);
        String::from_utf8_lossy(&read).into_owned()
    });
    (address, thread)
}

fn exchange(url: &str, credential: Option<Credential>) -> Answer {
    let system = System {
        name: base::Text::default(),
        id: "works".parse().unwrap(),
        kind: crate::SystemKind::Rest,
        base_url: url.to_owned(),
        credential,
        ca_file: None,
        pages: None,
        transfer: None,
    };
    let mut secrets = Secrets::new();
    secrets.insert("works", Secret::new("open-sesame"));
    let connector = HttpConnector::new(&[system], &secrets).unwrap();
    let request = HttpRequest {
        system: "works".parse().unwrap(),
        method: Method::Get,
        url: format!("{url}/a?b=c"),
        headers: [("x-one", "1")].into_iter().collect(),
        body: Vec::new(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(connector.exchange(request))
}

#[test]
fn a_closed_port_was_never_reached() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(exchange(&address, None), Err(TransportFault::NotReached));
}

#[test]
fn a_failed_handshake_means_never_reached() {
    let (address, thread) = server_of_plain_text();
    let address = address.replace("http://", "https://");
    assert_eq!(exchange(&address, None), Err(TransportFault::NotReached));
    thread.join().unwrap();
}

/// Speaks no TLS: it answers a handshake with words.
fn server_of_plain_text() -> (String, std::thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 1_000]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    (address, thread)
}

#[test]
fn an_address_that_is_none_cannot_be_sent() {
    assert_eq!(exchange("http://[", None), Err(TransportFault::Unsendable));
}

#[test]
fn a_connection_that_breaks_later_leaves_it_open() {
    for half in ["", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"] {
        let (address, thread) = server(half.as_bytes().to_vec());
        assert_eq!(exchange(&address, None), Err(TransportFault::Broken), "{half}");
        thread.join().unwrap();
    }
}

#[test]
fn a_long_answer_is_cut_off() {
    let mut answer = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    answer.resize(answer.len() + MAX_RESPONSE_BYTES + 1, b'a');
    let (address, thread) = server(answer);
    assert_eq!(exchange(&address, None), Err(TransportFault::TooLong));
    thread.join().unwrap();
}

#[test]
fn redirects_are_answers_and_credentials_are_struck_out_of_them() {
    let answer = "HTTP/1.1 302 Found\r\nlocation: /open-sesame\r\ncontent-length: 35\r\n\r\n\
                  you sent d29ya3M6b3Blbi1zZXNhbWU=!!";
    let scheme = Scheme::Basic { username: "works".to_owned() };
    let credential = Credential { scheme, secret: "works".to_owned() };
    let (address, thread) = server(answer.as_bytes().to_vec());
    let response = exchange(&address, Some(credential)).unwrap();
    assert_eq!(response.status, 302);
    assert_eq!(response.headers.get("location"), Some("/***"));
    assert_eq!(String::from_utf8(response.body).unwrap(), "you sent ***!!");
    let sent = thread.join().unwrap().to_lowercase();
    assert!(sent.starts_with("get /a?b=c http/1.1\r\n"), "{sent}");
    assert!(sent.contains("x-one: 1"), "{sent}");
    assert!(sent.contains("authorization: basic d29ya3m6b3blbi1zzxnhbwu="), "{sent}");
}

#[test]
fn a_missing_secret_is_named() {
    let credential = Credential { scheme: Scheme::Bearer, secret: "gone".to_owned() };
    let system = System {
        name: base::Text::default(),
        id: "works".parse().unwrap(),
        kind: crate::SystemKind::Rest,
        base_url: "http://127.0.0.1:1".to_owned(),
        credential: Some(credential),
        ca_file: None,
        pages: None,
        transfer: None,
    };
    let error = HttpConnector::new(&[system], &Secrets::new()).unwrap_err();
    assert_eq!(error.to_string(), "system works needs secret `gone`, which is not there");
}
