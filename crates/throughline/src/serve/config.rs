//! The configuration of a real installation: one TOML file, and one of secrets that its user alone
//! may read. Every mistake is named at once, with its line and how to mend it; nothing is opened
//! or listened on before all is right.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use api::{ApiClient, EndpointKind};
use base::{BodyId, Digest, SystemId};
use catalogue::Problem;
use connectors::{Secret, Secrets};
use runtime::Place;

use super::addresses;
use super::table::{At, Source, Table};
use crate::proxies::Network;

/// What an installation is to be.
#[derive(Debug)]
pub(super) struct Config {
    /// The data folder.
    pub(super) data: PathBuf,
    /// The folder of the region.
    pub(super) region: PathBuf,
    /// The folder of the packages.
    pub(super) services: PathBuf,
    /// The port on 127.0.0.1; any when 0.
    pub(super) port: u16,
    /// The port on 127.0.0.1 for operators' tools; none is opened without it, any when 0.
    pub(super) operations_port: Option<u16>,
    /// How people reach it, when not at that port.
    pub(super) origin: Option<String>,
    /// Whether cookies travel by HTTPS alone.
    pub(super) secure_cookies: bool,
    /// The proxies whose word on a caller's address is taken; none unless they are named.
    pub(super) trusted_proxies: Vec<Network>,
    /// Forms that visitors of one network may begin in an hour.
    pub(super) forms_an_hour: u32,
    /// Whether what is sent here is real.
    pub(super) kind: EndpointKind,
    /// The largest a body's journal may grow.
    pub(super) journal_limit_bytes: Option<u64>,
    /// The addresses that each body serves.
    pub(super) places: BTreeMap<BodyId, Vec<Place>>,
    /// The secrets.
    pub(super) secrets: SecretsFile,
    /// Where bodies and systems are named, to be compared with the region.
    pub(super) mentions: Vec<Mention>,
    /// The secrets' file.
    pub(super) secrets_path: PathBuf,
}

/// A place at which a body, or a system of one, is named.
#[derive(Debug)]
pub(super) struct Mention {
    /// The body.
    pub(super) body: BodyId,
    /// The system.
    pub(super) system: Option<SystemId>,
    /// The file.
    pub(super) file: String,
    /// Line and column.
    pub(super) position: (u32, u32),
}

/// What the secrets' file holds.
#[derive(Debug, Default)]
pub(super) struct SecretsFile {
    /// What we show to systems, by name.
    pub(super) systems: Secrets,
    /// What systems sign with that tell us something.
    pub(super) inbound: BTreeMap<(BodyId, SystemId), Secret>,
    /// The programs that may use the API.
    pub(super) clients: BTreeMap<BodyId, Vec<ApiClient>>,
}

/// Reads the configuration and the files that it names, noting every mistake; `None` when too
/// little of it can be read to look further.
pub(super) fn read(path: &Path, problems: &mut Vec<Problem>) -> Option<Config> {
    let mut source = Source::open(path, problems)?;
    let text = source.text();
    let parsed = source.parse(&text)?;
    let mut table = Table::root(&parsed);
    let folder = path.parent().unwrap_or(Path::new("."));
    let within = |text: At<String>| folder.join(text.value);
    let data = table.needed(&mut source, "data").map(within);
    let region = table.needed(&mut source, "region").map(within);
    let services = table.needed(&mut source, "services").map(within);
    let secrets = table.needed(&mut source, "secrets").map(within);
    let port = table.number(&mut source, "port", u64::from(u16::MAX));
    let operations_port = table.number(&mut source, "operations_port", u64::from(u16::MAX));
    let origin = origin(&mut table, &mut source);
    let secure_cookies = table.flag(&mut source, "secure_cookies");
    let trusted_proxies = table
        .list(&mut source, "trusted_proxies")
        .iter()
        .filter_map(|text| network(&mut source, text))
        .collect();
    let kind = kind(&mut table, &mut source);
    mail(&mut table, &mut source, kind.as_ref());
    let forms = table.number(&mut source, "forms_an_hour", 3_600_000);
    let limit_mb = table.number(&mut source, "journal_limit_mb", 1 << 30);
    let of_bodies = table.texts(&mut source, "addresses");
    let mut files = Vec::new();
    let mut mentions = Vec::new();
    for (name, file) in of_bodies {
        if let Some(body) = parsed_as::<BodyId>(&mut source, &name, "the name of a body") {
            mentions.push(source.mention(name.byte, (body.clone(), None)));
            files.push((body, folder.join(file.value)));
        }
    }
    table.finish(&mut source);
    let https = origin.as_ref().is_some_and(|origin| origin.value.starts_with("https://"));
    if let Some(origin) = origin.as_ref().filter(|_| https && secure_cookies == Some(false)) {
        let sentence = "The origin is HTTPS, and cookies are let go without it.";
        source.refuse(origin.byte, sentence, "Write secure_cookies = true.");
    }
    let places =
        files.into_iter().map(|(body, file)| (body, addresses::read(&file, problems))).collect();
    let secrets_path = secrets?;
    let secrets = read_secrets(&secrets_path, problems, &mut mentions);
    Some(Config {
        data: data?,
        region: region?,
        services: services?,
        port: port.and_then(|port| u16::try_from(port).ok()).unwrap_or(0),
        operations_port: operations_port.and_then(|port| u16::try_from(port).ok()),
        origin: origin.map(|origin| origin.value),
        secure_cookies: secure_cookies.unwrap_or(https),
        trusted_proxies,
        forms_an_hour: forms
            .and_then(|forms| u32::try_from(forms).ok())
            .unwrap_or(web::FORMS_AN_HOUR),
        kind: kind.unwrap_or(EndpointKind::Test),
        journal_limit_bytes: limit_mb.map(|limit| limit.saturating_mul(1024 * 1024)),
        places,
        secrets,
        mentions,
        secrets_path,
    })
}

/// An origin has no path: pages are addressed behind it.
fn origin(table: &mut Table<'_>, source: &mut Source<'_>) -> Option<At<String>> {
    let origin = table.text(source, "origin")?;
    let rest = origin
        .value
        .split_once("://")
        .filter(|(scheme, _)| *scheme == "https" || *scheme == "http");
    let sound = rest.is_some_and(|(_, host)| {
        !host.is_empty()
            && host.chars().all(|letter| letter.is_ascii_alphanumeric() || ".:-".contains(letter))
    });
    if !sound {
        let sentence = "`origin` is not scheme, host and port alone.";
        source.refuse(origin.byte, sentence, "Write it like https://services.example.org.");
        return None;
    }
    let local = rest.is_some_and(|(scheme, host)| {
        scheme == "https" || host.starts_with("localhost") || host.starts_with("127.0.0.1")
    });
    if !local {
        let sentence = "`origin` is reached without HTTPS, by which anybody on the way may read.";
        source.refuse(origin.byte, sentence, "Write https://, or localhost.");
    }
    Some(origin)
}

/// Reads a proxy's address, or the network of several.
fn network(source: &mut Source<'_>, text: &At<String>) -> Option<Network> {
    let network = text.value.parse().ok();
    if network.is_none() {
        let sentence = format!("`{}` is no address and no network.", text.value);
        source.refuse(text.byte, sentence, "Write it like \"127.0.0.1\" or \"10.0.0.0/8\".");
    }
    network
}

fn kind(table: &mut Table<'_>, source: &mut Source<'_>) -> Option<EndpointKind> {
    let kind = table.text(source, "kind")?;
    match kind.value.as_str() {
        "production" => Some(EndpointKind::Production),
        "test" => Some(EndpointKind::Test),
        _ => {
            let sentence = "`kind` is neither \"test\" nor \"production\".";
            source.refuse(kind.byte, sentence, "Write one of them.");
            None
        }
    }
}

/// How messages are sent. The fake shows them all on a page, sign-in codes among them, so that
/// whoever reaches it signs in as anybody: never where real people are served.
fn mail(table: &mut Table<'_>, source: &mut Source<'_>, kind: Option<&EndpointKind>) {
    let Some(mail) = table.needed(source, "mail") else { return };
    if mail.value == "fake" && matches!(kind, Some(EndpointKind::Production)) {
        let sentence = "The fake mail shows everybody's messages and sign-in codes to everybody.";
        source.refuse(mail.byte, sentence, "Write kind = \"test\" while mail is fake.");
    }
    if mail.value != "fake" {
        let sentence = format!("There is no way \"{}\" to send mail yet.", mail.value);
        let mend = "Write mail = \"fake\": messages are shown on a page, and a banner says so.";
        source.refuse(mail.byte, sentence, mend);
    }
}

/// Reads a name as a type of ours, or notes that it is none.
fn parsed_as<T: FromStr>(source: &mut Source<'_>, text: &At<String>, what: &str) -> Option<T> {
    let parsed = text.value.parse().ok();
    if parsed.is_none() {
        let sentence = format!("`{}` is not {what}.", text.value);
        source.refuse(text.byte, sentence, "Write it as the region does.");
    }
    parsed
}

fn read_secrets(
    path: &Path,
    problems: &mut Vec<Problem>,
    mentions: &mut Vec<Mention>,
) -> SecretsFile {
    let mut file = SecretsFile::default();
    let Some(mut source) = Source::open(path, problems) else { return file };
    if let Some(mode) = readable_by_others(path) {
        let sentence = format!("Others may read the secrets: the file's mode is {mode:03o}.");
        source.refuse(0, sentence, "Run `chmod 600` on it.");
    }
    let text = source.text();
    let Some(parsed) = source.parse(&text) else { return file };
    let mut table = Table::root(&parsed);
    for (name, secret) in table.texts(&mut source, "systems") {
        file.systems.insert(name.value, Secret::new(secret.value));
    }
    for inbound in table.tables(&mut source, "inbound") {
        mentions.extend(read_inbound(inbound, &mut source, &mut file));
    }
    for client in table.tables(&mut source, "client") {
        mentions.extend(read_client(client, &mut source, &mut file));
    }
    table.finish(&mut source);
    file
}

fn read_inbound(
    mut inbound: Table<'_>,
    source: &mut Source<'_>,
    file: &mut SecretsFile,
) -> Option<Mention> {
    let body = inbound.needed(source, "body");
    let system = inbound.needed(source, "system");
    let secret = inbound.needed(source, "secret");
    let begins = inbound.byte();
    inbound.finish(source);
    let body: Option<BodyId> = body.and_then(|body| parsed_as(source, &body, "the name of a body"));
    let at = system.as_ref().map_or(begins, |system| system.byte);
    let system: Option<SystemId> =
        system.and_then(|name| parsed_as(source, &name, "the name of a system"));
    let (body, system) = (body?, system?);
    let of = (body.clone(), system.clone());
    if file.inbound.insert(of, Secret::new(secret?.value)).is_some() {
        let sentence = "This system of this body has a secret already.";
        source.refuse(begins, sentence, "Keep one of the two.");
    }
    Some(source.mention(at, (body, Some(system))))
}

fn read_client(
    mut client: Table<'_>,
    source: &mut Source<'_>,
    file: &mut SecretsFile,
) -> Option<Mention> {
    let body = client.needed(source, "body");
    let name = client.needed(source, "name");
    let digest = client.needed(source, "key_digest");
    let begins = client.byte();
    client.finish(source);
    let at = body.as_ref().map_or(begins, |body| body.byte);
    let body = body.and_then(|body| parsed_as::<BodyId>(source, &body, "the name of a body"));
    let key = digest.and_then(|digest| {
        let key = digest.value.parse::<Digest>().ok();
        if key.is_none() {
            let mend =
                "Write what `printf %s KEY | sha256sum` gives; the key itself is kept nowhere.";
            source.refuse(digest.byte, "`key_digest` is not 64 hexadecimal digits.", mend);
        }
        key
    });
    let (body, name, key) = (body?, name?, key?);
    let clients = file.clients.entry(body.clone()).or_default();
    if clients.iter().any(|other| other.name == name.value) {
        source.refuse(begins, "The body has a client of this name already.", "Name it otherwise.");
    }
    clients.push(ApiClient { name: name.value, key });
    Some(source.mention(at, (body, None)))
}

/// The mode of a file that others than its user may read.
#[cfg(unix)]
fn readable_by_others(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

#[cfg(not(unix))]
const fn readable_by_others(_path: &Path) -> Option<u32> {
    None
}
