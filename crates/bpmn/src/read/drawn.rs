//! What is only drawn: kept with enough to draw it and to write it again.

use roxmltree::Node;

use super::{BPMN, Reader, attribute, bpmn_child, bpmn_children, event, text_of};
use crate::{Drawn, DrawnKind};

impl<'a> Reader<'a> {
    /// Keeps an element that is drawn, and what stands in it; passes over what never has a shape.
    pub(super) fn draw(&mut self, node: Node<'a, 'a>, parent: Option<&str>) {
        let Some(kind) = kind(node.tag_name().name()) else { return };
        let id = attribute(node, "id");
        if let Some(id) = &id {
            self.model.drawn.push(Drawn {
                id: id.clone(),
                tag: node.tag_name().name().to_owned(),
                kind,
                name: attribute(node, "name"),
                text: text(node),
                parent: parent.map(str::to_owned),
                source: self.reference(node, &["sourceRef", "attachedToRef"]),
                target: self.reference(
                    node,
                    &[
                        "targetRef",
                        "processRef",
                        "dataObjectRef",
                        "dataStoreRef",
                        "categoryValueRef",
                    ],
                ),
                members: self.members(node),
                event_definition: event::definitions(node)
                    .first()
                    .map(|(_, definition)| definition.tag_name().name().to_owned()),
                position: self.position(node),
            });
        }
        for child in bpmn_children(node) {
            self.draw(child, id.as_deref().or(parent));
        }
    }

    /// The first of these references, as an attribute or as a child, by the id it names.
    fn reference(&self, node: Node<'a, 'a>, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| {
            let child = || bpmn_child(node, name).map(|child| text_of(child).trim().to_owned());
            let reference = attribute(node, name).or_else(child).filter(|text| !text.is_empty())?;
            let id = self.resolve(&reference).and_then(|target| attribute(target, "id"));
            Some(id.unwrap_or(reference))
        })
    }

    fn members(&self, node: Node<'a, 'a>) -> Vec<String> {
        node.children()
            .filter(|child| child.has_tag_name((BPMN, "flowNodeRef")))
            .map(|child| text_of(child).trim().to_owned())
            .map(|id| self.resolve(&id).and_then(|named| attribute(named, "id")).unwrap_or(id))
            .collect()
    }
}

fn text(node: Node<'_, '_>) -> Option<String> {
    let text = match node.tag_name().name() {
        "textAnnotation" => node.children().find(|c| c.has_tag_name((BPMN, "text"))).map(text_of),
        "association" => attribute(node, "associationDirection"),
        "categoryValue" => attribute(node, "value"),
        _ => None,
    };
    text.filter(|text| !text.trim().is_empty())
}

fn kind(tag: &str) -> Option<DrawnKind> {
    Some(match tag {
        "process" | "collaboration" | "laneSet" | "childLaneSet" | "dataObject" | "category"
        | "categoryValue" => DrawnKind::Container,
        "participant" => DrawnKind::Pool,
        "lane" => DrawnKind::Lane,
        "dataObjectReference" | "dataInput" | "dataOutput" => DrawnKind::DataObject,
        "dataStoreReference" | "dataStore" => DrawnKind::DataStore,
        "textAnnotation" => DrawnKind::Annotation,
        "group" => DrawnKind::Group,
        "association" | "dataInputAssociation" | "dataOutputAssociation" => DrawnKind::Association,
        "messageFlow" => DrawnKind::MessageFlow,
        "sequenceFlow" => DrawnKind::SequenceFlow,
        "startEvent" => DrawnKind::StartEvent,
        "endEvent" => DrawnKind::EndEvent,
        "boundaryEvent"
        | "intermediateCatchEvent"
        | "intermediateThrowEvent"
        | "implicitThrowEvent" => DrawnKind::IntermediateEvent,
        "task" | "subProcess" | "adHocSubProcess" | "transaction" | "callActivity"
        | "choreographyTask" | "subChoreography" | "callChoreography" => DrawnKind::Activity,
        "choreography" | "globalConversation" | "conversation" | "subConversation"
        | "callConversation" | "conversationLink" => DrawnKind::Other,
        _ if tag.ends_with("Gateway") => DrawnKind::Gateway,
        _ if tag.ends_with("Task") && !tag.starts_with("global") => DrawnKind::Activity,
        _ => return None,
    })
}
