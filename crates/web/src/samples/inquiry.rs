//! Samples of a question to the person who asked.

use super::{Gallery, REFERENCE, date, resident, staff};
use crate::views::field::{Control, Field, errors_of};
use crate::views::inquiry::{AnswerQuestion, Asked};
use crate::words::Words;

/// What staff ask.
pub(super) fn question(words: Words) -> String {
    words
        .pick(
            "Which bin stood out, and by what time?",
            "Pa fin oedd allan, ac erbyn faint o'r gloch?",
        )
        .to_owned()
}

/// The question on the page of the request.
pub(super) fn asked(words: Words) -> Asked {
    Asked {
        text: question(words),
        lang: words.tag(),
        until: words.question_until(words.date(date(30)).as_str()),
        answer: Some("/millbrook/requests/1/question".to_owned()),
    }
}

impl AnswerQuestion {
    /// Nothing entered.
    pub fn sample(words: Words) -> Self {
        let area = Control::Area { value: String::new(), most: Some(2_000) };
        let field = Field::new(words, "answer", words.question_your_answer(), area);
        Self {
            page: resident(words).page(words.question_title()).back_to("/millbrook/requests/1"),
            caption: format!("{} {REFERENCE}", super::service_title(words)),
            say: None,
            asked: Asked { answer: None, ..asked(words) },
            fields: vec![field.hinted(words.question_who_reads())],
            action: "/millbrook/requests/1/question".to_owned(),
        }
    }
}

pub(super) fn collect(gallery: &mut Gallery) -> askama::Result<()> {
    let words = gallery.words;
    let plain = AnswerQuestion::sample(words);
    gallery.add("answer_question", &plain)?;
    let fields: Vec<Field> =
        plain.fields.iter().map(|field| field.clone().wrong(words.error_answer())).collect();
    let page = plain.page.clone().with_errors(errors_of(&fields));
    gallery.add_state(
        "answer_question",
        "wrong",
        &AnswerQuestion { page, fields, ..plain.clone() },
    )?;
    let late =
        Asked { until: words.question_late(words.date(date(20)).as_str()), ..plain.asked.clone() };
    gallery.add_state(
        "answer_question",
        "late",
        &AnswerQuestion { asked: late, ..plain.clone() },
    )?;
    let by_agent = AnswerQuestion {
        page: staff(words, 0).page(words.question_enter()).back_to("/millbrook/staff/cases/1"),
        say: Some(words.question_say().to_owned()),
        ..plain
    };
    gallery.add_state("answer_question", "agent", &by_agent)
}
