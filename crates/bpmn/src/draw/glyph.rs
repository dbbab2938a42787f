//! The small signs inside events, tasks and gateways, drawn around their middle.

use std::fmt::Write as _;

use super::Drawing;
use crate::{
    BoundaryTrigger, BusinessRuleTask, CatchTrigger, Element, ElementKind, EndResult, Length,
    Point, StartTrigger, Throw,
};

/// A sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Glyph {
    None,
    Clock,
    Envelope,
    FilledEnvelope,
    Bolt,
    FilledBolt,
    Disc,
    Person,
    Gear,
    Script,
    Table,
    Hand,
    Cross,
    Plus,
}

impl Glyph {
    /// A path within ±10 units, and whether it is filled.
    fn path(self) -> (&'static str, bool) {
        match self {
            Self::None => ("", false),
            Self::Clock => ("M-9 0 A9 9 0 1 0 9 0 A9 9 0 1 0 -9 0 M0 -6 L0 0 L4 3", false),
            Self::Envelope => ("M-9 -6 H9 V6 H-9 Z M-9 -6 L0 1 L9 -6", false),
            Self::FilledEnvelope => ("M-9 -6 H9 L0 1 Z M-9 -4 L0 3 L9 -4 V6 H-9 Z", true),
            Self::Bolt => ("M-8 8 L-3 -6 L2 2 L8 -8 L3 6 L-2 -2 Z", false),
            Self::FilledBolt => ("M-8 8 L-3 -6 L2 2 L8 -8 L3 6 L-2 -2 Z", true),
            Self::Disc => ("M-9 0 A9 9 0 1 0 9 0 A9 9 0 1 0 -9 0 Z", true),
            Self::Person => {
                ("M-4 -4 A4 4 0 1 0 4 -4 A4 4 0 1 0 -4 -4 M-8 8 C-8 -1 8 -1 8 8 Z", false)
            }
            Self::Gear => (
                "M-3 0 A3 3 0 1 0 3 0 A3 3 0 1 0 -3 0 M-6 0 A6 6 0 1 0 6 0 A6 6 0 1 0 -6 0 \
                 M0 -6 V-9 M0 6 V9 M-6 0 H-9 M6 0 H9 M-4 -4 L-6 -6 M4 4 L6 6 M-4 4 L-6 6 M4 -4 L6 -6",
                false,
            ),
            Self::Script => (
                "M-4 -8 H8 C4 -3 10 3 5 8 H-7 C-2 3 -8 -3 -4 -8 Z M-3 -4 H3 M-3 0 H3 M-2 4 H4",
                false,
            ),
            Self::Table => ("M-8 -7 H8 V7 H-8 Z M-8 -3 H8 M-8 2 H8 M-3 -3 V7", false),
            Self::Hand => (
                "M-8 -2 L-2 -7 H1 L-1 -4 H8 V-1 H2 M8 -1 V2 H2 M7 2 V5 H2 M5 5 V8 H-5 L-8 5 Z",
                false,
            ),
            Self::Cross => ("M-7 -7 L7 7 M7 -7 L-7 7", false),
            Self::Plus => ("M-9 0 H9 M0 -9 V9", false),
        }
    }
}

/// The sign of an executable element.
pub(super) fn of(element: &Element) -> Glyph {
    match &element.kind {
        ElementKind::StartEvent(StartTrigger::Timer(_))
        | ElementKind::IntermediateCatch(CatchTrigger::Timer(_)) => Glyph::Clock,
        ElementKind::StartEvent(StartTrigger::Message(_))
        | ElementKind::IntermediateCatch(CatchTrigger::Message(_))
        | ElementKind::ReceiveTask(_) => Glyph::Envelope,
        ElementKind::EndEvent(EndResult::Message(_))
        | ElementKind::IntermediateThrow(Throw::Message(_))
        | ElementKind::SendTask(_) => Glyph::FilledEnvelope,
        ElementKind::EndEvent(EndResult::Terminate) => Glyph::Disc,
        ElementKind::EndEvent(EndResult::Error(_)) => Glyph::FilledBolt,
        ElementKind::Boundary(boundary) => match boundary.trigger {
            BoundaryTrigger::Timer(_) => Glyph::Clock,
            BoundaryTrigger::Message(_) => Glyph::Envelope,
            BoundaryTrigger::Error(_) => Glyph::Bolt,
        },
        ElementKind::ServiceTask(_) => Glyph::Gear,
        ElementKind::UserTask(_) => Glyph::Person,
        ElementKind::ScriptTask(_) => Glyph::Script,
        ElementKind::BusinessRuleTask(BusinessRuleTask::Decision(_) | BusinessRuleTask::Job(_)) => {
            Glyph::Table
        }
        ElementKind::ManualTask => Glyph::Hand,
        ElementKind::ExclusiveGateway => Glyph::Cross,
        ElementKind::ParallelGateway => Glyph::Plus,
        ElementKind::StartEvent(StartTrigger::None)
        | ElementKind::EndEvent(EndResult::None)
        | ElementKind::IntermediateThrow(Throw::None)
        | ElementKind::Task
        | ElementKind::SubProcess
        | ElementKind::CallActivity(_) => Glyph::None,
    }
}

/// The sign of an event that is only drawn.
pub(super) fn of_definition(definition: Option<&str>, throws: bool) -> Glyph {
    match (definition.unwrap_or_default(), throws) {
        ("timerEventDefinition", _) => Glyph::Clock,
        ("messageEventDefinition", false) => Glyph::Envelope,
        ("messageEventDefinition", true) => Glyph::FilledEnvelope,
        ("errorEventDefinition", false) => Glyph::Bolt,
        ("errorEventDefinition", true) => Glyph::FilledBolt,
        ("terminateEventDefinition", _) => Glyph::Disc,
        _ => Glyph::None,
    }
}

impl Drawing<'_> {
    pub(super) fn glyph(&mut self, glyph: Glyph, at: Point) {
        let (path, filled) = glyph.path();
        if path.is_empty() {
            return;
        }
        let (fill, width) = if filled { ("#000", "0.5") } else { ("none", "1.25") };
        let (x, y): (Length, Length) = (at.x, at.y);
        let _ = write!(
            self.out,
            "<path transform=\"translate({x} {y})\" d=\"{path}\" fill=\"{fill}\" stroke=\"#000\" \
             stroke-width=\"{width}\" class=\"bpmn-glyph{}\"/>",
            if filled { " is-filled" } else { "" },
        );
    }
}
