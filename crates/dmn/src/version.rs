//! Version: the DMN versions that are read, by the namespace of their XML.

/// A version of DMN's XML format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// DMN 1.2.
    V1_2,
    /// DMN 1.3.
    V1_3,
    /// DMN 1.4.
    V1_4,
    /// DMN 1.5.
    V1_5,
    /// DMN 1.6.
    V1_6,
}

/// The one table of namespaces. A version is added by its line here, and by its differences where
/// [`Version`] is matched.
const NAMESPACES: [(&str, Version); 5] = [
    ("http://www.omg.org/spec/DMN/20180521/MODEL/", Version::V1_2),
    ("https://www.omg.org/spec/DMN/20191111/MODEL/", Version::V1_3),
    ("https://www.omg.org/spec/DMN/20211108/MODEL/", Version::V1_4),
    ("https://www.omg.org/spec/DMN/20230324/MODEL/", Version::V1_5),
    ("https://www.omg.org/spec/DMN/20240513/MODEL/", Version::V1_6),
];

impl Version {
    /// The version of a namespace, if it is one that is read.
    pub fn of_namespace(namespace: &str) -> Option<Self> {
        NAMESPACES.iter().find(|(known, _)| *known == namespace).map(|(_, version)| *version)
    }

    /// The number that people know it by.
    pub fn number(self) -> &'static str {
        match self {
            Self::V1_2 => "1.2",
            Self::V1_3 => "1.3",
            Self::V1_4 => "1.4",
            Self::V1_5 => "1.5",
            Self::V1_6 => "1.6",
        }
    }
}
