//! System: where a back office is and how we show who we are.
//!
//! A system's definition names its credential; the credential itself is a [`Secret`] that
//! [`HttpConnector`](crate::HttpConnector) alone reads, at the wire. Nothing here prints one.

use std::collections::BTreeMap;
use std::fmt;

use base::{Language, SystemId, Text};

use crate::MappingError;
use crate::folder::FILE_SCHEME;
use crate::toml_reader::{At, Reader, Table};

/// The longest path of a folder, in bytes.
const MAX_FOLDER_BYTES: usize = 2_000;

/// Which kind of messages a system speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemKind {
    /// HTTP with JSON bodies.
    Rest,
    /// SOAP 1.1, document/literal.
    Soap,
    /// Files of comma-separated values, left in a folder.
    Files,
}

/// How the credential is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scheme {
    /// HTTP basic authentication, the secret as password.
    Basic {
        /// The user name.
        username: String,
    },
    /// A bearer token.
    Bearer,
    /// A header of its own.
    Header {
        /// The header's name.
        name: String,
    },
}

/// A credential by reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// How it is shown.
    pub scheme: Scheme,
    /// The name of the secret, looked up where secrets are kept.
    pub secret: String,
}

/// A back office of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct System {
    /// Its name in files and addresses.
    pub id: SystemId,
    /// The name that staff know it by; the id's words where it has none.
    pub name: Text,
    /// What it speaks.
    pub kind: SystemKind,
    /// Where it is, without a slash at the end: `https://jobs.example/api`, `file:///srv/register`.
    pub base_url: String,
    /// How we show who we are, if we must.
    pub credential: Option<Credential>,
    /// A file of certificates (PEM) to trust instead of the computer's own.
    pub ca_file: Option<String>,
    /// Where its pages for people are, when not where it is itself: `https://pay.example`.
    pub pages: Option<String>,
    /// Where outside the United Kingdom it keeps what it is sent, and what makes that lawful (UK GDPR
    /// chapter V): "Ireland, under the United Kingdom's adequacy regulations". None keeps it inside.
    pub transfer: Option<Text>,
}

impl System {
    /// Whether an address is one of its pages for people. An address that came in an answer leads
    /// nobody anywhere else.
    pub fn has_page(&self, address: &str) -> bool {
        let origin = self.pages.as_deref().unwrap_or(&self.base_url);
        let plain = address.bytes().all(|byte| byte.is_ascii_graphic());
        let within = address.strip_prefix(origin_of(origin));
        plain && within.is_some_and(|path| path.starts_with('/') && !path.contains('\\'))
    }
}

/// Scheme, host and port of an address.
fn origin_of(address: &str) -> &str {
    let host = address.find("://").map_or(0, |at| at + 3);
    let end = address.get(host..).and_then(|rest| rest.find('/')).map(|at| host + at);
    address.get(..end.unwrap_or(address.len())).unwrap_or(address)
}

impl System {
    /// The address of a folder; `None` when it is no whole path, or leads up again.
    pub fn folder_address(folder: &str) -> Option<String> {
        let path = folder.strip_prefix(FILE_SCHEME).unwrap_or(folder);
        let parts = path.strip_prefix('/')?;
        let named = |part: &str| !matches!(part, "" | "." | "..");
        let right = parts.split('/').all(named)
            && path.len() <= MAX_FOLDER_BYTES
            && !path.chars().any(char::is_control);
        right.then(|| format!("{FILE_SCHEME}{path}"))
    }
}

/// A secret's text: never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for the wire.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

/// Secrets by name.
#[derive(Debug, Clone, Default)]
pub struct Secrets(BTreeMap<String, Secret>);

impl Secrets {
    /// No secrets.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn insert(&mut self, name: impl Into<String>, secret: Secret) {
        self.0.insert(name.into(), secret);
    }

    /// Looks one up.
    pub fn get(&self, name: &str) -> Option<&Secret> {
        self.0.get(name)
    }
}

/// Reads the `[[system]]` tables of a text; what else it holds is for other readers.
///
/// # Errors
/// Every mistake with its line and a sentence.
pub fn read_systems(text: &str) -> Result<Vec<System>, Vec<MappingError>> {
    let mut reader = Reader::new(text);
    let mut systems: Vec<System> = Vec::new();
    if let Some(root) = reader.parse() {
        let tables = root.tables(&mut reader, "system");
        for table in tables {
            let Some(system) = read_system(&mut reader, &table) else { continue };
            if systems.iter().any(|other| other.id == system.id) {
                reader.error(&table.span, format!("system `{}` is defined twice", system.id));
            }
            systems.push(system);
        }
    }
    reader.outcome(systems)
}

fn read_system(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<System> {
    let id = table.name(reader, "id");
    let name = table.table(reader, "name").map(|table| read_text(reader, &table));
    let transfer = table.table(reader, "transfer").map(|table| read_text(reader, &table));
    let kind = match table.required_text(reader, "kind") {
        Some(kind) => match kind.value.as_str() {
            "rest" => Some(SystemKind::Rest),
            "soap" => Some(SystemKind::Soap),
            "files" => Some(SystemKind::Files),
            other => {
                let sentence =
                    format!("`kind` is \"{other}\"; use \"rest\", \"soap\" or \"files\"");
                reader.error(&kind.span, sentence);
                None
            }
        },
        None => None,
    };
    let base_url = match kind {
        Some(SystemKind::Files) => read_folder(reader, table),
        Some(SystemKind::Rest | SystemKind::Soap) | None => {
            let url = table.required_text(reader, "base_url");
            url.and_then(|url| read_url(reader, "base_url", url))
        }
    };
    let pages = match table.text(reader, "pages") {
        Some(url) => Some(read_url(reader, "pages", url)?),
        None => None,
    };
    let credential = table.table(reader, "credential").map(|table| read_credential(reader, &table));
    let ca_file = table.text(reader, "ca_file").map(|file| file.value);
    table.finish(reader);
    let credential = match credential {
        Some(read) => Some(read?),
        None => None,
    };
    let id: SystemId = id?;
    let name = name.unwrap_or_else(|| Text::english(id.as_str().replace('-', " ")));
    Some(System {
        id,
        name,
        kind: kind?,
        base_url: base_url?,
        credential,
        ca_file,
        pages,
        transfer,
    })
}

fn read_url(reader: &mut Reader<'_>, key: &str, url: At<String>) -> Option<String> {
    let right = is_base_url(&url.value);
    if !right {
        let sentence = format!(
            "`{key}` must begin with http:// or https://, with no query, no credential and no \
             slash at the end"
        );
        reader.error(&url.span, sentence);
    }
    right.then_some(url.value)
}

/// Who may write into a folder is the computer's own concern, so there is no credential.
fn read_folder(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<String> {
    for key in ["base_url", "credential", "ca_file", "pages"] {
        if table.has(key) {
            table.skip(key);
            let sentence = format!("a system of files has a `folder`, and no `{key}`");
            reader.error(&table.span, sentence);
        }
    }
    let folder = table.required_text(reader, "folder")?;
    let address = System::folder_address(&folder.value);
    if address.is_none() {
        let sentence = "`folder` must be a whole path from the root, without `..` and without a \
                        slash at the end";
        reader.error(&folder.span, sentence.to_owned());
    }
    address
}

fn read_text(reader: &mut Reader<'_>, table: &Table<'_>) -> Text {
    let read = |text: Text, language: Language| match table.text(reader, language.tag()) {
        Some(name) => text.with(language, name.value),
        None => text,
    };
    let name = Language::ALL.into_iter().fold(Text::default(), read);
    table.finish(reader);
    name
}

fn read_credential(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<Credential> {
    let scheme = table.required_text(reader, "scheme");
    let secret = table.required_text(reader, "secret").map(|secret| secret.value);
    let scheme = match scheme.as_ref().map(|scheme| scheme.value.as_str()) {
        Some("basic") => {
            let username = table.required_text(reader, "username");
            username.map(|username| Scheme::Basic { username: username.value })
        }
        Some("bearer") => Some(Scheme::Bearer),
        Some("header") => {
            let name = table.required_text(reader, "header");
            name.map(|name| Scheme::Header { name: name.value })
        }
        Some(other) => {
            let sentence =
                format!("`scheme` is \"{other}\"; use \"basic\", \"bearer\" or \"header\"");
            reader.error(&table.span, sentence);
            None
        }
        None => None,
    };
    table.finish(reader);
    Some(Credential { scheme: scheme?, secret: secret? })
}

fn is_base_url(url: &str) -> bool {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    let plain = |rest: &str| {
        !rest.is_empty()
            && !rest.starts_with('/')
            && rest.bytes().all(|byte| byte.is_ascii_graphic())
            && !rest.contains(['?', '#', '@', '"', '<', '>', '\\'])
    };
    rest.is_some_and(plain) && !url.ends_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_read() {
        let systems = read_systems(
            "[[system]]\nid = \"waste\"\nname = { en = \"Greenway\", cy = \"Llwybr Glas\" }\nkind = \"soap\"\nbase_url = \"https://waste.example/s\"\n\
             credential = { scheme = \"basic\", username = \"council\", secret = \"waste\" }\n",
        )
        .unwrap();
        assert_eq!(systems[0].base_url, "https://waste.example/s");
        assert_eq!(systems[0].name.in_language(Language::Cy), "Llwybr Glas");
        assert_eq!(systems[0].credential.as_ref().unwrap().secret, "waste");
        assert_eq!(format!("{:?}", Secret::new("hush")), "Secret(..)");
        assert_eq!(systems[0].transfer, None);
        let outside = "[[system]]\nid = \"waste\"\nkind = \"rest\"\nbase_url = \"https://w.example\"\ntransfer = { en = \"Ireland\" }\n";
        let transfer = read_systems(outside).unwrap().remove(0).transfer.unwrap();
        assert_eq!(transfer.in_language(Language::En), "Ireland");
    }

    #[test]
    fn an_address_that_came_in_an_answer_is_the_systems_own_or_nobodys() {
        let system = |more: &str| {
            let text = format!(
                "[[system]]\nid = \"pay\"\nkind = \"rest\"\nbase_url = \"https://api.pay.example/v1\"\n{more}"
            );
            read_systems(&text).unwrap().remove(0)
        };
        let plain = system("");
        assert!(plain.has_page("https://api.pay.example/pay/1"));
        let other = system("pages = \"https://www.pay.example\"\n");
        assert!(other.has_page("https://www.pay.example/pay/1"));
        for address in [
            "https://api.pay.example/pay/1",
            "https://www.pay.example.evil.example/pay/1",
            "https://www.pay.example@evil.example/",
            "https://www.pay.example\\@evil.example/",
            "http://www.pay.example/pay/1",
            "javascript:alert(1)",
            "//www.pay.example/",
            "https://www.pay.example/a b",
            "https://www.pay.example",
        ] {
            assert!(!other.has_page(address), "{address}");
        }
    }

    #[test]
    fn a_folder_is_a_system() {
        let text = |folder: &str| {
            format!("[[system]]\nid = \"register\"\nkind = \"files\"\nfolder = \"{folder}\"\n")
        };
        let systems = read_systems(&text("/srv/electoral register")).unwrap();
        assert_eq!(systems[0].base_url, "file:///srv/electoral register");
        for folder in ["srv", "/", "/srv/", "/srv/../etc", "//srv", ""] {
            assert_eq!(read_systems(&text(folder)).unwrap_err()[0].line, 4, "{folder}");
        }
        let credential = text("/srv") + "base_url = \"http://x\"\n";
        assert!(read_systems(&credential).is_err());
    }

    #[test]
    fn every_mistake_has_its_line() {
        let text =
            "[[system]]\nid = \"Waste\"\nkind = \"ftp\"\nbase_url = \"ftp://x/\"\nport = 1\n";
        let errors = read_systems(text).unwrap_err();
        let lines: Vec<u32> = errors.iter().map(|error| error.line).collect();
        assert_eq!(lines, [2, 3, 4, 5], "{errors:?}");
    }
}
