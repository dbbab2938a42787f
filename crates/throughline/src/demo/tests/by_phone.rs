//! Who rings for what is decided about them is decided as if they had signed in, once the agent has
//! found them and checked that it is them; and what the pages would not tell, the telephone does not.

use runtime::access::Checked;
use runtime::{DecisionReason, IdentityLevel};

use super::*;
use crate::demo::answers::{Asker, Wish};
use crate::demo::callers::Caller;
use crate::demo::people::{self, Resident};
use crate::demo::plan::Chance;

const COUNTY: &str = "aldershire";
/// What they asked for before, and what they ask for now.
const BEFORE: &str = "blue-badge";
const NOW: &str = "free-school-meals";

/// What became of a request, and what its requester was told.
#[derive(Debug, PartialEq)]
struct Became {
    outcome: Option<String>,
    reasons: Vec<DecisionReason>,
    /// Questions to the agency, and answers.
    questions: (u32, u32),
    written: Vec<String>,
}

/// What a resident asks for, as the generator draws it.
fn wish(stage: &Stage, service: &str, resident: &Resident) -> Option<Wish> {
    let area = stage.areas.iter().find(|area| area.is_served_by(&COUNTY.parse().unwrap()))?;
    let plan = answers::plan(&service.parse().unwrap())?;
    (plan.wish)(&Asker {
        chance: Chance(1),
        number: resident.number,
        day: stage.begins.uk_date(),
        area,
        resident,
        address: &area.district.address(resident.property)?,
        email: Some(&resident.email),
        to_be_refused: false,
    })
}

/// The first resident of whom the council is that sure, whom the agency must be asked about.
fn resident(stage: &Stage, level: IdentityLevel) -> Resident {
    let mut residents = stage.areas.iter().flat_map(|area| &area.residents);
    let asked_about = |resident: &&Resident| {
        let wish = wish(stage, NOW, resident);
        people::checked(Chance(1), resident) == level
            && wish.is_some_and(|wish| wish.answers.contains_key("parent_born_on"))
    };
    residents.find(asked_about).unwrap().clone()
}

/// They ask for a badge by the pages, then for meals: by the pages, or by telephone where an agent
/// checks these facts with them.
async fn became(level: IdentityLevel, by_phone: Option<&[Checked]>) -> Became {
    let way = by_phone.map_or("web".to_owned(), |facts| format!("phone-{facts:?}"));
    let letters: String = way.chars().filter(|letter| letter.is_alphanumeric()).collect();
    let options = options(&format!("by-phone-{level:?}-{letters}"));
    let (stage, token) = set_up(&options).await.unwrap();
    let world = Arc::new(world(&stage).unwrap());
    let resident = resident(&stage, level);
    let drawn = planned(&options, &stage);
    let visit = |service: &str| {
        let drawn = drawn.iter().find(|visit| visit.service.as_str() == service).unwrap();
        let answers = wish(&stage, service, &resident).unwrap().answers;
        let (body, account) = (COUNTY.parse().unwrap(), resident.email.clone());
        let (manner, language) = (plan::Manner::Plain, base::Language::En);
        let area = stage.areas.iter().find(|area| area.is_served_by(&body)).unwrap();
        let postcode = area.district.address(resident.property).unwrap().postcode;
        let caller = None;
        Visit {
            body,
            account,
            manner,
            language,
            postcode,
            answers,
            caller,
            channel: Channel::Web,
            signs_in: true,
            ..drawn.clone()
        }
    };
    world.visit(&visit(BEFORE)).await.unwrap();
    let asks = visit(NOW);
    let asks = match by_phone {
        Some(facts) => {
            let caller = Caller { email: resident.email.clone(), facts: facts.to_vec() };
            Visit { channel: Channel::Agent, caller: Some(caller), ..asks }
        }
        None => asks,
    };
    let reference = world.visit(&asks).await.unwrap().reference.unwrap();
    drop(token);
    settle(&stage.clock).await.unwrap();
    let body = stage.installation.host.body(&asks.body).unwrap();
    let view = body.case_of(&reference.parse().unwrap()).unwrap().unwrap();
    let counts = &view.case.counts;
    let mails = stage.outbox.messages();
    let about = mails.iter().filter(|sent| sent.mail.body.contains(&reference));
    let became = Became {
        outcome: view.case.request.outcome.clone(),
        reasons: body.reasons(&view).unwrap(),
        questions: (counts.questions_asked, counts.questions_answered()),
        written: about.map(|sent| sent.mail.body.replace(&reference, "(reference)")).collect(),
    };
    stage.server.stop().await;
    drop((world, stage.installation, stage.offices));
    std::fs::remove_dir_all(&options.data).unwrap();
    became
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_caller_is_decided_about_as_by_the_pages_and_learns_no_more() {
    let private: &[Checked] = &[Checked::DateOfBirth, Checked::Email];
    let sure = became(IdentityLevel::P2, None).await;
    assert_eq!(sure.questions, (1, 1), "the agency was asked");
    assert!(sure.outcome.is_some() && !sure.reasons.is_empty() && !sure.written.is_empty());
    assert_eq!(became(IdentityLevel::P2, Some(private)).await, sure);

    let unsure = became(IdentityLevel::P1, None).await;
    assert_eq!((unsure.questions, &unsure.outcome), ((0, 0), &None), "the council is not sure");
    assert_eq!(became(IdentityLevel::P1, Some(private)).await, unsure);
    // A name and an address stand on every envelope: nobody is asked anything for them.
    let envelope: &[Checked] = &[Checked::Name, Checked::Address];
    let strange = became(IdentityLevel::P2, Some(envelope)).await;
    assert_eq!((strange.questions, &strange.outcome), ((0, 0), &None));
}
