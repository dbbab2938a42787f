#![expect(clippy::indexing_slicing, reason = "a test may fail by panic")]

use super::layout;
use crate::{
    Boundary, BoundaryTrigger, Bounds, Diagram, ElementIndex, ElementKind, EndResult, Expression,
    Job, Model, Process, StartTrigger, Timer,
};

fn job(job_type: &str) -> ElementKind {
    ElementKind::ServiceTask(Job {
        job_type: Expression::fixed(job_type),
        retries: Expression::fixed("3"),
        headers: Vec::new(),
    })
}

fn permit() -> Process {
    let mut process = Process::new("permit");
    let mut add = |id: &str, kind, parent| process.add(id, kind, parent).unwrap();
    let start = add("start", ElementKind::StartEvent(StartTrigger::None), None);
    let lookup = add("lookup", job("vehicle.lookup"), None);
    let late = Boundary {
        attached_to: lookup,
        interrupting: false,
        trigger: BoundaryTrigger::Timer(Timer::Duration(Expression::fixed("PT1H"))),
    };
    let late = add("late", ElementKind::Boundary(late), None);
    let choice = add("choice", ElementKind::ExclusiveGateway, None);
    let sub = add("sub", ElementKind::SubProcess, None);
    let inner = add("inner", ElementKind::StartEvent(StartTrigger::None), Some(sub));
    let print = add("print", job("print"), Some(sub));
    let tell = add("tell", job("tell"), None);
    let end = add("end", ElementKind::EndEvent(EndResult::None), None);
    for (nth, (from, to)) in [
        (start, lookup),
        (lookup, choice),
        (choice, sub),
        (choice, end),
        (choice, lookup),
        (late, tell),
        (tell, end),
        (sub, end),
        (inner, print),
    ]
    .into_iter()
    .enumerate()
    {
        process.connect(format!("f{nth}"), from, to).unwrap();
    }
    let choice = process.element_mut(choice).unwrap();
    choice.name = Some("Found?".to_owned());
    choice.default_flow = choice.outgoing.first().copied();
    for flow in choice.outgoing.clone().into_iter().skip(1) {
        process.flow_mut(flow).unwrap().condition = Some(Expression::feel("fee > 0"));
    }
    process
}

fn apart(a: &Bounds, b: &Bounds) -> bool {
    a.right() <= b.x || b.right() <= a.x || a.bottom() <= b.y || b.bottom() <= a.y
}

fn assert_readable(process: &Process, diagram: &Diagram) {
    for (index, element) in process.indexed() {
        let bounds = diagram.shape(&element.id).unwrap().bounds;
        for (other_index, other) in process.indexed().filter(|(other, _)| *other > index) {
            let other_bounds = diagram.shape(&other.id).unwrap().bounds;
            let hangs = element.kind.boundary().is_some() || other.kind.boundary().is_some();
            if element.parent == other.parent && !hangs {
                assert!(apart(&bounds, &other_bounds), "{} covers {}", element.id, other.id);
            }
            if other.parent == Some(index) {
                assert!(bounds.x < other_bounds.x && other_bounds.right() < bounds.right());
                assert!(bounds.y < other_bounds.y && other_bounds.bottom() < bounds.bottom());
            }
            assert!(other_index > ElementIndex(0));
        }
    }
    assert_eq!(diagram.edges.len(), process.flows().len());
}

/// No piece of a flow passes through an element of its scope that it does not join.
fn assert_no_flow_crosses(process: &Process, diagram: &Diagram) {
    for flow in process.flows() {
        let edge = diagram.edge(&flow.id).unwrap();
        let scope = process[flow.source].parent;
        for index in process.children(scope) {
            let hangs = |at: ElementIndex| process[at].kind.boundary().map(|b| b.attached_to);
            let own = index == flow.source || index == flow.target;
            if own || hangs(flow.source) == Some(index) || hangs(index).is_some() {
                continue;
            }
            let bounds = diagram.shape(&process[index].id).unwrap().bounds;
            for piece in edge.waypoints.windows(2) {
                let (a, b) = (piece[0], piece[1]);
                let line = Bounds {
                    x: a.x.min(b.x),
                    y: a.y.min(b.y),
                    width: a.x.max(b.x).minus(a.x.min(b.x)),
                    height: a.y.max(b.y).minus(a.y.min(b.y)),
                };
                assert!(apart(&line, &bounds), "{} crosses {}", flow.id, process[index].id);
            }
        }
    }
}

#[test]
fn a_laid_out_process_is_readable_and_survives_a_file() {
    let process = permit();
    let diagram = layout(&process);
    assert_readable(&process, &diagram);
    assert_no_flow_crosses(&process, &diagram);
    let model = Model::of(process);
    assert_eq!(Model::parse(crate::write(&model).as_bytes()), Ok(model));
}

#[test]
fn a_long_process_with_many_shortcuts_is_laid_out_in_bounded_time() {
    let mut process = Process::new("long");
    let mut before = process.add("s", ElementKind::StartEvent(StartTrigger::None), None).unwrap();
    let first = before;
    for nth in 0..2_000 {
        let next = process.add(format!("t{nth}"), ElementKind::ManualTask, None).unwrap();
        process.connect(format!("f{nth}"), before, next).unwrap();
        process.connect(format!("g{nth}"), first, next).unwrap();
        before = next;
    }
    let diagram = layout(&process);
    assert_eq!(diagram.edges.len(), 4_000);
}

#[test]
fn an_empty_process_has_an_empty_diagram() {
    assert!(layout(&Process::new("empty")).shapes.is_empty());
}
