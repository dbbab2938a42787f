//! Names and numbers of the engine: which process, which element of it, which instance of that element.
//!
//! The texts are those of the model; cloning one shares it.

use std::fmt;
use std::sync::Arc;

/// The number of an element instance within its case; jobs, timers, subscriptions and incidents
/// are named by it. A number is never given twice in a case.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(transparent)]
pub struct ElementKey(pub u32);

impl ElementKey {
    /// The process that the case began with.
    pub const ROOT: Self = Self(0);
}

impl fmt::Display for ElementKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

macro_rules! model_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes the text as the model has it.
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                std::borrow::Cow::<'de, str>::deserialize(deserializer)
                    .map(|text| Self(text.into()))
            }
        }
    };
}

model_id! {
    /// The id of a process in its model.
    ProcessId
}
model_id! {
    /// The id of an element in its model.
    ElementId
}
model_id! {
    /// The id of a sequence flow in its model.
    FlowId
}
model_id! {
    /// The id of a decision.
    DecisionId
}

/// One version of a process: its id and the digest of the file it stands in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessVersion {
    /// Which process.
    pub process: ProcessId,
    /// The digest of its file.
    pub version: base::Digest,
}

impl fmt::Display for ProcessVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digest = self.version.to_string();
        write!(formatter, "{}@{}", self.process, digest.get(..8).unwrap_or(&digest))
    }
}
