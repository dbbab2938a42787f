//! What a decision table says, as its author wrote it: for traces, findings and pages.

use std::sync::Arc;

use crate::trace::Reason;

/// How the rules that match become one result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HitPolicy {
    /// At most one rule may match.
    Unique,
    /// Several may match if their outputs are the same.
    Any,
    /// The one with the output that stands first among the allowed values.
    Priority,
    /// The first in the order of the table.
    First,
    /// All, in the order of the table.
    RuleOrder,
    /// All, in the order of the allowed output values.
    OutputOrder,
    /// All, in any order.
    Collect,
    /// Their sum.
    CollectSum,
    /// The smallest.
    CollectMin,
    /// The largest.
    CollectMax,
    /// How many there are.
    CollectCount,
}

impl HitPolicy {
    /// The letters that stand in the corner of the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unique => "U",
            Self::Any => "A",
            Self::Priority => "P",
            Self::First => "F",
            Self::RuleOrder => "R",
            Self::OutputOrder => "O",
            Self::Collect => "C",
            Self::CollectSum => "C+",
            Self::CollectMin => "C<",
            Self::CollectMax => "C>",
            Self::CollectCount => "C#",
        }
    }

    /// Whether it can give several results.
    pub fn is_multiple(self) -> bool {
        match self {
            Self::RuleOrder | Self::OutputOrder | Self::Collect => true,
            Self::Unique
            | Self::Any
            | Self::Priority
            | Self::First
            | Self::CollectSum
            | Self::CollectMin
            | Self::CollectMax
            | Self::CollectCount => false,
        }
    }
}

/// An input or output column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnInfo {
    /// Its label; else its expression or name.
    pub label: Arc<str>,
    /// The input expression, or the name of the output (empty where there is one output only).
    pub text: Arc<str>,
    /// The type as written.
    pub type_name: Option<Arc<str>>,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleInfo {
    /// Its number, from 1.
    pub number: u32,
    /// Its id.
    pub id: Option<Arc<str>>,
    /// Its description.
    pub description: Option<Arc<str>>,
    /// Its input cells as written.
    pub cells: Vec<Arc<str>>,
    /// Its output cells as written.
    pub outputs: Vec<Arc<str>>,
    /// Its annotations.
    pub reason: Reason,
}

/// A decision table as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableInfo {
    /// Its id.
    pub id: Option<Arc<str>>,
    /// Where it stands, such as `decision "Eligible"`.
    pub place: Arc<str>,
    /// The name of the decision or knowledge model that it belongs to.
    pub owner: Arc<str>,
    /// The hit policy.
    pub hit_policy: HitPolicy,
    /// The input columns.
    pub inputs: Vec<ColumnInfo>,
    /// The output columns.
    pub outputs: Vec<ColumnInfo>,
    /// The rules.
    pub rules: Vec<RuleInfo>,
    /// The line of the table in the file.
    pub line: u32,
}
