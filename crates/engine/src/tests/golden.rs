//! One line of the journal for every event, under a fixed key: a written event never changes meaning.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base::{Digest, MessageId, Personal, Timestamp};
use expect_test::expect;
use feel::Value;

use super::personal::OneKey;
use crate::{
    Cycle, ElementKey, Event, FormReference, Incident, IncidentKind, Job, Origin, ProcessVersion,
    Settled, TimerSet, Token, UserTask, Variable, Variables, open_variables,
};

const KEY: ElementKey = ElementKey(7);

fn values() -> Variables {
    open_variables([("name", Value::from("Ann"))])
}

fn token() -> Token {
    Token { key: ElementKey(8), element: "task".into(), flow: Some("f1".into()), joins: Some(2) }
}

fn timer() -> TimerSet {
    let anchor = Timestamp::from_millis(0);
    let cycle = Cycle { anchor, interval: "PT1H".to_owned(), count: 2, times: Some(3) };
    TimerSet { due: Timestamp::from_millis(7_200_000), cycle: Some(cycle) }
}

fn task() -> UserTask {
    UserTask {
        form: Some(FormReference::Id("review".to_owned())),
        candidate_groups: vec!["caseworkers".to_owned()],
        candidate_users: None,
        assignee: Some(Personal::new(Variable::new(Value::from("sam")))),
        due: Some(Timestamp::from_millis(1)),
        follow_up: None,
        priority: 50,
        headers: BTreeMap::from([("k".to_owned(), "v".to_owned())]),
    }
}

fn scopes() -> Vec<Event> {
    let element = || "a".into();
    let process = ProcessVersion { process: "report".into(), version: Digest::from_bytes([1; 32]) };
    let first = Token { key: ElementKey(1), element: "s".into(), flow: None, joins: None };
    vec![
        Event::Started {
            key: ElementKey::ROOT,
            caller: None,
            process,
            token: first.clone(),
            values: values(),
        },
        Event::ElementActivated { key: KEY, element: element(), token: Some(first) },
        Event::ElementCompleted { key: KEY, element: element(), tokens: vec![token()] },
        Event::ElementTerminated { key: KEY, element: element() },
        Event::VariablesSet { scope: KEY, values: values() },
        Event::Continued {},
        Event::Completed { key: KEY },
        Event::Cancelled {},
    ]
}

fn work() -> Vec<Event> {
    let element = || "a".into();
    let job = Job { job_type: "report".to_owned(), retries: 3, headers: BTreeMap::new() };
    let incident = Incident { kind: IncidentKind::JobFailed, detail: "unreachable".to_owned() };
    let rule = dmn::ReasonCode {
        decision: "free_meals".to_owned(),
        table: "t".to_owned(),
        rule: 1,
        rule_id: Some("r1".to_owned()),
        code: Some("LOW".to_owned()),
        law: None,
    };
    let personal = || Personal::new(Variable::new(Value::from(true)));
    vec![
        Event::JobCreated { key: KEY, element: element(), job },
        Event::JobFailed { key: KEY, element: element(), code: "slow".to_owned(), retries: 1 },
        Event::JobCompleted {
            key: KEY,
            element: element(),
            values: values(),
            origin: Origin::Outside,
        },
        Event::UserTaskCreated { key: KEY, element: element(), task: task() },
        Event::UserTaskCompleted { key: KEY, element: element(), values: values() },
        Event::DecisionEvaluated {
            key: KEY,
            element: element(),
            decision: "free_meals".into(),
            version: Digest::from_bytes([2; 32]),
            rules: vec![rule],
            inputs: personal(),
            result: personal(),
        },
        Event::IncidentRaised { key: KEY, element: element(), incident, leaving: true },
        Event::IncidentResolved {
            key: KEY,
            element: element(),
            how: Settled::Retry { retries: 2 },
            values: Variables::new(),
        },
        Event::IncidentResolved {
            key: KEY,
            element: element(),
            how: Settled::Done,
            values: values(),
        },
    ]
}

fn triggers() -> Vec<Event> {
    let element = || "a".into();
    vec![
        Event::TimerStarted { key: KEY, element: element(), host: Some(KEY), timer: timer() },
        Event::TimerFired {
            key: KEY,
            element: element(),
            token: Some(token()),
            next: Some(timer()),
        },
        Event::Subscribed {
            key: KEY,
            element: element(),
            host: None,
            message: "paid".to_owned(),
            correlation: Digest::from_bytes([3; 32]),
            stays: true,
        },
        Event::MessageCorrelated {
            key: KEY,
            element: element(),
            message: MessageId::from_bytes([4; 16]),
            token: None,
            values: values(),
        },
        Event::ErrorCaught {
            key: KEY,
            element: element(),
            code: "E1".to_owned(),
            host: KEY,
            token: token(),
            values: values(),
            origin: Origin::Outside,
        },
    ]
}

#[test]
fn every_event_has_its_line() {
    let mut keys = OneKey::default();
    let mut lines = String::new();
    for event in scopes().into_iter().chain(work()).chain(triggers()) {
        let (name, version, lifecycle) = (event.name(), event.version(), event.lifecycle());
        let sealed = event.seal(&mut keys).unwrap();
        let line = serde_json::to_string(&sealed).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&line).unwrap(), sealed);
        writeln!(lines, "{name} {version} {lifecycle:?}\n  {line}").unwrap();
    }
    expect![[r#"
        process.started 1 None
          {"started":{"key":0,"process":{"process":"report","version":"0101010101010101010101010101010101010101010101010101010101010101"},"token":{"key":1,"element":"s"},"values":{"name":"s1.AAAAAAAAAAEAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAA0mG0FVyMNbqn8yqAlDg-6Why3eQ6"}}}
        process.element_activated 1 Some(Started)
          {"element_activated":{"key":7,"element":"a","token":{"key":1,"element":"s"}}}
        process.element_completed 1 Some(Completed)
          {"element_completed":{"key":7,"element":"a","tokens":[{"key":8,"element":"task","flow":"f1","joins":2}]}}
        process.element_terminated 1 None
          {"element_terminated":{"key":7,"element":"a"}}
        process.variables_set 1 None
          {"variables_set":{"scope":7,"values":{"name":"s1.AAAAAAAAAAIAAAAAAAAAAAIAAAAAAAAAAAAAAAAAAAAAWYKJkpl3KoGPhxgugv09jX4Til7j"}}}
        process.continued 1 None
          {"continued":{}}
        process.completed 1 None
          {"completed":{"key":7}}
        process.cancelled 1 None
          {"cancelled":{}}
        process.job_created 1 Some(Enabled)
          {"job_created":{"key":7,"element":"a","job":{"job_type":"report","retries":3}}}
        process.job_failed 1 None
          {"job_failed":{"key":7,"element":"a","code":"slow","retries":1}}
        process.job_completed 1 None
          {"job_completed":{"key":7,"element":"a","values":{"name":"s1.AAAAAAAAAAMAAAAAAAAAAAMAAAAAAAAAAAAAAAAAAAAABolZJ4fwJ7s3tkpw-WpYl6M4bq3c"}}}
        process.user_task_created 1 Some(Enabled)
          {"user_task_created":{"key":7,"element":"a","task":{"form":{"id":"review"},"candidate_groups":["caseworkers"],"assignee":"s1.AAAAAAAAAAQAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAAr0r-4yP2ujddbJrIKZ6W3VIFZacj","due":1,"priority":50,"headers":{"k":"v"}}}}
        process.user_task_completed 1 None
          {"user_task_completed":{"key":7,"element":"a","values":{"name":"s1.AAAAAAAAAAUAAAAAAAAAAAUAAAAAAAAAAAAAAAAAAAAAPvWkaOZhYIizkCrz0Y8opXVBAIDy"}}}
        process.decision_evaluated 1 None
          {"decision_evaluated":{"key":7,"element":"a","decision":"free_meals","version":"0202020202020202020202020202020202020202020202020202020202020202","rules":[{"decision":"free_meals","table":"t","rule":1,"rule_id":"r1","code":"LOW"}],"inputs":"s1.AAAAAAAAAAYAAAAAAAAAAAYAAAAAAAAAAAAAAAAAAAAAaeUZd4DoImiysug3nR3DTnwyfcc","result":"s1.AAAAAAAAAAcAAAAAAAAAAAcAAAAAAAAAAAAAAAAAAAAARCKvQqeuZWaKJ4ZJg5jKEqOgE44"}}
        process.incident_raised 1 None
          {"incident_raised":{"key":7,"element":"a","incident":{"kind":"job_failed","detail":"unreachable"},"leaving":true}}
        process.incident_resolved 1 None
          {"incident_resolved":{"key":7,"element":"a","how":{"retry":{"retries":2}}}}
        process.incident_resolved 1 None
          {"incident_resolved":{"key":7,"element":"a","how":"done","values":{"name":"s1.AAAAAAAAAAgAAAAAAAAAAAgAAAAAAAAAAAAAAAAAAAAACCAH-1G_sUpw9iP820HnSr6_aQtq"}}}
        process.timer_started 1 None
          {"timer_started":{"key":7,"element":"a","host":7,"timer":{"due":7200000,"cycle":{"anchor":0,"interval":"PT1H","count":2,"times":3}}}}
        process.timer_fired 1 None
          {"timer_fired":{"key":7,"element":"a","token":{"key":8,"element":"task","flow":"f1","joins":2},"next":{"due":7200000,"cycle":{"anchor":0,"interval":"PT1H","count":2,"times":3}}}}
        process.subscribed 1 Some(Started)
          {"subscribed":{"key":7,"element":"a","message":"paid","correlation":"0303030303030303030303030303030303030303030303030303030303030303","stays":true}}
        process.message_correlated 1 None
          {"message_correlated":{"key":7,"element":"a","message":"04040404-0404-0404-0404-040404040404","values":{"name":"s1.AAAAAAAAAAkAAAAAAAAAAAkAAAAAAAAAAAAAAAAAAAAAjbbvMigzBTDwVJhzuVVWwlfklOIH"}}}
        process.error_caught 1 None
          {"error_caught":{"key":7,"element":"a","code":"E1","host":7,"token":{"key":8,"element":"task","flow":"f1","joins":2},"values":{"name":"s1.AAAAAAAAAAoAAAAAAAAAAAoAAAAAAAAAAAAAAAAAAAAAjk6ltDuWbCnxU5zyTh2XW7bNQN-p"}}}
    "#]].assert_eq(&lines);
}

#[test]
fn an_event_with_an_unknown_part_is_refused() {
    let unknown = [
        r#"{"completed":{"key":1,"more":2}}"#,
        r#"{"gone":{}}"#,
        r#"{"element_completed":{"key":1}}"#,
        r#"{"variables_set":{"scope":1,"values":{"name":"Ann"}}}"#,
    ];
    for line in unknown {
        assert!(serde_json::from_str::<Event>(line).is_err(), "{line}");
    }
}

#[test]
fn sealing_visits_every_personal_value() {
    for mut event in scopes().into_iter().chain(work()).chain(triggers()) {
        let mut fields = Vec::new();
        event.for_each_personal_mut(&mut |field, value| {
            fields.push(field.0.to_owned());
            *value = Personal::Erased;
        });
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(text.matches("\"erased\"").count(), fields.len(), "{text}");
    }
}

#[test]
fn what_is_done_does_not_begin_again() {
    use crate::ElementState::{Active, Completing, Leaving, Ready};
    let states = [None, Some(Ready), Some(Active), Some(Completing), Some(Leaving)];
    let legal = |from| states.map(|to| u8::from(crate::is_legal(from, to)));
    assert_eq!(
        states.map(legal),
        [[0, 1, 1, 0, 0], [1; 5], [1; 5], [1, 0, 0, 1, 1], [1, 0, 0, 1, 1]]
    );
}
