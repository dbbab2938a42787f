//! Agreements between bodies: the public list and one agreement for anybody; how each was used, and
//! the record of processing activities, for the data-protection officer.

use base::{BodyId, Date};
use sharing::{Agreement, AgreementId, Category, Initiative, SignedAgreement, Status, Visibility};

use super::answer::{Answer, Fault, html};
use super::callers::{At, Staff, Visitor};
use super::seen::Seen;
use crate::paths;
use crate::views::agreements::{
    AgreementGroup, AgreementLine, AgreementPage, Agreements, Tells, UseLine, Uses,
};
use crate::views::page::Link;
use crate::views::request::Fact;
use crate::views::tag::{Tag, Tone};

/// Days before an agreement's end or review from which it stands among those to look at.
const NEAR_DAYS: i32 = 90;
/// Characters of a digest that are shown.
const DIGEST_SHOWN: usize = 16;
/// Days of use that a page shows.
const DAYS: usize = 60;

/// Where an agreement stands among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    InForce,
    Near,
    Over,
}

/// `GET /{body}/agreements`
pub(crate) async fn list(visitor: Visitor) -> Answer {
    let (words, body) = (visitor.words, visitor.id()?);
    let page = visitor.frame().page(words.agreements()).back_to(paths::front(body));
    let groups = groups(&visitor, |agreement, _| {
        Ok((paths::agreement(body, &agreement.version().id), None))
    })?;
    let name = visitor.name_of(body);
    html(&Agreements {
        page,
        nothing: groups.is_empty().then(|| words.agreements_empty(name.as_str())),
        caption: name,
        lead: words.agreements_lead().to_owned(),
        record: None,
        groups,
    })
}

/// `GET /{body}/agreements/{agreement}`
pub(crate) async fn show(visitor: Visitor, at: At) -> Answer {
    let signed = found(&visitor, &at)?;
    html(&page_of(&visitor, signed, paths::agreements(visitor.id()?)))
}

/// `GET /{body}/staff/data-protection`
pub(crate) async fn home(staff: Staff) -> Answer {
    let (words, body) = (staff.words, staff.id()?);
    let page = staff.frame().page(words.data_protection()).back_to(paths::staff(body));
    let groups = groups(&staff, |agreement, seen| {
        let counted = seen.run()?.agreement_use(&agreement.version())?;
        let all = |of: fn(&runtime::DayOfUse) -> u64| counted.days.values().map(of).sum::<u64>();
        let used = words.uses_all(
            words.count(all(|day| day.refused)).as_str(),
            words.count(all(|day| day.used)).as_str(),
        );
        Ok((paths::agreement_use(body, &agreement.version().id), Some(used)))
    })?;
    let name = staff.name_of(body);
    html(&Agreements {
        page,
        nothing: groups.is_empty().then(|| words.agreements_empty(name.as_str())),
        lead: words.data_protection_lead(name.as_str()),
        caption: name,
        record: Some(Link::new(words.processing_open(), paths::processing(body))),
        groups,
    })
}

/// `GET /{body}/staff/data-protection/agreements/{agreement}`
pub(crate) async fn used(staff: Staff, at: At) -> Answer {
    let signed = found(&staff, &at)?;
    let mut page = page_of(&staff, signed, paths::data_protection(staff.id()?));
    page.uses = Some(uses(&staff, signed.agreement())?);
    html(&page)
}

fn found<'a>(seen: &'a Seen, at: &At) -> Result<&'a SignedAgreement, Fault> {
    let id: AgreementId = at.get("agreement")?;
    seen.run()?.settings().sharing.agreements.get(&id).ok_or(Fault::NOT_FOUND)
}

/// Whether it holds, as a tag.
fn standing(seen: &Seen, signed: &SignedAgreement) -> (Standing, Tag) {
    let (words, agreement) = (seen.words, signed.agreement());
    let today = seen.now.uk_date();
    if !signed.missing().is_empty() {
        return (Standing::Over, Tag::new(Tone::Bad, words.agreement_unsigned()));
    }
    match agreement.status(today) {
        Status::NotYet => (Standing::Over, Tag::new(Tone::Quiet, words.agreement_not_yet())),
        Status::Ended => (Standing::Over, Tag::new(Tone::Quiet, words.agreement_ended())),
        Status::ReviewOverdue => (Standing::Over, Tag::new(Tone::Bad, words.agreement_overdue())),
        Status::InForce if soonest(agreement) <= today.plus_days(NEAR_DAYS) => {
            let days = words.count(u64::try_from(NEAR_DAYS).unwrap_or_default());
            (Standing::Near, Tag::new(Tone::Warn, words.agreement_near(days.as_str())))
        }
        Status::InForce => (Standing::InForce, Tag::new(Tone::Good, words.agreement_in_force())),
    }
}

/// The first of its last day and its review.
fn soonest(agreement: &Agreement) -> Date {
    agreement.validity().1.min(agreement.review_by())
}

/// The body's agreements under their headings; none when it has no agreement.
fn groups(
    seen: &Seen,
    told: impl Fn(&Agreement, &Seen) -> Result<(String, Option<String>), Fault>,
) -> Result<Vec<AgreementGroup>, Fault> {
    let words = seen.words;
    let all = &seen.run()?.settings().sharing.agreements;
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let named = [
        (Standing::InForce, words.agreements_in_force()),
        (Standing::Near, words.agreements_near()),
        (Standing::Over, words.agreements_over()),
    ];
    let mut groups = Vec::new();
    for (wanted, heading) in named {
        let mut agreements = Vec::new();
        for signed in all.values() {
            let (standing, tag) = standing(seen, signed);
            if standing == wanted {
                let (href, used) = told(signed.agreement(), seen)?;
                agreements.push(line(seen, signed.agreement(), tag, (href, used)));
            }
        }
        groups.push(AgreementGroup { heading: heading.to_owned(), agreements });
    }
    Ok(groups)
}

fn line(
    seen: &Seen,
    agreement: &Agreement,
    tag: Tag,
    (href, used): (String, Option<String>),
) -> AgreementLine {
    let title = agreement.title().in_language(seen.language_shown());
    AgreementLine {
        name: Link::new(title, href),
        between: between(seen, agreement),
        tag,
        runs: runs(seen, agreement),
        used,
    }
}

fn names<'a>(seen: &Seen, bodies: impl Iterator<Item = &'a BodyId>) -> String {
    seen.words.list(&bodies.map(|body| seen.name_of(body)).collect::<Vec<_>>())
}

fn between(seen: &Seen, agreement: &Agreement) -> String {
    let (provider, recipients) =
        (seen.name_of(agreement.provider()), names(seen, agreement.recipients().iter()));
    seen.words.agreement_between(provider.as_str(), recipients.as_str())
}

fn runs(seen: &Seen, agreement: &Agreement) -> String {
    let words = seen.words;
    let (from, until) = agreement.validity();
    let [from, review, until] = [from, agreement.review_by(), until].map(|day| words.date(day));
    words.agreement_runs(from.as_str(), review.as_str(), until.as_str())
}

/// One agreement as everybody may read it.
fn page_of(seen: &Seen, signed: &SignedAgreement, back: String) -> AgreementPage {
    let (words, agreement) = (seen.words, signed.agreement());
    let language = seen.language_shown();
    let missing = signed.missing();
    let asked = agreement.questions().iter();
    let told = agreement.notices().iter();
    let tells = |text: &base::Text, categories, services| Tells {
        text: text.in_language(language).to_owned(),
        more: more(seen, categories, services),
    };
    AgreementPage {
        page: seen.frame().page(agreement.title().in_language(language)).back_to(back),
        caption: between(seen, agreement),
        tag: standing(seen, signed).1,
        missing: (!missing.is_empty())
            .then(|| words.agreement_missing(names(seen, missing.iter()).as_str())),
        questions: asked.map(|it| tells(&it.text, &it.categories, &it.services)).collect(),
        notices: told.map(|it| tells(&it.text, &it.categories, &it.services)).collect(),
        facts: facts(seen, agreement),
        uses: None,
    }
}

/// The kinds of data and the services of a question or a notice.
fn more(
    seen: &Seen,
    categories: &std::collections::BTreeSet<Category>,
    services: &std::collections::BTreeSet<base::ServiceId>,
) -> String {
    let kinds: Vec<String> =
        categories.iter().map(|category| category.as_str().replace('_', " ")).collect();
    let services: Vec<String> = services.iter().map(|id| service_name(seen, id)).collect();
    let (kinds, services) = (seen.words.list(&kinds), seen.words.list(&services));
    seen.words.agreement_tells(kinds.as_str(), services.as_str())
}

/// A service's name, whichever body of the host offers it.
pub(super) fn service_name(seen: &Seen, id: &base::ServiceId) -> String {
    let host = &seen.app.setup.host;
    let mut bodies = seen.app.setup.bodies.keys().filter_map(|body| host.body(body));
    let service = bodies.find_map(|body| body.services().present(id));
    let title = service.map(|it| it.package.definition.title.in_language(seen.language_shown()));
    title.map_or_else(|| id.as_str().replace('-', " "), str::to_owned)
}

/// The other terms of an agreement.
fn facts(seen: &Seen, agreement: &Agreement) -> Vec<Fact> {
    let (words, language) = (seen.words, seen.language_shown());
    let text = |text: &base::Text| text.in_language(language).to_owned();
    let (day, person) = agreement.quotas();
    let [onward, destruction, security] = agreement.safeguards();
    let (day, person) = (words.count(day.into()), words.count(person.into()));
    let initiative = match agreement.initiative() {
        Initiative::Subject => words.agreement_by_person(),
        Initiative::Body => words.agreement_by_body(),
    };
    let visible = match agreement.visibility() {
        Visibility::AtOnce => words.agreement_visible_at_once(),
        Visibility::AfterCase => words.agreement_visible_after(),
    };
    let digest: String = agreement.digest().to_string().chars().take(DIGEST_SHOWN).collect();
    let version = agreement.version().version.to_string();
    let special = agreement.special_basis();
    let kept = words.count(agreement.retention_days().into());
    let facts = [
        Some((words.agreement_provider(), seen.name_of(agreement.provider()))),
        Some((words.agreement_recipients(), names(seen, agreement.recipients().iter()))),
        Some((words.agreement_function(), text(agreement.function_served()))),
        Some((words.agreement_purpose(), agreement.purpose().to_string())),
        Some((words.agreement_power(), text(agreement.legal_power()))),
        Some((words.agreement_basis(), agreement.lawful_basis().to_owned())),
        special.map(|basis| (words.agreement_special(), basis.to_owned())),
        Some((words.agreement_initiative(), initiative.to_owned())),
        Some((words.agreement_validity(), runs(seen, agreement))),
        Some((
            words.agreement_limits(),
            words.agreement_limits_text(day.as_str(), person.as_str()),
        )),
        Some((words.agreement_retention(), words.agreement_days(kept.as_str()))),
        Some((words.agreement_onward(), text(onward))),
        Some((words.agreement_destruction(), text(destruction))),
        Some((words.agreement_security(), text(security))),
        Some((words.agreement_assessment(), agreement.impact_assessment().to_owned())),
        Some((words.agreement_visible(), visible.to_owned())),
        Some((
            words.agreement_version_name(),
            words.agreement_version(digest.as_str(), version.as_str()),
        )),
    ];
    facts.into_iter().flatten().map(|(name, line)| Fact::new(name, line)).collect()
}

fn uses(staff: &Staff, agreement: &Agreement) -> Result<Uses, Fault> {
    let words = staff.words;
    let counted = staff.run()?.agreement_use(&agreement.version())?;
    let days = counted.days.iter().take(DAYS).map(|(day, of)| UseLine {
        day: words.day_and_month(day.0),
        counts: [of.used, of.told, of.could_not_tell, of.refused].map(|count| words.count(count)),
    });
    let most = words.count(runtime::USE_ROWS.into());
    let refused = counted.refused.iter();
    Ok(Uses {
        days: days.collect(),
        counted: counted.more.then(|| words.uses_counted(most.as_str())),
        one_sided: match counted.one_sided {
            0 => words.uses_one_sided_none().to_owned(),
            alone => words.uses_one_sided(words.count(alone).as_str()),
        },
        refused: refused
            .map(|(refusal, count)| (words.refusal(*refusal).to_owned(), words.count(*count)))
            .collect(),
    })
}
