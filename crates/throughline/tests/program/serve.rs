//! A real installation: its configuration is checked before anything is opened, a folder that is
//! not ours is left alone, and a full disk is an answer.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::json;

use crate::town::{self, Folder, Place};

fn serve(config: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_throughline"))
        .args(["serve", "--config", config.to_str().unwrap()])
        .output()
        .unwrap()
}

/// Refuses to start: what it says.
fn refused(config: &Path) -> String {
    let output = serve(config);
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Every file of a folder with its bytes.
fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        for entry in std::fs::read_dir(&path).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path());
            } else {
                let name = entry.path().display().to_string();
                files.insert(name, std::fs::read(entry.path()).unwrap());
            }
        }
    }
    files
}

/// A file, what happens to it, and what is said of it.
type Damage<'a> = (&'a str, &'a dyn Fn(&Path), &'a str);

/// A client that speaks to the server.
pub struct Client {
    event_loop: tokio::runtime::Runtime,
    client: reqwest::Client,
}

impl Client {
    pub fn new() -> Self {
        connectors::HttpConnector::new(&[], &connectors::Secrets::new()).unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { event_loop: tokio::runtime::Runtime::new().unwrap(), client }
    }

    pub fn get(&self, address: &str) -> (u16, String) {
        self.event_loop.block_on(async {
            let response = self.client.get(address).send().await.unwrap();
            (response.status().as_u16(), response.text().await.unwrap())
        })
    }

    /// Sends one report by the API.
    fn report(&self, origin: &str, key: &str, number: u32) -> (u16, String) {
        let answers = json!({
            "address": (200_000_000_000_u64 + u64::from(number)).to_string(),
            "bin": "refuse",
            "missed_on": "2026-01-05",
            "notes": "The lid is open. ".repeat(25),
        });
        self.send(origin, key, &answers)
    }

    /// Sends answers by the API.
    pub fn send(&self, origin: &str, key: &str, answers: &serde_json::Value) -> (u16, String) {
        let address = format!("{origin}/wealdmere/api/services/missed-bin-collection/requests");
        let request = self
            .client
            .post(address)
            .bearer_auth(key)
            .header("content-type", "application/json")
            .body(json!({ "answers": answers }).to_string());
        self.event_loop.block_on(async {
            let response = request.send().await.unwrap();
            (response.status().as_u16(), response.text().await.unwrap())
        })
    }
}

/// A configured town without back offices: nothing answers where they should be.
fn configured(folder: &Folder, more: &str) -> std::path::PathBuf {
    let places: [Place; 2] = town::places(2_000);
    let config = town::configure(folder, &places, 0, more);
    for place in places {
        let systems = "[[system]]\nid = \"collections\"\nkind = \"rest\"\n\
             base_url = \"http://127.0.0.1:9\"\n\n[[system]]\nid = \"waste-contractor\"\n";
        let rest = if place.body == "wealdmere" { "soap" } else { "rest" };
        let systems = format!("{systems}kind = \"{rest}\"\nbase_url = \"http://127.0.0.1:9\"\n");
        std::fs::write(folder.at(&format!("region/systems/{}.toml", place.body)), systems).unwrap();
    }
    config
}

#[test]
fn the_example_configuration_serves() {
    let folder = Folder::new("example");
    let docs = folder.at("docs");
    std::fs::create_dir_all(&docs).unwrap();
    town::copy(&town::root().join("region"), &folder.at("region"));
    town::copy(&town::root().join("services"), &folder.at("services"));
    let example =
        |name: &str| std::fs::read_to_string(town::root().join("docs").join(name)).unwrap();
    let config = docs.join("example-config.toml");
    std::fs::write(&config, example("example-config.toml").replace("port = 8400", "port = 0"))
        .unwrap();
    std::fs::write(docs.join("example-addresses.csv"), example("example-addresses.csv")).unwrap();
    town::write_secret(&docs.join("example-secrets.toml"), &example("example-secrets.toml"));
    let mut server = town::serve(&config, &[]);
    let origin = server.ready();
    let client = Client::new();
    let (status, page) = client.get(&format!("{origin}/wealdmere"));
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("Wealdmere District Council"), "{page}");
    let (status, answer) = client.report(&origin, "example-key", 1);
    assert_eq!(status, 201, "{answer}");
    assert_eq!(client.report(&origin, "another-key", 2).0, 401);
    let said = server.end();
    for sentence in [
        "There is one transcryptor, on this computer: whoever runs it could join",
        "Mail is fake",
        "bro-eirlys has no API client",
        "ending: the answers under way are given first",
    ] {
        assert!(said.contains(sentence), "{sentence} is not in\n{said}");
    }
}

#[test]
fn every_mistake_is_named_at_once_with_its_line() {
    let folder = Folder::new("mistakes");
    let config = configured(
        &folder,
        "kind = \"real\"\norigin = \"http://example.org\"\ncolour = 1\n\
             trusted_proxies = [\"10.0.0.0/8\", \"proxy\"]",
    );
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text.replace("wealdmere =", "elsewhere =")).unwrap();
    std::fs::write(folder.at("bro-eirlys.csv"), "uprn,address,postcode\nx,y,z\n1,\"open\n")
        .unwrap();
    let secrets = folder.at("secrets.toml");
    let text = std::fs::read_to_string(&secrets).unwrap();
    let text = text.replacen("key_digest = \"", "key_digest = \"no", 1);
    let text = text.replacen("system = \"waste-contractor\"", "system = \"wasted\"", 1);
    std::fs::write(&secrets, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&secrets, std::fs::Permissions::from_mode(0o644)).unwrap();
    }
    let said = refused(&config);
    for mistake in [
        "config.toml:7:8: `kind` is neither \"test\" nor \"production\". Write one of them.",
        "config.toml:8:10: `origin` is reached without HTTPS",
        "config.toml:9:1: `colour` is no setting here. Take it out, or use one of addresses, data",
        "config.toml:10:34: `proxy` is no address and no network.",
        "config.toml:12:1: The region has no body elsewhere. Name one of aldershire, wealdmere",
        "bro-eirlys.csv:2:1: This is no address.",
        "bro-eirlys.csv:3:1: This is no address.",
        "secrets.toml:1:1: Others may read the secrets: the file's mode is 644. Run `chmod 600`",
        "`key_digest` is not 64 hexadecimal digits.",
        "wealdmere has no system wasted.",
    ] {
        assert!(said.contains(mistake), "{mistake} is not in\n{said}");
    }
    assert!(!folder.at("data").exists(), "nothing was opened");
}

#[test]
fn real_people_are_not_served_with_fake_mail() {
    let folder = Folder::new("production");
    let config = configured(&folder, "kind = \"production\"");
    let said = refused(&config);
    assert!(said.contains("The fake mail shows everybody's messages and sign-in codes"), "{said}");
    assert!(!folder.at("data").exists(), "nothing was opened");
}

#[cfg(unix)]
#[test]
fn addresses_that_never_end_are_refused() {
    let folder = Folder::new("endless");
    let config = configured(&folder, "");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text.replace("wealdmere.csv", "/dev/zero")).unwrap();
    let said = refused(&config);
    assert!(said.contains("/dev/zero:1:1: The file cannot be read: it is not a file."), "{said}");
}

#[test]
fn a_folder_that_is_not_ours_is_refused_and_left_alone() {
    let folder = Folder::new("foreign");
    let config = configured(&folder, "");
    let data = folder.at("data");
    std::fs::create_dir_all(&data).unwrap();
    std::fs::write(data.join("thesis.txt"), "ten years of work").unwrap();
    let before = bytes(&data);
    let said = refused(&config);
    assert!(
        said.contains("it holds files that are not ours: name an empty or new folder"),
        "{said}"
    );
    assert_eq!(bytes(&data), before);
}

#[test]
fn a_corrupt_folder_is_refused_and_left_alone() {
    let folder = Folder::new("corrupt");
    let config = configured(&folder, "");
    let mut server = town::serve(&config, &[]);
    server.ready();
    server.end();
    let data = folder.at("data");
    let sound = folder.at("sound");
    town::copy(&data, &sound);
    let damage: [Damage<'_>; 4] = [
        (".throughline", &|file| std::fs::write(file, "something else").unwrap(), "marker"),
        ("bodies/wealdmere.sqlite", &|file| std::fs::write(file, [0x55; 9_000]).unwrap(), ""),
        ("keys/wealdmere.key", &|file| std::fs::write(file, "short").unwrap(), "is not a key"),
        ("keys/wealdmere.key", &|file| std::fs::remove_file(file).unwrap(), "is missing"),
    ];
    for (file, harm, sentence) in damage {
        std::fs::remove_dir_all(&data).unwrap();
        town::copy(&sound, &data);
        harm(&data.join(file));
        let before = bytes(&data);
        let said = refused(&config);
        assert!(said.contains(sentence) && !said.contains("panicked"), "{file}: {said}");
        assert_eq!(
            said.trim_end().lines().filter(|line| line.contains("throughline: ")).count(),
            1
        );
        for (name, bytes) in bytes(&data) {
            let same = before.get(&name).is_some_and(|before| *before == bytes);
            assert!(same, "{name} was changed, or is new, though {file} is harmed: {said}");
        }
    }
}

/// The value of a metric as the text form tells it.
fn metric(told: &str, name: &str) -> f64 {
    let line = told.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{name} is not in\n{told}")).parse().unwrap()
}

#[test]
fn operators_tools_read_metrics_and_whether_it_is_ready() {
    let folder = Folder::new("operations");
    let config = configured(&folder, "operations_port = 0");
    let mut server = town::serve(&config, &[]);
    let origin = server.ready();
    let said = server.said();
    let metrics = said.lines().find_map(|line| line.strip_prefix("metrics on ")).unwrap();
    let client = Client::new();
    assert_eq!(client.get(&format!("{origin}/readyz")), (200, "ready\n".to_owned()));
    let before = client.get(metrics);
    assert_eq!(before.0, 200, "{}", before.1);
    let (status, answer) = client.report(&origin, &town::key("wealdmere", 0), 1);
    assert_eq!(status, 201, "{answer}");
    let after = client.get(metrics).1;
    let of = |name: &str| format!("throughline_{name}{{body=\"wealdmere\"}}");
    let commits = of("commit_duration_seconds_count");
    assert!(metric(&after, &commits) > metric(&before.1, &commits), "{after}");
    assert!(metric(&after, &of("commit_inputs_sum")) > 0.0);
    for line in [format!("{} 1\n", of("ready")), format!("{} 0\n", of("batches_given_up_total"))] {
        assert!(after.contains(&line), "{line} is not in\n{after}");
    }
    assert!(after.contains("throughline_lag_seconds{") && after.ends_with("# EOF\n"), "{after}");
    // Operators' tools have a port of their own, and no page stands there.
    assert_eq!(client.get(&format!("{origin}/metrics")).0, 404);
    let operations = metrics.strip_suffix("/metrics").unwrap();
    assert_eq!(client.get(&format!("{operations}/wealdmere")).0, 404);
    server.end();
}

#[test]
fn a_full_disk_is_answered_not_now_and_loses_nothing() {
    let folder = Folder::new("full");
    let config = configured(&folder, "journal_limit_mb = 1");
    let mut server = town::serve(&config, &[]);
    let origin = server.ready();
    let client = Client::new();
    let mut kept = Vec::new();
    let mut full = 0;
    for number in 0..1_500 {
        let key = town::key("wealdmere", usize::try_from(number).unwrap() % town::CLIENTS);
        let (status, answer) = client.report(&origin, &key, number);
        match status {
            201 => kept.push(answer),
            503 => full += 1,
            other => panic!("{other}: {answer}"),
        }
        if full >= 3 {
            break;
        }
    }
    assert!(full >= 3 && kept.len() > 20, "{} kept, {full} put off", kept.len());
    let (status, _) = client.get(&format!("{origin}/wealdmere"));
    assert_eq!(status, 200, "pages are still served");
    server.end();
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text.replace("journal_limit_mb = 1", "")).unwrap();
    let mut server = town::serve(&config, &[]);
    let origin = server.ready();
    for answer in &kept {
        let answer: serde_json::Value = serde_json::from_str(answer).unwrap();
        let reference = answer["reference"].as_str().unwrap();
        let (status, _) = client.get(&format!("{origin}/wealdmere/api/requests/{reference}"));
        assert_eq!(status, 200, "{reference}");
    }
    let key = town::key("wealdmere", 0);
    assert_eq!(client.report(&origin, &key, 1_999).0, 201, "there is room again");
    server.end();
}

/// Answers one request with nothing, and gives its head.
fn heard_once(listener: &std::net::TcpListener) -> String {
    use std::io::Read as _;
    let (mut caller, _) = listener.accept().unwrap();
    let mut heard = Vec::new();
    let mut part = [0; 1_024];
    while !heard.windows(4).any(|end| end == b"\r\n\r\n") {
        let length = caller.read(&mut part).unwrap();
        assert!(length > 0, "the caller hung up");
        heard.extend_from_slice(&part[..length]);
    }
    String::from_utf8_lossy(&heard).into_owned()
}

#[test]
fn bodies_that_share_a_back_office_each_show_their_own_credential() {
    let folder = Folder::new("shared");
    let config = configured(&folder, "");
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    for body in ["wealdmere", "bro-eirlys"] {
        let path = folder.at(&format!("region/systems/{body}.toml"));
        let text = std::fs::read_to_string(&path).unwrap();
        let shared = format!(
            "base_url = \"{address}\"\ncredential = {{ scheme = \"header\", header = \"x-api-key\", \
             secret = \"{body}-collections\" }}\n"
        );
        std::fs::write(&path, text.replacen("base_url = \"http://127.0.0.1:9\"\n", &shared, 1))
            .unwrap();
    }
    let secrets = folder.at("secrets.toml");
    let text = std::fs::read_to_string(&secrets).unwrap();
    let own = |text: String, body: &str| {
        let line = |secret: &str| format!("{body}-collections = \"{secret}\"");
        text.replace(&line("not-used-here"), &line(&format!("secret-of-{body}")))
    };
    std::fs::write(&secrets, own(own(text, "wealdmere"), "bro-eirlys")).unwrap();
    let mut server = town::serve(&config, &[]);
    let origin = server.ready();
    let client = Client::new();
    assert_eq!(client.report(&origin, &town::key("wealdmere", 0), 1).0, 201);
    let heard = heard_once(&listener);
    assert!(heard.contains("x-api-key: secret-of-wealdmere"), "{heard}");
    server.end();
}
