use std::time::Duration;

use base::Timestamp;
use connectors::{
    Answer, BoxFuture, Connector as _, Headers, HttpRequest, HttpResponse, Method, TransportFault,
};

use super::*;
use crate::fault::Fault;
use crate::time::AtWork;

/// A clock that moves when it is told to.
struct ManualTime(watch::Sender<Timestamp>);

impl ManualTime {
    fn new() -> Arc<Self> {
        let start = Timestamp::parse("2026-11-20T09:00:00Z").unwrap();
        Arc::new(Self(watch::Sender::new(start)))
    }

    fn move_to(&self, at: Timestamp) {
        self.0.send_replace(at);
    }
}

impl Time for ManualTime {
    fn now(&self) -> Timestamp {
        *self.0.borrow()
    }

    fn at_work(&self) -> AtWork {
        Box::new(())
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, AtWork> {
        let mut moved = self.0.subscribe();
        Box::pin(async move {
            let _ = moved.wait_for(|now| *now >= at).await;
            Box::new(()) as AtWork
        })
    }

    fn answer_later(&self, _request: Option<u128>, at: Timestamp) -> BoxFuture<'static, AtWork> {
        self.sleep_until(at)
    }
}

fn config(office: OfficeKind) -> Config {
    let office = OfficeConfig {
        id: "works".parse().unwrap(),
        office,
        port: 0,
        admin_port: 0,
        login: None,
        callback: None,
        ledger: None,
        faults: Faults::default(),
    };
    Config { offices: vec![office] }
}

fn client() -> HttpConnector {
    let system = System {
        name: base::Text::default(),
        id: "works".parse().unwrap(),
        kind: SystemKind::Rest,
        base_url: "http://127.0.0.1".to_owned(),
        credential: None,
        ca_file: None,
        pages: None,
        transfer: None,
    };
    HttpConnector::new(&[system], &Secrets::new()).unwrap()
}

fn request(method: Method, url: String, body: &str) -> HttpRequest {
    let headers: Headers =
        [("idempotency-key", "k-1"), ("content-type", "application/json")].into_iter().collect();
    let system = "works".parse().unwrap();
    HttpRequest { system, method, url, headers, body: body.as_bytes().to_vec() }
}

const JOB: &str =
    r#"{"reference": "C-1", "uprn": "100", "bin": "food", "missed_on": "2026-11-19"}"#;

async fn create(office: &Office) -> Answer {
    client().exchange(request(Method::Post, format!("{}/jobs", office.url()), JOB)).await
}

fn status(answer: &Answer) -> Result<u16, TransportFault> {
    answer.as_ref().map(|answer| answer.status).map_err(|fault| *fault)
}

/// Lets other tasks run until a condition holds; a test that never gets there is stopped.
async fn until(holds: impl Fn() -> bool) {
    let waited = tokio::time::timeout(Duration::from_secs(20), async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    });
    waited.await.expect("the condition never held");
}

#[tokio::test]
async fn each_fault_does_what_it_says() {
    for (fault, seen, jobs) in [
        (Fault::None, Ok(201), 1),
        (Fault::Down, Err(TransportFault::Broken), 0),
        (Fault::Fail500, Ok(500), 0),
        (Fault::Refuse, Ok(400), 0),
        (Fault::Fail500AfterWork, Ok(500), 1),
        (Fault::LoseReply, Err(TransportFault::Broken), 1),
        (Fault::Double, Ok(201), 1),
    ] {
        let running =
            serve(config(OfficeKind::WasteRest { seed: 7, crew_ms: None }), ManualTime::new())
                .await
                .unwrap();
        let office = &running.offices()[0];
        office.set_faults(Faults::always(fault));
        assert_eq!(status(&create(office).await), seen, "{fault:?}");
        assert_eq!(office.entries().len(), jobs, "{fault:?}");
        office.set_faults(Faults::default());
        assert_eq!(status(&create(office).await), Ok(201), "{fault:?}");
        assert_eq!(office.entries().len(), 1, "{fault:?}");
        assert!(office.is_idle());
        running.stop().await;
    }
}

#[tokio::test]
async fn a_slow_office_works_late_even_when_the_customer_has_gone() {
    let time = ManualTime::new();
    let running =
        serve(config(OfficeKind::WasteRest { seed: 7, crew_ms: None }), Arc::clone(&time) as _)
            .await
            .unwrap();
    let office = running.offices()[0].clone();
    office.set_faults(Faults::always(Fault::Slow { delay_ms: 60_000 }));
    let later = time.now().plus_millis(60_000);
    let customer = tokio::spawn({
        let office = office.clone();
        async move { create(&office).await }
    });
    until(|| office.next_due() == Some(later)).await;
    assert!(office.is_idle(), "it is only waiting");
    customer.abort();
    assert!(customer.await.unwrap_err().is_cancelled());
    assert!(office.entries().is_empty());
    time.move_to(later);
    until(|| office.entries().len() == 1).await;
    until(|| office.is_idle()).await;
    running.stop().await;
}

#[tokio::test]
async fn faults_are_switched_at_the_admin_port() {
    let running =
        serve(config(OfficeKind::WasteRest { seed: 7, crew_ms: None }), ManualTime::new())
            .await
            .unwrap();
    let office = &running.offices()[0];
    let faults = format!("{}/faults", office.admin_url());
    let put = |body: &str| client_call(request(Method::Put, faults.clone(), body));
    assert_eq!(status(&put(r#"{"fault": {"kind": "fail500"}}"#).await), Ok(204));
    assert_eq!(office.faults(), Faults::always(Fault::Fail500));
    assert_eq!(status(&put(r#"{"fault": {"kind": "burn"}}"#).await), Ok(422));
    assert_eq!(status(&create(office).await), Ok(500));
    assert_eq!(status(&put("{}").await), Ok(204));
    assert_eq!(status(&create(office).await), Ok(201));
    let ledger = format!("{}/ledger", office.admin_url());
    let answer = client_call(request(Method::Get, ledger, "")).await.unwrap();
    let entries: Vec<Entry> = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(entries, office.entries());
    running.stop().await;
}

async fn client_call(request: HttpRequest) -> Answer {
    client().exchange(request).await
}

/// A customer that counts the messages it gets and refuses the first.
async fn customer() -> (String, Arc<Mutex<Vec<HttpRequest>>>) {
    let received: Arc<Mutex<Vec<HttpRequest>>> = Arc::default();
    let kept = Arc::clone(&received);
    let handler = move |headers: axum::http::HeaderMap, body: axum::body::Bytes| async move {
        let mut kept = kept.lock().unwrap();
        let headers = headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
        let mut message = request(Method::Post, String::new(), "");
        message.headers = headers.collect();
        message.body = body.to_vec();
        kept.push(message);
        if kept.len() == 1 {
            axum::http::StatusCode::SERVICE_UNAVAILABLE
        } else {
            axum::http::StatusCode::OK
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/callbacks/works", listener.local_addr().unwrap());
    let router = axum::Router::new().fallback(handler);
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, received)
}

#[tokio::test]
async fn a_finished_job_is_told_until_it_is_acknowledged() {
    let time = ManualTime::new();
    let running =
        serve(config(OfficeKind::WasteRest { seed: 7, crew_ms: None }), Arc::clone(&time) as _)
            .await
            .unwrap();
    let office = running.offices()[0].clone();
    let (url, received) = customer().await;
    create(&office).await.unwrap();
    assert_eq!(office.next_due(), None, "nobody to tell");
    let secret = "contractor-secret".to_owned();
    let api_key = Some(("x-api-key".to_owned(), "contractor".to_owned()));
    office.set_callback(Some(CallbackTarget { url, api_key, secret: secret.clone() }));
    let finished_at = office.next_due().unwrap();
    time.move_to(finished_at);
    until(|| received.lock().unwrap().len() == 1 && office.is_idle()).await;
    let again_at = office.next_due().unwrap();
    assert!(again_at > finished_at);
    office.set_faults(Faults::always(Fault::Double));
    time.move_to(again_at);
    until(|| received.lock().unwrap().len() == 3 && office.is_idle()).await;
    assert_eq!(office.next_due(), None);
    let secret = connectors::Secret::new(secret);
    let messages = received.lock().unwrap().clone();
    let ids: Vec<String> = messages
        .iter()
        .map(|message| {
            assert_eq!(message.headers.get("x-api-key"), Some("contractor"));
            let now = time.now();
            connectors::callback::verify(&secret, &message.headers, &message.body, now).unwrap()
        })
        .collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "one message, delivered thrice: {ids:?}");
    running.stop().await;
}

#[tokio::test]
async fn a_ledger_on_disk_outlives_the_process() {
    let folder = std::env::temp_dir().join(format!("throughline-ledger-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("works.jsonl");
    let mut config = config(OfficeKind::WasteRest { seed: 7, crew_ms: None });
    config.offices[0].ledger = Some(path.clone());
    let running = serve(config.clone(), ManualTime::new()).await.unwrap();
    let first: HttpResponse = create(&running.offices()[0]).await.unwrap();
    running.stop().await;
    // A torn last line, as a crash leaves it, was never answered for.
    let mut text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 1);
    text.push_str("{\"entry\": \"job_cre");
    std::fs::write(&path, text).unwrap();
    let running = serve(config.clone(), ManualTime::new()).await.unwrap();
    let again = create(&running.offices()[0]).await.unwrap();
    assert_eq!(again.body, first.body);
    assert_eq!(running.offices()[0].entries().len(), 1);
    running.stop().await;
    std::fs::write(&path, "not an entry\n").unwrap();
    let refused = serve(config, ManualTime::new()).await.unwrap_err();
    assert!(matches!(refused, EmulatorError::Ledger { .. }), "{refused}");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn offices_stop_though_a_slow_one_holds_a_request_back() {
    let running =
        serve(config(OfficeKind::WasteRest { seed: 7, crew_ms: None }), ManualTime::new())
            .await
            .unwrap();
    let office = running.offices()[0].clone();
    office.set_faults(Faults::always(Fault::Slow { delay_ms: 60_000 }));
    let customer = tokio::spawn({
        let office = office.clone();
        async move { create(&office).await }
    });
    until(|| office.next_due().is_some()).await;
    running.stop().await;
    customer.abort();
    assert!(office.entries().is_empty());
}
