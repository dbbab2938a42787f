//! That the guide "Writing decisions" explains every message of the check, as it is said.

use super::analysis::{model, xml};
use crate::analysis::{self, Finding, FindingKind};
use crate::{Model, ProblemKind};

const GUIDE: &str = include_str!("../../../../docs/guide-decisions.md");

/// The guide with one space between words, as a reader takes it.
fn guide() -> String {
    GUIDE.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A column of the guide's own table.
const ITEMS: &str = "items: number";

fn findings(policy: &str, inputs: &[&str], rules: &[&str]) -> Vec<Finding> {
    let rules: Vec<String> = rules.iter().map(|rule| (*rule).to_owned()).collect();
    let xml = xml(policy, inputs, "<output/>", &rules);
    let named = xml.replace(
        "<input><inputExpression typeRef=\"number\"><text>items",
        "<input label=\"Number of items\"><inputExpression typeRef=\"number\"><text>items",
    );
    let model = model(&named);
    model.tables().flat_map(|table| analysis::check(table).findings).collect()
}

fn number(kind: &FindingKind) -> usize {
    match kind {
        FindingKind::Gap { .. } => 0,
        FindingKind::Overlap { .. } => 1,
        FindingKind::Conflict { .. } => 2,
        FindingKind::Masked { .. } => 3,
        FindingKind::Duplicate { .. } => 4,
        FindingKind::Subsumed { .. } => 5,
        FindingKind::NeverMatches { .. } => 6,
        FindingKind::NotAnalysable { .. } => 7,
        FindingKind::More => 8,
        FindingKind::TooComplex { .. } => 9,
    }
}

#[test]
fn every_finding_is_explained() {
    let many: Vec<String> = (0..25).map(|n| format!("{n} | 1")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let mut all = findings("UNIQUE", &[ITEMS], &["< 4 | 1", "> 4 | 2", "null | 3"]);
    all.extend(findings("UNIQUE", &[ITEMS], &["<= 3 | 1", ">= 3 | 2", "null | 3"]));
    all.extend(findings("ANY", &[ITEMS], &["<= 3 | 1", ">= 3 | 2", "null | 3"]));
    all.extend(findings("FIRST", &[ITEMS], &["- | 1", "> 3 | 2"]));
    all.extend(findings("COLLECT", &[ITEMS], &["< 3 | 1", "< 3 | 1"]));
    all.extend(findings("FIRST", &[ITEMS], &["< 3 | 1", "- | 1"]));
    all.extend(findings("COLLECT", &["items: number = [1..10]"], &["[1..2] | 1", "> 10 | 2"]));
    all.extend(findings("COLLECT", &[ITEMS, "limit: number"], &["< limit | - | 1"]));
    all.extend(
        findings("UNIQUE", &[ITEMS], &many).into_iter().filter(|f| f.kind == FindingKind::More),
    );
    let limit = analysis::MAX_WORK;
    let intricate = FindingKind::TooComplex { looking_for: "gaps", limit };
    all.push(Finding::of(analysis::Severity::Error, intricate));
    let guide = guide();
    let mut seen = [false; 10];
    for finding in &all {
        let (message, mend) = (&finding.message, finding.kind.mend());
        assert!(guide.contains(&format!("**{message}**")), "the guide lacks: {message}");
        assert!(guide.contains(mend), "the guide lacks: {mend}");
        seen[number(&finding.kind)] = true;
    }
    assert_eq!(seen, [true; 10], "each kind of finding is made here");
}

#[test]
fn every_problem_is_explained() {
    let text = str::to_owned;
    let path = |names: [&str; 3]| names.map(str::to_owned).to_vec();
    let kinds = [
        ProblemKind::TooLong { length: 20_000_000, limit: crate::MAX_FILE_BYTES },
        ProblemKind::NotUtf8,
        ProblemKind::Xml { message: text("..") },
        ProblemKind::DocumentType,
        ProblemKind::TooMany { what: "nodes", limit: 2_000_000 },
        ProblemKind::Unsupported { element: text("import") },
        ProblemKind::MissingElement { element: "expression", within: text("decision") },
        ProblemKind::MissingAttribute { attribute: "name", element: text("decision") },
        ProblemKind::NotA { what: "hit policy", value: text("UNIQE") },
        ProblemKind::DuplicateId { id: text("fee") },
        ProblemKind::DuplicateName { name: text("fee") },
        ProblemKind::Unresolved { href: text("#fee"), what: "decision" },
        ProblemKind::RequirementCycle { path: path(["a", "b", "a"]) },
        ProblemKind::RecursiveType { path: path(["T", "U", "T"]) },
        ProblemKind::UnknownType { name: text("nubmer") },
        ProblemKind::Arity { rule: 2, what: "input entries", found: 1, wanted: 2 },
        ProblemKind::HitPolicy { policy: "C+", why: "only one output can be aggregated" },
        ProblemKind::OutputNotAllowed { value: text("\"purple\"") },
    ];
    let guide = guide();
    for kind in kinds {
        assert!(guide.contains(&kind.to_string()), "the guide lacks: {kind}");
        let is_named = matches!(kind, ProblemKind::Unsupported { .. });
        assert!(is_named || guide.contains(kind.mend()), "the guide lacks: {}", kind.mend());
    }
    for file in ["<html/>", "<definitions"] {
        let problem = Model::parse(file.as_bytes()).unwrap_err().remove(0);
        let told = problem.kind.to_string();
        let begin = told.split([':', '`']).next().unwrap();
        assert!(guide.contains(begin), "the guide lacks: {begin}");
    }
}
