//! Data service: how a body's own back office answers a question of another body, or takes a notice
//! of one in, as data (`region/data-services/BODY.toml`).
//!
//! One `[[answer]]` for each question and one `[[receive]]` for each notice, each naming its
//! agreement, in the vocabulary of a package's `connectors.toml`. Values are FEEL over `person`, the
//! body's own pseudonym in hexadecimal digits, `on`, the date that governs, and, for a notice, its
//! fields. A question gives one variable, `answer`; what is none of the agreed answers means that
//! the body cannot tell. A notice is delivered `keyed`, for it may come more than once.

use std::collections::BTreeSet;

use sharing::{AgreementId, Category, Form};

use crate::mapping::{read_question, read_work};
use crate::toml_reader::{MappingError, Reader, Table};
use crate::{Delivery, Mapping};

/// The most data services of one body.
const MAX_SERVICES: usize = 500;
/// The variable that a question's answer stands in.
const ANSWER: &str = "answer";
/// What every data service is told, beside the fields of a notice.
const TOLD: [&str; 2] = ["person", "on"];

/// One question that a body answers, or one notice that it takes in.
#[derive(Debug, Clone)]
pub struct DataService {
    /// The agreement.
    pub agreement: AgreementId,
    /// The question or the notice.
    pub form: Form,
    /// How its back office is asked.
    pub mapping: Mapping,
}

impl DataService {
    /// Every name that its request uses and that it is not told, with its line. `fields` are those
    /// of its notice.
    pub fn check_names(&self, fields: &[&str]) -> Vec<MappingError> {
        let known: Vec<&str> = TOLD.iter().chain(fields).copied().collect();
        self.mapping.check_names(&known)
    }
}

/// Reads a body's data services.
///
/// # Errors
/// Every mistake with its line and a sentence.
pub fn read_data_services(text: &str) -> Result<Vec<DataService>, Vec<MappingError>> {
    let mut reader = Reader::new(text);
    let mut services: Vec<DataService> = Vec::new();
    if let Some(root) = reader.parse() {
        let answers = root.tables(&mut reader, "answer");
        let receives = root.tables(&mut reader, "receive");
        root.finish(&mut reader);
        if answers.len() + receives.len() > MAX_SERVICES {
            reader.error(&(0..0), format!("more than {MAX_SERVICES} data services"));
        }
        for table in answers.iter().take(MAX_SERVICES) {
            services.extend(read_answer(&mut reader, table));
        }
        for table in receives.iter().take(MAX_SERVICES) {
            services.extend(read_receive(&mut reader, table));
        }
        let mut seen = BTreeSet::new();
        for service in &services {
            let name = format!("{}/{}", service.agreement, service.form.name());
            if !seen.insert(name.clone()) {
                let sentence = format!("`{name}` stands here twice");
                reader.error_on_line(service.mapping.line(), sentence);
            }
        }
    }
    reader.outcome(services)
}

fn read_answer(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<DataService> {
    let agreement = table.name(reader, "agreement");
    let name: Option<Category> = table.name(reader, "question");
    let mapping = read_question(reader, table, ANSWER.parse().ok())?;
    if !mapping.gives().eq([ANSWER]) {
        let sentence = format!("a question gives one variable, `{ANSWER}`");
        reader.error(&table.span, sentence);
    }
    Some(DataService { agreement: agreement?, form: Form::Question(name?), mapping })
}

fn read_receive(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<DataService> {
    let agreement = table.name(reader, "agreement");
    let name: Option<Category> = table.name(reader, "notice");
    let mapping = read_work(reader, table, "receive".parse().ok())?;
    if mapping.delivery() != Delivery::Keyed {
        let sentence = "a notice may come more than once: its delivery is \"keyed\"";
        reader.error(&table.span, sentence.to_owned());
    }
    Some(DataService { agreement: agreement?, form: Form::Notice(name?), mapping })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICES: &str = r#"
[[answer]]
agreement = "qualifying-benefits"
question = "qualifying_benefit"
system = "register"

[answer.send.rest]
method = "GET"
path = "/people/{person}/awards"
query = { on = "on" }

[answer.send.variables]
answer = 'if count(response.body.awards) > 0 then "yes" else "no"'

[[receive]]
agreement = "address-library"
notice = "new_address"
system = "library"
delivery = "keyed"
key_header = "idempotency-key"

[receive.send.rest]
method = "POST"
path = "/members/{person}/address"
body = { line = "new_line", since = "on" }
"#;

    fn refused(text: &str) -> String {
        let errors = read_data_services(text).unwrap_err();
        let lines: Vec<String> =
            errors.iter().map(|error| format!("{}: {}", error.line, error.sentence)).collect();
        lines.join("\n")
    }

    #[test]
    fn questions_and_notices_are_read_with_the_names_that_they_use() {
        let services = read_data_services(SERVICES).unwrap();
        let [answer, receive] = services.as_slice() else { panic!("two services") };
        assert_eq!(answer.form, Form::Question("qualifying_benefit".parse().unwrap()));
        assert_eq!(receive.form, Form::Notice("new_address".parse().unwrap()));
        assert!(answer.check_names(&[]).is_empty());
        assert_eq!(receive.check_names(&[]).len(), 1, "new_line is a field of the notice");
        assert!(receive.check_names(&["new_line"]).is_empty());
    }

    #[test]
    fn what_could_not_be_relied_on_is_refused() {
        let twice = format!("{SERVICES}{}", SERVICES.split("[[receive]]").next().unwrap());
        assert!(refused(&twice).contains("`qualifying-benefits/qualifying_benefit` stands here"));
        let manual = SERVICES
            .replace("delivery = \"keyed\"", "delivery = \"manual\"")
            .replace("key_header = \"idempotency-key\"\n", "");
        assert!(refused(&manual).contains("its delivery is \"keyed\""));
        let silent = SERVICES.replace("answer = 'if", "said = 'if");
        assert!(refused(&silent).contains("a question gives one variable, `answer`"));
        let keyed = SERVICES.replace("system = \"register\"", "system = \"register\"\nlookup = 1");
        assert!(refused(&keyed).contains("lookup"));
    }
}
