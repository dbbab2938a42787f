//! Incidents: why an element cannot go on without a person. They name places and codes, never values.

use std::fmt;

/// Why an element cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// What kind of fault it is.
    pub kind: IncidentKind,
    /// Where and how, without any value: `condition of flow f2 gave number`.
    pub detail: String,
}

/// The kinds of faults.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum IncidentKind {
    /// A job failed and has no tries left.
    JobFailed,
    /// No condition of a leaving flow holds and there is no default flow.
    NoFlowTaken,
    /// A condition gave something else than true or false.
    ConditionNotBoolean,
    /// An expression could not be evaluated.
    ExpressionFailed,
    /// An expression gave a value of the wrong type.
    WrongType,
    /// A timer expression gave no point in time.
    InvalidTimer,
    /// No event catches the error.
    UncaughtError,
    /// The decision could not be evaluated or is not deployed.
    DecisionFailed,
    /// The called process is not deployed.
    CalledProcessMissing,
    /// A value that is needed has been erased.
    ValueErased,
    /// The case has as many element instances as it may have.
    TooManyElements,
    /// The variables of the case are as large as they may be.
    VariablesTooLarge,
    /// Processes call each other deeper than they may.
    CallsTooDeep,
    /// The process runs on and on without ever waiting.
    NeverWaits,
}

impl IncidentKind {
    /// Every kind.
    pub const ALL: [Self; 14] = [
        Self::JobFailed,
        Self::NoFlowTaken,
        Self::ConditionNotBoolean,
        Self::ExpressionFailed,
        Self::WrongType,
        Self::InvalidTimer,
        Self::UncaughtError,
        Self::DecisionFailed,
        Self::CalledProcessMissing,
        Self::ValueErased,
        Self::TooManyElements,
        Self::VariablesTooLarge,
        Self::CallsTooDeep,
        Self::NeverWaits,
    ];

    /// The kind's key in data and wording.
    pub const fn key(self) -> &'static str {
        match self {
            Self::JobFailed => "job_failed",
            Self::NoFlowTaken => "no_flow_taken",
            Self::ConditionNotBoolean => "condition_not_boolean",
            Self::ExpressionFailed => "expression_failed",
            Self::WrongType => "wrong_type",
            Self::InvalidTimer => "invalid_timer",
            Self::UncaughtError => "uncaught_error",
            Self::DecisionFailed => "decision_failed",
            Self::CalledProcessMissing => "called_process_missing",
            Self::ValueErased => "value_erased",
            Self::TooManyElements => "too_many_elements",
            Self::VariablesTooLarge => "variables_too_large",
            Self::CallsTooDeep => "calls_too_deep",
            Self::NeverWaits => "never_waits",
        }
    }
}

impl fmt::Display for Incident {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.kind.key(), self.detail)
    }
}
