//! What every event says about work: who acted, through which channel, and why a person was
//! needed (DESIGN idea 6). Straight-through rate, cost and mining are read from these.

/// The way by which a request came.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A resident's own browser.
    Web,
    /// A contact-centre agent on behalf of a caller.
    Agent,
    /// The JSON API.
    Api,
    /// Open311 `GeoReport` v2.
    Open311,
}

impl Channel {
    /// Every channel, in the order of reports.
    pub const ALL: [Self; 4] = [Self::Web, Self::Agent, Self::Api, Self::Open311];

    /// The channel's key in data.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Agent => "agent",
            Self::Api => "api",
            Self::Open311 => "open311",
        }
    }

    /// Reads a key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.key() == key)
    }
}

/// What a member of staff is there to do (DESIGN L15).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Enters calls and helps callers.
    Agent,
    /// Decides what the machine could not.
    Caseworker,
    /// Judges with expert knowledge.
    Assessor,
    /// Designs services.
    Designer,
    /// Answers for services and their figures.
    Head,
    /// Answers for cost and recharge.
    Finance,
    /// Answers for the lawful use of personal data.
    DataProtection,
    /// Keeps the installation and its back-office connections running.
    Operator,
}

impl Role {
    /// Every role, in the order of the golden access table.
    pub const ALL: [Self; 8] = [
        Self::Agent,
        Self::Caseworker,
        Self::Assessor,
        Self::Designer,
        Self::Head,
        Self::Finance,
        Self::DataProtection,
        Self::Operator,
    ];

    /// The role's key in data and wording.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Caseworker => "caseworker",
            Self::Assessor => "assessor",
            Self::Designer => "designer",
            Self::Head => "head",
            Self::Finance => "finance",
            Self::DataProtection => "data_protection",
            Self::Operator => "operator",
        }
    }
}

/// The kind of actor behind an event; never which person.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// This program, by rule.
    System,
    /// Who asks.
    Requester,
    /// A member of staff, in one of their roles.
    Staff(Role),
    /// A back office, by its answer or its call.
    BackOffice,
    /// Another public body.
    Body,
}

/// Where a piece of work stands, as event logs tell it (XES lifecycle).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Lifecycle {
    /// It may begin.
    Enabled,
    /// Someone or something works on it.
    Started,
    /// It is done.
    Completed,
}

/// Why a person was needed after receipt.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum TouchReason {
    /// Nobody knows whether the back office did the work.
    UnknownOutcome,
    /// The back office could not be reached or kept failing.
    BackOfficeFailed,
    /// A model or a mapping could not go on.
    ModelFailed,
    /// The process gives this decision to a person.
    JudgementNeeded,
    /// Somebody asked for a person.
    PersonAskedFor,
    /// Staff corrected or closed it by hand.
    Corrected,
    /// The decision needs an answer that the request does not have.
    AnswerMissing,
}

impl TouchReason {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::UnknownOutcome,
        Self::BackOfficeFailed,
        Self::ModelFailed,
        Self::JudgementNeeded,
        Self::PersonAskedFor,
        Self::Corrected,
        Self::AnswerMissing,
    ];

    /// The reason's key in data and wording.
    pub const fn key(self) -> &'static str {
        match self {
            Self::UnknownOutcome => "unknown_outcome",
            Self::BackOfficeFailed => "back_office_failed",
            Self::ModelFailed => "model_failed",
            Self::JudgementNeeded => "judgement_needed",
            Self::PersonAskedFor => "person_asked_for",
            Self::Corrected => "corrected",
            Self::AnswerMissing => "answer_missing",
        }
    }
}

/// The measures that each event carries from the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// Who acted.
    pub actor: Actor,
    /// The channel of the act, where it came by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// Where the piece of work stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<Lifecycle>,
    /// Why a person was needed, when this event is such a touch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub touch: Option<TouchReason>,
    /// Staff time that the act took, in hundredths of a minute.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub staff_centiminutes: u32,
    /// Values typed that the requester or a body had already given.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rekeyed_fields: u32,
}

impl Measure {
    /// The measures of an act that took no staff time.
    pub const fn by(actor: Actor) -> Self {
        Self {
            actor,
            channel: None,
            lifecycle: None,
            touch: None,
            staff_centiminutes: 0,
            rekeyed_fields: 0,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}
