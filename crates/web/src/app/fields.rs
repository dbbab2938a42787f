//! Questions as fields of a form, and fields as answers: the same in both directions.

use catalogue::{AnswerError, AnswerErrorKind, Given, Question, QuestionKind, QuestionSet};
use serde_json::Value as Json;

use super::form::Fields;
use super::walk::{Walk, postcode_name, postcode_of};
use crate::views::field::{Choice, Control, Field, Given as Settled, Line, LineKind};
use crate::views::page::Link;

/// The most characters of a text whose own schema names no limit that are worth a hint.
const MAX_LENGTH: &str = "maxLength";

/// What stands in a question's fields for an answer.
pub(crate) fn entered(questions: &[&Question], given: &Given) -> Fields {
    let mut fields = Fields::default();
    for question in questions {
        let name = question.id.as_str();
        match (question.kind, given.get(name)) {
            (QuestionKind::Date, Some(Json::String(date))) => {
                for (part, text) in ["year", "month", "day"].iter().zip(date.split('-')) {
                    fields.put(format!("{name}-{part}"), text.trim_start_matches('0'));
                }
            }
            (_, Some(Json::String(text))) => fields.put(name, text),
            (_, Some(Json::Array(values))) => {
                values.iter().filter_map(Json::as_str).for_each(|value| fields.put(name, value));
            }
            (_, Some(Json::Bool(yes))) => fields.put(name, if *yes { "yes" } else { "no" }),
            (_, Some(Json::Number(number))) => fields.put(name, number.to_string()),
            (_, None | Some(Json::Null | Json::Object(_))) => {}
        }
    }
    fields
}

/// The answer to a question that a form has.
fn answer(question: &Question, form: &Fields) -> Json {
    let name = question.id.as_str();
    let texts = match question.kind {
        QuestionKind::Date => {
            let part = |part: &str| form.text(&format!("{name}-{part}")).to_owned();
            let text = [part("day"), part("month"), part("year")].join(" ");
            vec![text.trim().to_owned()]
        }
        QuestionKind::Text
        | QuestionKind::LongText
        | QuestionKind::Integer
        | QuestionKind::Choice
        | QuestionKind::Choices
        | QuestionKind::YesNo
        | QuestionKind::Address
        | QuestionKind::Email
        | QuestionKind::Phone => form.all(name),
    };
    QuestionSet::read_text(question, &texts)
}

/// Whether an address question is at its first stage: its postcode.
fn asks_postcode(question: &Question, given: &Given, form: &Fields) -> bool {
    let chosen = form.first(question.id.as_str()).is_some();
    let typed = form.first(&postcode_name(question)).is_some();
    !chosen && (typed || postcode_of(question, given).is_none())
}

/// What a form came to.
pub(crate) enum Taken {
    /// A postcode was entered: the same page asks which address it is.
    Postcode(Given),
    /// Something has to be mended.
    Wrong(Vec<AnswerError>),
    /// It can be kept.
    Right(Given),
}

impl Walk {
    /// Takes a page's form in. Only this page's faults count here.
    pub(crate) fn take(&self, page: &catalogue::Page, given: &Given, form: &Fields) -> Taken {
        let mut given = given.clone();
        let mut wrong = Vec::new();
        let mut to_choose = false;
        for question in self.questions().on_page(&page.id) {
            if question.kind == QuestionKind::Address && asks_postcode(question, &given, form) {
                let typed = form.text(&postcode_name(question)).to_owned();
                self.forget_place_elsewhere(question, &mut given, &typed);
                match self.fault_of_postcode(&typed) {
                    Some(kind) => {
                        wrong.push(AnswerError { question: question.id.to_string(), kind });
                    }
                    None => to_choose = true,
                }
                given.insert(postcode_name(question), Json::String(typed));
                continue;
            }
            given.insert(question.id.to_string(), answer(question, form));
        }
        // What these answers make needless stays in the draft: whoever changes them back finds it.
        let asked = self.pruned(given.clone());
        let here = self.asked_on(page, &asked);
        let on_page = |name: &str| here.iter().any(|question| question.id.as_str() == name);
        wrong.retain(|error| on_page(&error.question));
        if wrong.is_empty() && to_choose {
            return Taken::Postcode(given);
        }
        let known: Vec<String> = wrong.iter().map(|error| error.question.clone()).collect();
        let others = self.errors(&asked).into_iter();
        wrong.extend(
            others.filter(|error| on_page(&error.question) && !known.contains(&error.question)),
        );
        if wrong.is_empty() { Taken::Right(given) } else { Taken::Wrong(wrong) }
    }

    /// A place that was chosen stays chosen while the postcode is its own.
    fn forget_place_elsewhere(&self, question: &Question, given: &mut Given, postcode: &str) {
        let chosen = given.get(question.id.as_str()).and_then(Json::as_str);
        let places = self.places_at(postcode);
        if !places.iter().any(|place| Some(place.uprn.as_str()) == chosen) {
            given.remove(question.id.as_str());
        }
    }

    fn fault_of_postcode(&self, typed: &str) -> Option<AnswerErrorKind> {
        if typed.is_empty() {
            return Some(AnswerErrorKind::Required);
        }
        let none = typed.len() > 20 || self.places_at(typed).is_empty();
        none.then_some(AnswerErrorKind::Place)
    }

    /// A question as a field, with what was entered and what is wrong with it.
    pub(crate) fn field(
        &self,
        question: &Question,
        given: &Given,
        entered: &Fields,
        errors: &[AnswerError],
    ) -> Field {
        let language = self.seen.language_shown();
        let mut field = match question.kind {
            QuestionKind::Address => self.address_field(question, given, entered),
            QuestionKind::Text
            | QuestionKind::LongText
            | QuestionKind::Integer
            | QuestionKind::Date
            | QuestionKind::Choice
            | QuestionKind::Choices
            | QuestionKind::YesNo
            | QuestionKind::Email
            | QuestionKind::Phone => {
                let label = question.text.in_language(language);
                let control = self.control(question, entered);
                Field::new(self.seen.words, question.id.as_str(), label, control)
            }
        };
        let hint = question.hint.in_language(language);
        if !hint.is_empty() {
            field = field.hinted(hint);
        } else if question.kind == QuestionKind::Choices {
            field = field.hinted(self.seen.words.choose_all());
        }
        if question.optional {
            field = field.optional();
        }
        if self.channel == base::Channel::Agent {
            field = field.spoken(question.spoken().in_language(language));
        }
        let error = errors.iter().find(|error| error.question == question.id.as_str());
        match error {
            Some(error) if field.is_postcode() => field.wrong(match error.kind {
                AnswerErrorKind::Place => self.seen.words.error_postcode_unknown(),
                _ => self.seen.words.error_postcode(),
            }),
            Some(error) => field.wrong(error.message(self.questions(), language)),
            None => field,
        }
    }

    fn control(&self, question: &Question, entered: &Fields) -> Control {
        let name = question.id.as_str();
        let words = self.seen.words;
        let value = entered.first(name).unwrap_or_default().to_owned();
        let line = |kind| Control::Line(Line { value: value.clone(), kind });
        match question.kind {
            QuestionKind::Text | QuestionKind::Address => line(LineKind::Text),
            QuestionKind::Integer => line(LineKind::Number),
            QuestionKind::Email => line(LineKind::Email),
            QuestionKind::Phone => line(LineKind::Phone),
            QuestionKind::LongText => {
                let most = question.schema.get(MAX_LENGTH).and_then(Json::as_u64);
                Control::Area { value, most: most.and_then(|most| u32::try_from(most).ok()) }
            }
            QuestionKind::Date => {
                let part = |part: &str| entered.text(&format!("{name}-{part}")).to_owned();
                let (day, month, year) = (part("day"), part("month"), part("year"));
                Control::Date { day, month, year, birth: false }
            }
            QuestionKind::Choice => Control::one_of(self.choices(question, entered)),
            QuestionKind::Choices => Control::Checkboxes(self.choices(question, entered)),
            QuestionKind::YesNo => {
                let option =
                    |of: &str, text: &str| Choice { chosen: value == of, ..Choice::new(of, text) };
                Control::Radios(vec![option("yes", words.yes()), option("no", words.no())])
            }
        }
    }

    fn choices(&self, question: &Question, entered: &Fields) -> Vec<Choice> {
        let language = self.seen.language_shown();
        let chosen = entered.all(question.id.as_str());
        let choice = |option: &catalogue::QuestionOption| {
            let hint = option.hint.in_language(language);
            Choice {
                hint: (!hint.is_empty()).then(|| hint.to_owned()),
                chosen: chosen.contains(&option.value),
                ..Choice::new(option.value.clone(), option.text.in_language(language))
            }
        };
        question.options.iter().map(choice).collect()
    }

    /// An address in two stages: its postcode, then which of the places there.
    fn address_field(&self, question: &Question, given: &Given, entered: &Fields) -> Field {
        let words = self.seen.words;
        let typed = entered.first(&postcode_name(question));
        let changing = self.seen.query.first("postcode").is_some() && typed.is_none();
        let kept = postcode_of(question, given).filter(|_| typed.is_none() && !changing);
        let Some(postcode) = kept else {
            let kept = postcode_of(question, given).unwrap_or_default();
            let value = typed.unwrap_or(kept);
            let name = postcode_name(question);
            return Field::line(words, name, words.postcode(), LineKind::Postcode, value);
        };
        let chosen = entered.first(question.id.as_str());
        let choice = |place: runtime::Place| Choice {
            chosen: chosen == Some(place.uprn.as_str()),
            ..Choice::new(place.uprn, place.line)
        };
        let choices = self.places_at(postcode).into_iter().map(choice).collect();
        let label = question.text.in_language(self.seen.language_shown());
        let mut field = Field::new(words, question.id.as_str(), label, Control::one_of(choices));
        let change = self.seen.query.first("change").map_or("", |_| "&change=1");
        field.given = Some(Settled {
            name: words.postcode().to_owned(),
            value: postcode.to_uppercase(),
            change: Link::new(words.change(), format!("?postcode={change}")),
            hidden: words.postcode().to_owned(),
        });
        field
    }

    /// An answer as people read it, a line each.
    pub(crate) fn lines(&self, question: &Question, given: &Given) -> Vec<String> {
        let places = self.seen.run().ok().map(|body| &*body.settings().places);
        lines_of(self.seen.words, question, given.get(question.id.as_str()), places)
    }
}

/// An answer as people read it, a line each.
pub(crate) fn lines_of(
    words: crate::Words,
    question: &Question,
    answer: Option<&Json>,
    places: Option<&runtime::Places>,
) -> Vec<String> {
    let language = words.language();
    let option = |value: &str| {
        let found = question.options.iter().find(|option| option.value == value);
        found.map_or_else(|| value.to_owned(), |it| it.text.in_language(language).to_owned())
    };
    match (question.kind, answer) {
        (QuestionKind::Address, Some(Json::String(uprn))) => {
            match places.and_then(|places| places.get(uprn)) {
                Some(place) => vec![place.line.clone(), place.postcode.clone()],
                None => vec![uprn.clone()],
            }
        }
        (QuestionKind::Date, Some(Json::String(text))) => {
            let date: Option<base::Date> = text.parse().ok();
            vec![date.map_or_else(|| text.clone(), |date| words.date(date))]
        }
        (_, Some(Json::String(text))) if text.is_empty() => vec![words.not_given().to_owned()],
        (QuestionKind::Choice, Some(Json::String(value))) => vec![option(value)],
        (_, Some(Json::String(text))) => text.lines().map(str::to_owned).collect(),
        (_, Some(Json::Array(values))) => {
            values.iter().filter_map(Json::as_str).map(option).collect()
        }
        (_, Some(Json::Bool(yes))) => {
            vec![if *yes { words.yes() } else { words.no() }.to_owned()]
        }
        (_, Some(Json::Number(number))) => vec![number.to_string()],
        (_, None | Some(Json::Null | Json::Object(_))) => vec![words.not_given().to_owned()],
    }
}
