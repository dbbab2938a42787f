//! The region as data: its bodies, their people and colours, what its demonstration does.
//!
//! Reads `region.toml`, `bodies/ID.toml`, `demo.toml` and the overlays from a folder's files. Texts
//! that other crates read (`systems/ID.toml` by connectors, `rates/ID.toml` by metering) are
//! handed on as they are.

use std::collections::BTreeSet;

use base::{BodyId, Date, Language, Role, ServiceId, Text};

use crate::package::Files;
use crate::problem::{Problem, ProblemKind};

mod colour;
mod demo;

pub use demo::{
    Area, ChannelMix, Decision, Demo, FaultKind, FaultWindow, Faults, Mix, Residents, Share,
};

const REGION: &str = "region.toml";
const DEMO: &str = "demo.toml";

/// What kind of body it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyKind {
    /// The upper of two tiers of local government.
    County,
    /// The lower of two tiers.
    District,
    /// The only tier.
    Unitary,
    /// A national agency.
    Agency,
    /// Keeps accounts, sessions and pseudonyms, and no case data.
    IdentityOffice,
}

/// Whom residents ask for help.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Help {
    /// The telephone number.
    pub phone: String,
    /// The e-mail address.
    pub email: String,
    /// When somebody answers.
    pub hours: Text,
}

/// An account of a member of staff.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staff {
    /// The name.
    pub name: String,
    /// The e-mail address, to which sign-in codes go.
    pub email: String,
    /// What the person may do.
    pub roles: BTreeSet<Role>,
}

/// A public body.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// Its name in addresses.
    pub id: BodyId,
    /// What kind of body it is.
    pub kind: BodyKind,
    /// Its nation: `england`, `wales`, `scotland`, `northern-ireland`.
    pub nation: String,
    /// The languages that it serves, its own first.
    pub languages: Vec<Language>,
    /// Its colour, on which white text can be read: `#1d4f3a`.
    pub colour: String,
    /// Days on which its offices are closed beside the bank holidays.
    #[serde(default)]
    pub closures: BTreeSet<Date>,
    /// The public key with which its signatures under agreements are checked, as a signed note
    /// writes one.
    pub agreement_key: Option<String>,
    /// Its name.
    pub name: Text,
    /// Whom residents ask.
    pub help: Help,
    /// Its staff.
    #[serde(default)]
    pub staff: Vec<Staff>,
    /// `systems/ID.toml`: its back offices, as `connectors` reads them.
    #[serde(skip)]
    pub systems: String,
    /// `data-services/ID.toml`: how its own back offices answer other bodies, as `connectors` reads it.
    #[serde(skip)]
    pub data_services: String,
    /// `rates/ID.toml`: its rate card, as `metering` reads it.
    #[serde(skip)]
    pub rates: String,
}

/// That a body offers another's package.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adoption {
    /// The body that adopts.
    pub body: BodyId,
    /// The service.
    pub service: ServiceId,
}

/// A `region.toml`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct RegionFile {
    bodies: Vec<BodyId>,
    identity_office: BodyId,
    name: Text,
    tagline: Text,
    #[serde(default)]
    adopts: Vec<Adoption>,
}

/// A region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Its name.
    pub name: Text,
    /// One line under it.
    pub tagline: Text,
    /// Its bodies, in the order in which they are listed.
    pub bodies: Vec<Body>,
    /// The body that keeps accounts, sessions and pseudonyms.
    pub identity_office: BodyId,
    /// Who adopts whose package.
    pub adopts: Vec<Adoption>,
    /// What the demonstration does, where the region has one.
    pub demo: Option<Demo>,
    files: Files,
}

/// The folder of data services.
pub const DATA_SERVICES: &str = "data-services/";
/// The folder of agreements.
const AGREEMENTS: &str = "agreements/";

impl Region {
    /// Reads a region from the files of its folder, by their path within it.
    ///
    /// # Errors
    /// Every [`Problem`] with file, line and how to mend it.
    pub fn read(files: &Files) -> Result<Self, Vec<Problem>> {
        let mut reading = Reading { files, problems: Vec::new() };
        let region = reading.toml::<RegionFile>(REGION);
        let bodies = region.iter().flat_map(|region| &region.bodies);
        let bodies: Vec<Body> = bodies.filter_map(|id| reading.body(id)).collect();
        let demo = if files.contains_key(DEMO) { reading.toml::<Demo>(DEMO) } else { None };
        if let Some(region) = &region {
            reading.names(region, demo.as_ref());
        }
        let Reading { mut problems, .. } = reading;
        problems.sort();
        match region {
            Some(region) if problems.is_empty() => Ok(Self {
                name: region.name,
                tagline: region.tagline,
                bodies,
                identity_office: region.identity_office,
                adopts: region.adopts,
                demo,
                files: files.clone(),
            }),
            Some(_) | None => Err(problems),
        }
    }

    /// A body by its id.
    pub fn body(&self, id: &BodyId) -> Option<&Body> {
        self.bodies.iter().find(|body| body.id == *id)
    }

    /// The overlay with which a body adopts a service, by path within it; empty where it has none.
    pub fn overlay(&self, body: &BodyId, service: &ServiceId) -> Files {
        let folder = format!("overlays/{body}/{service}/");
        self.files
            .iter()
            .filter_map(|(path, bytes)| {
                path.strip_prefix(&folder).map(|name| (name.to_owned(), bytes.clone()))
            })
            .collect()
    }

    /// The files of its agreements and their signatures, by path within the region's folder, as
    /// `sharing` reads them.
    pub fn agreements(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let files = self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
        files.filter(|(path, _)| path.starts_with(AGREEMENTS))
    }

    /// One file of its agreements.
    pub fn agreement_file(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }
}

struct Reading<'a> {
    files: &'a Files,
    problems: Vec<Problem>,
}

impl Reading<'_> {
    fn text(&self, file: &str) -> &str {
        let bytes = self.files.get(file).map(Vec::as_slice).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    fn refuse(
        &mut self,
        (file, words): (&str, &str),
        kind: ProblemKind,
        sentence: impl Into<String>,
        mend: &str,
    ) {
        let text = self.text(file);
        let position = Problem::position(text, text.find(words).unwrap_or(0));
        self.problems.push(Problem::new(file, position, kind, sentence, mend));
    }

    fn toml<T: serde::de::DeserializeOwned>(&mut self, file: &str) -> Option<T> {
        if !self.files.contains_key(file) {
            let mend = "Write it, or take its name out of region.toml.";
            self.refuse((file, ""), ProblemKind::MissingFile, "The file is missing.", mend);
            return None;
        }
        let text = self.text(file);
        match toml::from_str(text) {
            Ok(read) => Some(read),
            Err(error) => {
                let byte = error.span().map_or(0, |span| span.start);
                let position = Problem::position(text, byte);
                let sentence = format!("{}.", error.message().trim_end_matches('.'));
                let mend = "Compare the line with the sample region.";
                let problem = Problem::new(file, position, ProblemKind::Syntax, sentence, mend);
                self.problems.push(problem);
                None
            }
        }
    }

    fn body(&mut self, id: &BodyId) -> Option<Body> {
        let file = format!("bodies/{id}.toml");
        let mut body = self.toml::<Body>(&file)?;
        self.text(&format!("systems/{id}.toml")).clone_into(&mut body.systems);
        self.text(&format!("rates/{id}.toml")).clone_into(&mut body.rates);
        self.text(&format!("{DATA_SERVICES}{id}.toml")).clone_into(&mut body.data_services);
        if body.id != *id {
            let sentence = format!("The file of `{id}` describes `{}`.", body.id);
            self.refuse((&file, "id ="), ProblemKind::Value, sentence, "Use one name for both.");
        }
        if body.languages.is_empty() {
            let sentence = "The body serves no language.";
            self.refuse((&file, "languages"), ProblemKind::Value, sentence, "Name en, cy or both.");
        }
        if !colour::carries_white(&body.colour) {
            let sentence = format!("White text on {} cannot be read.", body.colour);
            let mend = "Choose a darker colour, like #1d4f3a: the contrast is to be at least 4.5.";
            self.refuse((&file, "colour"), ProblemKind::Value, sentence, mend);
        }
        self.texts(&file, &body);
        let mut seen = BTreeSet::new();
        for staff in &body.staff {
            let shaped = staff.email.split_once('@').is_some_and(|(name, host)| {
                !name.is_empty() && host.contains('.') && !staff.email.contains(char::is_whitespace)
            });
            if !shaped || !seen.insert(staff.email.to_lowercase()) || staff.roles.is_empty() {
                let sentence = format!("The account `{}` cannot sign in.", staff.email);
                let mend =
                    "Give each person one e-mail address of their own and at least one role.";
                self.refuse((&file, &staff.email), ProblemKind::Value, sentence, mend);
            }
        }
        Some(body)
    }

    /// A body's own words stand in each language that it serves.
    fn texts(&mut self, file: &str, body: &Body) {
        for language in body.languages.iter().chain([&Language::En]) {
            for (text, words) in [(&body.name, "[name]"), (&body.help.hours, "[help]")] {
                if text.get(*language).is_none_or(|text| text.trim().is_empty()) {
                    let sentence = format!("A text is missing in `{}`.", language.tag());
                    let mend = "Write it in each language that the body serves.";
                    self.refuse((file, words), ProblemKind::Translation, sentence, mend);
                }
            }
        }
    }

    /// Bodies that other settings name are there.
    fn names(&mut self, region: &RegionFile, demo: Option<&Demo>) {
        let adopters = region.adopts.iter().map(|adoption| (REGION, &adoption.body));
        // A body that is missed is told once, however often it is named.
        let mut named: BTreeSet<(&str, &BodyId)> = adopters.collect();
        named.insert((REGION, &region.identity_office));
        if let Some(demo) = demo {
            named.extend(demo.bodies().map(|body| (DEMO, body)));
        }
        for (file, body) in named {
            if !region.bodies.contains(body) {
                let sentence = format!("The region has no body `{body}`.");
                let words = format!("\"{body}\"");
                let mend = "Name a body that region.toml lists.";
                self.refuse((file, &words), ProblemKind::Undefined, sentence, mend);
            }
        }
        if let Some(sentence) = demo.and_then(Demo::fault) {
            let mend = "Mend the shares so that each group adds up to 100.";
            self.refuse((DEMO, ""), ProblemKind::Value, sentence, mend);
        }
    }
}

#[cfg(test)]
mod tests;
