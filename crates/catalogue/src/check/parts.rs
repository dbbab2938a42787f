//! Parts: every element speaks of one that there is, in words; every part can be done.

use std::collections::BTreeSet;

use bpmn::{Element, Process};

use super::{Checking, SERVICE, at, nearest};
use crate::parts::{PART_PROPERTY, PartState, part_of};
use crate::problem::ProblemKind;

impl Checking<'_> {
    pub(super) fn parts(&mut self) {
        let package = self.package;
        let mut done = BTreeSet::new();
        let elements = package.process.processes.iter().flat_map(Process::elements);
        for element in elements.filter(|element| element.property(PART_PROPERTY).is_some()) {
            self.part(element);
            if let Some((part, PartState::Done)) = part_of(element) {
                done.insert(part);
            }
        }
        let mut seen = BTreeSet::new();
        for part in &package.definition.parts {
            let place = (SERVICE, self.entry(SERVICE, "[[part]]", &part.id));
            if !seen.insert(part.id.as_str()) {
                let sentence = format!("The part `{}` stands here twice.", part.id);
                self.refuse(place, ProblemKind::Repeated, sentence, "Keep one of them.");
            }
            if !done.contains(part.id.as_str()) {
                let sentence =
                    format!("No element of the process says that `{}` is done.", part.id);
                let mend = format!("Give an element the property `part` = `{}/done`.", part.id);
                self.refuse(place, ProblemKind::Undefined, sentence, mend);
            }
        }
    }

    fn part(&mut self, element: &Element) {
        let definition = &self.package.definition;
        let (id, place) = (&element.id, at(element.position));
        let Some((part, _)) = part_of(element) else {
            let states = PartState::SAID.map(PartState::key).join(", ");
            let sentence = format!("The property `part` of `{id}` is not PART/STATE.");
            self.refuse(
                place,
                ProblemKind::Value,
                sentence,
                format!("A state is one of {states}."),
            );
            return;
        };
        if !definition.parts.iter().any(|known| known.id == part) {
            let near = nearest(part, definition.parts.iter().map(|known| known.id.as_str()));
            let mend = near.map_or_else(
                || "Add a [[part]] with this id to service.toml.".to_owned(),
                |near| format!("Did you mean `{near}`?"),
            );
            let sentence = format!("`{id}` speaks of the part `{part}`, which is not there.");
            self.refuse(place, ProblemKind::Undefined, sentence, mend);
        }
        if element.property("tell:en").is_none_or(|text| text.trim().is_empty()) {
            let sentence = format!("`{id}` speaks of the part `{part}` and says nothing of it.");
            let mend = "Write what the requester is told in its property `tell:en`.";
            self.refuse(place, ProblemKind::Undefined, sentence, mend);
        }
    }
}
