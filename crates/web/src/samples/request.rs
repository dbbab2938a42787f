//! Samples of asking: every kind of question, with and without errors, for residents and agents.

use super::{Gallery, REFERENCE, contractor, date, frame, staff};
use crate::views::field::{Choice, Control, Field, Given, LineKind, errors_of};
use crate::views::page::Link;
use crate::views::request::{
    Answer, AnswerGroup, CheckAnswers, Confirmation, Exit, Fact, Following, Question, Step, Told,
};
use crate::words::Words;

const ACTION: &str = "/millbrook/request/1/page";

fn text(words: Words, english: &str, welsh: &str) -> String {
    words.pick(english, welsh).to_owned()
}

fn bins(words: Words) -> Vec<Choice> {
    let hinted = |mut choice: Choice, hint: String| {
        choice.hint = Some(hint);
        choice
    };
    vec![
        hinted(
            Choice::new("refuse", text(words, "Rubbish", "Sbwriel")),
            text(words, "The black bin", "Y bin du"),
        ),
        hinted(
            Choice::new("recycling", text(words, "Recycling", "Ailgylchu")),
            text(
                words,
                "The green bin: paper, tins, bottles",
                "Y bin gwyrdd: papur, tuniau, poteli",
            ),
        ),
        hinted(
            Choice::new("garden", text(words, "Garden waste", "Gwastraff gardd")),
            text(words, "The brown bin", "Y bin brown"),
        ),
    ]
}

fn bin_field(words: Words) -> Field {
    let label = text(words, "Which bin was missed?", "Pa fin na chafodd ei gasglu?");
    Field::new(words, "bin", label, Control::one_of(bins(words))).headed()
}

fn date_field(words: Words) -> Field {
    let label = text(
        words,
        "When was your bin due to be emptied?",
        "Pryd oedd eich bin i fod i gael ei wagio?",
    );
    let blank = Control::Date {
        day: String::new(),
        month: String::new(),
        year: String::new(),
        birth: false,
    };
    let hint = text(words, "Like 27 3 2026", "Er enghraifft, 27 3 2026");
    Field::new(words, "due", label, blank).headed().hinted(hint)
}

fn addresses(words: Words, count: usize) -> Vec<Choice> {
    let street = words.pick("Orchard Row, Millbrook", "Heol y Berllan, Brynarian");
    (1..=count)
        .map(|number| Choice::new(format!("10{number}"), format!("{number} {street}")))
        .collect()
}

fn address_label(words: Words) -> String {
    text(words, "What is your address?", "Beth yw eich cyfeiriad?")
}

fn address_hint(words: Words) -> String {
    text(
        words,
        "Enter the postcode, then choose the address.",
        "Rhowch y cod post, yna dewiswch y cyfeiriad.",
    )
}

fn address_field(words: Words, count: usize) -> Field {
    let choices = Control::one_of(addresses(words, count));
    let field = Field::new(words, "address", address_label(words), choices);
    let mut field = field.headed().hinted(address_hint(words));
    field.given = Some(Given {
        name: words.postcode().to_owned(),
        value: "ZZ1 2AB".to_owned(),
        change: Link::new(words.change(), "?postcode="),
        hidden: words.postcode().to_owned(),
    });
    field
}

fn details(words: Words) -> Field {
    let label = text(
        words,
        "Is there anything the crew should know?",
        "A oes unrhyw beth y dylai'r criw ei wybod?",
    );
    let hint = text(
        words,
        "For example, where the bin stands.",
        "Er enghraifft, ble mae'r bin yn sefyll.",
    );
    let area = Control::Area { value: String::new(), most: Some(1_000) };
    Field::new(words, "details", label, area).headed().hinted(hint).optional()
}

fn contact(words: Words) -> Vec<Field> {
    vec![
        Field::line(words, "email", words.email_address(), LineKind::Email, "")
            .hinted(text(
                words,
                "We send you the reference, and a word when it is done.",
                "Byddwn yn anfon y cyfeirnod atoch, a gair pan fydd wedi'i wneud.",
            ))
            .optional(),
        Field::line(words, "phone", words.phone_number(), LineKind::Phone, "")
            .hinted(text(
                words,
                "We only call when the crew cannot find the bin.",
                "Dim ond os na all y criw ddod o hyd i'r bin y byddwn yn ffonio.",
            ))
            .optional(),
    ]
}

impl Question {
    /// One of three options.
    pub fn sample(words: Words) -> Self {
        Self::of(words, vec![bin_field(words)])
    }

    fn of(words: Words, fields: Vec<Field>) -> Self {
        let title = fields.first().map_or_else(String::new, |field| field.label.clone());
        let errors = errors_of(&fields);
        Self {
            page: frame(words)
                .page(title)
                .back_to("/millbrook/request/1/address")
                .with_errors(errors),
            caption: super::service_title(words),
            heading: None,
            intro: None,
            fields,
            action: ACTION.to_owned(),
            button: words.continue_button().to_owned(),
            otherwise: None,
            known: Vec::new(),
        }
    }

    /// The same question under a heading of its own.
    fn under(mut self, heading: String) -> Self {
        self.page.title.clone_from(&heading);
        self.heading = Some(heading);
        self
    }

    fn group(words: Words, fields: Vec<Field>) -> Self {
        let heading = text(words, "How can we reach you?", "Sut gallwn ni gysylltu â chi?");
        let intro = text(
            words,
            "You do not have to tell us. Then keep your reference safe.",
            "Nid oes rhaid i chi ddweud wrthym. Os felly, cadwch eich cyfeirnod yn ddiogel.",
        );
        let group = Self::of(words, fields);
        let page =
            group.page.frame.clone().page(heading.clone()).with_errors(group.page.errors.clone());
        let page = page.back_to("/millbrook/request/1/details");
        Self { page, heading: Some(heading), intro: Some(intro), ..group }
    }

    fn for_agent(words: Words, field: Field) -> Self {
        let question = Self::of(words, vec![field]);
        let page = staff(words, 0).page(question.page.title).back_to("/millbrook/staff");
        let known = vec![
            Fact::new(words.postcode(), "ZZ1 2AB"),
            Fact::new(
                text(words, "Address", "Cyfeiriad"),
                text(words, "12 Orchard Row, Millbrook", "12 Heol y Berllan, Brynarian"),
            ),
        ];
        Self { page, known, ..question }
    }
}

fn collect_questions(gallery: &mut Gallery) -> askama::Result<()> {
    let words = gallery.words;
    gallery.add("question", &Question::sample(words))?;
    let wrong = bin_field(words).wrong(text(
        words,
        "Choose the bin that was missed",
        "Dewiswch y bin na chafodd ei gasglu",
    ));
    gallery.add_state("question", "radios_wrong", &Question::of(words, vec![wrong]))?;
    gallery.add_state("question", "date", &Question::of(words, vec![date_field(words)]))?;
    let mut wrong = date_field(words).wrong(text(
        words,
        "Enter the date your bin was due, like 27 3 2026",
        "Rhowch y dyddiad yr oedd eich bin i fod i gael ei wagio, er enghraifft 27 3 2026",
    ));
    wrong.control = Control::Date {
        day: "31".to_owned(),
        month: "2".to_owned(),
        year: "2026".to_owned(),
        birth: false,
    };
    gallery.add_state("question", "date_wrong", &Question::of(words, vec![wrong]))?;
    let postcode = Field::line(words, "postcode", words.postcode(), LineKind::Postcode, "")
        .hinted(address_hint(words));
    let asked = Question::of(words, vec![postcode.clone()]).under(address_label(words));
    gallery.add_state("question", "postcode", &asked)?;
    let wrong = postcode.clone().wrong(words.error_postcode());
    let asked = Question::of(words, vec![wrong]).under(address_label(words));
    gallery.add_state("question", "postcode_wrong", &asked)?;
    let unknown = postcode.wrong(words.error_postcode_unknown());
    let asked = Question::of(words, vec![unknown]).under(address_label(words));
    gallery.add_state("question", "postcode_unknown_wrong", &asked)?;
    let mut address = Question::of(words, vec![address_field(words, 5)]);
    address.otherwise = Some(Link::new(words.address_not_listed(), "?not-listed"));
    gallery.add_state("question", "address", &address)?;
    address.fields = vec![address_field(words, 30)];
    gallery.add_state("question", "address_many", &address)?;
    gallery.add_state("question", "long_text", &Question::of(words, vec![details(words)]))?;
    collect_more_questions(gallery)
}

fn collect_more_questions(gallery: &mut Gallery) -> askama::Result<()> {
    let words = gallery.words;
    let label = text(
        words,
        "How many bins were missed in your street?",
        "Faint o finiau na chafodd eu casglu yn eich stryd?",
    );
    let number = Field::line(words, "count", label, LineKind::Number, "many").headed();
    let number = number.wrong(text(
        words,
        "Enter a whole number, like 3",
        "Rhowch rif cyfan, er enghraifft 3",
    ));
    gallery.add_state("question", "integer_wrong", &Question::of(words, vec![number]))?;
    let label = text(words, "What is your name?", "Beth yw eich enw?");
    let name = Field::line(words, "name", label, LineKind::Text, "").headed();
    gallery.add_state("question", "text", &Question::of(words, vec![name]))?;
    let label = text(words, "Is any of this true?", "A oes unrhyw un o'r rhain yn wir?");
    let mut boxes = vec![
        Choice::new(
            "blocked",
            text(words, "The road was blocked", "Roedd y ffordd wedi'i rhwystro"),
        ),
        Choice::new(
            "late",
            text(words, "My bin was out after 7am", "Roedd fy min allan ar ôl 7yb"),
        ),
        Choice::new(
            "other",
            text(
                words,
                "Other bins in the street were emptied",
                "Cafodd biniau eraill yn y stryd eu gwagio",
            ),
        ),
    ];
    if let Some(last) = boxes.last_mut() {
        last.chosen = true;
    }
    let field = Field::new(words, "facts", label, Control::Checkboxes(boxes))
        .headed()
        .hinted(words.choose_all());
    gallery.add_state("question", "checkboxes", &Question::of(words, vec![field.clone()]))?;
    let wrong = field.wrong(text(words, "Choose at least one", "Dewiswch o leiaf un"));
    gallery.add_state("question", "checkboxes_wrong", &Question::of(words, vec![wrong]))?;
    gallery.add_state("question", "group", &Question::group(words, contact(words)))?;
    let mut fields = contact(words);
    if let [email, phone] = fields.as_mut_slice() {
        *email = Field::line(words, "email", email.label.clone(), LineKind::Email, "mair.example")
            .optional()
            .wrong(words.error_email());
        *phone = Field::line(words, "phone", phone.label.clone(), LineKind::Phone, "12")
            .optional()
            .wrong(words.error_phone());
    }
    gallery.add_state("question", "group_wrong", &Question::group(words, fields))?;
    let say = text(
        words,
        "Which of your bins did they leave: rubbish, recycling or garden waste?",
        "Pa un o'ch biniau adawon nhw: sbwriel, ailgylchu neu wastraff gardd?",
    );
    let spoken = Question::for_agent(words, bin_field(words).spoken(say));
    gallery.add_state("question", "agent", &spoken)
}

impl CheckAnswers {
    /// The missed bin, before it is sent.
    pub fn sample(words: Words) -> Self {
        let answer = |question: String, lines: Vec<String>, held: Option<String>| Answer {
            question,
            lines,
            change: held.is_none().then(|| "/millbrook/request/1/bin".to_owned()),
            held,
        };
        let street = text(words, "12 Orchard Row", "12 Heol y Berllan");
        let town = text(words, "Millbrook", "Brynarian");
        let body = frame(words).band.name;
        let answers = vec![
            answer(
                text(words, "Address", "Cyfeiriad"),
                vec![street, town, "ZZ1 2AB".to_owned()],
                None,
            ),
            answer(text(words, "Bin", "Bin"), vec![text(words, "Recycling", "Ailgylchu")], None),
            answer(
                text(words, "Collection day", "Diwrnod casglu"),
                vec![text(words, "Tuesday", "Dydd Mawrth")],
                Some(words.held_by(body.as_str())),
            ),
            answer(
                text(words, "Due on", "I fod i gael ei wagio"),
                vec![words.date(date(24))],
                None,
            ),
            answer(
                words.email_address().to_owned(),
                vec!["mair.example@example.org".to_owned()],
                None,
            ),
            answer(words.phone_number().to_owned(), vec![words.not_given().to_owned()], None),
        ];
        Self {
            page: frame(words).page(words.check_title()).back_to("/millbrook/request/1/contact"),
            caption: super::service_title(words),
            groups: vec![AnswerGroup { heading: None, answers }],
            say: None,
            before_send: vec![words.computer_will_decide(body.as_str())],
            action: "/millbrook/request/1/send".to_owned(),
            once: "sample-once".to_owned(),
            button: text(words, "Report the missed bin", "Rhoi gwybod am y bin"),
        }
    }
}

impl Confirmation {
    /// The missed bin, received.
    pub fn sample(words: Words) -> Self {
        let step = |when: String, text: String| Step { when: Some(when), text };
        let contractor = contractor(words);
        Self {
            page: frame(words).page(words.received_title()),
            reference: Some(REFERENCE.to_owned()),
            say: None,
            joined: None,
            told: Told::UnderWay {
                next: vec![
                    step(words.today().to_owned(), words.sent_to(contractor)),
                    step(
                        words.by_date(words.date(date(26)).as_str()),
                        text(
                            words,
                            "The crew comes back for your bin. Leave it at the kerb.",
                            "Bydd y criw yn dod yn ôl at eich bin. Gadewch ef wrth ymyl y ffordd.",
                        ),
                    ),
                ],
                following: Some(Following {
                    how_we_know: words.contractor_tells_us(contractor),
                    if_it_goes_wrong: words.if_it_goes_wrong_text().to_owned(),
                }),
            },
            parts: Vec::new(),
            keep: Some(words.copy_sent("mair.example@example.org")),
            status: Some("/millbrook/track/status".to_owned()),
            onward: Link::new(words.all_services(), "/millbrook/"),
        }
    }
}

impl Exit {
    /// Too early to report.
    pub fn sample(words: Words) -> Self {
        let title = text(
            words,
            "Your bin is due on another day",
            "Mae eich bin i fod i gael ei wagio ar ddiwrnod arall",
        );
        Self {
            page: frame(words).page(title).back_to("/millbrook/request/1/due"),
            caption: super::service_title(words),
            paragraphs: vec![
                text(
                    words,
                    "Recycling is emptied on Thursdays at 12 Orchard Row.",
                    "Mae ailgylchu'n cael ei wagio ar ddydd Iau yn 12 Heol y Berllan.",
                ),
                text(
                    words,
                    "Put your bin out by 7am on Thursday 26 November 2026. Tell us if it is still full the day after.",
                    "Rhowch eich bin allan erbyn 7yb ddydd Iau 26 Tachwedd 2026. Rhowch wybod i ni os yw'n dal yn llawn y diwrnod wedyn.",
                ),
            ],
            links: vec![
                Link::new(
                    text(words, "Change the date", "Newid y dyddiad"),
                    "/millbrook/request/1/due",
                ),
                Link::new(words.all_services(), "/millbrook/"),
            ],
        }
    }
}

pub(super) fn collect(gallery: &mut Gallery) -> askama::Result<()> {
    collect_questions(gallery)?;
    let words = gallery.words;
    let check = CheckAnswers::sample(words);
    gallery.add("check_answers", &check)?;
    let errors = bin_field(words).wrong(text(
        words,
        "Choose the bin that was missed",
        "Dewiswch y bin na chafodd ei gasglu",
    ));
    let mut missing = check.clone();
    missing.page.errors = errors_of(&[errors]);
    for error in &mut missing.page.errors {
        error.href = Some("/millbrook/request/1/bin".to_owned());
    }
    gallery.add_state("check_answers", "wrong", &missing)?;
    let agent = CheckAnswers {
        page: staff(words, 0).page(words.check_title()).back_to("/millbrook/request/1/contact"),
        say: Some(words.read_back().to_owned()),
        ..check
    };
    gallery.add_state("check_answers", "agent", &agent)?;
    collect_confirmations(gallery)?;
    gallery.add("exit", &Exit::sample(words))
}

fn collect_confirmations(gallery: &mut Gallery) -> askama::Result<()> {
    let words = gallery.words;
    let confirmation = Confirmation::sample(words);
    gallery.add("confirmation", &confirmation)?;
    let joined = Confirmation {
        joined: Some(words.joined_open().to_owned()),
        keep: Some(words.keep_reference().to_owned()),
        ..confirmation.clone()
    };
    gallery.add_state("confirmation", "joined", &joined)?;
    let anothers = Confirmation {
        reference: None,
        status: None,
        keep: None,
        joined: Some(words.joined_anothers().to_owned()),
        told: Told::UnderWay {
            next: vec![Step {
                when: Some(words.by_date(words.date(date(26)).as_str())),
                text: words.next_promised().to_owned(),
            }],
            following: None,
        },
        ..joined
    };
    gallery.add_state("confirmation", "joined_anothers", &anothers)?;
    let in_parts = Confirmation { parts: super::tracking::parts(words), ..confirmation.clone() };
    gallery.add_state("confirmation", "in_parts", &in_parts)?;
    let refused = Confirmation {
        page: frame(words).page(words.answered_title()),
        told: Told::Answered {
            answer: super::tracking::refusal(words),
            decision: Some(super::tracking::decision(words)),
        },
        ..confirmation.clone()
    };
    gallery.add_state("confirmation", "refused", &refused)?;
    let refused = Confirmation {
        page: staff(words, 0).page(words.answered_title()),
        say: Some(words.tell_answer(super::tracking::refusal(words).as_str())),
        keep: None,
        onward: Link::new(words.next_call(), "/millbrook/staff"),
        ..refused
    };
    gallery.add_state("confirmation", "agent_refused", &refused)?;
    let agent = Confirmation {
        page: staff(words, 0).page(words.received_title()),
        say: Some(words.tell_reference(words.date(date(26)).as_str())),
        keep: None,
        onward: Link::new(words.next_call(), "/millbrook/staff"),
        ..confirmation
    };
    gallery.add_state("confirmation", "agent", &agent)
}
