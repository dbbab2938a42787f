//! The whole region in a folder of its own: every service, every back office that the demonstration
//! has, and residents who are known; offices and visitors are processes of their own.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::town::{self, CLIENTS, Folder, Process, copy, root};

/// How long the contractors take for a job, in milliseconds: about as long as a few kills.
const CREW_MS: &str = "9000";
/// How often back offices look into their folders, in milliseconds.
const LOOK_MS: &str = "400";
/// Homes of each area: of each bin of each home one request can be made.
const HOMES: &str = "properties = 20000";

/// A service of a body with its visitors: by the API, and by the pages.
pub struct Asked {
    pub body: &'static str,
    pub service: &'static str,
    pub visitors: [usize; 2],
}

const fn asked(body: &'static str, service: &'static str, visitors: [usize; 2]) -> Asked {
    Asked { body, service, visitors }
}

/// Everything that the demonstration's residents ask for.
pub const ASKED: [Asked; 6] = [
    asked("wealdmere", "missed-bin-collection", [6, 3]),
    asked("wealdmere", "change-of-address", [0, 4]),
    asked("bro-eirlys", "missed-bin-collection", [6, 3]),
    asked("aldershire", "free-school-meals", [0, 4]),
    asked("aldershire", "blue-badge", [0, 4]),
    asked("bro-eirlys", "blue-badge", [0, 2]),
];

/// The bodies that keep cases or answer for others.
pub const BODIES: [&str; 4] = ["wealdmere", "bro-eirlys", "aldershire", "benefits-agency"];

impl Asked {
    /// The file in which its visitors keep what was acknowledged.
    pub fn record(&self, folder: &Folder) -> PathBuf {
        folder.at(&format!("{}-{}-acknowledged.jsonl", self.body, self.service))
    }
}

/// A region that is set up, and whose offices are open.
pub struct Region {
    pub folder: Folder,
    pub config: PathBuf,
    pub origin: String,
    pub offices: Process,
    seed: String,
    residents: String,
}

impl Region {
    /// Sets it up, with so many residents.
    pub fn open(name: &str, seed: u64, residents: u64) -> Self {
        let folder = Folder::new(name);
        copy(&root().join("region"), &folder.at("region"));
        copy(&root().join("services"), &folder.at("services"));
        change(&folder.at("region/demo.toml"), "properties = 1200", HOMES);
        change(&folder.at("region/demo.toml"), "properties = 800", HOMES);
        // Offices on loopback have long answered by then.
        let mapping = folder.at("services/missed-bin-collection/connectors.toml");
        change(&mapping, "settle_seconds = 120", "settle_seconds = 3");
        let port = town::free_port();
        let origin = format!("http://localhost:{port}");
        let mut words = vec!["emulate-region".to_owned()];
        let (seed, residents) = (seed.to_string(), residents.to_string());
        for (option, value) in [("--seed", seed.as_str()), ("--residents", &residents)] {
            words.extend([option.to_owned(), value.to_owned()]);
        }
        words.extend(places(&folder));
        let ledgers = folder.0.display().to_string();
        for (option, value) in [
            ("--folder", ledgers.as_str()),
            ("--origin", &origin),
            ("--crew-ms", CREW_MS),
            ("--look-ms", LOOK_MS),
        ] {
            words.extend([option.to_owned(), value.to_owned()]);
        }
        let mut offices = Process::start(&words);
        let line = offices.line();
        let known: Vec<Value> =
            serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}{}", offices.said()));
        write_systems(&folder, &known);
        let config = configure(&folder, &known, port);
        let region = Self { folder, config, origin, offices, seed, residents };
        region.rehearse(&["enrol", "--seed", &region.seed, "--residents", &region.residents]);
        region
    }

    /// Starts those who ask for something.
    pub fn drive(&self, asked: &Asked) -> Process {
        let mut words = vec!["drive".to_owned()];
        let mut option = |name: &str, value: &str| {
            words.extend([name.to_owned(), value.to_owned()]);
        };
        option("--origin", &self.origin);
        option("--body", asked.body);
        option("--service", asked.service);
        option("--seed", &self.seed);
        option("--residents", &self.residents);
        option("--visitors", &asked.visitors[0].to_string());
        option("--web-visitors", &asked.visitors[1].to_string());
        option("--record", &asked.record(&self.folder).display().to_string());
        for number in 0..CLIENTS {
            option("--key", &town::key(asked.body, number));
        }
        words.extend(places(&self.folder));
        Process::start(&words)
    }

    /// What the visitors were told held against the journals and the ledgers, as the demonstration
    /// does it. Nobody serves the region meanwhile.
    pub fn account(&self) -> Value {
        let ledgers = self.folder.0.display().to_string();
        let mut words = vec!["account".to_owned(), "--ledgers".to_owned(), ledgers];
        for asked in &ASKED {
            let record = asked.record(&self.folder);
            words.extend(["--told".to_owned(), format!("{}={}", asked.body, record.display())]);
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        serde_json::from_str(&self.rehearse(&words)).unwrap()
    }

    fn rehearse(&self, words: &[&str]) -> String {
        let (act, rest) = words.split_first().unwrap();
        let config = ["--config", self.config.to_str().unwrap()];
        run(&[&["rehearsal", act], config.as_slice(), rest].concat())
    }

    /// The ledger of an office, its entries in order.
    pub fn ledger(&self, body: &str, system: &str) -> Vec<Value> {
        town::json_lines(&self.folder.at(&format!("{body}-{system}.jsonl")))
    }

    /// Every office by body and name.
    pub fn systems(&self) -> Vec<(&'static str, String)> {
        let of = |body: &'static str| {
            let systems = tables(&self.folder, body);
            systems.into_iter().map(move |system| (body, text(&system, "id")))
        };
        BODIES.into_iter().flat_map(of).collect()
    }
}

/// Runs the program to its end, and gives what it printed.
pub fn run(words: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_throughline"));
    let output = command.args(words).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{words:?}: {said}{printed}");
    printed
}

/// The options that say where region and services are.
fn places(folder: &Folder) -> [String; 4] {
    let at = |name| folder.at(name).display().to_string();
    ["--region".to_owned(), at("region"), "--services".to_owned(), at("services")]
}

fn change(file: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{} has no {from}", file.display());
    std::fs::write(file, text.replace(from, to)).unwrap();
}

fn text(table: &toml::Table, key: &str) -> String {
    table[key].as_str().unwrap().to_owned()
}

fn systems_file(folder: &Folder, body: &str) -> PathBuf {
    folder.at(&format!("region/systems/{body}.toml"))
}

/// The systems of a body.
fn tables(folder: &Folder, body: &str) -> Vec<toml::Table> {
    let file = std::fs::read_to_string(systems_file(folder, body)).unwrap();
    let file: toml::Table = file.parse().unwrap();
    file["system"].as_array().unwrap().iter().map(|it| it.as_table().unwrap().clone()).collect()
}

/// Writes where each office is into the region's copy. Of an office on a network only the origin
/// is another.
fn write_systems(folder: &Folder, known: &[Value]) {
    for body in BODIES {
        let mut systems = tables(folder, body);
        for system in &mut systems {
            let id = text(system, "id");
            let office = known.iter().find(|it| it["body"] == body && it["system"] == id.as_str());
            let address = office.unwrap()["address"].as_str().unwrap();
            if system.contains_key("folder") {
                system.insert("folder".to_owned(), address.into());
                continue;
            }
            let url = text(system, "base_url");
            let path = url.splitn(4, '/').nth(3).map(|path| format!("/{path}"));
            let url = format!("{address}{}", path.unwrap_or_default());
            system.insert("base_url".to_owned(), url.into());
        }
        let systems = systems.into_iter().map(toml::Value::Table).collect();
        let file = toml::Table::from_iter([("system".to_owned(), toml::Value::Array(systems))]);
        std::fs::write(systems_file(folder, body), file.to_string()).unwrap();
    }
}

/// Writes configuration and secrets.
fn configure(folder: &Folder, known: &[Value], port: u16) -> PathBuf {
    let mut secrets = vec!["[systems]\n".to_owned()];
    for body in BODIES {
        for system in tables(folder, body) {
            let office = known
                .iter()
                .find(|it| it["body"] == body && it["system"] == text(&system, "id").as_str());
            if let Some(credential) = system.get("credential") {
                let name = credential["secret"].as_str().unwrap();
                secrets.push(format!("{name} = {}\n", office.unwrap()["shown"]));
            }
        }
    }
    for office in known {
        secrets.push(format!(
            "[[inbound]]\nbody = {}\nsystem = {}\nsecret = {}\n",
            office["body"], office["system"], office["signs_with"]
        ));
    }
    secrets.extend(["wealdmere", "bro-eirlys"].map(town::clients));
    town::write_secret(&folder.at("secrets.toml"), &secrets.concat());
    let served = ["wealdmere", "bro-eirlys", "aldershire"];
    let addresses = served.map(|body| format!("{body} = \"{body}.csv\"\n"));
    let path = folder.at("config.toml");
    let config = format!(
        "data = \"data\"\nregion = \"region\"\nservices = \"services\"\nsecrets = \"secrets.toml\"\n\
         port = {port}\nmail = \"fake\"\ntrusted_proxies = [\"127.0.0.1\"]\n\n[addresses]\n{}",
        addresses.concat()
    );
    std::fs::write(&path, config).unwrap();
    path
}
