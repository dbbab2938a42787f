//! Events: what they wait for and what they do.

use roxmltree::Node;

use super::{Reader, attribute, bpmn_children, is_true};
use crate::{
    Boundary, BoundaryTrigger, CatchTrigger, ElementIndex, ElementKind, EndResult, Error, Message,
    ProblemKind, StartTrigger, Throw, Timer, timer,
};

/// The event definitions of an event, by the name before `EventDefinition`, or the name of a reference to one.
pub(crate) fn definitions<'a>(node: Node<'a, 'a>) -> Vec<(&'a str, Node<'a, 'a>)> {
    bpmn_children(node)
        .filter_map(|child| {
            let name: &'a str = child.tag_name().name();
            let kind = name.strip_suffix("EventDefinition");
            kind.or_else(|| (name == "eventDefinitionRef").then_some(name))
                .map(|kind| (kind, child))
        })
        .collect()
}

/// Where a timer stands decides which forms it may have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    Catch,
    Boundary { interrupting: bool },
}

impl<'a> Reader<'a> {
    /// The kind of an event, or `None` when it cannot be executed.
    pub(super) fn event(
        &mut self,
        node: Node<'a, 'a>,
        nested: bool,
        attached_to: Option<ElementIndex>,
    ) -> Option<ElementKind> {
        let definitions = definitions(node);
        let definition = match definitions.as_slice() {
            [] => None,
            [one] => Some(*one),
            _ => return None,
        };
        let kind = match (node.tag_name().name(), definition) {
            ("startEvent", definition) => ElementKind::StartEvent(self.start(definition)?),
            ("endEvent", definition) => ElementKind::EndEvent(self.end(node, definition)?),
            ("intermediateCatchEvent", Some(definition)) => {
                ElementKind::IntermediateCatch(self.catch(definition)?)
            }
            ("intermediateThrowEvent", None) => ElementKind::IntermediateThrow(Throw::None),
            ("intermediateThrowEvent", Some(("message", _))) => {
                ElementKind::IntermediateThrow(Throw::Message(self.job(node)))
            }
            ("boundaryEvent", Some(definition)) => {
                ElementKind::Boundary(self.boundary(node, definition, attached_to?)?)
            }
            _ => return None,
        };
        let triggered = ElementKind::StartEvent(StartTrigger::None) != kind;
        if nested && triggered && matches!(kind, ElementKind::StartEvent(_)) {
            self.note(node, ProblemKind::TriggeredStartInSubProcess);
        }
        Some(kind)
    }

    fn start(&mut self, definition: Option<(&'a str, Node<'a, 'a>)>) -> Option<StartTrigger> {
        Some(match definition {
            None => StartTrigger::None,
            Some(("message", node)) => StartTrigger::Message(self.caught(node, false)),
            Some(("timer", node)) => StartTrigger::Timer(self.timer(node, Place::Start)),
            Some(_) => return None,
        })
    }

    fn end(
        &mut self,
        node: Node<'a, 'a>,
        definition: Option<(&'a str, Node<'a, 'a>)>,
    ) -> Option<EndResult> {
        Some(match definition {
            None => EndResult::None,
            Some(("terminate", _)) => EndResult::Terminate,
            Some(("error", definition)) => EndResult::Error(self.thrown_error(definition)),
            Some(("message", _)) => EndResult::Message(self.job(node)),
            Some(_) => return None,
        })
    }

    fn catch(&mut self, (kind, node): (&'a str, Node<'a, 'a>)) -> Option<CatchTrigger> {
        Some(match kind {
            "message" => CatchTrigger::Message(self.caught(node, true)),
            "timer" => CatchTrigger::Timer(self.timer(node, Place::Catch)),
            _ => return None,
        })
    }

    fn boundary(
        &mut self,
        node: Node<'a, 'a>,
        (kind, definition): (&'a str, Node<'a, 'a>),
        attached_to: ElementIndex,
    ) -> Option<Boundary> {
        let interrupting = node
            .attribute("cancelActivity")
            .is_none_or(|text| text.trim() != "false" && text.trim() != "0");
        let trigger = match kind {
            "message" => BoundaryTrigger::Message(self.caught(definition, true)),
            "timer" => {
                BoundaryTrigger::Timer(self.timer(definition, Place::Boundary { interrupting }))
            }
            "error" => BoundaryTrigger::Error(self.caught_error(definition)),
            _ => return None,
        };
        let interrupting = interrupting || kind == "error";
        Some(Boundary { attached_to, interrupting, trigger })
    }

    /// The message that an event definition or a receive task waits for.
    pub(super) fn caught(&mut self, node: Node<'a, 'a>, correlated: bool) -> Message {
        let absent = || Message {
            id: String::new(),
            name: crate::Expression::fixed(""),
            correlation_key: None,
        };
        let Some(reference) = attribute(node, "messageRef") else {
            self.missing(node, "messageRef");
            return absent();
        };
        let found = self.resolve(&reference);
        let id = found.and_then(|found| found.attribute("id")).unwrap_or_default();
        let Some(message) = self.messages.get(id).cloned() else {
            self.refuse_reference(node, "messageRef", reference, "a message");
            return absent();
        };
        if message.name.text().trim().is_empty() {
            self.note(node, ProblemKind::Missing { tag: "message".to_owned(), what: "name" });
        }
        match &message.correlation_key {
            Some(key) if correlated => self.refuse_static(node, "correlationKey", key),
            None if correlated => {
                let what = "zeebe:subscription with a correlationKey";
                self.note(node, ProblemKind::Missing { tag: "message".to_owned(), what });
            }
            Some(_) | None => {}
        }
        message
    }

    fn thrown_error(&mut self, node: Node<'a, 'a>) -> Error {
        let error = self.error(node);
        if error.as_ref().is_none_or(|error| error.code.text().trim().is_empty())
            && (error.is_some() || node.attribute("errorRef").is_none_or(str::is_empty))
        {
            self.missing(node, "errorRef to an error with an errorCode");
        }
        error.unwrap_or_else(|| Error {
            id: String::new(),
            name: None,
            code: crate::Expression::fixed(""),
        })
    }

    fn caught_error(&mut self, node: Node<'a, 'a>) -> Option<Error> {
        let error = self.error(node)?;
        if error.code.is_feel() {
            let found = error.code.to_string();
            self.note(
                node,
                ProblemKind::NotStatic { what: "the errorCode of a caught error", found },
            );
        }
        Some(error).filter(|error| !error.code.text().trim().is_empty())
    }

    fn error(&mut self, node: Node<'a, 'a>) -> Option<Error> {
        let reference = attribute(node, "errorRef")?;
        let found = self.resolve(&reference);
        let id = found.and_then(|found| found.attribute("id")).unwrap_or_default();
        let error = self.errors.get(id).cloned();
        if error.is_none() {
            self.refuse_reference(node, "errorRef", reference, "an error");
        }
        error
    }

    /// Notes a reference that names nothing, or the wrong thing.
    pub(super) fn refuse_reference(
        &mut self,
        node: Node<'a, 'a>,
        attribute: &'static str,
        reference: String,
        expected: &'static str,
    ) {
        let kind = if self.resolve(&reference).is_some() {
            ProblemKind::WrongReference { attribute, reference, expected }
        } else {
            ProblemKind::DanglingReference { attribute, reference }
        };
        self.note(node, kind);
    }

    fn timer(&mut self, node: Node<'a, 'a>, place: Place) -> Timer {
        let forms: Vec<Node<'a, 'a>> = bpmn_children(node)
            .filter(|child| {
                matches!(child.tag_name().name(), "timeDate" | "timeDuration" | "timeCycle")
            })
            .collect();
        let [form] = forms.as_slice() else {
            self.missing(node, "timeDate, timeDuration or timeCycle of its own");
            return Timer::Date(crate::Expression::fixed(""));
        };
        let Some(expression) = self.text_expression(*form) else {
            self.missing(*form, "text");
            return Timer::Date(crate::Expression::fixed(""));
        };
        let (timer, valid, expected) = Self::timer_form(*form, expression);
        if !valid {
            let found = timer.expression().to_string();
            self.note(*form, ProblemKind::InvalidValue { what: "the timer", found, expected });
        }
        self.refuse_timer_place(*form, &timer, place);
        timer
    }

    fn timer_form(
        form: Node<'a, 'a>,
        expression: crate::Expression,
    ) -> (Timer, bool, &'static str) {
        let said = expression.is_feel() && !expression.text().trim().is_empty();
        let valid = |check: fn(&str) -> bool| said || expression.as_static().is_some_and(check);
        match form.tag_name().name() {
            "timeDate" => {
                let valid = valid(|text| timer::parse_date(text).is_some());
                (
                    Timer::Date(expression),
                    valid,
                    "a date and time with an offset, like 2026-03-01T09:00:00Z",
                )
            }
            "timeDuration" => {
                let valid = valid(|text| timer::parse_duration(text).is_some());
                (Timer::Duration(expression), valid, "an ISO 8601 duration, like PT15M")
            }
            _ => {
                let valid = valid(|text| timer::parse_cycle(text).is_some());
                (Timer::Cycle(expression), valid, "an ISO 8601 repeating interval, like R3/PT1H")
            }
        }
    }

    fn refuse_timer_place(&mut self, form: Node<'a, 'a>, timer: &Timer, place: Place) {
        let expected = match (timer, place) {
            (Timer::Duration(_), Place::Start) => "timeDate or timeCycle on a start event",
            (Timer::Cycle(_), Place::Catch) => "timeDate or timeDuration on a catch event",
            (Timer::Cycle(_), Place::Boundary { interrupting: true }) => {
                "timeDate or timeDuration on an interrupting boundary event"
            }
            (Timer::Date(_) | Timer::Duration(_) | Timer::Cycle(_), Place::Boundary { .. })
            | (Timer::Date(_) | Timer::Cycle(_), Place::Start)
            | (Timer::Date(_) | Timer::Duration(_), Place::Catch) => return,
        };
        let found = form.tag_name().name().to_owned();
        self.note(
            form,
            ProblemKind::InvalidValue { what: "the form of the timer", found, expected },
        );
    }

    /// Receive tasks that would start a process are not executed.
    pub(super) fn is_instantiating(node: Node<'a, 'a>) -> bool {
        is_true(node, "instantiate")
    }
}
