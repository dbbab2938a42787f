use super::*;

/// A mapping of each delivery mode, used by the tests of the other files too.
pub(crate) const EXAMPLE: &str = r#"
[[job]]
type = "report-missed-bin"
system = "contractor"
delivery = "lookup"
timeout_ms = 20_000
settle_seconds = 120

[job.send.soap]
operation = "CreateJob"
namespace = "urn:greenway-waste:jobs:1"
action = "urn:greenway-waste:jobs:1/CreateJob"
header = [{ name = "MessageID", value = "effect.message" }]
body = [
  { name = "ourReference", value = "effect.reference" },
  { name = "uprn", value = "address.uprn" },
  { name = "binType", value = "bin" },
  { name = "missedOn", value = "missedOn" },
  { name = "notes", value = "notes", optional = true },
]
[job.send.variables]
jobNumber = "response.body.jobNumber"
[[job.send.rule]]
fault = "Client"
detail = "UnknownProperty"
error = "unknown-property"

[job.lookup.soap]
operation = "GetJobByReference"
namespace = "urn:greenway-waste:jobs:1"
action = "urn:greenway-waste:jobs:1/GetJobByReference"
body = [{ name = "ourReference", value = "effect.reference" }]
[job.lookup.variables]
jobNumber = "response.body.jobNumber"
[[job.lookup.rule]]
when = 'response.body.found = "false"'
result = "not_found"
[[job.lookup.rule]]
when = 'response.body.found = "true"'
result = "done"

[[job]]
type = "return-job"
system = "works"
delivery = "keyed"
key_header = "Idempotency-Key"
[job.send.rest]
method = "POST"
path = "/jobs/{jobNumber}/returns"
query = { by = "effect.reference" }
headers = { X-Bin-Type = "bin-type" }
body = { reference = "effect.reference", reason = "reason", version = 2, who = { name = "name", urgent = true }, tags = ["bin-type", "null"] }
[job.send.variables]
returnId = "response.body.id"
note = { value = "response.body.note", optional = true }
[[job.send.rule]]
status = 409
error = "still-open"
message = "response.body.message"
[[job.send.rule]]
status = 422
when = 'response.body.code = "unknown_property"'
error = "unknown-property"
[[job.send.rule]]
status = 423
result = "retry"

[[job]]
type = "tell-by-hand"
system = "works"
delivery = "manual"
[job.send.rest]
method = "PUT"
path = "/notes"
body = "{ note: reason }"
"#;

pub(crate) fn example(job_type: &str) -> Mapping {
    let mappings = read_mappings(EXAMPLE).unwrap();
    mappings.into_iter().find(|mapping| mapping.job_type().as_str() == job_type).unwrap()
}

fn mistakes(text: &str) -> Vec<String> {
    read_mappings(text).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn each_delivery_mode_is_read() {
    let lookup = example("report-missed-bin");
    assert_eq!(lookup.delivery(), Delivery::Lookup { settle_ms: 120_000 });
    assert_eq!(lookup.kind(), SystemKind::Soap);
    assert_eq!(lookup.gives().collect::<Vec<_>>(), ["jobNumber"]);
    assert_eq!(lookup.errors().into_iter().collect::<Vec<_>>(), ["unknown-property"]);
    assert_eq!(
        lookup.uses().into_iter().collect::<Vec<_>>(),
        ["address", "bin", "missedOn", "notes"]
    );
    assert_eq!(lookup.line(), 2);
    let keyed = example("return-job");
    assert_eq!((keyed.delivery(), keyed.timeout_ms()), (Delivery::Keyed, 30_000));
    assert_eq!(example("tell-by-hand").delivery(), Delivery::Manual);
}

#[test]
fn names_are_checked_against_the_names_in_scope() {
    let keyed = example("return-job");
    let known = ["jobNumber", "bin-type", "reason", "name"];
    assert_eq!(keyed.check_names(&known), []);
    let errors = keyed.check_names(&["jobNumber", "bin-type", "name"]);
    assert_eq!(errors.len(), 1);
    assert!(errors[0].sentence.contains("`reason`"), "{errors:?}");
    assert_eq!(errors[0].line, 52);
}

#[test]
fn every_mistake_is_named_with_its_line() {
    let text = r#"[[job]]
type = "a"
system = "works"
delivery = "keyed"
colour = "red"
[job.send.rest]
method = "FETCH"
path = "jobs"
headers = { Authorization = "token" }
[job.send.variables]
id = "response.body.("
"#;
    let found = mistakes(text);
    for wanted in [
        "line 5: `colour` is not known here",
        "line 7: `FETCH` is not",
        "line 8: `path` must begin with a slash",
        "line 9: `Authorization` is not a header",
        "line 11: not FEEL",
    ] {
        assert!(found.iter().any(|line| line.starts_with(wanted)), "{wanted}: {found:#?}");
    }
}

#[test]
fn a_delivery_says_what_it_needs() {
    let job = |delivery: &str, rest: &str| {
        format!(
            "[[job]]\ntype = \"a\"\nsystem = \"works\"\ndelivery = \"{delivery}\"\n{rest}\n\
             [job.send.rest]\nmethod = \"POST\"\npath = \"/a\"\n"
        )
    };
    for (text, wanted) in [
        (job("keyed", ""), "needs either `key_header` or `key_field`"),
        (job("keyed", "key_field = \"key\""), "no field `key` carries `effect.id`"),
        (job("keyed", "key_header = \"Cookie\""), "is not a header that may be set"),
        (job("lookup", "settle_seconds = 9"), "needs a [job.lookup] call"),
        (job("lookup", ""), "`settle_seconds` is missing"),
        (job("manual", "settle_seconds = 9"), "belongs to delivery \"lookup\""),
        (job("manual", "key_header = \"K\""), "belong to delivery \"keyed\""),
        (job("often", ""), "use \"keyed\", \"lookup\" or \"manual\""),
        (job("manual", "timeout_ms = 1"), "`timeout_ms` must be from 100"),
    ] {
        let found = mistakes(&text).join("\n");
        assert!(found.contains(wanted), "{wanted}: {found}");
    }
}

/// A job that leaves a file, used by the tests of `prepare` too.
pub(crate) const FILE: &str = r#"
[[job]]
type = "tell-register"
system = "register"
delivery = "keyed"
[job.send.file]
name = "move-{effect.id}.csv"
columns = { reference = "effect.reference", "new address" = "address", note = "note", people = "people" }
[[job.send.rule]]
status = 409
error = "other-file"
"#;

#[test]
fn a_file_is_named_by_the_key_of_its_work() {
    let read = read_mappings(FILE).unwrap();
    assert_eq!(read[0].kind(), SystemKind::Files);
    assert_eq!(read[0].uses(), ["address", "note", "people"].into());
    for (from, to, wanted) in [
        ("move-{effect.id}.csv", "move-{effect.reference}.csv", "put {effect.id} into `name`"),
        ("\"keyed\"", "\"manual\"", "always delivery \"keyed\""),
        ("\"keyed\"", "\"keyed\"\nkey_header = \"k\"", "leave `key_header` and `key_field` out"),
        ("move-{effect.id}.csv", "../{effect.id}.csv", "`name` must begin with a letter"),
        ("move-{effect.id}.csv", "a/{effect.id}.csv", "`name` must begin with a letter"),
        ("move-{effect.id}.csv", "{effect.id", "a `{` is never closed"),
        ("note = \"note\"", "\"=note\" = \"note\"", "`=note` cannot be a column's heading"),
        ("status = 409", "fault = \"Client\"", "`fault` rules belong to SOAP calls"),
    ] {
        let found = mistakes(&FILE.replace(from, to)).join("\n");
        assert!(found.contains(wanted), "{wanted}: {found}");
    }
}

#[test]
fn a_lookup_must_know_both_answers_and_give_the_same() {
    let text = EXAMPLE.replace("result = \"not_found\"", "result = \"unclear\"").replacen(
        "[job.lookup.variables]\njobNumber",
        "[job.lookup.variables]\nother",
        1,
    );
    let found = mistakes(&text).join("\n");
    assert!(found.contains("a lookup needs a rule"), "{found}");
    assert!(found.contains("must give the same variables"), "{found}");
}

#[test]
fn an_overlay_replaces_jobs_and_no_more() {
    let package = read_mappings(EXAMPLE).unwrap();
    let rest = r#"
[[job]]
type = "report-missed-bin"
system = "works"
delivery = "keyed"
key_field = "key"
[job.send.rest]
method = "POST"
path = "/jobs"
body = { key = "effect.id", uprn = "address.uprn" }
[job.send.variables]
jobNumber = "response.body.id"
"#;
    let merged = overlaid(&package, read_mappings(rest).unwrap()).unwrap();
    assert_eq!(merged[0].delivery(), Delivery::Keyed);
    assert_eq!(merged.len(), 3);
    let other = rest.replace("jobNumber =", "number =");
    let errors = overlaid(&package, read_mappings(&other).unwrap()).unwrap_err();
    assert!(errors[0].sentence.contains("must give the variables: jobNumber"), "{errors:?}");
    let other = rest.replace("report-missed-bin", "something-else");
    let errors = overlaid(&package, read_mappings(&other).unwrap()).unwrap_err();
    assert!(errors[0].sentence.contains("has no job"), "{errors:?}");
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,300}") {
        let _ = read_mappings(&text);
    }

    #[test]
    fn a_damaged_mapping_is_read_or_refused(at in 0..EXAMPLE.len(), put in "[\\PC\\n]{0,3}") {
        let mut text = EXAMPLE.to_owned();
        text.replace_range(at..=at, &put);
        if let Err(errors) = read_mappings(&text) {
            proptest::prop_assert!(errors.iter().all(|error| error.line >= 1));
        }
    }
}
