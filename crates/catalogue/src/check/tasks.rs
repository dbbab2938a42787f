//! User tasks: each says what it gives, asks for it in words, and goes to a queue that there is.

use bpmn::{Element, ElementKind, Process};

use super::{Checking, PROCESS, at};
use crate::problem::ProblemKind;
use crate::task_form::TaskForm;

/// The groups to which a task may go.
const GROUPS: [&str; 2] = ["caseworker", "assessor"];
/// The properties that are about one variable.
const ABOUT: [&str; 4] = ["ask", "option", "law", "told"];

impl Checking<'_> {
    pub(super) fn tasks(&mut self) {
        let package = self.package;
        let elements = package.process.processes.iter().flat_map(Process::elements);
        for element in elements {
            if let ElementKind::UserTask(task) = &element.kind {
                self.task(element, task);
            }
        }
    }

    fn task(&mut self, element: &Element, task: &bpmn::UserTask) {
        let (id, form) = (&element.id, TaskForm::of(element));
        if form.fields.is_empty() {
            let sentence = format!("The user task `{id}` gives nothing, so nobody can decide it.");
            let mend = "Name what it gives in its property `gives`.";
            self.refuse(at(element.position), ProblemKind::Process, sentence, mend);
        }
        for field in &form.fields {
            let name = &field.name;
            if field.label.in_language(base::Language::En).trim().is_empty() {
                let sentence =
                    format!("The user task `{id}` gives `{name}` and does not ask for it.");
                let mend = format!("Write the question in its property `ask:{name}:en`.");
                self.refuse(at(element.position), ProblemKind::Process, sentence, mend);
            }
        }
        for property in &element.properties {
            let mut parts = property.name.split(':');
            let (about, name) =
                (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let known = form.fields.iter().any(|field| field.name == name);
            if ABOUT.contains(&about) && !known {
                let sentence = format!(
                    "The property `{}` of the user task `{id}` is about `{name}`, which the task does not give.",
                    property.name
                );
                let mend = "Name the variable in the property `gives`.";
                self.refuse(at(element.position), ProblemKind::Undefined, sentence, mend);
            }
        }
        let groups = task.candidate_groups.as_ref().and_then(|groups| groups.as_static());
        for group in groups.into_iter().flat_map(|groups| groups.split(',')).map(str::trim) {
            if !group.is_empty() && !GROUPS.contains(&group) {
                let sentence =
                    format!("The user task `{id}` goes to `{group}`, which is no queue.");
                let mend = "A task goes to `caseworker` or `assessor`.";
                self.refuse((PROCESS, at(element.position).1), ProblemKind::Value, sentence, mend);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use base::Language;
    use expect_test::expect;

    use crate::{Connections, Files, TRANSLATIONS_LOCK, translations_lock};

    const WELSH: &str = r#"<zeebe:property name="name:cy" value="Enw"/>"#;

    /// What `check` says of a process whose one task has these properties and this group.
    fn refused(properties: &[(&str, &str)], group: &str) -> String {
        let id = "try-a-task".parse().unwrap();
        let owner = "wealdmere".parse().unwrap();
        let mut files: Files = crate::scaffold::new_service(&id, &owner, "england");
        let property = |(name, value): &(&str, &str)| {
            format!(r#"<zeebe:property name="{name}" value="{value}"/>"#)
        };
        let properties = properties.iter().map(property).collect::<String>();
        let named = format!(
            "<bpmn:extensionElements><zeebe:properties>{WELSH}</zeebe:properties></bpmn:extensionElements>"
        );
        let process = format!(
            r#"<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="http://example.org">
<bpmn:process id="try-a-task" name="Name" isExecutable="true">{named}
<bpmn:startEvent id="received" name="Name">{named}</bpmn:startEvent><bpmn:sequenceFlow id="a" sourceRef="received" targetRef="judge"/>
<bpmn:userTask id="judge" name="Name"><bpmn:extensionElements><zeebe:userTask/><zeebe:assignmentDefinition candidateGroups="{group}"/><zeebe:properties>{WELSH}{properties}</zeebe:properties></bpmn:extensionElements></bpmn:userTask>
<bpmn:sequenceFlow id="b" sourceRef="judge" targetRef="noted"/>
<bpmn:endEvent id="noted" name="Name">{named}</bpmn:endEvent></bpmn:process></bpmn:definitions>"#
        );
        files.insert("process.bpmn".to_owned(), process.into_bytes());
        files.retain(|name, _| !name.starts_with("messages/"));
        let lock = translations_lock(&files);
        files.insert(TRANSLATIONS_LOCK.to_owned(), lock.into_bytes());
        let checked = crate::check(&files, &Language::ALL, &Connections::default());
        let problems = checked.map_or_else(|problems| problems, |(_, warnings)| warnings);
        let said = problems.iter().filter(|problem| !problem.warning);
        let said: Vec<String> =
            said.map(|problem| format!("{} {}\n", problem.sentence, problem.mend)).collect();
        said.join("")
    }

    #[test]
    fn a_task_asks_in_both_languages_for_what_it_gives_and_goes_to_a_queue() {
        let asks = [
            ("gives", "award"),
            ("ask:award:en", "What do you decide?"),
            ("ask:award:cy", "Beth yw eich penderfyniad?"),
            ("option:award:yes:en", "Grant it"),
            ("option:award:yes:cy", "Ei roi"),
        ];
        assert_eq!(refused(&asks, "assessor, caseworker"), "");
        expect![[r"
            The user task `judge` gives nothing, so nobody can decide it. Name what it gives in its property `gives`.
        "]].assert_eq(&refused(&[], "assessor"));
        expect![[r"
            The user task `judge` gives `award` and does not ask for it. Write the question in its property `ask:award:en`.
        "]].assert_eq(&refused(&[("gives", "award")], "assessor"));
        expect![[r"
            The user task `judge` goes to `panel`, which is no queue. A task goes to `caseworker` or `assessor`.
        "]].assert_eq(&refused(&asks, "panel"));
        expect![[r"
            The Welsh text of judge.option:award:yes is missing, and the body serves in Welsh. Write it, or have it translated.
        "]].assert_eq(&refused(&asks[..4], "assessor"));
        let mut other = asks.to_vec();
        other.push(("option:reward:no:en", "Refuse"));
        other.push(("option:reward:no:cy", "Gwrthod"));
        expect![[r"
            The property `option:reward:no:cy` of the user task `judge` is about `reward`, which the task does not give. Name the variable in the property `gives`.
            The property `option:reward:no:en` of the user task `judge` is about `reward`, which the task does not give. Name the variable in the property `gives`.
        "]].assert_eq(&refused(&other, "assessor"));
    }
}
