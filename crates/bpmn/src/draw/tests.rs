#![expect(clippy::indexing_slicing, reason = "a test may fail by panic")]

use std::collections::BTreeMap;

use expect_test::expect;

use super::{Annotations, Mark, svg, word};
use crate::{Model, layout};

const SMALL: &str = r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">
  <process id="p" name="Small" isExecutable="true">
    <startEvent id="s" name="Asked"/>
    <sequenceFlow id="f" name="on" sourceRef="s" targetRef="t"/>
    <userTask id="t" name="Look at &lt;it&gt; &amp; decide what the council shall do about it">
      <extensionElements><zeebe:properties><zeebe:property name="name:cy" value="Edrych"/></zeebe:properties></extensionElements>
    </userTask>
  </process>
</definitions>"#;

#[test]
fn a_drawing_has_classes_names_and_counts() {
    let model = Model::parse(SMALL.as_bytes()).unwrap();
    let mark = Mark {
        count: Some("12".to_owned()),
        meaning: Some("12 open".to_owned()),
        state: Some("busy\"x".to_owned()),
    };
    let annotations = Annotations {
        title: "Small & plain".to_owned(),
        marks: BTreeMap::from([("t".to_owned(), mark)]),
        ..Annotations::default()
    };
    let drawing = svg(&model, &layout(&model.processes[0]), &annotations);
    expect![[r##"
        <svg xmlns="http://www.w3.org/2000/svg" class="bpmn" role="img" aria-labelledby="bpmn-title" viewBox="103 60 263 120" width="263" height="120">
        <title id="bpmn-title">Small &amp; plain</title>
        <defs><marker id="bpmn-arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 1 L9 5 L0 9 Z" class="bpmn-arrow"/></marker></defs>
        <g class="bpmn-flow"><title>on</title><path d="M186 120 L246 120 " fill="none" stroke="#000" stroke-width="1.5" class="bpmn-line" marker-end="url(#bpmn-arrow)"/><text x="219" y="113" text-anchor="middle" font-size="12" class="bpmn-label"><tspan x="219" dy="0">on</tspan></text></g>
        <g class="bpmn-element bpmn-start-event"><title>Asked</title><circle cx="168" cy="120" r="18" fill="#fff" stroke="#000" stroke-width="1.5" class="bpmn-shape"/><text x="168" y="153" text-anchor="middle" font-size="12" class="bpmn-label"><tspan x="168" dy="0">Asked</tspan></text></g>
        <g class="bpmn-element bpmn-user-task is-busyx"><title>Look at &lt;it&gt; &amp; decide what the council shall do about it: 12 open</title><rect x="246" y="80" width="100" height="80" rx="10" fill="#fff" stroke="#000" stroke-width="1.5" class="bpmn-shape"/><text x="296" y="106.5" text-anchor="middle" font-size="12" class="bpmn-label"><tspan x="296" dy="0">Look at &lt;it&gt; &amp;</tspan><tspan x="296" dy="14">decide what</tspan><tspan x="296" dy="14">the council</tspan><tspan x="296" dy="14">shall do abou…</tspan></text><path transform="translate(260 94)" d="M-4 -4 A4 4 0 1 0 4 -4 A4 4 0 1 0 -4 -4 M-8 8 C-8 -1 8 -1 8 8 Z" fill="none" stroke="#000" stroke-width="1.25" class="bpmn-glyph"/><rect x="333" y="71" width="26" height="18" rx="9" class="bpmn-count" fill="#fff" stroke="#000"/><text x="346" y="84" text-anchor="middle" font-size="12" class="bpmn-count">12</text></g>
        </svg>
    "##]].assert_eq(&drawing);
    let welsh = Annotations { language: "cy".to_owned(), ..Annotations::default() };
    assert!(svg(&model, &layout(&model.processes[0]), &welsh).contains(">Edrych</tspan>"));
}

#[test]
fn every_kind_of_element_is_drawn_without_style_or_script() {
    let text = include_str!("../../tests/models/every-element.bpmn");
    let model = Model::parse(text.as_bytes()).unwrap();
    let process = &model.processes[0];
    for diagram in [layout(process), model.diagrams[0].clone()] {
        let drawing = svg(&model, &diagram, &Annotations::default());
        let document = roxmltree::Document::parse(&drawing).unwrap();
        let names = document.descendants().filter(roxmltree::Node::is_element);
        for node in names {
            assert!(!matches!(node.tag_name().name(), "script" | "style" | "image" | "a"));
            assert!(node.attributes().all(|a| a.name() != "style" && !a.name().starts_with("on")));
        }
        for shape in &diagram.shapes {
            let word = process.find(&shape.element).map(|index| process[index].kind.word());
            assert!(drawing.contains(word.unwrap_or("bpmn-pool")), "{}", shape.element);
        }
    }
}

#[test]
fn text_is_wrapped_and_cut() {
    let lines = |text, letters, most| super::label::wrap(text, letters, most).join("|");
    assert_eq!(lines("Check the address", 10, 4), "Check the|address");
    assert_eq!(
        lines("Straßenverkehrsordnungswidrigkeit", 12, 4),
        "Straßenverke|hrsordnungsw|idrigkeit"
    );
    assert_eq!(lines("one two three four", 5, 2), "one|two…");
    assert_eq!(lines("", 5, 2), "");
    assert_eq!(word("a b\"><i>"), "abi");
}
