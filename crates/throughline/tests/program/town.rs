//! A small installation in a folder of its own: configuration, back offices and server, each a
//! process of its own.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};

use emulators::District;
use serde_json::{Value, json};

/// API clients of each body: each may ask 50 times a second.
pub const CLIENTS: usize = 40;
/// The secret with which the back offices sign.
const INBOUND: &str = "the secret of the test's offices";
/// How long the contractors take for a job, in milliseconds: about as long as a few kills.
const CREW_MS: i64 = 12_000;
/// How long anything is waited for.
const PATIENCE_MS: u64 = 60_000;

/// A folder that is gone when the test is over, unless it failed.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let name = format!("throughline-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Writes a file that its owner alone may read.
pub fn write_secret(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}

#[expect(clippy::disallowed_methods, reason = "processes are waited for on the computer's clock")]
pub fn pause(milliseconds: u64) {
    std::thread::sleep(std::time::Duration::from_millis(milliseconds));
}

/// Waits until something is so.
pub fn until(what: &str, is_so: impl FnMut() -> bool) {
    until_within(PATIENCE_MS, what, is_so);
}

/// As [`until`], for something that takes longer.
pub fn until_within(patience_ms: u64, what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..patience_ms / 20 {
        if is_so() {
            return;
        }
        pause(20);
    }
    panic!("waited in vain for {what}");
}

/// A process that is killed when the test is over.
pub struct Process {
    pub child: Child,
    stdout: Option<BufReader<ChildStdout>>,
    said: Arc<Mutex<String>>,
}

impl Process {
    pub fn start(arguments: &[String]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_throughline"))
            .args(arguments)
            .current_dir(root())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = child.stdout.take().map(BufReader::new);
        let said = Arc::new(Mutex::new(String::new()));
        let stderr = child.stderr.take().unwrap();
        let heard = Arc::clone(&said);
        std::thread::spawn(move || listen(stderr, &heard));
        Self { child, stdout, said }
    }

    /// What it has said on standard error.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// The next line on its standard output.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.as_mut().unwrap().read_line(&mut line).unwrap();
        line
    }

    /// Gives an order that is not answered.
    pub fn order(&mut self, order: &str) {
        let given = writeln!(self.child.stdin.as_mut().unwrap(), "{order}");
        assert!(given.is_ok(), "{}", self.said());
    }

    /// Gives an order that is answered by a line.
    pub fn ask(&mut self, order: &str) -> Value {
        let asked = writeln!(self.child.stdin.as_mut().unwrap(), "{order}");
        let line = self.line();
        assert!(asked.is_ok(), "{line}{}", self.said());
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}{}", self.said()))
    }

    /// Waits for a server to be ready; the address that it is ready on.
    pub fn ready(&mut self) -> String {
        let mut origin = None;
        until("the server", || {
            let said = self.said();
            let line = said.lines().find_map(|line| line.strip_prefix("ready on "));
            origin = line.map(str::to_owned);
            assert!(origin.is_some() || self.child.try_wait().unwrap().is_none(), "{said}");
            origin.is_some()
        });
        origin.unwrap()
    }

    /// Tells it to end, and waits until it has.
    pub fn end(mut self) -> String {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let status = self.child.wait().unwrap();
        let said = self.said();
        assert!(status.success(), "{said}");
        said
    }

    /// `kill -9`.
    pub fn kill(mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.said()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn listen(stderr: ChildStderr, heard: &Mutex<String>) {
    for line in BufReader::new(stderr).lines() {
        let Ok(line) = line else { return };
        let mut heard = heard.lock().unwrap();
        heard.push_str(&line);
        heard.push('\n');
    }
}

/// A body with back offices.
pub struct Place {
    pub body: &'static str,
    pub district: District,
}

/// Two bodies: one whose contractor is asked after an unclear outcome, one whose drops what comes
/// twice.
pub fn places(properties: u32) -> [Place; 2] {
    let district = |seed, outcode: &str, town: &str, first_uprn| District {
        seed,
        properties,
        outcode: outcode.to_owned(),
        town: town.to_owned(),
        first_uprn,
    };
    [
        Place { body: "wealdmere", district: district(1, "ZZ1", "Wealdmere", 200_000_000_000) },
        Place { body: "bro-eirlys", district: district(2, "ZZ2", "Bro Eirlys", 300_000_000_000) },
    ]
}

/// The key of a body's API client.
pub fn key(body: &str, number: usize) -> String {
    format!("key-{body}-{number}")
}

/// Starts the offices of a body; they tell the server at `port` what they have done. Their
/// addresses go into the region's copy.
pub fn start_offices(folder: &Folder, place: &Place, port: u16) -> Process {
    let body = place.body;
    let contractor = if body == "wealdmere" { "waste_soap" } else { "waste_rest" };
    let callback = json!({
        "url": format!("http://127.0.0.1:{port}/{body}/inbound/waste-contractor"),
        "api_key": null,
        "secret": INBOUND,
    });
    let config = json!({ "offices": [
        { "id": "collections", "office": { "kind": "collections", "district": place.district } },
        {
            "id": "waste-contractor",
            "office": { "kind": contractor, "seed": 7, "crew_ms": CREW_MS },
            "ledger": ledger(folder, body),
            "callback": callback,
        },
    ] });
    let path = folder.at(&format!("{body}-offices.json"));
    std::fs::write(&path, config.to_string()).unwrap();
    let words = ["emulate", "--config", path.to_str().unwrap()];
    let mut process = Process::start(&words.map(str::to_owned));
    let line = process.line();
    let offices: Value =
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}{}", process.said()));
    let systems: Vec<String> = offices
        .as_array()
        .unwrap()
        .iter()
        .map(|office| {
            let (id, url) = (office["id"].as_str().unwrap(), office["url"].as_str().unwrap());
            let soap = contractor == "waste_soap" && id == "waste-contractor";
            let (kind, path) = if soap { ("soap", "/jobs") } else { ("rest", "") };
            format!("[[system]]\nid = \"{id}\"\nkind = \"{kind}\"\nbase_url = \"{url}{path}\"\n\n")
        })
        .collect();
    std::fs::write(folder.at(&format!("region/systems/{body}.toml")), systems.concat()).unwrap();
    process
}

/// The file in which a body's contractor keeps what it did.
pub fn ledger(folder: &Folder, body: &str) -> PathBuf {
    folder.at(&format!("{body}-ledger.jsonl"))
}

/// Copies region and services and writes configuration, secrets, districts and addresses.
pub fn configure(folder: &Folder, places: &[Place], port: u16, more: &str) -> PathBuf {
    copy(&root().join("region"), &folder.at("region"));
    // A town of one service: what the others ask of other bodies and back offices, it does not have.
    let service = "services/missed-bin-collection";
    copy(&root().join(service), &folder.at(service));
    for none in ["region/agreements", "region/data-services", "region/systems"] {
        std::fs::remove_dir_all(folder.at(none)).unwrap();
    }
    std::fs::create_dir(folder.at("region/systems")).unwrap();
    let mapping = folder.at("services/missed-bin-collection/connectors.toml");
    let text = std::fs::read_to_string(&mapping).unwrap();
    // Offices on loopback have long answered by then.
    std::fs::write(&mapping, text.replace("settle_seconds = 120", "settle_seconds = 3")).unwrap();
    let mut secrets = vec!["[systems]\n".to_owned()];
    let mut config = vec![format!(
        "data = \"data\"\nregion = \"region\"\nservices = \"services\"\nsecrets = \"secrets.toml\"\n\
         port = {port}\nmail = \"fake\"\n{more}\n[addresses]\n"
    )];
    for Place { body, district } in places {
        // The region's systems come later, with the ports of the offices.
        for name in ["collections", "waste-contractor"] {
            secrets.push(format!("{body}-{name} = \"not-used-here\"\n"));
        }
        config.push(format!("{body} = \"{body}.csv\"\n"));
        let rows = (0..district.properties).filter_map(|index| district.address(index));
        let rows: Vec<String> = rows
            .map(|row| format!("{},\"{}\",{}\n", row.uprn, row.address, row.postcode))
            .collect();
        std::fs::write(
            folder.at(&format!("{body}.csv")),
            format!("uprn,address,postcode\n{}", rows.concat()),
        )
        .unwrap();
    }
    for Place { body, .. } in places {
        secrets.push(format!(
            "[[inbound]]\nbody = \"{body}\"\nsystem = \"waste-contractor\"\nsecret = \"{INBOUND}\"\n"
        ));
        secrets.push(clients(body));
    }
    write_secret(&folder.at("secrets.toml"), &secrets.concat());
    let path = folder.at("config.toml");
    std::fs::write(&path, config.concat()).unwrap();
    path
}

/// The API clients of a body, as a secrets' file has them.
pub fn clients(body: &str) -> String {
    let client = |number| {
        let digest = base::Digest::of(key(body, number).as_bytes());
        format!(
            "[[client]]\nbody = \"{body}\"\nname = \"visitor-{number}\"\nkey_digest = \"{digest}\"\n"
        )
    };
    (0..CLIENTS).map(client).collect()
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// Starts the server.
pub fn serve(config: &Path, more: &[&str]) -> Process {
    let words = ["serve", "--config", config.to_str().unwrap()];
    let words: Vec<String> = words.iter().chain(more).map(|word| (*word).to_owned()).collect();
    Process::start(&words)
}

/// The lines of a file of JSON lines.
pub fn json_lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
