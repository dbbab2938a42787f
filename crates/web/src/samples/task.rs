//! Samples of the desk.

use super::{Gallery, REFERENCE, staff};
use crate::views::field::{Choice, Control, Field, errors_of};
use crate::views::inquiry::Asked;
use crate::views::page::{Link, PageError, Place};
use crate::views::request::Fact;
use crate::views::staff::{StaffAnswers, StaffCase};
use crate::views::tag::{Tag, Tone};
use crate::views::task::{AskForm, StaffTask, TaskForm, TaskLine, TaskList};
use crate::views::tracking::Reason;
use crate::words::Words;

const TASKS: &str = "/millbrook/staff/tasks";

fn text(words: Words, english: &str, welsh: &str) -> String {
    words.pick(english, welsh).to_owned()
}

fn service(words: Words) -> String {
    text(words, "Apply for a Blue Badge", "Gwneud cais am Fathodyn Glas")
}

fn what(words: Words) -> String {
    text(words, "Decide whether walking is hard enough", "Penderfynu pa mor anodd yw cerdded")
}

fn why(words: Words) -> String {
    text(
        words,
        "no rule grants the badge without an assessment",
        "nad oes rheol sy'n rhoi'r bathodyn heb asesiad",
    )
}

/// What can be decided, the law under it where the model names one.
fn options(words: Words) -> Vec<Choice> {
    vec![
        Choice {
            hint: Some(text(
                words,
                "The Disabled Persons (Badges for Motor Vehicles) (England) Regulations 2000, regulation 4(2)(f)",
                "Rheoliadau Personau Anabl (Bathodynnau ar gyfer Cerbydau Modur) (Cymru) 2000, rheoliad 4(2)(f)",
            )),
            ..Choice::new(
                "granted/walking",
                text(
                    words,
                    "Grant the badge: they cannot walk far without help",
                    "Rhoi'r bathodyn: ni allant gerdded ymhell heb gymorth",
                ),
            )
        },
        Choice::new(
            "refused/walks",
            text(
                words,
                "Refuse: they can walk without much difficulty",
                "Gwrthod: gallant gerdded heb lawer o anhawster",
            ),
        ),
    ]
}

impl TaskList {
    /// Two tasks: one late and somebody's, one due today and nobody's.
    pub fn sample(words: Words) -> Self {
        let line = |reference: &str, days: i64, who: String| {
            let due = words.due_in(days);
            TaskLine {
                reference: reference.to_owned(),
                href: format!("{TASKS}/1/4"),
                what: what(words),
                service: service(words),
                why: why(words),
                news: (days == 0).then(|| Tag::new(Tone::Good, words.tasks_answered())),
                late: (days < 0).then(|| Tag::new(Tone::Warn, due.as_str())),
                due,
                who,
            }
        };
        let place = |text: &str, query: &str, here| Place {
            link: Link::new(text, format!("{TASKS}{query}")),
            here,
        };
        let colleague = words.colleague(base::Role::Assessor, "NO");
        Self {
            page: staff(words, 0).page(words.tasks_title()).back_to("/millbrook/staff"),
            caption: text(words, "Millbrook District Council", "Cyngor Brynarian"),
            filters: vec![
                place(words.tasks_all(), "", true),
                place(words.tasks_mine(), "?mine=1", false),
                place(&service(words), "?service=blue-badge", false),
            ],
            count: words.tasks_count(words.count(2).as_str()),
            tasks: vec![
                line(REFERENCE, -2, colleague),
                line("MBC-9QXD-7K3M-T", 0, words.task_nobody().to_owned()),
            ],
            first: Some(TASKS.to_owned()),
            next: Some("?after=1".to_owned()),
        }
    }
}

fn ask_form(words: Words) -> AskForm {
    let days = words.working_days(10);
    let area = Control::Area { value: String::new(), most: Some(1_000) };
    AskForm {
        notes: vec![
            words.task_ask_text(days.as_str()),
            words.task_ask_language(words.language_name()),
            words.task_ask_no_address().to_owned(),
            words.task_ask_reference().to_owned(),
        ],
        field: Field::new(words, "question", words.task_ask_field(), area),
        action: format!("{TASKS}/1/4/ask"),
        open: false,
    }
}

impl StaffTask {
    /// A task that nobody has taken yet.
    pub fn sample(words: Words) -> Self {
        let page = staff(words, 0).page(what(words)).back_to(TASKS);
        let label = text(words, "What do you decide?", "Beth yw eich penderfyniad?");
        let area = Control::Area { value: String::new(), most: Some(2_000) };
        let address = format!("{TASKS}/1/4");
        Self {
            caption: format!("{} {REFERENCE}", service(words)),
            due: Tag::new(Tone::Busy, words.due_in(3)),
            why: words.task_why(why(words).as_str()),
            who: words.task_nobody().to_owned(),
            held: None,
            acts: vec![page.second_act(words.task_take(), format!("{address}/claim"))],
            asked: None,
            ask: Some(ask_form(words)),
            answers: StaffAnswers::Shown {
                facts: vec![Fact::new(
                    text(words, "How far can you walk?", "Pa mor bell allwch chi gerdded?"),
                    text(
                        words,
                        "About 40 metres, then I have to rest.",
                        "Tua 40 metr, yna rhaid i mi orffwys.",
                    ),
                )],
                recorded: words.look_recorded().to_owned(),
            },
            found: vec![Fact::new(
                text(words, "Gets a qualifying benefit", "Yn cael budd-dal cymhwysol"),
                words.no(),
            )],
            reasons: vec![Reason {
                text: text(
                    words,
                    "No benefit was found that gives the badge by itself.",
                    "Ni ddaethpwyd o hyd i fudd-dal sy'n rhoi'r bathodyn ynddo'i hun.",
                ),
                law: None,
            }],
            decided: Vec::new(),
            facts: StaffCase::sample(words).facts,
            timeline: super::tracking::timeline(words, false).into_iter().take(1).collect(),
            case: Some(Link::new(words.see_case(REFERENCE), "/millbrook/staff/cases/1")),
            form: Some(TaskForm {
                fields: vec![
                    Field::new(words, "give-decision", label, Control::Radios(options(words))),
                    Field::new(words, "reason", words.task_reason(), area),
                ],
                action: address,
            }),
            page,
        }
    }

    /// A task that a colleague has.
    fn held(words: Words) -> Self {
        let plain = Self::sample(words);
        let back = plain.page.second_act(words.task_hand_back(), format!("{TASKS}/1/4/hand-back"));
        let before = text(words, "Ask the doctor for a report", "Gofyn i'r meddyg am adroddiad");
        Self {
            who: words.colleague(base::Role::Assessor, "NO"),
            held: Some(words.task_is_held().to_owned()),
            acts: vec![back],
            due: Tag::new(Tone::Warn, words.due_in(-2)),
            decided: vec![Fact::new(
                before,
                text(words, "The letter was not clear.", "Nid oedd y llythyr yn glir."),
            )],
            found: Vec::new(),
            reasons: Vec::new(),
            case: None,
            ask: None,
            form: None,
            ..plain
        }
    }

    /// A task from which the person was asked something.
    fn asked(words: Words) -> Self {
        let asked = words.moment(super::moment(25, 10, 0));
        let until = words.task_asked_out(asked.as_str(), words.date(super::date(30)).as_str());
        let (text, lang) = (super::inquiry::question(words), words.tag());
        let plain = Self::sample(words);
        Self {
            page: plain.page.clone().saying(words.task_asked_notice()),
            asked: Some(Asked { text, lang, until, answer: None }),
            ask: None,
            who: words.task_yours().to_owned(),
            ..plain
        }
    }

    /// A question that was sent empty.
    fn ask_wrong(words: Words) -> Self {
        let mut ask = ask_form(words);
        ask.field = ask.field.wrong(words.error_ask());
        ask.open = true;
        let plain = Self::sample(words);
        let page = plain.page.clone().with_errors(errors_of(std::slice::from_ref(&ask.field)));
        Self { page, ask: Some(ask), ..plain }
    }

    /// A form that was sent unfinished, while a colleague took the task.
    fn wrong(words: Words) -> Self {
        let plain = Self::sample(words);
        let label = text(words, "what do you decide?", "beth yw eich penderfyniad?");
        let wrongs =
            [words.error_task_choose(label.as_str()), words.error_review_reason().to_owned()];
        let form = plain.form.map(|form| TaskForm {
            fields: form
                .fields
                .into_iter()
                .zip(wrongs)
                .map(|(field, wrong)| field.wrong(wrong))
                .collect(),
            ..form
        });
        let mut errors = form.as_ref().map(|form| errors_of(&form.fields)).unwrap_or_default();
        errors.push(PageError { text: words.task_taken_meanwhile().to_owned(), href: None });
        let page = plain.page.with_errors(errors);
        Self { page, form, answers: StaffAnswers::Erased(words.answers_gone().to_owned()), ..plain }
    }
}

pub(super) fn collect(gallery: &mut Gallery) -> askama::Result<()> {
    let words = gallery.words;
    let list = TaskList::sample(words);
    gallery.add("task_list", &list)?;
    let page = list.page.clone().saying(words.task_decided_notice());
    let empty = TaskList { page, tasks: Vec::new(), first: None, next: None, ..list };
    gallery.add_state("task_list", "empty", &empty)?;
    gallery.add("staff_task", &StaffTask::sample(words))?;
    gallery.add_state("staff_task", "held", &StaffTask::held(words))?;
    gallery.add_state("staff_task", "asked", &StaffTask::asked(words))?;
    gallery.add_state("staff_task", "ask_wrong", &StaffTask::ask_wrong(words))?;
    gallery.add_state("staff_task", "wrong", &StaffTask::wrong(words))
}
