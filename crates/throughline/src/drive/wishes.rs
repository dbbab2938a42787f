//! What the visitors of a drive ask for, one after the other, no two the same: bins that were
//! missed, or what the demonstration's residents wish of any other service, each resident once.

use anyhow::Context as _;
use base::{BodyId, Channel, Date, Language, ServiceId};
use catalogue::SignIn;
use catalogue::region::{Body, Decision, Demo, Region};
use emulators::District;
use serde_json::json;

use crate::demo::answers::{self, Asker, Plan};
use crate::demo::plan::{Area, Chance, Manner, Visit};
use crate::demo::settlement::{Settled, Settlement};
use crate::install::Sources;

/// The service of which each bin of each home is asked for.
const BIN_SERVICE: &str = "missed-bin-collection";
/// Bins that a calendar collects.
const BINS: [&str; 4] = ["food", "refuse", "recycling", "garden"];
/// Days back to which a bin can be reported by every body's rule.
const DAYS_BACK: i32 = 4;

/// What is asked for.
pub struct Wishes {
    /// Whom.
    pub body: Body,
    /// What its staff decide in tasks of the service.
    pub decisions: Vec<Decision>,
    /// From which everything is drawn.
    pub chance: Chance,
    service: ServiceId,
    signs_in: bool,
    has_fee: bool,
    day: Date,
    area: Area,
    /// Each of the region's shares asks residents of its own: this is which of how many.
    share: (u64, u64),
    kind: Kind,
}

enum Kind {
    Bins(Vec<Missed>),
    Residents(&'static Plan),
}

/// One bin to report.
struct Missed {
    uprn: String,
    postcode: String,
    bin: &'static str,
    on: Date,
}

impl Wishes {
    /// What is asked of a body for a service on a day.
    ///
    /// # Errors
    /// When the region cannot be read, or nobody there asks for that.
    pub fn read(
        settlement: &Settlement,
        (body, service): (&BodyId, &ServiceId),
        day: Date,
    ) -> anyhow::Result<Self> {
        let Settled { sources, demo, areas } = settlement.read()?;
        let Sources { region, packages } = sources;
        let files = packages.get(service.as_str()).context("there is no such service")?;
        let mut offered = crate::trial::of_every_body(&region, files);
        let package = offered.find_map(|offer| offer.ok().filter(|(of, _)| of == body));
        let (_, package) = package.with_context(|| format!("{body} does not offer {service}"))?;
        let area = areas.into_iter().find(|area| area.is_served_by(body));
        let area = area.with_context(|| format!("{body} serves nobody"))?;
        let kind = if service.as_str() == BIN_SERVICE {
            Kind::Bins(missed(&area.district, day))
        } else {
            Kind::Residents(answers::plan(service).context("nobody asks for this service")?)
        };
        Ok(Self {
            body: known(&region, body)?,
            decisions: demo.decisions.iter().filter(|it| it.service == *service).cloned().collect(),
            chance: Chance(settlement.seed),
            service: service.clone(),
            signs_in: package.definition.sign_in == SignIn::Required,
            has_fee: package.definition.fee_pence > 0,
            day,
            area,
            share: share(&demo, body, service)?,
            kind,
        })
    }

    /// What is asked for at this turn; `None` where somebody has nothing to ask.
    ///
    /// # Errors
    /// When everything was asked for.
    pub fn visit(&self, number: u64) -> anyhow::Result<Option<Visit>> {
        match &self.kind {
            Kind::Bins(missed) => {
                let missed = usize::try_from(number).ok().and_then(|place| missed.get(place));
                let missed = missed.context("every bin is reported: make the region larger")?;
                let email = format!("visitor-{number}@example.org");
                let given = [
                    ("address", json!(missed.uprn)),
                    ("bin", json!(missed.bin)),
                    ("missed_on", json!(missed.on.to_string())),
                    ("email", json!(email)),
                ];
                let answers = given.into_iter().map(|(name, given)| (name.to_owned(), given));
                let postcode = missed.postcode.clone();
                Ok(Some(self.made(number, (email, postcode, Language::En), answers.collect())))
            }
            Kind::Residents(plan) => self.wish(number, plan),
        }
    }

    fn wish(&self, number: u64, plan: &Plan) -> anyhow::Result<Option<Visit>> {
        let (share, shares) = self.share;
        let place = usize::try_from(number * shares + share)?;
        let resident = self.area.residents.get(place);
        let resident = resident.context("every resident has asked: let there be more")?;
        let Some(address) = self.area.district.address(resident.property) else { return Ok(None) };
        let wish = (plan.wish)(&Asker {
            chance: self.chance,
            number,
            day: self.day,
            area: &self.area,
            resident,
            address: &address,
            email: Some(resident.email.as_str()),
            to_be_refused: false,
        });
        let who = (resident.email.clone(), address.postcode.clone(), resident.language);
        Ok(wish.map(|wish| self.made(number, who, wish.answers)))
    }

    fn made(
        &self,
        number: u64,
        (account, postcode, language): (String, String, Language),
        answers: catalogue::Given,
    ) -> Visit {
        Visit {
            number: usize::try_from(number).unwrap_or(usize::MAX),
            minute: 0,
            body: self.body.id.clone(),
            service: self.service.clone(),
            channel: Channel::Web,
            language,
            manner: Manner::Plain,
            signs_in: self.signs_in,
            caller: None,
            has_fee: self.has_fee,
            account,
            postcode,
            answers,
            same: String::new(),
            wrong: None,
            not_fixed: None,
        }
    }
}

fn known(region: &Region, body: &BodyId) -> anyhow::Result<Body> {
    region.body(body).cloned().with_context(|| format!("the region has no body {body}"))
}

fn share(demo: &Demo, body: &BodyId, service: &ServiceId) -> anyhow::Result<(u64, u64)> {
    let place = demo.shares.iter().position(|it| it.body == *body && it.service == *service);
    let place = place.context("the region's demonstration asks for no such thing")?;
    Ok((u64::try_from(place)?, u64::try_from(demo.shares.len())?))
}

/// Bins that the calendar collected on the last days, each once, neighbours far apart.
fn missed(district: &District, today: Date) -> Vec<Missed> {
    let mut all = Vec::new();
    for ago in 1..=DAYS_BACK {
        let on = today.plus_days(-ago);
        for bin in BINS {
            for index in 0..district.properties {
                let Some(address) = district.address(index) else { continue };
                if district.collects(index, bin, on) {
                    let (uprn, postcode) = (address.uprn, address.postcode);
                    all.push(Missed { uprn, postcode, bin, on });
                }
            }
        }
    }
    all
}
