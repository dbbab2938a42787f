//! The pages and interfaces of every body, put together from what is installed.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context as _;
use api::{ApiBody, ApiClient, ApiState, DEFAULT_RATE, EndpointKind};
use axum::Router;
use base::{BodyId, Language, SystemId, Text};
use catalogue::region::{Body, BodyKind, Region};
use connectors::Secret;
use web::{
    BodyHelp, Brand, Officer, OutboxMessage, OutboxView, RegionInfo, WebBody, WebSetup, WebState,
};

use crate::install::{Installation, InstalledBody};
use crate::post::Outbox;

/// What differs between one way of serving and another.
pub struct Front {
    /// Where it is reached: `http://localhost:8400`.
    pub origin: String,
    /// Whether it is reached by HTTPS alone.
    pub secure_cookies: bool,
    /// Forms that visitors of one network may begin in an hour.
    pub forms_an_hour: u32,
    /// Whether what is sent here is real.
    pub kind: EndpointKind,
    /// The API clients of each body.
    pub clients: BTreeMap<BodyId, Vec<ApiClient>>,
    /// The secrets with which back offices sign what they send.
    pub inbound: BTreeMap<(BodyId, SystemId), Secret>,
    /// The fake post, while it is in use.
    pub outbox: Option<Outbox>,
    /// What else is only pretended here.
    pub fakes: Vec<Text>,
}

/// The body that runs the computers: the county where there is one, else the first body.
///
/// # Errors
/// When the region has no body.
pub fn hosting_body(region: &Region) -> anyhow::Result<BodyId> {
    let county = region.bodies.iter().find(|body| body.kind == BodyKind::County);
    let host = county.or_else(|| region.bodies.first());
    host.map(|body| body.id.clone()).context("the region has no body")
}

/// Everything that is served on the one origin.
///
/// # Errors
/// When a body's colour cannot carry white text.
pub fn router(installation: &Installation, front: &Front) -> anyhow::Result<Router> {
    let bodies = installation
        .bodies
        .iter()
        .map(|(id, body)| (id.clone(), interfaces(body, installation, front)))
        .collect();
    let host = Arc::clone(&installation.host);
    let interfaces = ApiState::new(host, &front.origin, bodies, DEFAULT_RATE);
    let pages = WebState::new(pages(installation, front)?);
    Ok(web::router(pages).merge(api::router(Arc::new(interfaces))))
}

fn interfaces(installed: &InstalledBody, installation: &Installation, front: &Front) -> ApiBody {
    let body = &installed.body;
    let contact = format!("{}, {}", body.help.email, body.help.phone);
    let own = front.inbound.iter().filter(|((of, _), _)| *of == body.id);
    ApiBody {
        name: body.name.clone(),
        contact: Text::english(contact.clone()).with(Language::Cy, contact),
        key_service: Text::english(format!("Ask {} for a key.", body.help.email))
            .with(Language::Cy, format!("Gofynnwch i {} am allwedd.", body.help.email)),
        jurisdiction: body.id.to_string(),
        kind: front.kind,
        changed_at: installation.host.clock().now(),
        clients: front.clients.get(&body.id).cloned().unwrap_or_default(),
        inbound_secrets: own
            .map(|((_, system), secret)| (system.clone(), secret.clone()))
            .collect(),
    }
}

fn pages(installation: &Installation, front: &Front) -> anyhow::Result<WebSetup> {
    let region = &installation.region;
    let mut bodies = BTreeMap::new();
    for (id, installed) in &installation.bodies {
        bodies.insert(id.clone(), page_body(&installed.body, installed)?);
    }
    Ok(WebSetup {
        host: Arc::clone(&installation.host),
        region: RegionInfo { name: region.name.clone(), tagline: region.tagline.clone() },
        bodies,
        cards: installation.cards.clone(),
        hosting: hosting_body(region)?,
        outbox: front.outbox.clone().map(|outbox| Arc::new(outbox) as Arc<dyn OutboxView>),
        fakes: front.fakes.clone(),
        secure_cookies: front.secure_cookies,
        forms_an_hour: front.forms_an_hour,
    })
}

fn page_body(body: &Body, installed: &InstalledBody) -> anyhow::Result<WebBody> {
    let brand = Brand::parse(&body.colour)
        .with_context(|| format!("the colour of {} cannot be used", body.id))?;
    Ok(WebBody {
        id: body.id.clone(),
        name: body.name.clone(),
        languages: body.languages.clone(),
        brand,
        help: BodyHelp {
            phone: Some(body.help.phone.clone()),
            hours: body.help.hours.clone(),
            email: Some(body.help.email.clone()),
        },
        officers: Officer::of(body),
        form_key: installed.secrets.cookie.clone(),
    })
}

impl OutboxView for Outbox {
    fn messages(&self) -> Vec<OutboxMessage> {
        let sent = Self::messages(self).into_iter();
        sent.map(|sent| OutboxMessage {
            id: sent.id,
            at: sent.at,
            from: sent.mail.from,
            way: sent.mail.way,
            to: sent.mail.to,
            subject: sent.mail.subject,
            body: sent.mail.body,
        })
        .collect()
    }
}
