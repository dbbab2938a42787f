//! Writing a model as BPMN XML that modelling tools open.
//!
//! `Model::parse(write(&model))` gives an equal model, for a model that was read, or built with each subprocess's
//! elements right behind it. What a [`Model`] does not hold (comments, unknown extensions) is not written.

mod diagram;
mod element;
mod xml;

use std::collections::BTreeMap;

use self::xml::Xml;
pub(crate) use self::xml::escape;
use crate::read::{BPMN, BPMNDI, DC, DI, ZEEBE};
use crate::{Drawn, Model, Process, Property};

/// The whole file.
pub fn write(model: &Model) -> String {
    let mut writer = Writer { xml: Xml::default(), drawn: BTreeMap::new() };
    for drawn in &model.drawn {
        writer.drawn.entry(drawn.parent.as_deref()).or_default().push(drawn);
    }
    writer.definitions(model);
    writer.xml.finish()
}

struct Writer<'a> {
    xml: Xml,
    /// What is only drawn, by what it stands in.
    drawn: BTreeMap<Option<&'a str>, Vec<&'a Drawn>>,
}

impl<'a> Writer<'a> {
    fn definitions(&mut self, model: &'a Model) {
        self.xml.open(
            "bpmn:definitions",
            &[
                ("xmlns:bpmn", Some(BPMN)),
                ("xmlns:bpmndi", Some(BPMNDI)),
                ("xmlns:dc", Some(DC)),
                ("xmlns:di", Some(DI)),
                ("xmlns:xsi", Some("http://www.w3.org/2001/XMLSchema-instance")),
                ("xmlns:zeebe", Some(ZEEBE)),
                ("id", model.id.as_deref()),
                ("name", model.name.as_deref()),
                ("targetNamespace", model.target_namespace.as_deref()),
            ],
        );
        self.shared(model);
        self.drawn_in(None);
        for process in &model.processes {
            self.process(process);
        }
        for diagram in &model.diagrams {
            self.diagram(diagram);
        }
        self.xml.close();
    }

    /// Messages and errors.
    fn shared(&mut self, model: &Model) {
        for message in &model.messages {
            let name = message.name.to_string();
            self.xml.open("bpmn:message", &[("id", said(&message.id)), ("name", said(&name))]);
            if let Some(key) = &message.correlation_key {
                self.xml.open("bpmn:extensionElements", &[]);
                self.xml.leaf("zeebe:subscription", &[("correlationKey", Some(&key.to_string()))]);
                self.xml.close();
            }
            self.xml.close();
        }
        for error in &model.errors {
            let code = error.code.to_string();
            let attributes = [
                ("id", said(&error.id)),
                ("name", error.name.as_deref()),
                ("errorCode", said(&code)),
            ];
            self.xml.leaf("bpmn:error", &attributes);
        }
    }

    fn process(&mut self, process: &'a Process) {
        self.xml.open(
            "bpmn:process",
            &[
                ("id", Some(&process.id)),
                ("name", process.name.as_deref()),
                ("isExecutable", Some("true")),
            ],
        );
        self.documentation(process.documentation.as_deref());
        if process.version_tag.is_some() || !process.properties.is_empty() {
            self.xml.open("bpmn:extensionElements", &[]);
            if let Some(tag) = &process.version_tag {
                self.xml.leaf("zeebe:versionTag", &[("value", Some(tag))]);
            }
            self.properties(&process.properties);
            self.xml.close();
        }
        self.drawn_in(Some(&process.id));
        self.scope(process, None);
        self.xml.close();
    }

    fn documentation(&mut self, text: Option<&str>) {
        if let Some(text) = text {
            self.xml.text("bpmn:documentation", &[], text);
        }
    }

    fn properties(&mut self, properties: &[Property]) {
        if properties.is_empty() {
            return;
        }
        self.xml.open("zeebe:properties", &[]);
        for property in properties {
            let pair = [("name", Some(&*property.name)), ("value", Some(&*property.value))];
            self.xml.leaf("zeebe:property", &pair);
        }
        self.xml.close();
    }

    /// What is drawn directly in something, each with what is drawn in it.
    fn drawn_in(&mut self, parent: Option<&'a str>) {
        // Taken, so that a parent that names itself is written once.
        for drawn in self.drawn.remove(&parent).unwrap_or_default() {
            self.drawn(drawn);
        }
    }

    fn drawn(&mut self, drawn: &'a Drawn) {
        let tag = format!("bpmn:{}", drawn.tag);
        let (source, target) = (drawn.source.as_deref(), drawn.target.as_deref());
        let data = drawn.tag.starts_with("data") && drawn.tag.ends_with("Association");
        let source_name = if drawn.tag == "boundaryEvent" { "attachedToRef" } else { "sourceRef" };
        let text_name = match drawn.tag.as_str() {
            "association" => "associationDirection",
            _ => "value",
        };
        let annotation = drawn.tag == "textAnnotation";
        self.xml.open(
            &tag,
            &[
                ("id", Some(&drawn.id)),
                ("name", drawn.name.as_deref()),
                (source_name, source.filter(|_| !data)),
                (target_name(&drawn.tag), target.filter(|_| !data)),
                (text_name, drawn.text.as_deref().filter(|_| !annotation)),
            ],
        );
        if data {
            for (name, end) in [("bpmn:sourceRef", source), ("bpmn:targetRef", target)] {
                if let Some(end) = end {
                    self.xml.text(name, &[], end);
                }
            }
        }
        for member in &drawn.members {
            self.xml.text("bpmn:flowNodeRef", &[], member);
        }
        if let Some(text) = drawn.text.as_deref().filter(|_| annotation) {
            self.xml.text("bpmn:text", &[], text);
        }
        if let Some(definition) = &drawn.event_definition {
            self.xml.leaf(&format!("bpmn:{definition}"), &[]);
        }
        self.drawn_in(Some(&drawn.id));
        self.xml.close();
    }
}

fn target_name(tag: &str) -> &'static str {
    match tag {
        "participant" => "processRef",
        "dataObjectReference" => "dataObjectRef",
        "dataStoreReference" => "dataStoreRef",
        "group" => "categoryValueRef",
        _ => "targetRef",
    }
}

fn said(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests;
