use expect_test::expect;

use super::*;
use crate::testing::{files, shown};

#[test]
fn every_scenario_of_the_missed_bin_collection_is_read() {
    let files = files("services/missed-bin-collection/scenarios");
    for (name, bytes) in &files {
        let text = std::str::from_utf8(bytes).unwrap();
        let scenario = Scenario::parse(name, text).unwrap();
        assert!(!scenario.title.is_empty() && scenario.steps.len() > 4, "{name}");
    }
    assert!(files.len() >= 8);
}

#[test]
fn a_step_is_read_as_it_is_meant() {
    let text = "scenario  Shown\nplace 1 \"1 Mill Lane, Town\" \"ZZ1 0AA\"\nclock 2026-07-19 09:00\n\
                answer waste fault Client UnknownProperty\ntell waste Done a=1 b=\"two words\"\n\
                request web cy\n  bin  refuse and more\nnot fixed agent  Still full\nwait 2 hours\n\
                staff not-done send_job\n\
                staff complete look answer=yes/seen reason=\"It was shown\"\nasked agency benefit cannot_tell\n\
                told county moved refused\nexpect message done cy letter\nexpect asked waste CreateJob 2\nexpect refused bin:option";
    let scenario = Scenario::parse("x", text).unwrap();
    let lines = scenario.steps.iter().map(|line| format!("{} {:?}\n", line.number, line.step));
    let steps = lines.collect::<Vec<_>>().concat();
    expect![[r#"
        2 Place { uprn: "1", line: "1 Mill Lane, Town", postcode: "ZZ1 0AA" }
        3 Clock(Timestamp(1784448000000))
        4 Answer { system: SystemId(waste), answer: Fault { code: "Client", detail: Some("UnknownProperty") } }
        5 Tell { system: SystemId(waste), message: Soap(SoapElement { name: "Done", fields: [("a", "1"), ("b", "two words")] }) }
        6 Request { channel: Web, language: Some(Cy), answers: [("bin", "refuse and more")] }
        8 NotFixed { channel: Agent, note: Some("Still full") }
        9 Wait { for_ms: 7200000 }
        10 Staff { act: NotDone, element: "send_job" }
        11 Complete { element: "look", given: [("answer", "yes/seen")], reason: Some("It was shown") }
        12 Asked { body: BodyId(agency), question: "benefit", answer: CannotTell }
        13 Told { body: BodyId(county), notice: "moved", outcome: Refused }
        14 Expect(Message { template: "done", language: Cy, way: Some(Letter) })
        15 Expect(Asked { system: SystemId(waste), operation: "CreateJob", times: 2 })
        16 Expect(Refused([("bin", Option)]))
    "#]].assert_eq(&steps);
}

#[test]
fn what_is_no_step_is_named_with_its_line() {
    let text = "clock tomorrow\n  bin refuse\nwait 3 moons\nwait -1 days\nrequest post en\nrequest web fr\n\
                answer Waste 200 {}\nanswer waste 200 {\nanswer waste =\nanswer waste Done a\noffice waste sideways\n\
                staff sleeps x\nstaff complete\nasked agency\ntold county moved maybe\n\
                expect message done cy pigeon\nexpect wonders\nexpect refused bin\nexpect refused bin:blue\ndance\nplace x\nwait 99999999999999999999 days";
    let problems = Scenario::parse("scenarios/x.txt", text).unwrap_err();
    expect![[r#"
        scenarios/x.txt:1:1: The first line does not say what the scenario shows. Write the step as the guide to services shows it.
        scenarios/x.txt:1:1: `tomorrow` is no time: write 2026-11-19 09:00. Write the step as the guide to services shows it.
        scenarios/x.txt:2:1: An indented line answers a question of the request above it. Write the step as the guide to services shows it.
        scenarios/x.txt:3:1: Wait for minutes, hours or days: `wait 3 hours`. Write the step as the guide to services shows it.
        scenarios/x.txt:4:1: `-1` is no time to wait. Write the step as the guide to services shows it.
        scenarios/x.txt:5:1: `post` is no channel: write web, agent, api or open311. Write the step as the guide to services shows it.
        scenarios/x.txt:6:1: `fr` is no language. Write the step as the guide to services shows it.
        scenarios/x.txt:7:1: `Waste` is no name of a system. Write the step as the guide to services shows it.
        scenarios/x.txt:8:1: Write a status and JSON: `200 {"done": true}`. Write the step as the guide to services shows it.
        scenarios/x.txt:9:1: Write an element and its fields: `JobFinished jobNumber=WJ1`. Write the step as the guide to services shows it.
        scenarios/x.txt:10:1: Write an element and its fields: `JobFinished jobNumber=WJ1`. Write the step as the guide to services shows it.
        scenarios/x.txt:11:1: An office is `up` or `down`. Write the step as the guide to services shows it.
        scenarios/x.txt:12:1: Staff `replay`, say `done`, say `not-done` or `complete`. Write the step as the guide to services shows it.
        scenarios/x.txt:13:1: Write a user task and what it gives: `decide answer=yes`. Write the step as the guide to services shows it.
        scenarios/x.txt:14:1: Write a body, what it is asked or told, and what it says. Write the step as the guide to services shows it.
        scenarios/x.txt:15:1: A notice is `done`, `refused` or `silent`. Write the step as the guide to services shows it.
        scenarios/x.txt:16:1: A message goes by email, sms or letter. Write the step as the guide to services shows it.
        scenarios/x.txt:17:1: `wonders` is nothing that can be expected so. Write the step as the guide to services shows it.
        scenarios/x.txt:18:1: `bin` is not QUESTION:KIND. Write the step as the guide to services shows it.
        scenarios/x.txt:19:1: `bin:blue` names no kind of fault. Write the step as the guide to services shows it.
        scenarios/x.txt:20:1: `dance` begins no step. Write the step as the guide to services shows it.
        scenarios/x.txt:21:1: Write `place UPRN "LINE" "POSTCODE"`. Write the step as the guide to services shows it.
        scenarios/x.txt:22:1: `99999999999999999999` is no time to wait. Write the step as the guide to services shows it.
    "#]]
        .assert_eq(&shown(&problems));
}
