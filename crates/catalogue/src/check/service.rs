//! `service.toml`, `questions.toml` and the message templates against each other.

use std::collections::{BTreeMap, BTreeSet};

use base::Language;

use super::{Checking, MESSAGE_VARIABLES, QUESTIONS, SERVICE, nearest};
use crate::definition::Automation;
use crate::problem::ProblemKind;
use crate::questions::{Question, QuestionKind};

/// Nations whose law and bank holidays are known.
const NATIONS: [&str; 4] = ["england", "wales", "scotland", "northern-ireland"];
/// The longest prefix of a reference.
const PREFIX: std::ops::RangeInclusive<usize> = 2..=4;

impl Checking<'_> {
    pub(super) fn service(&mut self) {
        self.values();
        self.named_questions();
        self.automation();
        self.locals();
        self.pages();
        self.questions();
    }

    fn values(&mut self) {
        let definition = &self.package.definition;
        let prefix = &definition.prefix;
        if !NATIONS.contains(&definition.nation.as_str()) {
            let place = (SERVICE, self.place(SERVICE, &["nation"]));
            let sentence = format!("The nation `{}` is not known.", definition.nation);
            let mend = "Write england, wales, scotland or northern-ireland.";
            self.refuse(place, ProblemKind::Value, sentence, mend);
        }
        let tidy = prefix.chars().all(|letter| letter.is_ascii_uppercase());
        if !PREFIX.contains(&prefix.len()) || !tidy {
            let place = (SERVICE, self.place(SERVICE, &["prefix"]));
            let sentence = format!("The prefix `{prefix}` cannot begin a reference.");
            let mend = "Write two to four capital letters, such as MBC.";
            self.refuse(place, ProblemKind::Value, sentence, mend);
        }
        if definition.channels.is_empty() {
            let place = (SERVICE, self.place(SERVICE, &["channels"]));
            let sentence = "The service is offered by no channel.";
            let mend = "Name at least one of web, agent, api and open311.";
            self.refuse(place, ProblemKind::Value, sentence, mend);
        }
    }

    /// Questions that other settings name are there.
    fn named_questions(&mut self) {
        let definition = &self.package.definition;
        let open311 = &definition.open311;
        let standard = [&open311.address_id, &open311.description, &open311.email, &open311.phone];
        let mut named: Vec<&str> = standard
            .into_iter()
            .chain([&open311.name])
            .flatten()
            .map(base::QuestionId::as_str)
            .collect();
        let same = definition.duplicate.iter().flat_map(|duplicate| &duplicate.questions);
        named.extend(same.map(base::QuestionId::as_str));
        if definition.governing_date != "received" {
            named.push(&definition.governing_date);
        }
        for name in named {
            if self.package.questions.question(name).is_none() {
                let place = (SERVICE, self.place(SERVICE, &[&format!("\"{name}\"")]));
                let sentence = format!("The question `{name}` is named here and asked nowhere.");
                let mend = self.did_you_mean(name, "Name a question of questions.toml.");
                self.refuse(place, ProblemKind::Undefined, sentence, mend);
            }
        }
    }

    fn did_you_mean(&self, name: &str, otherwise: &str) -> String {
        let questions = self.package.questions.questions().iter();
        let near = nearest(name, questions.map(|question| question.id.as_str()));
        near.map_or_else(|| otherwise.to_owned(), |near| format!("Did you mean `{near}`?"))
    }

    fn automation(&mut self) {
        let definition = &self.package.definition;
        let ground = definition.ground.as_ref().map(|ground| ground.in_language(Language::En));
        let grounded = ground.is_some_and(|ground| !ground.trim().is_empty());
        if definition.automated != Automation::None && !grounded {
            let place = (SERVICE, self.place(SERVICE, &["automated"]));
            let sentence = "A machine may decide here, and no ground is stated.";
            let mend =
                "Write [ground] with the reason in each language, or set automated = \"none\".";
            self.refuse(place, ProblemKind::Automation, sentence, mend);
        }
    }

    /// Local values are literals of decisions that are there.
    fn locals(&mut self) {
        let package = self.package;
        for local in &package.definition.locals {
            let model = package.decisions.get(&local.file);
            let literal = self
                .files
                .get(&local.file)
                .and_then(|bytes| std::str::from_utf8(bytes).ok())
                .and_then(|text| crate::overlay::literal_of(text, &local.decision));
            if model.is_none_or(|model| model.decision(&local.decision).is_none())
                || literal.is_none()
            {
                let place = (SERVICE, self.place(SERVICE, &[&format!("\"{}\"", local.id)]));
                let sentence = format!(
                    "The local value `{}` is no decision of {} that is one literal.",
                    local.id, local.file
                );
                let mend = "Name a decision whose logic is a literal expression of one value.";
                self.refuse(place, ProblemKind::Undefined, sentence, mend);
            }
        }
    }

    fn pages(&mut self) {
        let package = self.package;
        let mut seen = BTreeSet::new();
        for page in package.questions.pages() {
            let place = (QUESTIONS, self.entry(QUESTIONS, "[[page]]", &page.id));
            if !seen.insert(page.id.as_str()) {
                let sentence = format!("The page `{}` stands here twice.", page.id);
                self.refuse(place, ProblemKind::Repeated, sentence, "Keep one of them.");
            }
            let count = package.questions.on_page(&page.id).count();
            if count == 0 {
                let sentence = format!("The page `{}` has no question.", page.id);
                let mend = "Put a question on it, or take the page out.";
                self.refuse(place, ProblemKind::Value, sentence, mend);
            }
            if count > 1 && page.title.languages().next().is_none() {
                let sentence =
                    format!("The page `{}` has {count} questions and no title.", page.id);
                let mend = "Write title.en, and title.cy where Welsh is served.";
                self.refuse(place, ProblemKind::Value, sentence, mend);
            }
        }
    }

    fn questions(&mut self) {
        let package = self.package;
        let mut asked: BTreeMap<String, &Question> = BTreeMap::new();
        let questions = &package.questions;
        for question in questions.sourced() {
            self.source(question);
        }
        for question in questions.questions() {
            self.options(question);
            self.role(question);
            let words = question.text.in_language(Language::En);
            let words = words.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
            if let Some(earlier) = asked.insert(words, question) {
                let place = self.of_question(question);
                let sentence = format!(
                    "The question `{}` asks what `{}` has asked already.",
                    question.id, earlier.id
                );
                let mend = "Ask once, and use the first answer.";
                self.refuse(place, ProblemKind::Repeated, sentence, mend);
            }
        }
    }

    fn of_question(&self, question: &Question) -> (&'static str, (u32, u32)) {
        (QUESTIONS, self.entry(QUESTIONS, "[[question]]", question.id.as_str()))
    }

    fn options(&mut self, question: &Question) {
        let wants = matches!(question.kind, QuestionKind::Choice | QuestionKind::Choices);
        let place = self.of_question(question);
        if wants && question.options.len() < 2 {
            let sentence = format!("The question `{}` has fewer than two options.", question.id);
            let mend = "Add [[question.option]] tables, or make it a yes_no question.";
            self.refuse(place, ProblemKind::Value, sentence, mend);
        }
        if !wants && !question.options.is_empty() {
            let sentence = format!("The question `{}` has options that nobody sees.", question.id);
            let mend = "Make its kind choice or choices, or take the options out.";
            self.refuse(place, ProblemKind::Value, sentence, mend);
        }
        let mut values = BTreeSet::new();
        for option in &question.options {
            if !values.insert(option.value.as_str()) {
                let sentence = format!(
                    "The option `{}` of `{}` stands here twice.",
                    option.value, question.id
                );
                self.refuse(place, ProblemKind::Repeated, sentence, "Keep one of them.");
            }
        }
    }

    /// What an answer says of whoever asks is asked once, in the form that it has.
    fn role(&mut self, question: &Question) {
        let Some(role) = question.role else { return };
        let place = self.of_question(question);
        if question.kind != role.kind() {
            let sentence =
                format!("The question `{}` cannot say the role `{}`.", question.id, role.key());
            let mend = "Give the role to a question of kind email, phone, address, \
                        text (given_name, surname) or date (date_of_birth).";
            self.refuse(place, ProblemKind::Value, sentence, mend);
        }
        let first = self.package.questions.with_role(role);
        if let Some(first) = first.filter(|first| first.id != question.id) {
            let sentence = format!(
                "The question `{}` has the role `{}`, which `{}` has already.",
                question.id,
                role.key(),
                first.id
            );
            let mend = "Keep the role on the question about whoever asks.";
            self.refuse(place, ProblemKind::Repeated, sentence, mend);
        }
    }

    /// A data question rests on an agreement that the service names: `AGREEMENT/QUESTION`.
    fn source(&mut self, question: &Question) {
        let Some(source) = &question.source else { return };
        let agreement = source.split('/').next().unwrap_or_default();
        let agreements = &self.package.definition.agreements;
        if !source.contains('/') || !agreements.iter().any(|known| known == agreement) {
            let place = (QUESTIONS, self.place(QUESTIONS, &[&format!("source = \"{source}\"")]));
            let sentence = format!(
                "The question `{}` is answered by `{source}`, and no agreement allows that.",
                question.id
            );
            let mend = "Write source = \"AGREEMENT/QUESTION\" and name the agreement in service.toml, agreements.";
            self.refuse(place, ProblemKind::Undefined, sentence, mend);
        }
    }

    /// Templates name only what messages know.
    pub(super) fn messages(&mut self) {
        let package = self.package;
        for (name, message) in &package.messages {
            let file = format!("messages/{name}.toml");
            for text in [&message.subject, &message.body, &message.sms] {
                for language in text.languages() {
                    self.template(&file, text.in_language(language));
                }
            }
        }
    }

    fn template(&mut self, file: &str, template: &str) {
        let environment = minijinja::Environment::empty();
        let parsed = environment.template_from_str(template);
        let (sentence, mend, word) = match &parsed {
            Err(error) => {
                let detail = error.detail().unwrap_or("it cannot be read").to_owned();
                let line = template.lines().nth(error.line().unwrap_or(1).saturating_sub(1));
                let mend = "Close every {{ and {%, and use no filters.".to_owned();
                let word = line.unwrap_or_default().to_owned();
                (format!("The template cannot be used: {detail}."), mend, word)
            }
            Ok(parsed) => {
                let undeclared: BTreeSet<String> =
                    parsed.undeclared_variables(false).into_iter().collect();
                let unknown =
                    undeclared.into_iter().find(|name| !MESSAGE_VARIABLES.contains(&name.as_str()));
                let Some(unknown) = unknown else { return };
                let mend = nearest(&unknown, MESSAGE_VARIABLES.into_iter()).map_or_else(
                    || format!("A message may name {}.", MESSAGE_VARIABLES.join(", ")),
                    |near| format!("Did you mean `{near}`?"),
                );
                (format!("The template names `{unknown}`, which no message knows."), mend, unknown)
            }
        };
        let position = self.place(file, &[&word]);
        let kind = if parsed.is_ok() { ProblemKind::Undefined } else { ProblemKind::Syntax };
        self.refuse((file, position), kind, sentence, mend);
    }
}
