//! What is refused, with its place; and what hostile files do: nothing but a typed problem.

use std::fmt::Write as _;

use crate::{Model, ProblemKind};
use expect_test::{Expect, expect};

const HEAD: &str =
    r#"<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="t" namespace="n">"#;

fn problems(body: &str) -> String {
    let xml = format!("{HEAD}\n{body}\n</definitions>");
    match Model::parse(xml.as_bytes()) {
        Ok(_) => "no problem".to_owned(),
        Err(problems) => problems.iter().fold(String::new(), |mut text, problem| {
            writeln!(text, "{problem}").unwrap();
            text
        }),
    }
}

fn check(body: &str, expected: &Expect) {
    expected.assert_eq(&problems(body));
}

fn kind_of(bytes: &[u8]) -> ProblemKind {
    Model::parse(bytes).expect_err("refused").remove(0).kind
}

fn decision(name: &str, requires: &str, text: &str) -> String {
    format!(
        r#"<decision id="{name}" name="{name}">{requires}<literalExpression><text>{text}</text></literalExpression></decision>"#
    )
}

fn needs(kind: &str, id: &str) -> String {
    let (outer, inner) = match kind {
        "decision" => ("informationRequirement", "requiredDecision"),
        "knowledge" => ("knowledgeRequirement", "requiredKnowledge"),
        _ => ("informationRequirement", "requiredInput"),
    };
    format!(r##"<{outer}><{inner} href="#{id}"/></{outer}>"##)
}

#[test]
fn circles_of_requirements_are_shown() {
    let body = [
        decision("a", &needs("decision", "b"), "b"),
        decision("b", &needs("decision", "c"), "c"),
        decision("c", &needs("decision", "b"), "b"),
    ];
    check(
        &body.join("\n"),
        &expect![[r#"
        line 3, column 1: requirements go round in a circle: b -> c -> b (in decision "b")
    "#]],
    );
}

#[test]
fn a_knowledge_model_that_requires_itself_is_refused() {
    let requires = needs("knowledge", "f");
    let body = format!(
        r#"<businessKnowledgeModel id="f" name="f"><encapsulatedLogic><formalParameter name="x"/>
        <literalExpression><text>f(x)</text></literalExpression></encapsulatedLogic>{requires}</businessKnowledgeModel>"#
    );
    check(
        &body,
        &expect![[r#"
        line 2, column 1: requirements go round in a circle: f -> f (in businessKnowledgeModel "f")
    "#]],
    );
}

#[test]
fn types_made_of_each_other_are_refused() {
    let body = r#"<itemDefinition name="T"><itemComponent name="u"><typeRef>U</typeRef></itemComponent></itemDefinition>
<itemDefinition name="U"><typeRef>T</typeRef></itemDefinition>
<inputData id="i" name="i"><variable name="i" typeRef="V"/></inputData>"#;
    check(
        body,
        &expect![[r#"
        line 2, column 1: item definitions go round in a circle: T -> u -> U -> T (in itemDefinition "T")
        line 4, column 1: unknown type `V` (in inputData "i")
    "#]],
    );
}

#[test]
fn references_and_ids_must_be_right() {
    let body = [
        decision("a", &needs("decision", "nobody"), "1"),
        decision("a", "<informationRequirement><requiredInput/></informationRequirement>", "1"),
        decision("e", &needs("input", "a"), "1"),
        "<decision name=\"empty\"/>".to_owned(),
    ];
    check(
        &body.join("\n"),
        &expect![[r#"
        line 2, column 51: `#nobody` refers to no decision of this model (in decision "a"/informationRequirement/requiredDecision)
        line 3, column 1: id `a` is given twice (in decision "a")
        line 3, column 1: name `a` is given twice (in decision "a")
        line 3, column 51: attribute `href` is missing in `requiredInput` (in decision "a"/informationRequirement/requiredInput)
        line 4, column 51: `#a` refers to no input data of this model (in decision "e"/informationRequirement/requiredInput)
        line 5, column 1: `an expression` is missing in `decision` (in decision "empty")
    "#]],
    );
}

#[test]
fn expressions_are_located_within_the_file() {
    let body = format!(
        "{}\n{}",
        decision("a", "", "1 +"),
        decision("b", "", "\n      if 1 &lt; 2 then\n        unknown name else 3")
    );
    check(
        &body,
        &expect![[r#"
            line 2, column 55: expected an expression but found the end (in decision "a"/literalExpression/text)
            line 5, column 9: unknown name `unknown name` (in decision "b"/literalExpression/text)
        "#]],
    );
}

#[test]
fn tables_must_be_whole() {
    let table = |policy: &str, inner: &str| {
        format!(
            r#"<decision id="d" name="d"><decisionTable {policy}><input><inputExpression><text>1</text></inputExpression></input>{inner}</decisionTable></decision>"#
        )
    };
    let cell = "<inputEntry><text>-</text></inputEntry>";
    let out = "<outputEntry><text>1</text></outputEntry>";
    let rule = |inner: &str| format!("<rule>{inner}</rule>");
    check(
        &table("", &format!("<output/>{}", rule(out))),
        &expect![[r#"
        line 2, column 116: rule 1 has 0 input entries but the table has 1 (in decision "d"/decisionTable/rule 1)
    "#]],
    );
    check(
        &table("", &format!("<output/>{}", rule(cell))),
        &expect![[r#"
        line 2, column 116: rule 1 has 0 output entries but the table has 1 (in decision "d"/decisionTable/rule 1)
    "#]],
    );
    check(
        &table("", &rule(&format!("{cell}{out}"))),
        &expect![[r#"
        line 2, column 27: `output` is missing in `decisionTable` (in decision "d"/decisionTable)
        line 2, column 107: rule 1 has 1 output entries but the table has 0 (in decision "d"/decisionTable/rule 1)
    "#]],
    );
    check(
        &table(r#"hitPolicy="BEST""#, "<output/>"),
        &expect![[r#"
        line 2, column 27: `BEST` is not a hit policy (in decision "d"/decisionTable)
    "#]],
    );
    check(
        &table(r#"hitPolicy="PRIORITY""#, "<output/>"),
        &expect![[r#"
        line 2, column 27: hit policy P: an output with a list of allowed values, the most important first, is needed (in decision "d"/decisionTable)
    "#]],
    );
    let two = r#"<output name="x"/><output name="y"/>"#;
    check(
        &table(r#"hitPolicy="COLLECT" aggregation="SUM""#, two),
        &expect![[r#"
        line 2, column 27: hit policy C+: only one output can be aggregated (in decision "d"/decisionTable)
    "#]],
    );
    let allowed = "<output><outputValues><text>2, 3</text></outputValues></output>";
    check(
        &table("", &format!("{allowed}{}", rule(&format!("{cell}{out}")))),
        &expect![[r#"
        line 2, column 228: output `1` is not among the allowed values (in decision "d"/decisionTable/rule 1/outputEntry 1/text)
    "#]],
    );
}

#[test]
fn what_is_no_model_is_refused() {
    let told = |bytes: &[u8]| {
        let problems = Model::parse(bytes).expect_err("refused");
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let all = [
        told(b""),
        told(b"<definitions"),
        told(b"<definitions xmlns='urn:x'/>"),
        told(b"\n  \xff\xfe"),
        told(b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"),
        told(format!("{HEAD}<import name='m' namespace='o'/></definitions>").as_bytes()),
    ];
    expect![[r#"
        line 1, column 1: not well-formed XML: the document does not have a root node
        line 1, column 1: not well-formed XML: the document does not have a root node
        line 1, column 1: not a DMN model that is read: root is `definitions` in namespace `urn:x`
        line 2, column 3: not UTF-8 text
        line 1, column 1: a document type declaration (DTD) is not allowed
        line 1, column 90: `import` is not supported (in import "m")"#]]
    .assert_eq(&all.join("\n"));
}

#[test]
fn hostile_shapes_end_in_a_problem() {
    let deep = "<a>".repeat(100_000);
    assert!(matches!(kind_of(deep.as_bytes()), ProblemKind::TooMany { .. }));
    let attributes = (0..100_000).fold(String::new(), |text, n| text + &format!(" a{n}='x'"));
    let wide = format!("<a{attributes}/>");
    assert!(matches!(kind_of(wide.as_bytes()), ProblemKind::TooMany { .. }));
    let namespaces = (0..200).fold(String::new(), |text, n| text + &format!(" xmlns:a{n}='x'"));
    let declared = format!("<a{namespaces}/>");
    assert!(matches!(kind_of(declared.as_bytes()), ProblemKind::TooMany { .. }));
    let contexts = "<context><contextEntry>".repeat(60);
    let nested = format!("{HEAD}<decision name='d' id='d'>{contexts}");
    assert!(Model::parse(nested.as_bytes()).is_err());
    let large = vec![b' '; crate::MAX_FILE_BYTES + 1];
    assert!(matches!(kind_of(&large), ProblemKind::TooLong { .. }));
}

#[test]
fn long_chains_of_decisions_are_walked_without_recursion() {
    let mut body = decision("d0", "", "1");
    for number in 1..3_000 {
        let before = format!("d{}", number - 1);
        body.push_str(&decision(&format!("d{number}"), &needs("decision", &before), &before));
    }
    let model = Model::parse(format!("{HEAD}{body}</definitions>").as_bytes()).expect("is a model");
    let environment = std::sync::Arc::default();
    let mut budget = feel::Budget::default();
    let evaluation =
        model.evaluate("d2999", &feel::Context::new(), &environment, &mut budget).expect("decides");
    assert_eq!(evaluation.value, feel::Value::from(1));
}

#[test]
fn long_chains_of_knowledge_and_types_are_refused() {
    let mut body = String::new();
    for number in 0..2_000 {
        let requires = match number {
            0 => String::new(),
            _ => needs("knowledge", &format!("f{}", number - 1)),
        };
        write!(
            body,
            "<businessKnowledgeModel id='f{number}' name='f{number}'><encapsulatedLogic>\
             <literalExpression><text>1</text></literalExpression></encapsulatedLogic>{requires}\
             </businessKnowledgeModel>"
        )
        .unwrap();
    }
    assert!(problems(&body).contains("more knowledge models that require each other than 64"));
    let mut body = String::new();
    for number in 0..2_000 {
        write!(
            body,
            "<itemDefinition name='T{number}'><typeRef>T{}</typeRef></itemDefinition>",
            number + 1
        )
        .unwrap();
    }
    body.push_str("<itemDefinition name='T2000'><typeRef>number</typeRef></itemDefinition>");
    assert!(problems(&body).contains("more item definitions made of each other than 64"));
}

#[test]
fn a_column_with_very_many_words_is_analysed_in_time() {
    let words: Vec<String> = (0..6_000).map(|n| format!("\"other {n}\"")).collect();
    let (first, second) = words.split_at(3_000);
    let rule = |cell: &str| {
        format!(
            "<rule><inputEntry><text>{cell}</text></inputEntry>\
             <outputEntry><text>1</text></outputEntry></rule>"
        )
    };
    let body = format!(
        "<inputData id='i' name='i'/><decision id='d' name='d'><informationRequirement>\
         <requiredInput href='#i'/></informationRequirement><decisionTable><input>\
         <inputExpression typeRef='string'><text>i</text></inputExpression>\
         <inputValues><text>{}</text></inputValues></input><output/>{}{}</decisionTable></decision>",
        words.join(","),
        rule(&first.join(",")),
        rule(&second.join(",")),
    );
    let model = Model::parse(format!("{HEAD}{body}</definitions>").as_bytes()).expect("is a model");
    let report = crate::analysis::check(model.tables().next().expect("one table"));
    let told: Vec<&str> = report.findings.iter().map(|found| &*found.message).collect();
    assert_eq!(told, ["no rule matches when i is missing"]);
}

#[test]
fn a_model_is_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Model>();
    shared::<crate::Trace>();
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
        let _ = Model::parse(&bytes);
    }

    #[test]
    fn no_damage_to_a_model_makes_it_panic(at in 0usize..5_000, length in 0usize..40, byte in 32u8..127) {
        let mut bytes = include_bytes!("../../examples/models/school_meals.dmn").to_vec();
        let from = at.min(bytes.len());
        let to = (from + length).min(bytes.len());
        bytes.splice(from..to, [byte]);
        let _ = Model::parse(&bytes);
    }
}

/// The value of each decision of a model read leniently, and its faults.
fn lenient(body: &str) -> String {
    let xml = format!("{HEAD}\n{body}\n</definitions>");
    let model = match Model::parse_lenient(xml.as_bytes()) {
        Ok(model) => model,
        Err(problems) => return format!("refused: {}\n", problems.first().unwrap()),
    };
    let environment = std::sync::Arc::new(feel::Environment::default());
    model.decisions().fold(String::new(), |mut text, decision| {
        let (inputs, mut budget) = (feel::Context::new(), feel::Budget::default());
        let found = model.evaluate(decision.id, &inputs, &environment, &mut budget).unwrap();
        let faults: Vec<String> = found.trace.all_faults().map(ToString::to_string).collect();
        writeln!(text, "{} = {} {faults:?}", decision.name, found.value).unwrap();
        text
    })
}

#[test]
fn a_decision_with_a_problem_is_null_in_a_lenient_reading_and_the_others_decide() {
    let body = [
        decision("broken", "", "nobody knows me(1)"),
        decision("whole", "", "1 + 1"),
        decision("above", &needs("decision", "broken"), "if broken = null then 7 else 8"),
        r#"<decision id="empty" name="empty"/>"#.to_owned(),
        r#"<businessKnowledgeModel id="java" name="java"><encapsulatedLogic kind="Java">
           <literalExpression><text>1</text></literalExpression></encapsulatedLogic>
           </businessKnowledgeModel>"#
            .to_owned(),
        decision("calls", &needs("knowledge", "java"), "java()"),
    ]
    .join("\n");
    let told = lenient(&body);
    expect![[r#"
        broken = null ["`broken` cannot be read: line 2, column 62: unknown name `nobody knows me` (in decision \"broken\"/literalExpression/text)"]
        whole = 2 []
        above = 7 ["`broken` cannot be read: line 2, column 62: unknown name `nobody knows me` (in decision \"broken\"/literalExpression/text)"]
        empty = null ["`empty` cannot be read: line 5, column 1: `an expression` is missing in `decision` (in decision \"empty\")"]
        calls = null ["`java` cannot be read: line 6, column 47: `function of kind Java` is not supported (in businessKnowledgeModel \"java\"/encapsulatedLogic)"]
    "#]].assert_eq(&told);
    assert!(Model::parse(format!("{HEAD}{body}</definitions>").as_bytes()).is_err());
}

#[test]
fn a_problem_of_the_whole_file_is_refused_in_a_lenient_reading_too() {
    let circle =
        [decision("a", &needs("decision", "b"), "b"), decision("b", &needs("decision", "a"), "a")];
    let unknown_type = r#"<itemDefinition name="t"><typeRef>nothing</typeRef></itemDefinition>"#;
    let told = [lenient(&circle.join("\n")), lenient(unknown_type)].concat();
    expect![[r#"
        refused: line 2, column 1: requirements go round in a circle: a -> b -> a (in decision "a")
        refused: line 2, column 1: unknown type `nothing` (in itemDefinition "t")
    "#]]
    .assert_eq(&told);
}

#[test]
fn b_feel_is_refused_and_not_read_as_feel() {
    let b_feel = format!(
        r#"<definitions xmlns="https://www.omg.org/spec/DMN/20240513/MODEL/" name="t" namespace="n"
            expressionLanguage="{}">{}</definitions>"#,
        "https://www.omg.org/spec/DMN/20240513/B-FEEL/",
        decision("d", "", "1")
    );
    let feel = b_feel.replace("B-FEEL", "FEEL");
    assert!(Model::parse(feel.as_bytes()).is_ok());
    assert!(Model::parse(b_feel.as_bytes()).is_err());
}
