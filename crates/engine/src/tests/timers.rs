//! Timers, the calendar and the border between times.

use expect_test::expect;

use super::{Case, blind, process, service, values};
use crate::{Command, Environment, message_starts, next_time, timer_starts};

fn waits(kind: &str, text: &str) -> Case {
    let elements = format!(
        r#"<startEvent id="s"/><intermediateCatchEvent id="a"><timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition></intermediateCatchEvent><endEvent id="e"/>"#
    );
    Case::of(&process("p", &elements, "s>a>e"))
}

fn due(kind: &str, text: &str, at: &str) -> String {
    let mut case = waits(kind, text);
    case.at(at).start("\"day\": \"2026-07-01\", \"at\": \"2026-07-01T10:00:00+01:00\"");
    let row = case.live.get(case.key("a")).unwrap();
    row.due().map_or_else(|| case.trace.clone(), |due| due.to_string())
}

#[test]
fn durations_follow_the_calendar_of_the_zone() {
    // The clock goes forward on 29 March 2026 and back on 25 October.
    for (text, at, expected) in [
        ("PT15M", "2026-01-05T09:00:00Z", "2026-01-05T09:15:00Z"),
        ("P1D", "2026-03-28T12:00:00Z", "2026-03-29T11:00:00Z"),
        ("PT24H", "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"),
        ("P1D", "2026-10-24T11:00:00Z", "2026-10-25T12:00:00Z"),
        ("P1M", "2026-01-31T09:00:00Z", "2026-02-28T09:00:00Z"),
        ("P1Y2M3DT4H", "2024-02-29T00:00:00Z", "2025-05-02T03:00:00Z"),
        ("P2W", "2026-03-20T09:00:00Z", "2026-04-03T08:00:00Z"),
        ("=duration(\"P1M\")", "2026-01-31T09:00:00Z", "2026-02-28T09:00:00Z"),
        ("=duration(\"PT90S\")", "2026-01-05T09:00:00Z", "2026-01-05T09:01:30Z"),
        ("=\"PT1\" + \"H\"", "2026-01-05T09:00:00Z", "2026-01-05T10:00:00Z"),
    ] {
        assert_eq!(due("timeDuration", text, at), expected, "{text} at {at}");
    }
}

#[test]
fn dates_are_read_in_their_zone_or_in_the_bodys() {
    for (text, expected) in [
        ("2026-07-01T10:00:00Z", "2026-07-01T10:00:00Z"),
        ("2026-07-01T10:00:00+01:00[Europe/London]", "2026-07-01T09:00:00Z"),
        ("=at", "2026-07-01T09:00:00Z"),
        ("=day", "2026-06-30T23:00:00Z"),
        ("=date(day)", "2026-06-30T23:00:00Z"),
        ("=date and time(\"2026-07-01T10:00:00@Europe/Paris\")", "2026-07-01T08:00:00Z"),
        ("=date and time(\"2026-07-01T10:00:00\")", "2026-07-01T09:00:00Z"),
        ("=now() + duration(\"P1D\")", "2026-01-06T09:00:00Z"),
    ] {
        assert_eq!(due("timeDate", text, "2026-01-05T09:00:00Z"), expected, "{text}");
    }
}

#[test]
fn what_is_no_time_is_an_incident() {
    let mut case = waits("timeDuration", "=length");
    case.start("\"length\": \"soon\"").retry("a", "\"length\": \"PT1H\"");
    case.expect(&expect![[r#"
        start
          started #0 p -> s#1 length="soon"
          element_completed s#1 -> a#2
          incident_raised a#2 invalid_timer: timer gave string that is no time
        retry a
          variables_set #0 length="PT1H"
          incident_resolved a#2
          timer_started a#2 due 2026-01-05T10:00:00Z
    "#]]);
}

#[test]
fn a_timer_fires_when_due_once_and_not_before() {
    let mut case = waits("timeDuration", "PT1H");
    case.start("").trigger("a").at("2026-01-09T09:00:00Z").trigger("a").trigger("a");
    case.expect(&expect![[r#"
        start
          started #0 p -> s#1
          element_completed s#1 -> a#2
          timer_started a#2 due 2026-01-05T10:00:00Z
        trigger a
          rejected: element 2 does not wait for a timer
        at 2026-01-09T09:00:00Z
        trigger a
          timer_fired a#2
          element_completed a#2 -> e#3
          element_completed e#3
          completed #0
        trigger a
          rejected: element 2 does not wait for a timer
    "#]]);
}

fn guarded(cancel: &str, timer: &str) -> Case {
    let elements = format!(
        r#"<startEvent id="s"/>{}<boundaryEvent id="b" attachedToRef="a" cancelActivity="{cancel}"><timerEventDefinition>{timer}</timerEventDefinition></boundaryEvent><task id="t"/><endEvent id="e"/>"#,
        service("a", ""),
    );
    let mut case = Case::of(&process("p", &elements, "s>a>e; b>t>e"));
    case.start("");
    case
}

#[test]
fn an_interrupting_timer_and_the_completion_exclude_each_other() {
    let hour = "<timeDuration>PT1H</timeDuration>";
    let mut case = guarded("true", hour);
    case.at("2026-01-05T10:00:00Z").trigger("b").complete("a", "").expect(&expect![[r#"
        start
          started #0 p -> s#1
          element_completed s#1 -> a#2
          job_created a#2 work x3
          timer_started b#3 due 2026-01-05T10:00:00Z
        at 2026-01-05T10:00:00Z
        trigger b
          timer_fired b#3 -> b#4
          element_terminated a#2
          element_completed b#4 -> t#5
          element_completed t#5 -> e#6
          element_completed e#6
          completed #0
        complete a
          rejected: element 2 does not wait for a job
    "#]]);
    let mut case = guarded("true", hour);
    case.at("2026-01-05T10:00:00Z").complete("a", "").trigger("b").expect(&expect![[r#"
        start
          started #0 p -> s#1
          element_completed s#1 -> a#2
          job_created a#2 work x3
          timer_started b#3 due 2026-01-05T10:00:00Z
        at 2026-01-05T10:00:00Z
        complete a
          job_completed a#2
          element_completed a#2 -> e#4
          element_completed e#4
          completed #0
        trigger b
          rejected: element 3 does not wait for a timer
    "#]]);
}

#[test]
fn a_cycle_fires_as_often_as_it_says_and_then_rests() {
    let mut case = guarded("false", "<timeCycle>R2/PT1H</timeCycle>");
    case.at("2026-01-05T10:00:00Z").trigger("b").trigger("b");
    case.at("2026-01-05T11:00:30Z").trigger("b").trigger("b").complete("a", "");
    case.expect(&expect![[r#"
        start
          started #0 p -> s#1
          element_completed s#1 -> a#2
          job_created a#2 work x3
          timer_started b#3 due 2026-01-05T10:00:00Z
        at 2026-01-05T10:00:00Z
        trigger b
          timer_fired b#3 -> b#4 next 2026-01-05T11:00:00Z
          element_completed b#4 -> t#5
          element_completed t#5 -> e#6
          element_completed e#6
        trigger b
          rejected: element 3 does not wait for a timer
        at 2026-01-05T11:00:30Z
        trigger b
          timer_fired b#3 -> b#7
          element_completed b#7 -> t#8
          element_completed t#8 -> e#9
          element_completed e#9
        trigger b
          rejected: element 7 does not wait for a timer
        complete a
          job_completed a#2
          element_completed a#2 -> e#10
          element_completed e#10
          completed #0
    "#]]);
}

#[test]
fn times_missed_while_down_fire_once_and_the_cycle_keeps_its_anchor() {
    let mut case = guarded("false", "<timeCycle>R/PT1H</timeCycle>");
    // Down from before ten until half past two: four times were missed.
    case.at("2026-01-05T14:30:00Z").trigger("b").trigger("b");
    case.expect(&expect![[r#"
        start
          started #0 p -> s#1
          element_completed s#1 -> a#2
          job_created a#2 work x3
          timer_started b#3 due 2026-01-05T10:00:00Z
        at 2026-01-05T14:30:00Z
        trigger b
          timer_fired b#3 -> b#4 next 2026-01-05T15:00:00Z
          element_completed b#4 -> t#5
          element_completed t#5 -> e#6
          element_completed e#6
        trigger b
          rejected: element 3 does not wait for a timer
    "#]]);
    let mut case = guarded("false", "<timeCycle>R3/PT1H</timeCycle>");
    case.at("2026-01-05T11:30:00Z").trigger("b").at("2026-01-05T12:00:00Z").trigger("b");
    case.trigger("b").expect(&expect![[r#"
        start
          started #0 p -> s#1
          element_completed s#1 -> a#2
          job_created a#2 work x3
          timer_started b#3 due 2026-01-05T10:00:00Z
        at 2026-01-05T11:30:00Z
        trigger b
          timer_fired b#3 -> b#4 next 2026-01-05T12:00:00Z
          element_completed b#4 -> t#5
          element_completed t#5 -> e#6
          element_completed e#6
        at 2026-01-05T12:00:00Z
        trigger b
          timer_fired b#3 -> b#7
          element_completed b#7 -> t#8
          element_completed t#8 -> e#9
          element_completed e#9
        trigger b
          rejected: element 7 does not wait for a timer
    "#]]);
}

#[test]
fn a_cycle_by_days_or_months_keeps_the_hour_and_the_day() {
    let mut case = guarded("false", "<timeCycle>R/2026-03-27T09:00:00Z/P1D</timeCycle>");
    for at in ["2026-03-27T09:00:00Z", "2026-03-28T09:00:00Z", "2026-03-29T08:00:00Z"] {
        case.at(at).trigger("b");
    }
    case.expect(&expect![[r#"
        start
          started #0 p -> s#1
          element_completed s#1 -> a#2
          job_created a#2 work x3
          timer_started b#3 due 2026-03-27T09:00:00Z
        at 2026-03-27T09:00:00Z
        trigger b
          timer_fired b#3 -> b#4 next 2026-03-28T09:00:00Z
          element_completed b#4 -> t#5
          element_completed t#5 -> e#6
          element_completed e#6
        at 2026-03-28T09:00:00Z
        trigger b
          timer_fired b#3 -> b#7 next 2026-03-29T08:00:00Z
          element_completed b#7 -> t#8
          element_completed t#8 -> e#9
          element_completed e#9
        at 2026-03-29T08:00:00Z
        trigger b
          timer_fired b#3 -> b#10 next 2026-03-30T08:00:00Z
          element_completed b#10 -> t#11
          element_completed t#11 -> e#12
          element_completed e#12
    "#]]);
    // Each month is counted from the anchor, so that the 31st comes back after February.
    let mut case = guarded("false", "<timeCycle>R/2026-01-31T09:00:00Z/P1M</timeCycle>");
    for at in ["2026-01-31T09:00:00Z", "2026-02-28T09:00:00Z", "2026-03-31T08:00:00Z"] {
        case.at(at).trigger("b");
    }
    case.expect(&expect![[r#"
        start
          started #0 p -> s#1
          element_completed s#1 -> a#2
          job_created a#2 work x3
          timer_started b#3 due 2026-01-31T09:00:00Z
        at 2026-01-31T09:00:00Z
        trigger b
          timer_fired b#3 -> b#4 next 2026-02-28T09:00:00Z
          element_completed b#4 -> t#5
          element_completed t#5 -> e#6
          element_completed e#6
        at 2026-02-28T09:00:00Z
        trigger b
          timer_fired b#3 -> b#7 next 2026-03-31T08:00:00Z
          element_completed b#7 -> t#8
          element_completed t#8 -> e#9
          element_completed e#9
        at 2026-03-31T08:00:00Z
        trigger b
          timer_fired b#3 -> b#10 next 2026-04-30T08:00:00Z
          element_completed b#10 -> t#11
          element_completed t#11 -> e#12
          element_completed e#12
    "#]]);
}

#[test]
fn a_year_of_missed_seconds_costs_no_more_than_one() {
    let mut case = guarded("false", "<timeCycle>R/PT1S</timeCycle>");
    case.at("2027-01-05T09:00:00.500Z").trigger("b");
    assert!(case.trace.contains("next 2027-01-05T09:00:01Z"), "{}", case.trace);
}

#[test]
fn the_timers_and_messages_that_start_a_process_can_be_watched() {
    let elements = r#"<startEvent id="t"><timerEventDefinition><timeCycle>R/2026-03-28T02:30:00Z/P1D</timeCycle></timerEventDefinition></startEvent>
        <startEvent id="m"><extensionElements><zeebe:ioMapping><zeebe:output source="=amount" target="paid"/></zeebe:ioMapping></extensionElements><messageEventDefinition messageRef="m1"/></startEvent>
        <userTask id="u"/><endEvent id="e"/>"#;
    let mut case = Case::of(&process("p", elements, "t>u>e; m>u"));
    let process = case.deployment.latest(&"p".into()).unwrap();
    let environment = Environment::new(&blind);
    let timers = timer_starts(&case.deployment, &process, case.now, &environment).unwrap();
    let (element, timer) = timers.first().unwrap();
    assert_eq!((element.as_str(), timer.due.to_string().as_str()), ("t", "2026-03-28T02:30:00Z"));
    let next = next_time(timer, timer.due, "Europe/London").unwrap();
    assert_eq!(next.due.to_string(), "2026-03-29T01:30:00Z");
    let messages = message_starts(&case.deployment, &process, case.now, &environment).unwrap();
    assert_eq!(messages, [("m".into(), "paid".to_owned())]);

    let start = Some("m".into());
    let variables = values("\"amount\": 5, \"noise\": 1");
    case.run("by message", Command::Start { process: process.clone(), start, variables });
    assert_eq!(
        (case.variable("paid"), case.variable("noise")),
        ("5".into(), "-".into()),
        "{}",
        case.trace
    );
    let mut other = Case::of(&super::process("p", elements, "t>u>e; m>u"));
    let command = Command::Start { process, start: None, variables: values("") };
    let refused = other.decide(command).unwrap_err().to_string();
    assert!(refused.ends_with("has no such start event"), "{refused}");
}
