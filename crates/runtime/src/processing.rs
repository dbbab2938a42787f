//! The record of processing activities (UK GDPR article 30) of a body, made from what runs: its
//! services' packages, its back offices and its agreements. Nobody types it.

use std::collections::BTreeSet;

use base::{BodyId, Text};
use catalogue::{Automation, Definition};
use connectors::System;
use sharing::{Agreement, SignedAgreement};

use crate::host::Body;
use crate::services::Service;

/// Who is told what of the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// A back office of the body, or a contractor's.
    System(Text),
    /// Another body, under an agreement.
    Body {
        /// The body.
        body: BodyId,
        /// The question or the notice, in words.
        what: Text,
        /// The agreement's name and version.
        agreement: String,
    },
}

/// Whose data they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subjects {
    /// Who asks for a service, and whom they name.
    Requesters,
    /// About whom another body asks, or tells.
    AskedAbout,
}

/// One activity of processing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// What it is called.
    pub title: Text,
    /// What it is for.
    pub purpose: Text,
    /// The power by which the body does it.
    pub power: Text,
    /// The lawful basis.
    pub lawful_basis: Text,
    /// The condition for special categories, where there is one.
    pub special_basis: Option<String>,
    /// Whose data.
    pub subjects: Subjects,
    /// The kinds of data.
    pub data: Vec<Text>,
    /// Who is told.
    pub recipients: Vec<Recipient>,
    /// The back offices that keep data outside the United Kingdom: where, and by what right.
    pub transfers: Vec<(Text, Text)>,
    /// Days after the end until the data are erased.
    pub retention_days: u32,
    /// How they are kept safe beyond what holds for all.
    pub safeguards: Vec<Text>,
    /// What a machine may decide; none where nothing is decided.
    pub automated: Option<Automation>,
}

impl Body {
    /// Every activity, the services first.
    pub fn activities(&self) -> Vec<Activity> {
        let services = self.services().offered().map(|service| self.of_service(service));
        let agreements = self.settings().sharing.agreements.values();
        services.chain(agreements.filter_map(|signed| self.of_agreement(signed))).collect()
    }

    fn of_service(&self, service: &Service) -> Activity {
        let Definition { title, summary, power, lawful_basis, .. } = &service.package.definition;
        let questions = &service.package.questions;
        let asked = questions.questions().iter().chain(questions.sourced());
        let systems: BTreeSet<_> =
            service.mappings.values().map(connectors::Mapping::system).collect();
        let known = systems.into_iter().filter_map(|id| self.settings().systems.get(id));
        let known: Vec<&System> = known.collect();
        let offices = known.iter().map(|system| Recipient::System(system.name.clone()));
        let transfers = known.iter().filter_map(|system| transfer(system)).collect();
        Activity {
            title: title.clone(),
            purpose: summary.clone(),
            power: power.clone(),
            lawful_basis: lawful_basis.clone(),
            special_basis: None,
            subjects: Subjects::Requesters,
            data: asked.map(|question| question.short().clone()).collect(),
            recipients: offices.chain(self.told_of(service)).collect(),
            transfers,
            retention_days: service.package.definition.retention_days,
            safeguards: Vec::new(),
            automated: Some(service.package.definition.automated),
        }
    }

    /// The bodies that learn something of a service's cases: whom it asks, and whom it tells.
    fn told_of(&self, service: &Service) -> Vec<Recipient> {
        let own = &self.settings().body;
        let mut told = Vec::new();
        for signed in self.settings().sharing.agreements.values() {
            let agreement = signed.agreement();
            let version = agreement.version().to_string();
            let recipient = |body: &BodyId, what: &Text| Recipient::Body {
                body: body.clone(),
                what: what.clone(),
                agreement: version.clone(),
            };
            if agreement.recipients().contains(own) {
                let asked = agreement.questions().iter();
                let asked = asked.filter(|asked| asked.services.contains(service.id()));
                told.extend(asked.map(|asked| recipient(agreement.provider(), &asked.text)));
            }
            if agreement.provider() == own {
                let notices = agreement.notices().iter();
                for notice in notices.filter(|notice| notice.services.contains(service.id())) {
                    told.extend(
                        agreement.recipients().iter().map(|body| recipient(body, &notice.text)),
                    );
                }
            }
        }
        told
    }

    /// The back offices outside the United Kingdom that answer under an agreement, or take notices.
    fn kept_outside(&self, agreement: &Agreement) -> Vec<(Text, Text)> {
        let id = &agreement.version().id;
        let services = self.settings().sharing.services.iter();
        let own = services.filter(|((of, _), _)| of == id).map(|(_, service)| &service.mapping);
        let systems: BTreeSet<_> = own.map(connectors::Mapping::system).collect();
        let known = systems.into_iter().filter_map(|id| self.settings().systems.get(id));
        known.filter_map(transfer).collect()
    }

    /// Answering other bodies' questions, and taking their notices.
    fn of_agreement(&self, signed: &SignedAgreement) -> Option<Activity> {
        let (own, agreement) = (&self.settings().body, signed.agreement());
        let answers = agreement.provider() == own && !agreement.questions().is_empty();
        let takes = agreement.recipients().contains(own) && !agreement.notices().is_empty();
        (answers || takes).then(|| Activity {
            title: agreement.title().clone(),
            purpose: agreement.function_served().clone(),
            power: agreement.legal_power().clone(),
            lawful_basis: Text::english(agreement.lawful_basis()),
            special_basis: agreement.special_basis().map(str::to_owned),
            subjects: Subjects::AskedAbout,
            data: categories(agreement),
            recipients: if answers { asking(agreement) } else { Vec::new() },
            transfers: self.kept_outside(agreement),
            retention_days: agreement.retention_days(),
            safeguards: agreement.safeguards().into_iter().cloned().collect(),
            automated: None,
        })
    }
}

/// Where a back office keeps data outside the United Kingdom.
fn transfer(system: &System) -> Option<(Text, Text)> {
    system.transfer.clone().map(|transfer| (system.name.clone(), transfer))
}

fn categories(agreement: &Agreement) -> Vec<Text> {
    let asked = agreement.questions().iter().flat_map(|asked| &asked.categories);
    let told = agreement.notices().iter().flat_map(|notice| &notice.categories);
    let names: BTreeSet<_> = asked.chain(told).collect();
    names.into_iter().map(|name| Text::english(name.as_str().replace('_', " "))).collect()
}

/// The bodies that are answered.
fn asking(agreement: &Agreement) -> Vec<Recipient> {
    let version = agreement.version().to_string();
    let asked = agreement.questions().iter();
    asked
        .flat_map(|asked| {
            agreement.recipients().iter().map(|body| Recipient::Body {
                body: body.clone(),
                what: asked.text.clone(),
                agreement: version.clone(),
            })
        })
        .collect()
}
