//! Every service of the demonstration, by every channel that offers it: the same answers are the
//! same stored record.

use std::collections::BTreeMap;

use base::{Channel, ServiceId};

use super::*;

mod by_phone;
mod bytes;
mod errors;

/// What is compared of a request: its answers as they are stored, and what was promised.
type Stored = BTreeMap<(BodyId, ServiceId), (String, base::Date)>;

fn options(name: &str) -> Options {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let data = std::env::temp_dir().join(format!("throughline-{}-{name}", std::process::id()));
    Options {
        data,
        fresh: true,
        seed: 1,
        requests: 300,
        faults: false,
        exit: true,
        json: true,
        port: 0,
        region: root.join("region"),
        services: root.join("services"),
    }
}

/// The first plain visit to each service of each body, if it is offered by a channel.
fn visits(options: &Options, stage: &Stage, channel: Channel) -> Vec<Visit> {
    let mut seen = std::collections::BTreeSet::new();
    let offered = |visit: &Visit| {
        let body = stage.installation.host.body(&visit.body).unwrap();
        let service = body.services().present(&visit.service).unwrap().clone();
        service.package.definition.offers(channel)
    };
    let planned = planned(options, stage).into_iter();
    let plain = planned.filter(|visit| visit.manner == plan::Manner::Plain);
    let first = plain.filter(|visit| seen.insert((visit.body.clone(), visit.service.clone())));
    let by_channel = first.filter(offered).map(|visit| {
        let signs_in = visit.signs_in && channel == Channel::Web;
        Visit { channel, signs_in, caller: None, ..visit }
    });
    by_channel.collect()
}

async fn stored_by(channel: Channel) -> Stored {
    let options = options(channel.key());
    let (stage, token) = set_up(&options).await.unwrap();
    assert!(stage.installation.problems.is_empty(), "{:?}", stage.installation.problems);
    let world = Arc::new(world(&stage).unwrap());
    let mut stored = Stored::new();
    for visit in visits(&options, &stage, channel) {
        let done = world.visit(&visit).await.unwrap();
        let body = stage.installation.host.body(&visit.body).unwrap();
        let reference = done.reference.unwrap();
        let view = match reference.parse() {
            Ok(reference) => body.case_of(&reference).unwrap(),
            Err(_) => body.case(reference.parse().unwrap()).unwrap(),
        };
        let view = view.unwrap();
        let answers = view.answers().unwrap().to_json();
        stored.insert((visit.body, visit.service), (answers, view.case.request.promised));
    }
    drop(token);
    stage.server.stop().await;
    drop((world, stage.installation, stage.offices));
    std::fs::remove_dir_all(&options.data).unwrap();
    stored
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_answers_are_the_same_record_by_web_agent_and_api_in_every_service() {
    let by_web = stored_by(Channel::Web).await;
    assert!(by_web.keys().any(|(_, service)| service.as_str() == "free-school-meals"));
    for channel in [Channel::Agent, Channel::Api, Channel::Open311] {
        let by_other = stored_by(channel).await;
        assert!(!by_other.is_empty(), "{}", channel.key());
        for (asked, stored) in by_other {
            assert_eq!(by_web.get(&asked), Some(&stored), "{asked:?} by {}", channel.key());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_stands_while_staff_work_what_is_left_at_the_end() {
    let options = Options { requests: 8, ..options("left") };
    let (stage, token) = set_up(&options).await.unwrap();
    replay(&options, &stage, token).await.unwrap();
    let staff = stage.installation.region.bodies.iter().flat_map(|body| &body.staff);
    let works = |role: &Role| matches!(role, Role::Caseworker | Role::Assessor);
    let workers = staff.filter(|staff| staff.roles.iter().any(works));
    let workers: BTreeSet<&str> = workers.map(|staff| staff.email.as_str()).collect();
    let mut codes = stage.outbox.messages();
    codes.retain(|sent| workers.contains(sent.mail.to.as_str()));
    let ended = codes.first().unwrap().at;
    let signed_in = |codes: &mut dyn Iterator<Item = &crate::post::Sent>| -> BTreeSet<String> {
        codes.map(|sent| sent.mail.to.clone()).collect()
    };
    let at_the_end = signed_in(&mut codes.iter().filter(|sent| sent.at == ended));
    assert!(at_the_end.len() > 1, "nobody's session ends while the next one signs in");
    assert_eq!(at_the_end, signed_in(&mut codes.iter()));
    stage.server.stop().await;
    drop((stage.installation, stage.offices));
    std::fs::remove_dir_all(&options.data).unwrap();
}
