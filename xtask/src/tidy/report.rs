//! Findings: where, what and how to mend, less what `tidy.toml` lets pass.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Rule name to the files (or folders, ending in a slash) that it lets pass, each with a reason.
pub(crate) type Exceptions = BTreeMap<String, BTreeMap<String, String>>;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    /// To be read.
    Warning,
    /// The gate stays closed.
    Failure,
}

/// Something to mend.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    weight: Weight,
    file: String,
    line: usize,
    rule: &'static str,
    message: String,
    mend: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, rule, message, mend, weight } = self;
        let weight = match weight {
            Weight::Warning => "warning: ",
            Weight::Failure => "",
        };
        write!(formatter, "{file}:{line}: {weight}{rule}: {message}; {mend}")
    }
}

/// All findings of a run.
#[derive(Debug, Default)]
pub(crate) struct Report {
    rule: &'static str,
    findings: Vec<Finding>,
    exceptions: Exceptions,
    used: BTreeSet<(String, String)>,
}

impl Report {
    pub(crate) fn new(exceptions: Exceptions) -> Self {
        Self { exceptions, ..Self::default() }
    }

    /// What follows is found by this rule.
    pub(crate) fn of(&mut self, rule: &'static str) {
        self.rule = rule;
    }

    pub(crate) fn fail(&mut self, place: (&str, usize), message: impl Into<String>, mend: &str) {
        self.add(Weight::Failure, place, message.into(), mend);
    }

    pub(crate) fn warn(&mut self, place: (&str, usize), message: impl Into<String>, mend: &str) {
        self.add(Weight::Warning, place, message.into(), mend);
    }

    fn add(&mut self, weight: Weight, (file, line): (&str, usize), message: String, mend: &str) {
        if self.passes(file) {
            return;
        }
        self.findings.push(Finding {
            weight,
            file: file.to_owned(),
            line,
            rule: self.rule,
            message,
            mend: mend.to_owned(),
        });
    }

    fn passes(&mut self, file: &str) -> bool {
        let Some(files) = self.exceptions.get(self.rule) else { return false };
        let listed = files
            .keys()
            .find(|path| *path == file || path.ends_with('/') && file.starts_with(path.as_str()));
        let Some(path) = listed else { return false };
        self.used.insert((self.rule.to_owned(), path.clone()));
        true
    }

    /// Reports the exceptions that nothing needed.
    pub(crate) fn close(&mut self) {
        self.rule = "exceptions";
        for (rule, files) in std::mem::take(&mut self.exceptions) {
            for (path, reason) in files {
                let place = (super::settings::FILE, 1);
                if reason.trim().is_empty() {
                    self.fail(place, format!("[except.{rule}] `{path}` has no reason"), "write it");
                }
                if !self.used.contains(&(rule.clone(), path.clone())) {
                    let message = format!("[except.{rule}] `{path}` lets nothing pass any more");
                    self.warn(place, message, "take it out");
                }
            }
        }
        self.findings.sort();
    }

    pub(crate) fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Failures and warnings.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let all = self.findings.len();
        let failures =
            self.findings.iter().filter(|finding| finding.weight == Weight::Failure).count();
        (failures, all - failures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_lets_pass_and_an_unused_one_is_named() {
        let mut exceptions = Exceptions::new();
        let files = [("a.rs", "the source of it"), ("b/", "not needed")];
        let files = files.map(|(path, why)| (path.to_owned(), why.to_owned()));
        exceptions.insert("names".into(), files.into());
        let mut report = Report::new(exceptions);
        report.of("names");
        report.fail(("a.rs", 3), "bad name", "rename it");
        report.fail(("c.rs", 3), "bad name", "rename it");
        report.close();
        let lines: Vec<String> = report.findings().iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            [
                "xtask/tidy.toml:1: warning: exceptions: [except.names] `b/` lets nothing pass \
                 any more; take it out",
                "c.rs:3: names: bad name; rename it"
            ]
        );
        assert_eq!(report.counts(), (1, 1));
    }
}
