//! What each body may share, from the region's files: its agreements and its data services.
//!
//! `catalogue` hands the files on, `sharing` and `connectors` read them; here they are held against
//! each other: whoever answers under an agreement has a data service for it, and nobody else.

use base::BodyId;
use catalogue::region::{Body, DATA_SERVICES, Region};
use catalogue::{Problem, ProblemKind};
use connectors::{DataService, MappingError, read_data_services};
use sharing::{Agreement, AgreementId, Category, Form};

use crate::agreement::Agreements;

/// What the bodies of a region may share, with what is wrong with it.
#[derive(Debug, Default)]
pub struct Shared {
    /// The agreements.
    pub agreements: Agreements,
    services: Vec<(BodyId, DataService)>,
    /// What is wrong with agreements and data services.
    pub problems: Vec<Problem>,
}

impl Shared {
    /// Reads the agreements and data services of a region.
    pub fn read(region: &Region) -> Self {
        let agreements = Agreements::read(region);
        let problems = agreements.problems.clone();
        let mut shared = Self { agreements, services: Vec::new(), problems };
        for body in &region.bodies {
            shared.take(body);
        }
        shared.unanswered(region);
        shared.problems.sort();
        shared
    }

    /// What one body may share: what it is a party to, or all of it for the identity office.
    pub fn of(&self, region: &Region, body: &BodyId) -> runtime::Sharing {
        let office = *body == region.identity_office;
        let known = self.agreements.known.iter();
        let own = known.filter(|(_, signed)| {
            office || signed.agreement().parties().any(|party| party == body)
        });
        let services = self.services.iter().filter(|(owner, _)| owner == body);
        runtime::Sharing {
            agreements: own.map(|(id, signed)| (id.clone(), signed.clone())).collect(),
            services: services
                .map(|(_, service)| {
                    let key = (service.agreement.clone(), service.form.name().clone());
                    (key, service.clone())
                })
                .collect(),
        }
    }

    fn take(&mut self, body: &Body) {
        let file = file_of(&body.id);
        let services = match read_data_services(&body.data_services) {
            Ok(services) => services,
            Err(errors) => {
                self.problems.extend(errors.iter().map(|error| problem(&file, error)));
                return;
            }
        };
        let systems = connectors::read_systems(&body.systems).unwrap_or_default();
        for service in services {
            let line = service.mapping.line();
            let system = service.mapping.system();
            if !systems.iter().any(|known| known.id == *system) {
                let sentence = format!("{} has no system `{system}`.", body.id);
                self.refuse(&file, line, sentence, "Name one of systems/BODY.toml.");
            }
            match self.names(&body.id, &service) {
                Ok(fields) => {
                    let fields: Vec<&str> = fields.iter().map(Category::as_str).collect();
                    let unknown = service.check_names(&fields);
                    self.problems.extend(unknown.iter().map(|error| problem(&file, error)));
                }
                Err(sentence) => {
                    let mend = "Name a question or notice of an agreement of this body.";
                    self.refuse(&file, line, sentence, mend);
                }
            }
            self.services.push((body.id.clone(), service));
        }
    }

    /// The fields of the notice that a data service takes in, when its agreement says so.
    fn names(&self, body: &BodyId, service: &DataService) -> Result<Vec<Category>, String> {
        let id = &service.agreement;
        let signed = self.agreements.known.get(id);
        let agreement = signed.ok_or_else(|| format!("The region has no agreement `{id}`."))?;
        let agreement = agreement.agreement();
        let name = service.form.name();
        match &service.form {
            Form::Question(_) => {
                let known = agreement.questions().iter().any(|question| question.id == *name);
                if !known || agreement.provider() != body {
                    return Err(format!("By `{id}`, {body} does not answer `{name}`."));
                }
                Ok(Vec::new())
            }
            Form::Notice(_) => {
                let known = agreement.notices().iter().find(|notice| notice.id == *name);
                let known = known.filter(|_| agreement.recipients().contains(body));
                let known = known.ok_or_else(|| format!("By `{id}`, {body} is not told `{name}`."));
                Ok(known?.categories.iter().cloned().collect())
            }
        }
    }

    /// Questions that nobody answers and notices that nobody takes in.
    fn unanswered(&mut self, region: &Region) {
        let mut missing = Vec::new();
        for signed in self.agreements.known.values() {
            let agreement = signed.agreement();
            for question in agreement.questions() {
                missing.push((agreement.provider().clone(), agreement, &question.id, "answer"));
            }
            for notice in agreement.notices() {
                for recipient in agreement.recipients() {
                    missing.push((recipient.clone(), agreement, &notice.id, "receive"));
                }
            }
        }
        let missing: Vec<(BodyId, String)> = missing
            .into_iter()
            .filter(|(body, ..)| region.body(body).is_some())
            .filter(|(body, agreement, name, _)| !self.has(body, agreement, name))
            .map(|(body, agreement, name, how)| {
                let id = agreement.version().id;
                let sentence = format!("There is no [[{how}]] for `{id}/{name}` of {body}.");
                (body, sentence)
            })
            .collect();
        for (body, sentence) in missing {
            self.refuse(&file_of(&body), 1, sentence, "Say how its back office does it.");
        }
    }

    fn has(&self, body: &BodyId, agreement: &Agreement, name: &Category) -> bool {
        let id: AgreementId = agreement.version().id;
        self.services.iter().any(|(owner, service)| {
            owner == body && service.agreement == id && service.form.name() == name
        })
    }

    fn refuse(&mut self, file: &str, line: u32, sentence: String, mend: &str) {
        self.problems.push(Problem::new(file, (line, 1), ProblemKind::Undefined, sentence, mend));
    }
}

/// Everything that any body of a region may share, for a body that is played alone.
pub fn of_region(region: &Region) -> runtime::Sharing {
    let agreements = Agreements::read(region).known;
    runtime::Sharing { agreements, ..runtime::Sharing::default() }
}

fn file_of(body: &BodyId) -> String {
    format!("{DATA_SERVICES}{body}.toml")
}

fn problem(file: &str, error: &MappingError) -> Problem {
    let mend = "Compare the line with the guide to agreements.";
    let position = (error.line, error.column);
    Problem::new(file, position, ProblemKind::Syntax, error.sentence.clone(), mend)
}

#[cfg(test)]
mod tests;
