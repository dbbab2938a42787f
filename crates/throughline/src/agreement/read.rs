//! The region's agreements as read: each with its signatures held against its bodies' keys.

use std::collections::{BTreeMap, BTreeSet};

use audit::VerifyingKey;
use base::{BodyId, Date, ServiceId};
use catalogue::region::Region;
use catalogue::{Package, Problem, ProblemKind};
use sharing::{Agreement, AgreementError, AgreementId, Signatures, SignedAgreement, Status};

/// Where agreements stand within the region's folder.
pub const FOLDER: &str = "agreements/";
/// How the file of an agreement's signatures ends.
pub const SIGNATURES: &str = ".signatures.toml";
/// How many days before its end an agreement is said to end soon.
const SOON_DAYS: i32 = 90;
/// The file of a package's questions.
const QUESTIONS: &str = "questions.toml";
/// The file of its process.
const PROCESS: &str = "process.bpmn";

/// The agreements that can be read, with what is wrong with the others.
#[derive(Debug, Default)]
pub struct Agreements {
    /// By name, signed or not: the gate lets nothing cross under one that is not.
    pub known: BTreeMap<AgreementId, SignedAgreement>,
    /// What keeps one from being used, by file.
    pub problems: Vec<Problem>,
}

/// The public key of a body, as its file says.
///
/// # Errors
/// A sentence, when there is none or it is not of the form.
pub fn key_of(region: &Region, id: &BodyId) -> Result<VerifyingKey, String> {
    let body = region.body(id).ok_or_else(|| format!("The region has no body `{id}`."))?;
    let text = body.agreement_key.as_deref();
    let text = text.ok_or_else(|| format!("bodies/{id}.toml has no agreement_key."))?;
    text.parse().map_err(|_| format!("The agreement_key of bodies/{id}.toml is not a public key."))
}

impl Agreements {
    /// Reads every agreement of a region.
    pub fn read(region: &Region) -> Self {
        let mut agreements = Self::default();
        for (path, bytes) in region.agreements() {
            if !path.ends_with(SIGNATURES) {
                agreements.take(region, path, bytes);
            }
        }
        agreements
    }

    fn take(&mut self, region: &Region, path: &str, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        let stem = path.strip_prefix(FOLDER).and_then(|name| name.strip_suffix(".toml"));
        let Some(stem) = stem else { return };
        let beside = format!("{FOLDER}{stem}{SIGNATURES}");
        let signatures = region.agreement_file(&beside).unwrap_or_default();
        let signatures = match Signatures::read(&String::from_utf8_lossy(signatures)) {
            Ok(signatures) => signatures,
            Err(error) => return self.refuse_file(&beside, &error),
        };
        let verifies = |body: &BodyId, bytes: &[u8], signature: &[u8; 64]| {
            key_of(region, body).is_ok_and(|key| key.verifies(bytes, signature))
        };
        let signed = match SignedAgreement::check(&text, &signatures, verifies) {
            Ok(signed) => signed,
            Err(error) => return self.refuse_file(path, &error),
        };
        let before = self.problems.len();
        let agreement = signed.agreement();
        if agreement.version().id.as_str() != stem {
            let sentence = format!("The file describes `{}`.", agreement.version().id);
            self.refuse((path, &text, "id ="), sentence, "Give the file the agreement's name.");
        }
        for body in agreement.parties().filter(|body| region.body(body).is_none()) {
            let words = format!("\"{body}\"");
            let sentence = format!("The region has no body `{body}`.");
            self.refuse((path, &text, &words), sentence, "Name bodies that region.toml lists.");
        }
        // One that does not stand as its parties wrote it is not known under its name at all.
        let stands = self.problems.len() == before;
        for body in signed.missing().iter().filter(|body| region.body(body).is_some()) {
            let (sentence, mend) = unsigned(region, body, path);
            self.refuse((path, &text, "id ="), sentence, &mend);
        }
        if stands {
            self.known.insert(agreement.version().id.clone(), signed);
        }
    }

    fn refuse(&mut self, (file, text, words): (&str, &str, &str), sentence: String, mend: &str) {
        let position = Problem::position(text, text.find(words).unwrap_or(0));
        self.problems.push(Problem::new(file, position, ProblemKind::Value, sentence, mend));
    }

    fn refuse_file(&mut self, file: &str, error: &AgreementError) {
        let line = u32::try_from(error.line).unwrap_or(u32::MAX);
        let sentence = format!("{}.", error.sentence.trim_end_matches('.'));
        let mend = "Compare the line with the guide to services.";
        let problem = Problem::new(file, (line, 1), ProblemKind::Syntax, sentence, mend);
        self.problems.push(problem);
    }

    /// Services that agreements name and nobody offers.
    pub fn unknown_services(&self, offered: &[ServiceId]) -> Vec<Problem> {
        let mut problems = Vec::new();
        for signed in self.known.values() {
            let agreement = signed.agreement();
            let questions = agreement.questions().iter().map(|question| &question.services);
            let notices = agreement.notices().iter().map(|notice| &notice.services);
            for service in questions.chain(notices).flatten() {
                if !offered.contains(service) {
                    let sentence = format!("There is no service `{service}`.");
                    let mend = "Name services whose packages are there.";
                    problems.push(about(agreement, sentence, mend));
                }
            }
        }
        problems
    }

    /// What a day says of them: not yet, ended, or soon to end.
    pub fn on(&self, today: Date) -> Vec<Problem> {
        let spoken = self.known.values().filter_map(|signed| {
            let agreement = signed.agreement();
            let last = agreement.validity().1.min(agreement.review_by());
            let (sentence, refused) = match agreement.status(today) {
                Status::NotYet => (format!("It holds from {} on.", agreement.validity().0), false),
                Status::Ended => (format!("It ended on {}.", agreement.validity().1), true),
                Status::ReviewOverdue => {
                    (format!("Its review was due by {}.", agreement.review_by()), true)
                }
                Status::InForce if last < today.plus_days(SOON_DAYS) => {
                    (format!("It ends or is to be reviewed on {last}."), false)
                }
                Status::InForce => return None,
            };
            let mend = "Agree on a new version, and sign it.";
            let problem = about(agreement, sentence, mend);
            Some(if refused { problem } else { problem.as_warning() })
        });
        spoken.collect()
    }

    /// What keeps a package's questions from being asked of another body, for the body that offers
    /// it: no such agreement or question, or one for other bodies or services.
    pub fn check_package(&self, package: &Package, by: &BodyId, questions: &str) -> Vec<Problem> {
        let mut problems = Vec::new();
        for question in package.questions.sourced() {
            let Some(source) = &question.source else { continue };
            if let Err((sentence, mend)) = self.source(source, package, by) {
                let words = format!("source = \"{source}\"");
                let place = Problem::position(questions, questions.find(&words).unwrap_or(0));
                let kind = ProblemKind::Undefined;
                problems.push(Problem::new(QUESTIONS, place, kind, sentence, mend));
            }
        }
        for notice in catalogue::notices(package) {
            if let Err((sentence, mend)) = self.notice(notice, package, by) {
                let kind = ProblemKind::Undefined;
                problems.push(Problem::new(PROCESS, (1, 1), kind, sentence, mend));
            }
        }
        problems
    }

    fn notice(
        &self,
        source: &str,
        package: &Package,
        by: &BodyId,
    ) -> Result<(), (String, &'static str)> {
        let (name, notice) = source.split_once('/').unwrap_or((source, ""));
        let agreement = self.signed(name)?;
        let told = agreement.notices().iter().find(|told| told.id.as_str() == notice);
        let told = told.ok_or_else(|| {
            let mend = "Name a [[notice]] of the agreement.";
            (format!("The agreement `{name}` has no notice `{notice}`."), mend)
        })?;
        if agreement.provider() != by || agreement.recipients().len() != 1 {
            let mend = "Give a notice of your own to the one recipient of an agreement.";
            return Err((format!("The agreement `{name}` lets {by} tell nobody."), mend));
        }
        names_service(source, &told.services, package)
    }

    fn source(
        &self,
        source: &str,
        package: &Package,
        by: &BodyId,
    ) -> Result<(), (String, &'static str)> {
        let (name, question) = source.split_once('/').unwrap_or((source, ""));
        let agreement = self.signed(name)?;
        let asked = agreement.questions().iter().find(|asked| asked.id.as_str() == question);
        let asked = asked.ok_or_else(|| {
            let mend = "Name a [[question]] of the agreement.";
            (format!("The agreement `{name}` has no question `{question}`."), mend)
        })?;
        if !agreement.recipients().contains(by) {
            let mend = "Make it a recipient in a new version, signed by every party.";
            return Err((format!("The agreement `{name}` is not for {by}."), mend));
        }
        names_service(source, &asked.services, package)
    }

    /// An agreement that every party has signed.
    fn signed(&self, name: &str) -> Result<&Agreement, (String, &'static str)> {
        let signed = name.parse().ok().and_then(|id: AgreementId| self.known.get(&id));
        let signed = signed.ok_or_else(|| {
            let mend = "Write it, and let each party sign it with throughline agreement sign.";
            (format!("The region has no agreement `{name}`."), mend)
        })?;
        match signed.missing().first() {
            Some(body) => {
                let mend = "Let it sign with throughline agreement sign.";
                Err((format!("{body} has not signed the agreement `{name}`."), mend))
            }
            None => Ok(signed.agreement()),
        }
    }
}

fn names_service(
    source: &str,
    services: &BTreeSet<ServiceId>,
    package: &Package,
) -> Result<(), (String, &'static str)> {
    let service = &package.definition.id;
    if services.contains(service) {
        return Ok(());
    }
    let mend = "Name the service in a new version, signed by every party.";
    Err((format!("`{source}` may not be asked or told for `{service}`."), mend))
}

fn about(agreement: &Agreement, sentence: String, mend: &str) -> Problem {
    let file = format!("{FOLDER}{}.toml", agreement.version().id);
    Problem::new(file, (1, 1), ProblemKind::Value, sentence, mend)
}

/// Why a party's signature does not count.
fn unsigned(region: &Region, body: &BodyId, path: &str) -> (String, String) {
    match key_of(region, body) {
        Ok(_) => (
            format!("It is not signed by {body}, or was altered since."),
            format!("Run throughline agreement sign {path} --body {body} --key FILE."),
        ),
        Err(sentence) => {
            (sentence, format!("Make a key with throughline agreement key --body {body}."))
        }
    }
}
