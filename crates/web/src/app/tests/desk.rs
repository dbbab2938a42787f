//! The desk, end to end, with a small service whose process gives a decision to an assessor.

use base::{CaseId, Language, Reference};
use catalogue::{Connections, Files, TRANSLATIONS_LOCK, translations_lock};

use super::{Browser, World};
use crate::OutboxView as _;

const TASKS: &str = "/wealdmere/staff/tasks";
const ASSESSOR: &str = "nimmi.oakhanger@example.org";
pub(super) const CASEWORKER: &str = "tomasz.brightwell@example.org";

const PROCESS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="http://example.org">
  <bpmn:process id="hardship-award" name="Hardship award" isExecutable="true">
    <bpmn:extensionElements><zeebe:properties><zeebe:property name="name:cy" value="Dyfarniad caledi"/></zeebe:properties></bpmn:extensionElements>
    <bpmn:startEvent id="received" name="Received"><bpmn:extensionElements><zeebe:properties><zeebe:property name="name:cy" value="Wedi dod i law"/></zeebe:properties></bpmn:extensionElements></bpmn:startEvent>
    <bpmn:sequenceFlow id="to_assess" sourceRef="received" targetRef="assess"/>
    <bpmn:userTask id="assess" name="Decide the award">
      <bpmn:extensionElements>
        <zeebe:userTask/>
        <zeebe:assignmentDefinition candidateGroups="GROUP"/>
        <zeebe:properties>
          <zeebe:property name="name:cy" value="Penderfynu ar y dyfarniad"/>
          <zeebe:property name="gives" value="decision, note"/>
          <zeebe:property name="why:en" value="no rule says how hard a case is"/>
          <zeebe:property name="why:cy" value="nad oes rheol yn dweud pa mor galed yw achos"/>
          <zeebe:property name="ask:decision:en" value="What do you decide?"/>
          <zeebe:property name="ask:decision:cy" value="Beth yw eich penderfyniad?"/>
          <zeebe:property name="option:decision:granted/need:en" value="Grant it: the need is shown"/>
          <zeebe:property name="option:decision:granted/need:cy" value="Ei roi: dangoswyd yr angen"/>
          <zeebe:property name="law:decision:granted/need:en" value="Localism Act 2011, section 1"/>
          <zeebe:property name="law:decision:granted/need:cy" value="Deddf Lleoliaeth 2011, adran 1"/>
          <zeebe:property name="option:decision:refused/none:en" value="Refuse: no need is shown"/>
          <zeebe:property name="option:decision:refused/none:cy" value="Gwrthod: ni ddangoswyd angen"/>
          <zeebe:property name="ask:note:en" value="What should the file say?"/>
          <zeebe:property name="ask:note:cy" value="Beth ddylai'r ffeil ei ddweud?"/>
        </zeebe:properties>
      </bpmn:extensionElements>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="to_which" sourceRef="assess" targetRef="which"/>
    <bpmn:exclusiveGateway id="which" default="to_refused"/>
    <bpmn:sequenceFlow id="to_granted" sourceRef="which" targetRef="granted"><bpmn:conditionExpression>=decision = "granted"</bpmn:conditionExpression></bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="to_refused" sourceRef="which" targetRef="refused"/>
    <bpmn:endEvent id="granted" name="Granted"><bpmn:extensionElements><zeebe:properties><zeebe:property name="name:cy" value="Rhoddwyd"/></zeebe:properties></bpmn:extensionElements></bpmn:endEvent>
    <bpmn:endEvent id="refused" name="Refused"><bpmn:extensionElements><zeebe:properties><zeebe:property name="name:cy" value="Gwrthodwyd"/></zeebe:properties></bpmn:extensionElements></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>
"#;

const OUTCOMES: &str = r#"[[outcome]]
id = "granted"
end = "done"
text.en = "We have granted the award."
text.cy = "Rydym wedi rhoi'r dyfarniad."

[[outcome]]
id = "refused"
end = "refused"
text.en = "We have not granted the award."
text.cy = "Nid ydym wedi rhoi'r dyfarniad."
"#;

/// The package as its task goes to a group.
pub(super) fn package(group: &str) -> Files {
    let id = "hardship-award".parse().unwrap();
    let mut files = catalogue::scaffold::new_service(&id, &"wealdmere".parse().unwrap(), "england");
    let service = String::from_utf8(files["service.toml"].clone()).unwrap();
    let (head, _) = service.split_once("# Each end event").unwrap();
    let service = format!("{}{OUTCOMES}", head.replace("\"approve\"", "\"none\""));
    files.insert("service.toml".to_owned(), service.into_bytes());
    files.insert("process.bpmn".to_owned(), PROCESS.replace("GROUP", group).into_bytes());
    files.retain(|name, _| !name.starts_with("scenarios/") && !name.starts_with("messages/"));
    let lock = translations_lock(&files);
    files.insert(TRANSLATIONS_LOCK.to_owned(), lock.into_bytes());
    files
}

async fn ask(world: &World) -> String {
    let mut browser = Browser::new();
    let start = browser.get(world, "/wealdmere/services/hardship-award").await;
    let details = browser.send(world, &start, &[]).await;
    let words = [("details", "The boiler broke and there is a baby")];
    let updates = browser.send(world, &details, &words).await;
    let check = browser.send(world, &updates, &[]).await;
    browser.send(world, &check, &[]).await.reference()
}

pub(super) async fn staff(world: &World, email: &str) -> Browser {
    let mut browser = Browser::new();
    browser.sign_in(world, "/wealdmere/staff/sign-in", email).await;
    browser
}

fn case_of(world: &World, reference: &str) -> CaseId {
    let reference: Reference = reference.parse().unwrap();
    let body = world.host.body(&"wealdmere".parse().unwrap()).unwrap();
    body.summary_of(&reference).unwrap().unwrap().case_id
}

/// The address of the one task of a case.
pub(super) fn task_of(world: &World, reference: &str) -> String {
    let case = case_of(world, reference);
    let body = world.host.body(&"wealdmere".parse().unwrap()).unwrap();
    let view = body.case(case).unwrap().unwrap();
    let row = view.case.process.rows().find(|row| row.user_task().is_some()).unwrap();
    format!("{TASKS}/{case}/{}", row.key.0)
}

#[test]
fn the_package_of_these_tests_passes_its_checks() {
    let checked = catalogue::check(&package("assessor"), &Language::ALL, &Connections::default());
    let refused: Vec<String> = match checked {
        Ok(_) => Vec::new(),
        Err(problems) => problems
            .iter()
            .filter(|it| !it.warning)
            .map(|it| format!("{}:{} {}", it.file, it.line, it.sentence))
            .collect(),
    };
    assert_eq!(refused, Vec::<String>::new());
}

#[tokio::test]
async fn an_assessor_takes_a_task_and_decides_it_with_a_reason() {
    let world = World::also(&[package("assessor, caseworker")]);
    let reference = ask(&world).await;
    let address = task_of(&world, &reference);
    let mut assessor = staff(&world, ASSESSOR).await;
    let home = assessor.get(&world, "/wealdmere/staff").await;
    assert!(home.says("Tasks that wait for a person: 1."), "{}", home.html);
    let queue = assessor.get(&world, TASKS).await;
    assert!(queue.says(&reference) && queue.says("no rule says how hard a case is"));
    assert!(queue.says("due in 1 working day") && queue.says("Nobody yet"), "{}", queue.html);
    let body = world.host.body(&"wealdmere".parse().unwrap()).unwrap();
    assert_eq!(body.looks(case_of(&world, &reference)).unwrap().len(), 0);
    let task = assessor.get(&world, &address).await;
    assert_eq!(task.heading(), format!("Hardship award {reference} Decide the award"));
    assert!(task.says("The boiler broke and there is a baby"));
    assert!(task.says("A person was needed because no rule says how hard a case is."));
    assert_eq!(body.looks(case_of(&world, &reference)).unwrap().len(), 1, "a look is recorded");

    let taken = assessor.send_form(&world, task.form_to("/claim"), &[]).await;
    assert!(taken.says("You have the task.") && taken.says("You have it"));
    let mut colleague = staff(&world, CASEWORKER).await;
    let seen = colleague.get(&world, TASKS).await;
    assert!(seen.says("assessor, NO"), "{}", seen.html);
    assert!(!colleague.get(&world, &format!("{TASKS}?mine=1")).await.says(&reference));
    let held = colleague.get(&world, &address).await;
    assert!(held.says("A colleague has this task.") && !held.html.contains("name=\"reason\""));
    let values = [("give-decision", "granted/need"), ("give-note", "x"), ("reason", "y")];
    let late = colleague.send_form(&world, (address.clone(), held.form().1), &values).await;
    assert_eq!(late.status, 422);
    assert!(late.says("A colleague took this task before you sent your decision."));

    let mine = assessor.get(&world, &format!("{TASKS}?mine=1")).await;
    assert!(mine.says(&reference));
    let task = assessor.get(&world, &address).await;
    let (action, mut pairs) = task.form_to(&address);
    pairs.push(("give-decision".to_owned(), "forged".to_owned()));
    let wrong = assessor.send_form(&world, (action, pairs), &[("reason", " ")]).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(
        wrong.errors(),
        "Choose an answer: what do you decide? Write an answer: what should the file say? \
         Say why, in a few words"
    );
    let values = [
        ("give-decision", "granted/need"),
        ("give-note", "seen the bill"),
        ("reason", "The bill and the photo agree."),
    ];
    let decided = assessor.send_form(&world, wrong.form_to(&address), &values).await;
    assert_eq!(decided.path, TASKS);
    assert!(decided.says("Your decision is recorded") && !decided.says(&reference));
    let again = assessor.send_form(&world, wrong.form_to(&address), &values).await;
    assert!(again.says("That task is done already"), "{}", again.html);

    let view = body.case(case_of(&world, &reference)).unwrap().unwrap();
    assert_eq!(view.case.request.outcome.as_deref(), Some("granted"));
    assert_eq!(view.task_reasons(), ["The bill and the photo agree."]);
    let told = Browser::new().get(&world, &format!("/wealdmere/requests/{reference}")).await;
    assert!(told.says("made this decision.") && told.says("Grant it: the need is shown"));
    assert!(told.says("Localism Act 2011, section 1"), "the law of what was chosen");
    assert!(!told.says("The bill and the photo agree."), "not to whoever has the reference");
    let touches = body.touches(case_of(&world, &reference)).unwrap();
    assert_eq!(touches.len(), 1);
    assert_eq!(touches[0].reason, base::TouchReason::JudgementNeeded);
    assert_eq!(touches[0].role, base::Role::Assessor);
    let replayed = runtime::replay_case(&body.reader(), view.case.request.case).unwrap().unwrap();
    assert_eq!(replayed, view.case, "the journal alone gives the same case");
}

#[tokio::test]
async fn a_task_of_assessors_is_not_for_caseworkers() {
    let world = World::also(&[package("assessor")]);
    let reference = ask(&world).await;
    let address = task_of(&world, &reference);
    let mut caseworker = staff(&world, CASEWORKER).await;
    assert!(!caseworker.get(&world, TASKS).await.says(&reference));
    assert_eq!(caseworker.get(&world, &address).await.status, 403);
    let queue = caseworker.get(&world, "/wealdmere/staff").await;
    let claim = (format!("{address}/claim"), queue.form().1);
    let claim = caseworker.send_form(&world, claim, &[]).await;
    assert_eq!(claim.status, 403);
    let mut stranger = Browser::new();
    let answer = stranger.get(&world, &address).await;
    assert!(answer.path.contains("/sign-in"), "{}", answer.path);
}

#[tokio::test]
async fn what_was_typed_outlives_a_session_that_ended() {
    let world = World::also(&[package("caseworker")]);
    let reference = ask(&world).await;
    let address = task_of(&world, &reference);
    let mut caseworker = staff(&world, CASEWORKER).await;
    let task = caseworker.get(&world, &address).await;
    world.wait(13 * 3_600).await;
    let values = [("give-note", "half a thought"), ("reason", "Because of the bill & the photo")];
    let sent = caseworker.send_form(&world, task.form_to(&address), &values).await;
    assert!(sent.path.contains("/staff/sign-in"), "{}", sent.path);
    let sent = caseworker.send(&world, &sent, &[("email", CASEWORKER)]).await;
    let code = world.code(CASEWORKER);
    let back = caseworker.send(&world, &sent, &[("code", &code)]).await;
    assert!(back.path.starts_with(&address), "{}", back.path);
    assert!(back.html.contains("half a thought"), "{}", back.html);
    assert!(
        back.says("Because of the bill &amp; the photo")
            || back.html.contains("Because of the bill")
    );
    let other = task_of(&world, &ask(&world).await);
    let elsewhere = back.path.replace(&address, &other);
    assert!(elsewhere.contains("typed="), "{elsewhere}");
    let elsewhere = caseworker.get(&world, &elsewhere).await;
    assert!(!elsewhere.html.contains("half a thought"), "it belongs to one page");
    let mut other = staff(&world, CASEWORKER).await;
    let read_off = other.get(&world, &back.path).await;
    assert!(!read_off.html.contains("half a thought"), "and to the browser that it was typed in");
}

pub(super) const CITIZEN: &str = "mair@example.org";

/// A request of somebody who signed in, which waits for a caseworker.
pub(super) async fn ask_signed_in(world: &World) -> (Browser, String) {
    let mut browser = Browser::new();
    browser.sign_in(world, "/wealdmere/sign-in", CITIZEN).await;
    let start = browser.get(world, "/wealdmere/services/hardship-award").await;
    let details = browser.send(world, &start, &[]).await;
    let updates = browser.send(world, &details, &[("details", "The boiler broke")]).await;
    let check = browser.send(world, &updates, &[("email", CITIZEN)]).await;
    let reference = browser.send(world, &check, &[]).await.reference();
    (browser, reference)
}

#[tokio::test]
async fn a_caseworker_asks_and_the_promise_waits_for_the_answer() {
    let world = World::also(&[package("caseworker")]);
    let (mut resident, reference) = ask_signed_in(&world).await;
    let (address, page) = (task_of(&world, &reference), format!("/wealdmere/requests/{reference}"));
    let promised = resident.get(&world, &page).await;
    assert!(promised.says("Wednesday 25 November 2026"), "{}", promised.html);
    let mut caseworker = staff(&world, CASEWORKER).await;
    let task = caseworker.get(&world, &address).await;
    assert!(task.says("Ask the person something first"));
    let empty = caseworker.send_form(&world, task.form_to("/ask"), &[("question", " ")]).await;
    assert_eq!((empty.status.as_u16(), empty.errors().as_str()), (422, "Write what you ask"));
    let words = [("question", "Who lives with you?")];
    let asked = caseworker.send_form(&world, empty.form_to("/ask"), &words).await;
    assert!(asked.says("The person is asked.") && asked.says("You have it"), "{}", asked.html);
    assert!(asked.says("We wait until Tuesday 8 December 2026."), "{}", asked.html);
    assert!(!asked.html.contains("/ask\""), "one question at a time");
    let queue = caseworker.get(&world, TASKS).await;
    assert!(queue.says("waits for an answer until 8 December 2026"), "{}", queue.html);

    world.wait(1).await;
    let mail = world.mail(CITIZEN);
    assert!(mail.contains("Who lives with you?") && mail.contains("8 December 2026"), "{mail}");
    let told = resident.get(&world, &page).await;
    assert!(told.says("Waits for your answer") && told.says("Who lives with you?"));
    let mine = resident.get(&world, "/wealdmere/my-requests").await;
    assert!(mine.says("Waits for your answer"), "{}", mine.html);
    // Over a weekend: four working days, and the promise is four later.
    world.wait(6 * 86_400).await;
    resident.sign_in(&world, "/wealdmere/sign-in", CITIZEN).await;
    let form = resident.get(&world, &format!("{page}/question")).await;
    assert_eq!(form.heading(), format!("Hardship award {reference} Answer our question"));
    let empty = resident.send(&world, &form, &[]).await;
    assert_eq!((empty.status.as_u16(), empty.errors().as_str()), (422, "Write the answer"));
    let done = resident.send(&world, &empty, &[("answer", "A baby & my mother")]).await;
    assert!(done.says("We have the answer") && done.path == page, "{}", done.html);
    assert!(done.says("Who lives with you? A baby &amp; my mother") || done.says("A baby"));
    assert!(done.says("Tuesday 1 December 2026"), "{}", done.html);
    let again = resident.get(&world, &format!("{page}/question")).await;
    assert_eq!(again.status, 409, "nothing is asked");

    let mut caseworker = staff(&world, CASEWORKER).await;
    assert!(caseworker.get(&world, TASKS).await.says("They have answered"));
    let task = caseworker.get(&world, &address).await;
    assert!(task.says("A baby &amp; my mother") || task.html.contains("A baby"), "{}", task.html);
    let body = world.host.body(&"wealdmere".parse().unwrap()).unwrap();
    let touches = body.touches(case_of(&world, &reference)).unwrap();
    assert_eq!(touches[0].reason, base::TouchReason::AnswerMissing);
    let view = body.case(case_of(&world, &reference)).unwrap().unwrap();
    let replayed = runtime::replay_case(&body.reader(), view.case.request.case).unwrap().unwrap();
    assert_eq!(replayed, view.case, "the journal alone gives the same case");
    let journal =
        store::journal::events_from(&body.reader(), base::EventSeq::START, 1_000).unwrap();
    let clear = journal.iter().any(|event| {
        let text = String::from_utf8_lossy(&event.bytes).into_owned();
        text.contains("Who lives") || text.contains("A baby")
    });
    assert!(!clear, "both are sealed");
}

#[tokio::test]
async fn who_does_not_answer_is_reminded_and_then_the_work_goes_on() {
    let world = World::also(&[package("caseworker")]);
    let (mut resident, reference) = ask_signed_in(&world).await;
    let (address, page) = (task_of(&world, &reference), format!("/wealdmere/requests/{reference}"));
    let mut caseworker = staff(&world, CASEWORKER).await;
    let task = caseworker.get(&world, &address).await;
    let words = [("question", "Who lives with you?")];
    caseworker.send_form(&world, task.form_to("/ask"), &words).await;
    let about = |world: &World, what: &str| {
        let mails = world.outbox.messages();
        mails.iter().filter(|mail| mail.to == CITIZEN && mail.subject.contains(what)).count()
    };
    world.wait(6 * 86_400).await;
    assert_eq!(about(&world, "we still need your answer"), 0);
    world.wait(86_460).await;
    assert_eq!(about(&world, "we still need your answer"), 1);
    world.wait(8 * 86_400).await;
    assert_eq!(about(&world, "we still need your answer"), 1, "reminded once");
    let mut caseworker = staff(&world, CASEWORKER).await;
    let queue = caseworker.get(&world, TASKS).await;
    assert!(queue.says("No answer came"), "{}", queue.html);
    let task = caseworker.get(&world, &address).await;
    assert!(task.says("Nobody answered by Tuesday 8 December 2026."), "{}", task.html);
    resident.sign_in(&world, "/wealdmere/sign-in", CITIZEN).await;
    let status = resident.get(&world, &page).await;
    assert!(status.says("You can still answer.") && status.says("No answer came, so we went on"));

    // An agent enters what the person says on the phone.
    let mut agent = staff(&world, "rosalind.hartwood@example.org").await;
    let case = agent.get(&world, &format!("/wealdmere/staff/cases/{reference}")).await;
    assert!(case.says("Enter the answer to our question"), "{}", case.html);
    let question = format!("/wealdmere/staff/cases/{reference}/question");
    let caller = agent.get(&world, &question).await;
    assert!(caller.path.ends_with(&format!("/callers/{reference}")), "{}", caller.path);
    let facts = [("checked", "email"), ("checked", "reference")];
    agent.send(&world, &caller, &facts).await;
    let form = agent.get(&world, &question).await;
    assert!(form.says("Who lives with you?") && form.says("Say to the caller"), "{}", form.html);
    let done = agent.send(&world, &form, &[("answer", "Only me")]).await;
    assert!(done.says("We have the answer, and the work goes on."), "{}", done.html);
    let body = world.host.body(&"wealdmere".parse().unwrap()).unwrap();
    let view = body.case(case_of(&world, &reference)).unwrap().unwrap();
    assert_eq!(view.inquiries()[0].answer.as_deref(), Some("Only me"));
    assert_eq!(view.case.measure.touches.values().sum::<u32>(), 1, "an entry is no touch");
}

#[tokio::test]
async fn a_decision_without_the_answer_ends_the_question() {
    let world = World::also(&[package("caseworker")]);
    let reference = ask(&world).await;
    let address = task_of(&world, &reference);
    let mut caseworker = staff(&world, CASEWORKER).await;
    let task = caseworker.get(&world, &address).await;
    assert!(task.says("They gave no address") && task.says("whoever has the reference"));
    let words = [("question", "Who lives with you?")];
    let asked = caseworker.send_form(&world, task.form_to("/ask"), &words).await;
    let values =
        [("give-decision", "granted/need"), ("give-note", "seen"), ("reason", "It is plain.")];
    caseworker.send_form(&world, asked.form_to(&address), &values).await;
    let mut anybody = Browser::new();
    let status = anybody.get(&world, &format!("/wealdmere/requests/{reference}")).await;
    assert!(status.says("We have granted the award.") && !status.says("Who lives with you?"));
    let late = anybody.get(&world, &format!("/wealdmere/requests/{reference}/question")).await;
    assert_eq!(late.status, 409);
    world.wait(30 * 86_400).await;
    let body = world.host.body(&"wealdmere".parse().unwrap()).unwrap();
    let view = body.case(case_of(&world, &reference)).unwrap().unwrap();
    assert_eq!(view.case.request.inquiries[0].reminded_at, None);
}
