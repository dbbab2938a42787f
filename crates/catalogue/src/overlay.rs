//! Overlays: how a body adopts another's package, with named points of difference only.
//!
//! `overlay.toml` lists each difference as a `[[variation]]` with its point (`fee`, `wording`,
//! `opening_days`, `connector`, `rule`), its reason and its cost a year; `connectors.toml` beside
//! it holds the mappings that a `connector` point names, and `scenarios/` how the service behaves as
//! adopted. Whatever else is changed is refused with file and line. The result is a package of its
//! own, with its own version.

use std::collections::BTreeSet;

use base::{BodyId, Language, Money, Text};
use toml::Spanned;

use crate::package::{Files, Package};
use crate::problem::{Problem, ProblemKind};
use crate::scenario::Scenario;
use crate::texts;
use crate::translations::{self, TRANSLATIONS_LOCK, translations_lock};

mod apply;
mod connectors;
mod literal;

pub(crate) use literal::literal_of;

/// The file of an overlay that lists its variations.
pub const OVERLAY: &str = "overlay.toml";
const CONNECTORS: &str = "connectors.toml";
/// The folder of an overlay that holds scenarios of the adopting body: they change nothing.
const SCENARIOS: &str = "scenarios/";

/// Where a body may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Point {
    /// What it costs the requester.
    Fee,
    /// What people read.
    Wording,
    /// The days of the week on which it is worked on.
    OpeningDays,
    /// How a job reaches a back office, or what a back office's message means.
    Connector,
    /// A value of a decision that the package marks local.
    Rule,
}

/// One difference from the package, as the adopting body declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variation {
    /// Where it differs.
    pub point: Point,
    /// Which text, job, message or local value; empty for fee and opening days.
    pub of: String,
    /// Why.
    pub reason: String,
    /// What keeping it costs a year.
    pub yearly_cost: Money,
    /// The line of `overlay.toml`.
    pub line: u32,
}

/// A package as a body adopted it.
#[derive(Debug)]
pub struct Adopted {
    /// The package, under a version of its own.
    pub package: Package,
    /// Its files, for [`crate::check`].
    pub files: Files,
    /// Every difference, in the order of the overlay.
    variations: Vec<Variation>,
}

impl Adopted {
    /// Every difference from the package, each with its cost a year.
    pub fn variations(&self) -> &[Variation] {
        &self.variations
    }
}

/// The body that adopts.
#[derive(Debug, Clone, Copy)]
pub struct Adopter<'a> {
    /// The body.
    pub body: &'a BodyId,
    /// Its nation, whose law and holidays then apply.
    pub nation: &'a str,
    /// The languages that it serves.
    pub languages: &'a [Language],
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct OverlayFile {
    package: Spanned<String>,
    body: Spanned<String>,
    #[serde(default, rename = "variation")]
    variations: Vec<Spanned<VariationFile>>,
}

#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct VariationFile {
    point: Spanned<String>,
    of: Option<Spanned<String>>,
    value: Option<toml::Value>,
    text: Option<Text>,
    reason: String,
    yearly_cost_pence: i64,
}

/// Puts an overlay on a package.
///
/// # Errors
/// Every difference that is not allowed, and every fault of the package that results.
pub fn adopt(
    package: &Files,
    overlay: &Files,
    adopter: Adopter<'_>,
) -> Result<Adopted, Vec<Problem>> {
    let mut adoption = Adoption {
        package,
        overlay,
        text: overlay.get(OVERLAY).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or(""),
        files: package.clone(),
        problems: Vec::new(),
        connectors: BTreeSet::new(),
    };
    let variations = adoption.all(adopter);
    let Adoption { mut files, mut problems, .. } = adoption;
    if problems.iter().any(|problem| !problem.warning) {
        problems.sort();
        return Err(problems);
    }
    if files.contains_key(TRANSLATIONS_LOCK) {
        files.insert(TRANSLATIONS_LOCK.to_owned(), translations_lock(&files).into_bytes());
    }
    let (package, _) = Package::read(&files)?;
    Ok(Adopted { package, files, variations })
}

/// An overlay being put on a package.
struct Adoption<'a> {
    package: &'a Files,
    overlay: &'a Files,
    /// The text of `overlay.toml`.
    text: &'a str,
    files: Files,
    problems: Vec<Problem>,
    /// Jobs and callbacks that variations name.
    connectors: BTreeSet<String>,
}

impl Adoption<'_> {
    fn all(&mut self, adopter: Adopter<'_>) -> Vec<Variation> {
        self.own_files_only();
        let Some(file) = self.read() else { return Vec::new() };
        translations::check(self.overlay, adopter.languages, &mut self.problems);
        self.right_package(&file, adopter);
        let mut variations: Vec<Variation> = Vec::new();
        for variation in &file.variations {
            let at = variation.span().start;
            if let Some(variation) = self.variation(variation.get_ref(), at) {
                let twice = |other: &Variation| {
                    (other.point, &other.of) == (variation.point, &variation.of)
                };
                if variations.iter().any(twice) {
                    let sentence = format!("`{}` is changed twice.", variation.of);
                    self.refuse(at, ProblemKind::Repeated, sentence, "Keep one of them.");
                }
                variations.push(variation);
            }
        }
        self.merge_connectors();
        self.set_nation(adopter.nation);
        variations
    }

    fn refuse(
        &mut self,
        byte: usize,
        kind: ProblemKind,
        sentence: impl Into<String>,
        mend: impl Into<String>,
    ) {
        let position = Problem::position(self.text, byte);
        self.problems.push(Problem::new(OVERLAY, position, kind, sentence, mend));
    }

    fn own_files_only(&mut self) {
        for (file, bytes) in self.overlay {
            if let Some(name) = file.strip_prefix(SCENARIOS) {
                let text = String::from_utf8_lossy(bytes);
                let read = Scenario::parse(&format!("{SCENARIOS}{name}"), &text);
                self.problems.extend(read.err().into_iter().flatten());
            } else if ![OVERLAY, CONNECTORS, TRANSLATIONS_LOCK].contains(&file.as_str()) {
                let sentence = "An overlay changes named points only, never a file of the package.";
                let mend = "Take the file out, and name the difference as a [[variation]] of overlay.toml.";
                self.problems.push(Problem::new(
                    file,
                    (1, 1),
                    ProblemKind::Overlay,
                    sentence,
                    mend,
                ));
            }
        }
    }

    fn read(&mut self) -> Option<OverlayFile> {
        match toml::from_str(self.text) {
            Ok(file) => Some(file),
            Err(error) => {
                let byte = error.span().map_or(0, |span| span.start);
                let sentence = format!("{}.", error.message().trim_end_matches('.'));
                let mend = "A variation has point, of, value or text, reason and yearly_cost_pence; nothing else may differ.";
                self.refuse(byte, ProblemKind::Overlay, sentence, mend);
                None
            }
        }
    }

    fn right_package(&mut self, file: &OverlayFile, adopter: Adopter<'_>) {
        let service = Package::read(self.package).ok().map(|(package, _)| package.id().to_string());
        if service.as_ref() != Some(file.package.get_ref()) {
            let sentence = format!("The package is not `{}`.", file.package.get_ref());
            let mend = "Name the service that this folder adopts.";
            self.refuse(file.package.span().start, ProblemKind::Overlay, sentence, mend);
        }
        if file.body.get_ref() != adopter.body.as_str() {
            let sentence = format!("The folder is another body's than `{}`.", file.body.get_ref());
            let mend = "Name the body that adopts.";
            self.refuse(file.body.span().start, ProblemKind::Overlay, sentence, mend);
        }
    }

    fn variation(&mut self, file: &VariationFile, at: usize) -> Option<Variation> {
        let point = match file.point.get_ref().as_str() {
            "fee" => Point::Fee,
            "wording" => Point::Wording,
            "opening_days" => Point::OpeningDays,
            "connector" => Point::Connector,
            "rule" => Point::Rule,
            other => {
                let sentence = format!("`{other}` is not a point at which a body may differ.");
                let mend = "Differ in fee, wording, opening_days, connector or rule, or ask the owner to change the package.";
                self.refuse(file.point.span().start, ProblemKind::Overlay, sentence, mend);
                return None;
            }
        };
        if file.reason.trim().is_empty() || file.yearly_cost_pence < 0 {
            let sentence = "A variation has a reason, and a cost a year that is not below nothing.";
            self.refuse(at, ProblemKind::Overlay, sentence, "Write reason and yearly_cost_pence.");
        }
        let named = file.of.as_ref().map(|of| (of.get_ref().as_str(), of.span().start));
        let (of, place) = named.unwrap_or(("", at));
        match (point, &file.value, &file.text) {
            (Point::Fee, Some(toml::Value::Integer(pence)), None) => self.fee(*pence, at),
            (Point::OpeningDays, Some(toml::Value::Array(days)), None) => self.opening(days, at),
            (Point::Rule, Some(toml::Value::String(value)), None) => self.rule((of, place), value),
            (Point::Wording, None, Some(text)) => self.wording((of, place), text),
            (Point::Connector, None, None) => {
                self.connectors.insert(of.to_owned());
            }
            (Point::Fee, ..) => self.wants(at, "a value: the fee in whole pence"),
            (Point::OpeningDays, ..) => self.wants(at, "a value: the list of days"),
            (Point::Rule, ..) => {
                self.wants(at, "`of`, the local value's id, and a value in quotes");
            }
            (Point::Wording, ..) => self.wants(at, "`of`, the key of the text, and text.en"),
            (Point::Connector, ..) => {
                self.wants(at, "`of` alone; the mapping stands in connectors.toml");
            }
        }
        Some(Variation {
            point,
            of: of.to_owned(),
            reason: file.reason.clone(),
            yearly_cost: Money::from_pence(file.yearly_cost_pence),
            line: Problem::position(self.text, at).0,
        })
    }

    fn wants(&mut self, at: usize, what: &str) {
        let sentence = format!("A variation of this point has {what}.");
        self.refuse(at, ProblemKind::Overlay, sentence, "Write it so.");
    }

    /// The text of a key in the package as it is.
    fn said(&self, key: &str) -> Option<texts::Said> {
        texts::of_files(self.package).into_iter().find(|said| said.key == key)
    }
}

#[cfg(test)]
mod tests;
