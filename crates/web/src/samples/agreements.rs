//! Samples of agreements, their use, the record of processing, and who looked.

use super::{Gallery, REFERENCE, date, frame, moment, resident, staff};
use crate::views::agreements::{
    ActivityLine, AgreementGroup, AgreementLine, AgreementPage, Agreements, Processing, Tells,
    UseLine, Uses,
};
use crate::views::everywhere::Everywhere;
use crate::views::my_data::{DataEntry, MyData};
use crate::views::page::Link;
use crate::views::request::Fact;
use crate::views::tag::{Tag, Tone};
use crate::views::tracking::MyRequests;
use crate::words::Words;

const STAFF: &str = "/millbrook/staff/data-protection";

fn text(words: Words, english: &str, welsh: &str) -> String {
    words.pick(english, welsh).to_owned()
}

fn title(words: Words) -> String {
    text(words, "Whether a qualifying benefit is paid", "A delir budd-dal cymhwysol")
}

fn agency(words: Words) -> String {
    text(words, "Oakland Benefits Agency", "Asiantaeth Budd-daliadau Derwen")
}

fn question(words: Words) -> String {
    text(
        words,
        "Does this person get a benefit that qualifies a child for free school meals?",
        "A yw'r person hwn yn cael budd-dal sy'n rhoi hawl i blentyn gael prydau ysgol am ddim?",
    )
}

fn runs(words: Words) -> String {
    let [from, until, review] = [1, 28, 15].map(|day| words.date(date(day)));
    words.agreement_runs(from.as_str(), review.as_str(), until.as_str())
}

fn between(words: Words) -> String {
    words.agreement_between(agency(words).as_str(), frame(words).band.name.as_str())
}

impl Agreements {
    /// One in force, one to be reviewed, as everybody reads them.
    pub fn sample(words: Words) -> Self {
        let line = |tag: Tag| AgreementLine {
            name: Link::new(title(words), "/millbrook/agreements/meals"),
            between: between(words),
            tag,
            runs: runs(words),
            used: None,
        };
        let near = words.agreement_near(words.count(90).as_str());
        let group =
            |heading: &str, agreements| AgreementGroup { heading: heading.to_owned(), agreements };
        Self {
            page: frame(words).page(words.agreements()).back_to("/millbrook/"),
            caption: frame(words).band.name,
            lead: words.agreements_lead().to_owned(),
            record: None,
            groups: vec![
                group(
                    words.agreements_in_force(),
                    vec![line(Tag::new(Tone::Good, words.agreement_in_force()))],
                ),
                group(words.agreements_near(), vec![line(Tag::new(Tone::Warn, near))]),
                group(words.agreements_over(), Vec::new()),
            ],
            nothing: None,
        }
    }

    /// The same to the data-protection officer.
    fn officer(words: Words) -> Self {
        let plain = Self::sample(words);
        let used = words.uses_all(words.count(2).as_str(), words.count(140).as_str());
        let with_use = |group: AgreementGroup| AgreementGroup {
            agreements: group
                .agreements
                .into_iter()
                .map(|line| AgreementLine { used: Some(used.clone()), ..line })
                .collect(),
            ..group
        };
        Self {
            page: staff(words, 0).page(words.data_protection()).back_to("/millbrook/staff"),
            lead: words.data_protection_lead(plain.caption.as_str()),
            record: Some(Link::new(words.processing_open(), format!("{STAFF}/record"))),
            groups: plain.groups.into_iter().map(with_use).collect(),
            ..Self::sample(words)
        }
    }
}

impl AgreementPage {
    /// A question, as everybody reads it.
    pub fn sample(words: Words) -> Self {
        let kinds = text(words, "benefit status", "statws budd-dal");
        let meals = text(words, "Free school meals", "Prydau ysgol am ddim");
        let limits =
            words.agreement_limits_text(words.count(2_000).as_str(), words.count(3).as_str());
        Self {
            page: frame(words).page(title(words)).back_to("/millbrook/agreements"),
            caption: between(words),
            tag: Tag::new(Tone::Good, words.agreement_in_force()),
            missing: None,
            questions: vec![Tells {
                text: question(words),
                more: words.agreement_tells(kinds.as_str(), meals.as_str()),
            }],
            notices: Vec::new(),
            facts: vec![
                Fact::new(words.agreement_provider(), agency(words)),
                Fact::new(words.agreement_validity(), runs(words)),
                Fact::new(words.agreement_limits(), limits),
            ],
            uses: None,
        }
    }

    /// The same with its use, for the data-protection officer.
    fn used(words: Words) -> Self {
        let day = |day, counts: [u64; 4]| UseLine {
            day: words.day_and_month(date(day)),
            counts: counts.map(|count| words.count(count)),
        };
        let uses = Uses {
            days: vec![day(24, [61, 58, 2, 1]), day(23, [79, 75, 3, 1])],
            counted: Some(words.uses_counted(words.count(5_000).as_str())),
            one_sided: words.uses_one_sided(words.count(2).as_str()),
            refused: vec![(
                words.refusal(sharing::Refusal::AssuranceTooLow).to_owned(),
                words.count(2),
            )],
        };
        Self {
            page: staff(words, 0).page(title(words)).back_to(STAFF),
            uses: Some(uses),
            ..Self::sample(words)
        }
    }

    /// A notice that a party has not signed, which nobody has used.
    fn unsigned(words: Words) -> Self {
        let used = Self::used(words);
        let kinds = text(words, "address", "cyfeiriad");
        let moving = text(words, "Change of address", "Newid cyfeiriad");
        Self {
            tag: Tag::new(Tone::Bad, words.agreement_unsigned()),
            missing: Some(words.agreement_missing(agency(words).as_str())),
            questions: Vec::new(),
            notices: vec![Tells {
                text: text(
                    words,
                    "The person has a new address.",
                    "Mae gan y person gyfeiriad newydd.",
                ),
                more: words.agreement_tells(kinds.as_str(), moving.as_str()),
            }],
            uses: used.uses.map(|uses| Uses { days: Vec::new(), ..uses }),
            ..Self::used(words)
        }
    }
}

impl Processing {
    /// One activity.
    pub fn sample(words: Words) -> Self {
        let days = words.processing_retention_days(words.count(730).as_str());
        let recipient =
            words.processing_recipient("meals@1", agency(words).as_str(), question(words).as_str());
        Self {
            page: staff(words, 0).page(words.processing()).back_to(STAFF),
            caption: frame(words).band.name,
            lead: words.processing_lead(words.date(date(24)).as_str()),
            download: Link::new(words.processing_download(), format!("{STAFF}/record.csv")),
            activities: vec![ActivityLine {
                title: text(words, "Free school meals", "Prydau ysgol am ddim"),
                facts: vec![
                    Fact::new(words.processing_controller(), frame(words).band.name),
                    Fact::new(words.processing_officer(), "Petra Wynstanley, officer@example.org"),
                    Fact::new(words.processing_people(), words.processing_requesters()),
                    Fact::new(words.processing_recipients(), recipient),
                    Fact::new(words.processing_transfers(), words.processing_transfers_none()),
                    Fact::new(words.processing_retention(), days),
                    Fact::new(words.processing_security(), words.processing_security_all()),
                    Fact::new(words.processing_machine(), words.processing_machine_approve()),
                ],
            }],
        }
    }
}

impl MyData {
    /// A look and a question.
    pub fn sample(words: Words) -> Self {
        let body = frame(words).band.name;
        let power =
            text(words, "the Education Act 1996, section 512ZB", "Ddeddf Addysg 1996, adran 512ZB");
        let entry = |number: u64, who: String, what: String, allowed: String| DataEntry {
            number: words.my_data_number(words.count(number).as_str()),
            who,
            what,
            allowed,
            when: words.moment(moment(24, 10, 0)),
            request: Some(Link::new(
                format!("{} {REFERENCE}", text(words, "Free school meals", "Prydau ysgol am ddim")),
                "/millbrook/requests/1",
            )),
            leaf: words.my_data_proof_text(words.count(number + 40).as_str()),
            proof: Link::new(
                words.my_data_download(),
                format!("/millbrook/my-data/{number}/proof"),
            ),
        };
        let asked = words.ledger_answered(
            words.answer_yes(),
            agency(words).as_str(),
            question(words).as_str(),
        );
        Self {
            page: resident(words).page(words.my_data()).back_to("/millbrook/my-requests"),
            lead: words.my_data_lead(body.as_str()),
            entries: vec![
                entry(
                    2,
                    words.ledger_who(body.as_str(), words.role_name(base::Role::Caseworker)),
                    words.opened_for_case_work().to_owned(),
                    words.ledger_looked_rule().to_owned(),
                ),
                entry(
                    1,
                    body.clone(),
                    asked,
                    words.ledger_allowed(power.as_str(), title(words).as_str()),
                ),
            ],
            caption: body,
            hidden: Some(words.my_data_hidden_one().to_owned()),
            older: Some("?before=41".to_owned()),
            links: vec![
                Link::new(words.my_data_all(), "/my-requests"),
                Link::new(words.agreements(), "/millbrook/agreements"),
            ],
        }
    }
}

impl Everywhere {
    /// Requests at two bodies.
    pub fn sample(words: Words) -> Self {
        let mine = MyRequests::sample(words);
        let body = frame(words).band.name;
        Self {
            page: frame(words).page(words.everywhere()).back_to("/"),
            lead: words.everywhere_lead().to_owned(),
            open: mine.open,
            closed: mine.closed,
            bodies: vec![Link::new(words.everywhere_of_body(body.as_str()), "/millbrook/my-data")],
            sign_in: Vec::new(),
        }
    }
}

pub(super) fn collect(gallery: &mut Gallery) -> askama::Result<()> {
    let words = gallery.words;
    let list = Agreements::sample(words);
    gallery.add("agreements", &list)?;
    let nothing = Some(words.agreements_empty(list.caption.as_str()));
    gallery.add_state(
        "agreements",
        "empty",
        &Agreements { groups: Vec::new(), nothing, ..list },
    )?;
    gallery.add_state("agreements", "officer", &Agreements::officer(words))?;
    gallery.add("agreement", &AgreementPage::sample(words))?;
    gallery.add_state("agreement", "used", &AgreementPage::used(words))?;
    gallery.add_state("agreement", "unsigned", &AgreementPage::unsigned(words))?;
    gallery.add("processing", &Processing::sample(words))?;
    let mine = MyData::sample(words);
    gallery.add("my_data", &mine)?;
    let (hidden, older) = (Some(words.my_data_hidden_many(words.count(3).as_str())), None);
    gallery.add_state(
        "my_data",
        "empty",
        &MyData { entries: Vec::new(), hidden, older, ..mine },
    )?;
    let all = Everywhere::sample(words);
    gallery.add("everywhere", &all)?;
    let none = Everywhere { open: Vec::new(), closed: Vec::new(), ..all.clone() };
    gallery.add_state("everywhere", "empty", &none)?;
    let sign_in = vec![Link::new(frame(words).band.name, "/millbrook/sign-in")];
    gallery.add_state("everywhere", "sign_in", &Everywhere { sign_in, ..none })
}
