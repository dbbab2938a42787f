use base::Language;
use expect_test::{Expect, expect};

use super::*;
use crate::testing::{changed, connections, files, shown, text};
use crate::{TRANSLATIONS_LOCK, translations_lock};

const BOTH: [Language; 2] = [Language::En, Language::Cy];

fn missed_bin() -> Files {
    files("services/missed-bin-collection")
}

fn report(files: &Files, connections: &Connections) -> String {
    let problems = match check(files, &BOTH, connections) {
        Ok((_, warnings)) => warnings,
        Err(problems) => problems,
    };
    shown(&problems)
}

/// Changes one text of the missed bin collection and shows what is said of it. The lock of
/// translations is written anew, so that it speaks only where it is meant to.
fn refused(file: &str, from: &str, to: &str, expected: &Expect) {
    let mut files = changed(&missed_bin(), file, from, to);
    files.insert(TRANSLATIONS_LOCK.to_owned(), translations_lock(&files).into_bytes());
    assert!(check(&files, &BOTH, &connections(&missed_bin())).is_err(), "{file}: {to}");
    expected.assert_eq(&report(&files, &connections(&missed_bin())));
}

#[test]
fn the_missed_bin_collection_passes() {
    let files = missed_bin();
    expect![""].assert_eq(&report(&files, &connections(&files)));
    assert_eq!(text(&files, TRANSLATIONS_LOCK), translations_lock(&files));
    let (package, _) = check(&files, &BOTH, &connections(&files)).unwrap();
    assert!(package.scenarios.len() >= 8);
}

#[test]
fn an_undefined_variable_is_refused_where_it_stands() {
    refused(
        "process.bpmn",
        "=answer = \"too_early\"",
        "=anwser = \"too_early\"",
        &expect![[r"
        process.bpmn:137:68: The condition of `to_too_early` uses `anwser`, which nothing has given by then. Did you mean `answer`?
    "]],
    );
    refused(
        "process.bpmn",
        "correlationKey=\"=reference\"",
        "correlationKey=\"=refs\"",
        &expect![[r"
            process.bpmn:4:66: The correlation key of `wait_for_crew` uses `refs`, which nothing has given by then. Name a question, or what an earlier step gives.
        "]],
    );
}

#[test]
fn a_variable_of_another_path_is_not_defined_on_this_one() {
    refused(
        "process.bpmn",
        "<zeebe:taskDefinition type=\"look-up-collection\"/>",
        "<zeebe:taskDefinition type=\"look-up-collection\"/><zeebe:ioMapping><zeebe:input source=\"=not_fixed_note\" target=\"note\"/></zeebe:ioMapping>",
        &expect![[r"
            process.bpmn:15:97: An input of `look_up_collection` uses `not_fixed_note`, which nothing has given by then. Name a question, or what an earlier step gives.
        "]],
    );
}

#[test]
fn a_decision_reads_only_what_was_given() {
    refused(
        "bin-was-due.dmn",
        "name=\"scheduled\" typeRef",
        "name=\"planned\" typeRef",
        &expect![[r#"
            bin-was-due.dmn:41:78: unknown name `scheduled` (in decision "bin_was_due"/decisionTable/input 1/inputExpression/text). Write a name that the decision knows: an input data or another decision that it requires, spelt as there.
        "#]],
    );
}

#[test]
fn an_unreachable_element_is_refused() {
    refused(
        "process.bpmn",
        "</bpmn:process>",
        "<bpmn:manualTask id=\"alone\"/></bpmn:process>",
        &expect![[r"
            process.bpmn:151:3: `alone`: no path from a start event leads here. Draw a flow to it, or take it out.
        "]],
    );
}

#[test]
fn a_gap_is_shown_by_the_input_that_falls_through() {
    refused(
        "bin-was-due.dmn",
        "<inputEntry id=\"not_due_1\"><text>false, null</text>",
        "<inputEntry id=\"not_due_1\"><text>false</text>",
        &expect![[r#"
            bin-was-due.dmn:39:1: In decision table of "bin_was_due": no rule matches when The bin was due on that day is missing. Add a rule for these inputs, or a default output.
        "#]],
    );
}

#[test]
fn an_overlap_is_shown_by_the_input_that_two_rules_match() {
    refused(
        "bin-was-due.dmn",
        "<inputEntry id=\"too_late_2\"><text>true</text>",
        "<inputEntry id=\"too_late_2\"><text>-</text>",
        &expect![[r#"
            bin-was-due.dmn:39:1: In decision table of "bin_was_due": rules 2 and 3 both match when The bin was due on that day is true, The rounds of that day are over is false or missing and It is reported in time is false or missing. Narrow one of the two rules, or choose a hit policy that says which of them decides.
        "#]],
    );
}

#[test]
fn a_rule_by_which_a_machine_decides_has_a_reason_and_a_law() {
    refused(
        "bin-was-due.dmn",
        "<annotationEntry><text>Household waste collection policy, section 4.2</text></annotationEntry>",
        "<annotationEntry><text></text></annotationEntry>",
        &expect![[r#"
            bin-was-due.dmn:79:16: Rule 3 of decision table of "bin_was_due" has no law or policy, and a machine decides by it. Add the annotation columns reason:en, reason:cy and law, and fill them in.
            bin-was-due.dmn:84:32: The English text of bin_was_due_table.rule_too_late.law is missing. Write it.
        "#]],
    );
}

#[test]
fn nothing_is_asked_twice() {
    refused(
        "questions.toml",
        "[[question]]\nid = \"notes\"\npage = \"notes\"\nkind = \"long_text\"",
        "[[question]]\nid = \"day\"\npage = \"notes\"\nkind = \"date\"\ntext.en = \"when was the  bin due?\"\ntext.cy = \"Pryd?\"\n\n[[question]]\nid = \"notes\"\npage = \"notes\"\nkind = \"long_text\"",
        &expect![[r"
            questions.toml:13:1: The page `notes` has 2 questions and no title. Write title.en, and title.cy where Welsh is served.
            questions.toml:105:1: The question `day` asks what `missed_on` has asked already. Ask once, and use the first answer.
        "]],
    );
    refused(
        "questions.toml",
        "id = \"missed_on\"",
        "id = \"bin\"",
        &expect![[r"
            questions.toml:42:1: The question bin is asked twice. Ask it once.
            questions.toml:45:11: The Welsh text of question.bin.text was made from another English text. Read the Welsh against the English, mend it, then run `throughline translations DIR`.
            questions.toml:47:11: The Welsh text of question.bin.hint was made from another English text. Read the Welsh against the English, mend it, then run `throughline translations DIR`.
            questions.toml:49:10: The Welsh text of question.bin.say was made from another English text. Read the Welsh against the English, mend it, then run `throughline translations DIR`.
            questions.toml:51:12: The Welsh text of question.bin.label was made from another English text. Read the Welsh against the English, mend it, then run `throughline translations DIR`.
            questions.toml:74:15: The Welsh text of question.bin.errors.required was made from another English text. Read the Welsh against the English, mend it, then run `throughline translations DIR`.
            questions.toml:76:11: The Welsh text of question.bin.errors.type was made from another English text. Read the Welsh against the English, mend it, then run `throughline translations DIR`.
        "]],
    );
}

#[test]
fn a_welsh_text_is_missing_stale_or_unconfirmed() {
    let connections = connections(&missed_bin());
    let stale =
        changed(&missed_bin(), "questions.toml", "Which bin was missed?", "Which bin is full?");
    expect![[r"
        questions.toml:45:11: The Welsh text of question.bin.text was made from another English text. Read the Welsh against the English, mend it, then run `throughline translations DIR`.
    "]].assert_eq(&report(&stale, &connections));
    let missing = changed(&missed_bin(), "questions.toml", "label.cy = \"Bin\"\n", "");
    expect![[r"
        questions.toml:51:12: The Welsh text of question.bin.label is missing, and the body serves in Welsh. Write it, or have it translated.
    "]].assert_eq(&report(&missing, &connections));
    assert!(check(&missing, &[Language::En], &connections).is_ok(), "no Welsh is served");
    let mut unlocked = missed_bin();
    unlocked.remove(TRANSLATIONS_LOCK);
    let count = check(&unlocked, &BOTH, &connections).unwrap_err().len();
    assert_eq!(count, text(&missed_bin(), TRANSLATIONS_LOCK).matches(" = ").count());
}

#[test]
fn a_role_fits_its_question_and_is_asked_once() {
    refused(
        "questions.toml",
        "kind = \"date\"\n",
        "kind = \"date\"\nrole = \"phone\"\n",
        &expect![[r"
            questions.toml:82:1: The question `missed_on` cannot say the role `phone`. Give the role to a question of kind email, phone, address, text (given_name, surname) or date (date_of_birth).
        "]],
    );
    refused(
        "questions.toml",
        "kind = \"long_text\"\n",
        "kind = \"email\"\nrole = \"email\"\n",
        &expect![[r"
            questions.toml:122:1: The question `email` has the role `email`, which `notes` has already. Keep the role on the question about whoever asks.
        "]],
    );
}

#[test]
fn a_data_question_needs_an_agreement() {
    refused(
        "questions.toml",
        "id = \"notes\"\npage = \"notes\"",
        "id = \"notes\"\nsource = \"income-2026/income_below\"\npage = \"notes\"",
        &expect![[r#"
            connectors.toml:42:13: The mapping of `report-missed-bin` uses `notes`, which nothing has given at `send_job`. Name a question, or what an earlier step gives.
            questions.toml:13:1: The page `notes` has no question. Put a question on it, or take the page out.
            questions.toml:105:1: warning: No task of the process asks `notes`. Ask it in a task of job type `ask`, or take it out.
            questions.toml:106:1: The question `notes` is answered by `income-2026/income_below`, and no agreement allows that. Write source = "AGREEMENT/QUESTION" and name the agreement in service.toml, agreements.
            service.toml:62:15: The question `notes` is named here and asked nowhere. Name a question of questions.toml.
        "#]],
    );
}

#[test]
fn a_machine_decides_only_with_a_ground() {
    refused(
        "service.toml",
        "[ground]",
        "[send_again]",
        &expect![[r"
            service.toml:44:2: unknown field `send_again`, expected one of `id`, `owner`, `nation`, `prefix`, `title`, `summary`, `keywords`, `category`, `channels`, `sign_in`, `power`, `lawful_basis`, `claim`, `automated`, `ground`, `promise`, `retention_days`, `governing_date`, `agreements`, `duplicate`, `not_fixed`, `keep`, `outcome`, `part`, `open311`, `send`, `fee_pence`, `payment`, `opening_days`, `local`. Compare the line with the guide to packages.
        "]],
    );
    refused(
        "service.toml",
        "\"approve_and_refuse\"",
        "\"approve\"",
        &expect![[r"
            process.bpmn:82:5: The outcome `too_early` is reached without a person, and nothing allows a machine that. Put a user task on the way, or change `automated` in service.toml and state its ground.
            process.bpmn:90:5: The outcome `too_late` is reached without a person, and nothing allows a machine that. Put a user task on the way, or change `automated` in service.toml and state its ground.
            process.bpmn:98:5: The outcome `not_due` is reached without a person, and nothing allows a machine that. Put a user task on the way, or change `automated` in service.toml and state its ground.
            process.bpmn:106:5: The outcome `no_round` is reached without a person, and nothing allows a machine that. Put a user task on the way, or change `automated` in service.toml and state its ground.
        "]],
    );
}

#[test]
fn a_machine_that_may_decide_states_why() {
    let files = missed_bin();
    let service = text(&files, "service.toml");
    let (before, ground) = service.split_once("[ground]").unwrap();
    let after = ground.split_once("[promise]").unwrap().1;
    let mut files = files.clone();
    files.insert("service.toml".to_owned(), format!("{before}[promise]{after}").into_bytes());
    files.insert(TRANSLATIONS_LOCK.to_owned(), translations_lock(&files).into_bytes());
    expect![[r#"
        service.toml:10:1: A machine may decide here, and no ground is stated. Write [ground] with the reason in each language, or set automated = "none".
    "#]].assert_eq(&report(&files, &connections(&files)));
}

#[test]
fn a_job_has_a_mapping_and_a_mapping_what_it_uses() {
    refused(
        "process.bpmn",
        "type=\"report-missed-bin\"",
        "type=\"report-mised-bin\"",
        &expect![[r"
            connectors.toml:23:1: warning: No task of the process is the job `report-missed-bin`. Give a task this job type, or take the mapping out.
            process.bpmn:39:5: The job `report-mised-bin` of `send_job` has no mapping. Add a [[job]] of this type to connectors.toml. Did you mean `report-missed-bin`?
        "]],
    );
    let files = missed_bin();
    let mut unknown = connections(&files);
    let job = unknown.jobs.get_mut("report-missed-bin").unwrap();
    job.uses.insert("contractor_job".to_owned());
    job.uses.insert("adress".to_owned());
    expect![[r"
        connectors.toml:23:8: The mapping of `report-missed-bin` uses `adress`, which nothing has given at `send_job`. Did you mean `address`?
        connectors.toml:81:34: The mapping of `report-missed-bin` uses `contractor_job`, which nothing has given at `send_job`. Name a question, or what an earlier step gives.
    "]].assert_eq(&report(&files, &unknown));
    let mut missing = connections(&files);
    missing.jobs.remove("return-missed-bin");
    missing.jobs.insert("other".to_owned(), JobConnection::default());
    expect![[r"
        connectors.toml:1:1: warning: No task of the process is the job `other`. Give a task this job type, or take the mapping out.
        process.bpmn:118:5: The job `return-missed-bin` of `return_job` has no mapping. Add a [[job]] of this type to connectors.toml.
    "]].assert_eq(&report(&files, &missing));
}

#[test]
fn a_kept_variable_is_given_by_something() {
    refused(
        "service.toml",
        "keep = [\"contractor_job\"]",
        "keep = [\"contractor_jub\"]",
        &expect![[r"
            connectors.toml:81:34: The mapping of `return-missed-bin` uses `contractor_job`, which nothing has given at `return_job`. Did you mean `contractor_jub`?
            service.toml:14:9: The variable `contractor_jub` is to be kept, and nothing gives it. Did you mean `contractor_job`?
        "]],
    );
}

#[test]
fn outcomes_and_end_events_belong_together() {
    refused(
        "service.toml",
        "id = \"too_late\"",
        "id = \"far_too_late\"",
        &expect![[r"
            process.bpmn:90:5: The end event `too_late` is no outcome of the service. Add an [[outcome]] with this id to service.toml.
            service.toml:93:1: No end event of the process is the outcome `far_too_late`. Give an end event this id, or take the outcome out.
        "]],
    );
}

#[test]
fn a_message_is_there_and_names_what_messages_know() {
    refused(
        "process.bpmn",
        "value=\"received\"",
        "value=\"recieved\"",
        &expect![[r"
            messages/received.toml:1:1: warning: No task sends this message. Send it from a task of job type `message`, or take it out.
            process.bpmn:32:5: The task `send_receipt` sends `recieved`, and messages/recieved.toml is not there. Did you mean `received`?
        "]],
    );
    refused(
        "messages/done.toml",
        "{{ reference }}: your bin",
        "{{ referense }}: your bin",
        &expect![[r"
            messages/done.toml:2:10: The template names `referense`, which no message knows. Did you mean `reference`?
        "]],
    );
    refused(
        "messages/done.toml",
        "{{ reference }}: your bin",
        "{{ reference : your bin",
        &expect![[r"
            messages/done.toml:2:7: The template cannot be used: unexpected `:`, expected end of variable block. Close every {{ and {%, and use no filters.
        "]],
    );
}

#[test]
fn a_request_begins_at_a_plain_start_event_and_by_no_clock() {
    refused(
        "process.bpmn",
        "<bpmn:messageEventDefinition messageRef=\"message_not_fixed\"/>",
        "<bpmn:timerEventDefinition><bpmn:timeCycle>R/P1D</bpmn:timeCycle></bpmn:timerEventDefinition>",
        &expect![[r"
            connectors.toml:81:34: The mapping of `return-missed-bin` uses `contractor_job`, which nothing has given at `return_job`. Name a question, or what an earlier step gives.
            process.bpmn:114:5: No clock begins a request, so `returned` never is. Take it out; a timer within the process waits.
            service.toml:54:1: No start event of the process takes the message `not-fixed`. Draw a message start event for it.
        "]],
    );
}

#[test]
fn callbacks_and_what_waits_for_them_belong_together() {
    let files = missed_bin();
    let mut other = connections(&files);
    other.callbacks[0].message = "bin-taken".to_owned();
    expect![[r"
        connectors.toml:1:1: No element of the process waits for the message `bin-taken`. Draw a receive task or message event for it, or take the callback out.
        process.bpmn:53:5: `wait_for_crew` waits for the message `bin-emptied`, which nothing sends. Add a [[callback]] with this message to connectors.toml.
    "]].assert_eq(&report(&files, &other));
    refused(
        "service.toml",
        "message = \"not-fixed\"",
        "message = \"still-full\"",
        &expect![[r"
            process.bpmn:114:5: Nothing ever sends `not-fixed`, which starts `returned`. Write [not_fixed] with this message in service.toml, or take the start event out.
            service.toml:54:1: No start event of the process takes the message `still-full`. Draw a message start event for it.
        "]],
    );
}

#[test]
fn settings_name_questions_that_are_asked() {
    refused(
        "service.toml",
        "\"missed_on\"]",
        "\"mised_on\"]",
        &expect![[r"
        service.toml:52:32: The question `mised_on` is named here and asked nowhere. Did you mean `missed_on`?
    "]],
    );
    refused(
        "service.toml",
        "email = \"email\"",
        "email = \"mail\"",
        &expect![[r"
        service.toml:63:9: The question `mail` is named here and asked nowhere. Did you mean `email`?
    "]],
    );
    refused(
        "service.toml",
        "decision = \"rounds_end\"",
        "decision = \"bin_was_due\"",
        &expect![[r"
            service.toml:74:6: The local value `rounds-end` is no decision of bin-was-due.dmn that is one literal. Name a decision whose logic is a literal expression of one value.
        "]],
    );
    refused(
        "service.toml",
        "nation = \"england\"",
        "nation = \"mercia\"",
        &expect![[r"
        service.toml:6:1: The nation `mercia` is not known. Write england, wales, scotland or northern-ireland.
    "]],
    );
    refused(
        "service.toml",
        "prefix = \"MBC\"",
        "prefix = \"mbc\"",
        &expect![[r"
        service.toml:7:1: The prefix `mbc` cannot begin a reference. Write two to four capital letters, such as MBC.
    "]],
    );
}

#[test]
fn pages_and_options_make_sense() {
    refused(
        "questions.toml",
        "[[page]]\nid = \"bin\"",
        "[[page]]\nid = \"bin\"\n\n[[page]]\nid = \"bin\"",
        &expect![[r"
            questions.toml:7:1: The page `bin` stands here twice. Keep one of them.
        "]],
    );
    refused(
        "questions.toml",
        "page = \"bin\"",
        "page = \"day\"",
        &expect![[r"
        questions.toml:7:1: The page `bin` has no question. Put a question on it, or take the page out.
        questions.toml:10:1: The page `day` has 2 questions and no title. Write title.en, and title.cy where Welsh is served.
    "]],
    );
    refused(
        "questions.toml",
        "value = \"recycling\"",
        "value = \"refuse\"",
        &expect![[r"
            questions.toml:42:1: The option `refuse` of `bin` stands here twice. Keep one of them.
            questions.toml:55:11: The Welsh text of question.bin.option.refuse.text was made from another English text. Read the Welsh against the English, mend it, then run `throughline translations DIR`.
            questions.toml:57:11: The Welsh text of question.bin.option.refuse.hint was made from another English text. Read the Welsh against the English, mend it, then run `throughline translations DIR`.
        "]],
    );
    refused(
        "questions.toml",
        "kind = \"choice\"",
        "kind = \"text\"",
        &expect![[r"
            questions.toml:42:1: The question `bin` has options that nobody sees. Make its kind choice or choices, or take the options out.
        "]],
    );
}

#[test]
fn a_scenario_that_cannot_be_read_is_refused() {
    refused(
        "scenarios/too-late.txt",
        "expect    status closed",
        "expect    status shut",
        &expect![[r"
            scenarios/too-late.txt:12:1: A request is open, closed or withdrawn. Write the step as the guide to services shows it.
        "]],
    );
}

/// The missed bin collection as if the crew's work were one part of several.
fn with_a_part(property: &str) -> Files {
    const PART: &str = "[[part]]\nid = \"crew\"\ntitle.en = \"The crew\"\ntitle.cy = \"Y criw\"\n\
                        waiting.en = \"We are asking them.\"\nwaiting.cy = \"Rydym yn gofyn iddynt.\"\n";
    let mut files = missed_bin();
    let service = format!("{}\n{PART}", text(&files, "service.toml"));
    files.insert("service.toml".to_owned(), service.into_bytes());
    let said = "<zeebe:property name=\"name:cy\" value=\"Anfon y contractwr yn ôl\"/>";
    let with = format!("{said}<zeebe:property name=\"part\" value=\"{property}\"/>");
    let mut files = changed(&files, "process.bpmn", said, &with);
    files.insert(TRANSLATIONS_LOCK.to_owned(), translations_lock(&files).into_bytes());
    files
}

#[test]
fn a_part_is_spoken_of_by_an_element_and_can_be_done() {
    let said = |files: &Files| report(files, &connections(&missed_bin()));
    expect![""].assert_eq(&said(&with_a_part("crew/done")));
    expect![[r"
        process.bpmn:39:5: The property `part` of `send_job` is not PART/STATE. A state is one of done, with_person, not_done, left_out.
        service.toml:111:1: No element of the process says that `crew` is done. Give an element the property `part` = `crew/done`.
    "]]
    .assert_eq(&said(&with_a_part("crew/finished")));
    expect![[r"
        process.bpmn:39:5: `send_job` speaks of the part `crews`, which is not there. Did you mean `crew`?
        service.toml:111:1: No element of the process says that `crew` is done. Give an element the property `part` = `crew/done`.
    "]]
    .assert_eq(&said(&with_a_part("crews/done")));
    expect![[r"
        service.toml:111:1: No element of the process says that `crew` is done. Give an element the property `part` = `crew/done`.
    "]]
    .assert_eq(&said(&with_a_part("crew/with_person")));
    let files = with_a_part("crew/done");
    let (package, _) = check(&files, &BOTH, &connections(&missed_bin())).unwrap();
    let stands = |reached: &[(&str, i64)], is_open| {
        let at = |(id, at): &(_, i64)| (*id, base::Timestamp::from_millis(*at));
        let reached: Vec<(&str, base::Timestamp)> = reached.iter().map(at).collect();
        let process = package.process.processes.first().unwrap();
        crate::parts::standings(&package.definition, process, &reached, is_open)
            .into_iter()
            .map(|part| format!("{} {}", part.state.key(), part.text.in_language(Language::En)))
            .collect::<Vec<_>>()
    };
    assert_eq!(stands(&[], true), ["waiting We are asking them."]);
    assert_eq!(stands(&[], false), [""; 0]);
    let sent = stands(&[("send_job", 1), ("tell_of_delay", 2)], false);
    assert!(sent[0].starts_with("done We have sent this"), "{sent:?}");
}

#[test]
fn a_file_that_is_not_in_its_format_is_refused_with_its_line() {
    refused(
        "service.toml",
        "retention_days = 365",
        "retention_days = \"long\"",
        &expect![[r#"
        service.toml:11:18: invalid type: string "long", expected u32. Compare the line with the guide to packages.
    "#]],
    );
    refused(
        "process.bpmn",
        "</bpmn:process>",
        "</bpmn:proces>",
        &expect![[r"
            process.bpmn:151:3: the XML is not well formed: expected 'bpmn:process' tag, not 'bpmn:proces' at 151:3. Save the model again from the modelling tool.
        "]],
    );
    refused(
        "bin-was-due.dmn",
        "<text>scheduled</text>",
        "<text>scheduled +</text>",
        &expect![[r#"
            bin-was-due.dmn:41:89: expected an expression but found the end (in decision "bin_was_due"/decisionTable/input 1/inputExpression/text). Mend the expression.
        "#]],
    );
}

#[test]
fn the_options_of_an_earlier_question_are_said_once() {
    let meals = files("services/free-school-meals");
    let (package, _) = Package::read(&meals).unwrap();
    let options = |id: &str| package.questions.question(id).unwrap().options.clone();
    assert_eq!(options("third_child_year"), options("child_year"));
    assert_eq!(options("child_year").len(), 13);
    let said = |from: &str, to: &str| {
        let problems = Package::read(&changed(&meals, "questions.toml", from, to)).err();
        shown(&problems.unwrap_or_default())
    };
    let shared = "options_of = \"child_year\"";
    let both = format!("{shared}\n[[question.option]]\nvalue = \"nursery\"\ntext.en = \"Nursery\"");
    expect![[r"
        questions.toml:275:1: The question second_child_year has options of its own and of child_year. Keep one of them.
    "]]
    .assert_eq(&said(shared, &both));
    expect![[r"
        questions.toml:275:1: The question second_child_year has the options of child_name, which has none. Name a choice that stands before it.
    "]]
    .assert_eq(&said(shared, "options_of = \"child_name\""));
}
