//! A new service: a small package that runs, passes its checks and shows where to go on.
//!
//! It asks one question, writes to the requester and closes: each file is complete, in English and
//! Welsh, and says in comments what a designer changes first.

use base::{BodyId, Language, ServiceId};
use bpmn::{ElementKind, EndResult, Expression, Header, Job, Process, Property, StartTrigger};

use crate::check::{MESSAGE_JOB, TEMPLATE_HEADER};
use crate::package::Files;
use crate::translations::{TRANSLATIONS_LOCK, translations_lock};

/// The letters of a new reference's prefix.
const PREFIX_LETTERS: usize = 3;

/// The files of a new service of a body, by their path within its folder.
pub fn new_service(id: &ServiceId, owner: &BodyId, nation: &str) -> Files {
    let title = title(id);
    let fill = |template: &str| {
        template
            .replace("{id}", id.as_str())
            .replace("{owner}", owner.as_str())
            .replace("{nation}", nation)
            .replace("{prefix}", &prefix(id))
            .replace("{title}", &title)
    };
    let mut files: Files = [
        ("service.toml", SERVICE),
        ("questions.toml", QUESTIONS),
        ("connectors.toml", CONNECTORS),
        ("messages/noted.toml", NOTED),
        ("scenarios/straight-through.txt", STRAIGHT_THROUGH),
        ("scenarios/answers-with-faults.txt", FAULTS),
    ]
    .into_iter()
    .map(|(path, template)| (path.to_owned(), fill(template).into_bytes()))
    .collect();
    let model = process(id, &title).map(bpmn::Model::of);
    let process = model.map(|model| bpmn::write(&model)).unwrap_or_default();
    files.insert("process.bpmn".to_owned(), process.into_bytes());
    let lock = translations_lock(&files);
    files.insert(TRANSLATIONS_LOCK.to_owned(), lock.into_bytes());
    files
}

/// `report-a-pothole` as people write it: "Report a pothole".
fn title(id: &ServiceId) -> String {
    let words = id.as_str().replace('-', " ");
    let mut letters = words.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// The first letters of its words, or of its name where it has few words.
fn prefix(id: &ServiceId) -> String {
    let initials = id.as_str().split('-').filter_map(|word| word.chars().next());
    let initials: String = initials.filter(char::is_ascii_lowercase).take(PREFIX_LETTERS).collect();
    let letters: String =
        id.as_str().chars().filter(char::is_ascii_lowercase).take(PREFIX_LETTERS).collect();
    let prefix = if initials.len() > 1 { initials } else { format!("{letters:x<PREFIX_LETTERS$}") };
    prefix.to_uppercase()
}

fn process(id: &ServiceId, title: &str) -> Option<Process> {
    let mut process = Process::new(id.as_str());
    process.name = Some(title.to_owned());
    process.properties.push(welsh("name:cy", title));
    let received = process.add("received", ElementKind::StartEvent(StartTrigger::None), None)?;
    let job = Job {
        job_type: Expression::fixed(MESSAGE_JOB),
        retries: Expression::fixed("3"),
        headers: vec![Header { key: TEMPLATE_HEADER.to_owned(), value: "noted".to_owned() }],
    };
    let noted = process.add("noted", ElementKind::EndEvent(EndResult::Message(job)), None)?;
    process.connect("to_noted", received, noted)?;
    for (index, name, other) in
        [(received, "Request received", "Cais wedi dod i law"), (noted, "Noted", "Wedi'i nodi")]
    {
        let element = process.element_mut(index)?;
        element.name = Some(name.to_owned());
        element.properties.push(welsh("name:cy", other));
    }
    Some(process)
}

fn welsh(name: &str, value: &str) -> Property {
    debug_assert!(name.ends_with(Language::Cy.tag()), "a Welsh property");
    Property { name: name.to_owned(), value: value.to_owned() }
}

const SERVICE: &str = r#"# A new service. Read docs/guide-services.md, then change what stands here.

id = "{id}"
owner = "{owner}"
nation = "{nation}"
# The letters before its references.
prefix = "{prefix}"
channels = ["web", "agent", "api", "open311"]
# What a machine may decide: none, approve, or approve_and_refuse; beside none it needs a ground.
automated = "approve"
retention_days = 365

[title]
en = "{title}"
cy = "{title} (Cymraeg)"

[summary]
en = "Tell us, and we write it down."
cy = "Rhowch wybod i ni, a byddwn yn ei nodi."

[category]
en = "Other services"
cy = "Gwasanaethau eraill"

[send]
en = "Send it"
cy = "Anfon"

[power]
en = "General power of competence: Localism Act 2011, section 1"
cy = "Pŵer cymhwysedd cyffredinol: Deddf Lleoliaeth 2011, adran 1"

[lawful_basis]
en = "Public task: UK GDPR, Article 6(1)(e)"
cy = "Tasg gyhoeddus: GDPR y DU, Erthygl 6(1)(e)"

[ground]
en = "Nothing is judged: what was said is written down."
cy = "Nid oes dim yn cael ei farnu: mae'r hyn a ddywedwyd yn cael ei nodi."

[promise]
working_days = 1

[open311]
group = "Other services"
description = "details"
email = "email"

# Each end event of the process is an outcome with the same id.
[[outcome]]
id = "noted"
end = "done"
text.en = "We have written down what you told us."
text.cy = "Rydym wedi nodi'r hyn a ddywedoch wrthym."
"#;

const QUESTIONS: &str = r#"# One list of questions is the source of the pages, the phone script, the API and Open311.
# Kinds: text, long_text, integer, date, choice, choices, yes_no, address, email, phone.

[[page]]
id = "details"

[[page]]
id = "updates"

[[question]]
id = "details"
page = "details"
kind = "long_text"
schema = { maxLength = 1000 }
text.en = "What would you like to tell us?"
text.cy = "Beth hoffech chi ei ddweud wrthym?"
label.en = "What you told us"
label.cy = "Yr hyn a ddywedoch wrthym"
[question.errors]
required.en = "Write what you would like to tell us"
required.cy = "Ysgrifennwch yr hyn yr hoffech ei ddweud wrthym"
too_long.en = "Shorten this to 1,000 characters or fewer"
too_long.cy = "Byrhewch hwn i 1,000 nod neu lai"

[[question]]
id = "email"
page = "updates"
kind = "email"
optional = true
text.en = "Where shall we send updates?"
text.cy = "I ble dylem ni anfon newyddion?"
hint.en = "Your e-mail address. You can leave it out."
hint.cy = "Eich cyfeiriad e-bost. Gallwch ei adael allan."
[question.errors]
format.en = "Enter an e-mail address like name@example.com"
format.cy = "Rhowch gyfeiriad e-bost fel enw@example.com"
"#;

const CONNECTORS: &str = r#"# How jobs of the process reach back offices. A service task of job type `tell-the-office` would be
# mapped so, and its answer's number would be the variable `office_number`:
#
# [[job]]
# type = "tell-the-office"
# system = "office"              # a system of the body
# delivery = "keyed"             # keyed, lookup or manual
# key_header = "idempotency-key"
# [job.send.rest]
# method = "POST"
# path = "/notes"
# [job.send.rest.body]
# reference = "effect.reference"
# text = "details"
# [job.send.variables]
# office_number = "response.body.number"
"#;

const NOTED: &str = r#"[subject]
en = "{{ reference }}: we have written it down"
cy = "{{ reference }}: rydym wedi ei nodi"

[body]
en = """
{{ outcome }} Your reference is {{ reference }}.
"""
cy = """
{{ outcome }} Eich cyfeirnod yw {{ reference }}.
"""
"#;

const STRAIGHT_THROUGH: &str = "\
scenario  What was told is written down, and nobody on the staff is needed
clock     2026-11-19 09:00

request   web en
  details  The clock of the town hall is slow
  email    resident@example.org
wait      1 minute
expect    status closed
expect    outcome noted
expect    message noted en
expect    trace received noted
expect    touches none
";

const FAULTS: &str = "\
scenario  Answers with faults: every fault is named, and nothing is stored
clock     2026-11-19 09:00

request   api cy
  email    nobody
expect    refused details:required email:format
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use crate::testing::{connections, shown};

    #[test]
    fn a_new_service_passes_its_checks() {
        for (name, wanted) in
            [("report-a-pothole", "RAP"), ("bins", "BIN"), ("a1", "AXX"), ("b2-2", "BXX")]
        {
            let id: ServiceId = name.parse().unwrap();
            let owner: BodyId = "wealdmere".parse().unwrap();
            let files = new_service(&id, &owner, "england");
            let checked = crate::check(&files, &Language::ALL, &connections(&files));
            let (package, warnings) =
                checked.unwrap_or_else(|problems| panic!("{}", shown(&problems)));
            assert_eq!(shown(&warnings), "");
            assert_eq!((package.id(), package.definition.prefix.as_str()), (&id, wanted));
            assert_eq!(package.process.diagram().unwrap().shapes.len(), 2);
            for (scenario, text) in &package.scenarios {
                assert!(Scenario::parse(scenario, text).is_ok());
            }
        }
    }
}
