//! `service.toml`: what a service is, who owns it, and on what ground a machine may act.

use base::{BodyId, Channel, Language, QuestionId, ServiceId, Text};

use crate::parts::Part;

/// What a machine may decide about a person without one (DESIGN L14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Automation {
    /// Nothing.
    None,
    /// It may grant.
    Approve,
    /// It may grant and refuse.
    ApproveAndRefuse,
}

/// Whether a requester signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignIn {
    /// Nobody signs in.
    None,
    /// As the requester wishes.
    #[default]
    Optional,
    /// Everybody signs in.
    Required,
}

/// The date by which an outcome is promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// Working days after the day of receipt.
    pub working_days: u16,
}

/// When a second report is the same as an open one.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duplicate {
    /// The questions whose answers are then equal.
    pub questions: Vec<QuestionId>,
}

/// How "this is not fixed" is heard.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotFixed {
    /// The message that starts the process again.
    pub message: String,
    /// Days after the outcome within which it is heard.
    pub within_days: i64,
}

/// Where a process waits for a requester to pay.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// The receive task that waits: while it does, the requester is shown where to pay.
    pub element: String,
    /// The variable that holds the address of the provider's page.
    pub page: String,
}

/// Whether an outcome grants or refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeEnd {
    /// What was asked for is done.
    Done,
    /// It is refused, with a ground.
    Refused,
}

/// An outcome that an end event of the process names.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Its id, which is its end event's id.
    pub id: String,
    /// Whether it grants or refuses.
    pub end: OutcomeEnd,
    /// What the requester is told, as one or two sentences.
    pub text: Text,
    /// Whether the answer itself goes by letter alone, so that no page gives its reasons.
    #[serde(default)]
    pub by_letter: bool,
}

/// What Open311 shows beside the questions.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Open311 {
    /// The group that clients show it under.
    #[serde(default)]
    pub group: String,
    /// Words that clients search by.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// The question that `address_id` answers.
    pub address_id: Option<QuestionId>,
    /// The question that `description` answers.
    pub description: Option<QuestionId>,
    /// The question that `email` answers.
    pub email: Option<QuestionId>,
    /// The question that `phone` answers.
    pub phone: Option<QuestionId>,
    /// The question that `first_name` and `last_name` answer, joined.
    pub name: Option<QuestionId>,
}

/// A `service.toml`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// The service's name in addresses.
    pub id: ServiceId,
    /// The body that answers for the package.
    pub owner: BodyId,
    /// The nation whose law and holidays apply: `england`, `wales`, `scotland`, `northern-ireland`.
    pub nation: String,
    /// The letters before its references.
    pub prefix: String,
    /// The name that residents know it by.
    pub title: Text,
    /// One sentence about it.
    pub summary: Text,
    /// Words that residents search by, beside title and summary.
    #[serde(default)]
    pub keywords: Text,
    /// The heading that it stands under in a catalogue.
    pub category: Text,
    /// The channels by which it may be asked.
    pub channels: Vec<Channel>,
    /// Whether a requester signs in.
    #[serde(default)]
    pub sign_in: SignIn,
    /// The power by which the body does this.
    pub power: Text,
    /// The lawful basis of processing.
    pub lawful_basis: Text,
    /// Whether what is asked for is a claim: people are then told that asking a person to look
    /// again does not affect it.
    #[serde(default)]
    pub claim: bool,
    /// What a machine may decide.
    pub automated: Automation,
    /// On what ground.
    pub ground: Option<Text>,
    /// When an outcome is promised.
    pub promise: Promise,
    /// Days after closing until personal values are erased.
    pub retention_days: u32,
    /// Which date governs the law applied: `received` or a question's id.
    #[serde(default = "received")]
    pub governing_date: String,
    /// Agreements that it relies on.
    #[serde(default)]
    pub agreements: Vec<String>,
    /// When a second report is the same.
    pub duplicate: Option<Duplicate>,
    /// How "this is not fixed" is heard.
    pub not_fixed: Option<NotFixed>,
    /// Process variables kept for a return.
    #[serde(default)]
    pub keep: Vec<String>,
    /// The outcomes, one for each end event.
    #[serde(default, rename = "outcome")]
    pub outcomes: Vec<Outcome>,
    /// What a request comes to, piece by piece, where it reaches several offices.
    #[serde(default, rename = "part")]
    pub parts: Vec<Part>,
    /// What Open311 shows.
    #[serde(default)]
    pub open311: Open311,
    /// The label of the button that sends it: "Report the missed bin".
    pub send: Text,
    /// What it costs the requester, in pence.
    #[serde(default)]
    pub fee_pence: u32,
    /// Where the requester pays it.
    pub payment: Option<Payment>,
    /// Days of the week on which it is worked on: `monday` to `sunday`; Monday to Friday when none are named.
    #[serde(default)]
    pub opening_days: Vec<Day>,
    /// Values of its decisions that an adopting body may set for itself.
    #[serde(default, rename = "local")]
    pub locals: Vec<Local>,
}

/// A day of the week.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Day {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

/// A value of a decision that an adopting body may set for itself.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Local {
    /// Its name in overlays.
    pub id: String,
    /// The decision file that it stands in.
    pub file: String,
    /// The decision whose logic is this one literal.
    pub decision: String,
    /// What it means.
    pub text: Text,
}

fn received() -> String {
    "received".to_owned()
}

impl Definition {
    /// The outcome of an end event.
    pub fn outcome(&self, id: &str) -> Option<&Outcome> {
        self.outcomes.iter().find(|outcome| outcome.id == id)
    }

    /// Whether the service is offered by a channel.
    pub fn offers(&self, channel: Channel) -> bool {
        self.channels.contains(&channel)
    }

    /// Whether title, summary or keywords contain every word of a search, in any language.
    pub fn matches(&self, search: &str) -> bool {
        let said: String = Language::ALL
            .iter()
            .flat_map(|language| {
                [&self.title, &self.summary, &self.keywords]
                    .map(|text| text.get(*language).unwrap_or_default().to_lowercase())
            })
            .collect::<Vec<_>>()
            .join(" ");
        search.to_lowercase().split_whitespace().all(|word| said.contains(word))
    }
}
