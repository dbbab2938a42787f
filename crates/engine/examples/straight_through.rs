//! Runs start, three automatic tasks and end in memory, and prints how many instances pass a second.
//!
//! `cargo run --release -p engine --example straight_through`

use base::{Digest, Timestamp};
use engine::{Command, Deployment, Environment, Instance, ProcessId, decide, open_variables};

const MODEL: &str = r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">
  <process id="report" isExecutable="true">
    <startEvent id="received"/>
    <scriptTask id="fee"><extensionElements><zeebe:script expression="=bins * 5" resultVariable="fee"/></extensionElements></scriptTask>
    <scriptTask id="dear"><extensionElements><zeebe:script expression="=fee &gt; 20" resultVariable="dear"/></extensionElements></scriptTask>
    <manualTask id="filed"/>
    <endEvent id="done"/>
    <sequenceFlow id="f1" sourceRef="received" targetRef="fee"/>
    <sequenceFlow id="f2" sourceRef="fee" targetRef="dear"/>
    <sequenceFlow id="f3" sourceRef="dear" targetRef="filed"/>
    <sequenceFlow id="f4" sourceRef="filed" targetRef="done"/>
  </process>
</definitions>"#;

const COUNT: u32 = 100_000;

#[expect(clippy::print_stdout, reason = "the figure is what the program is for")]
#[expect(clippy::disallowed_methods, reason = "measuring is the shell's, and this is one")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut deployment = Deployment::new();
    deployment.add_file("report.bpmn", MODEL.as_bytes()).map_err(|errors| format!("{errors:?}"))?;
    let process = deployment.latest(&ProcessId::from("report")).ok_or("not deployed")?;
    let blind = |_: &str, key: &str| Digest::of(key.as_bytes());
    let now = Timestamp::parse("2026-11-24T12:00:00Z")?;
    let begun = std::time::Instant::now();
    let mut events = 0;
    for bins in 0..COUNT {
        let variables = open_variables([("bins", feel::Value::from(i64::from(bins % 9)))]);
        let command = Command::Start { process: process.clone(), start: None, variables };
        let mut instance = Instance::new();
        let mut environment = Environment::new(&blind);
        let decided = decide(&deployment, &instance, command, now, &mut environment)?;
        for event in &decided.events {
            instance.apply(event);
        }
        events += decided.events.len();
        assert!(instance.is_empty(), "an instance did not reach its end");
    }
    let seconds = begun.elapsed();
    let rate = u128::from(COUNT) * 1_000_000 / seconds.as_micros().max(1);
    println!("{rate} instances/s, {events} events in {} ms", seconds.as_millis());
    Ok(())
}
