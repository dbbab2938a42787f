//! Every text of a package that stands in more than one language, with its key and its place.
//!
//! A text is a TOML table of `en` and `cy`; a `name`, `documentation` or `tell` of an element of
//! the process; or a reason of a decision's rule. Its key, `FILE:PATH`, is the same in the lock
//! of translations and in overlays: `questions.toml:question.bin.option.garden.text`.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::package::{Files, has_extension};
use crate::problem::Problem;

/// How deep tables are searched for texts.
const DEPTH: u32 = 16;
/// The keys by which an entry of a list is named in a text's key.
const NAMED_BY: [&str; 3] = ["id", "value", "of"];

/// The annotation column of a decision in which the law of a rule has its Welsh name.
pub const WELSH_LAW: &str = "law:cy";

/// A text by language, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    /// `FILE:PATH`.
    pub(crate) key: String,
    pub(crate) file: String,
    pub(crate) position: (u32, u32),
    pub(crate) english: Option<String>,
    pub(crate) welsh: Option<String>,
}

/// Every text, file by file. What cannot be read has none.
pub(crate) fn of_files(files: &Files) -> Vec<Said> {
    let mut said = Vec::new();
    for (file, bytes) in files {
        let Ok(text) = std::str::from_utf8(bytes) else { continue };
        if has_extension(file, "toml") {
            of_toml(file, text, &mut said);
        } else if has_extension(file, "bpmn") {
            of_process(file, bytes, &mut said);
        } else if has_extension(file, "dmn") {
            of_decisions(file, text, &mut said);
        }
    }
    said
}

fn of_toml(file: &str, text: &str, said: &mut Vec<Said>) {
    let Ok(table) = DeTable::parse(text) else { return };
    let mut walk = Walk { file, text, said };
    walk.table("", table.get_ref(), 0);
}

struct Walk<'a> {
    file: &'a str,
    text: &'a str,
    said: &'a mut Vec<Said>,
}

impl Walk<'_> {
    fn table(&mut self, path: &str, table: &DeTable<'_>, depth: u32) {
        if depth > DEPTH {
            return;
        }
        if let Some(said) = self.said(path, table) {
            self.said.push(said);
            return;
        }
        for (key, value) in table {
            self.value(&join(path, key.get_ref()), value, depth);
        }
    }

    fn value(&mut self, path: &str, value: &Spanned<DeValue<'_>>, depth: u32) {
        match value.get_ref() {
            DeValue::Table(table) => self.table(path, table, depth + 1),
            DeValue::Array(items) => {
                for (number, item) in items.iter().enumerate() {
                    if let DeValue::Table(table) = item.get_ref() {
                        let name = name_of(table).unwrap_or_else(|| (number + 1).to_string());
                        self.table(&join(path, &name), table, depth + 1);
                    }
                }
            }
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => {}
        }
    }

    fn said(&self, path: &str, table: &DeTable<'_>) -> Option<Said> {
        let mut texts = [None, None];
        let mut start = None;
        for (key, value) in table {
            let place = match key.get_ref().as_ref() {
                "en" => texts.first_mut()?,
                "cy" => texts.last_mut()?,
                _ => return None,
            };
            *place = Some(value.get_ref().as_str()?.to_owned());
            let at = value.span().start;
            start = Some(start.map_or(at, |earlier: usize| earlier.min(at)));
        }
        let [english, welsh] = texts;
        Some(Said {
            key: format!("{}:{path}", self.file),
            file: self.file.to_owned(),
            position: Problem::position(self.text, start?),
            english,
            welsh,
        })
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn name_of(table: &DeTable<'_>) -> Option<String> {
    NAMED_BY.iter().find_map(|key| table.get(*key)?.get_ref().as_str().map(str::to_owned))
}

fn of_process(file: &str, bytes: &[u8], said: &mut Vec<Said>) {
    let Ok((model, _)) = bpmn::Model::read(bytes) else { return };
    for process in &model.processes {
        let mut add = |id: &str,
                       position: bpmn::Position,
                       plain: [Option<&String>; 2],
                       properties: &[bpmn::Property]| {
            let [name, documentation] = plain;
            let mut fields = vec![("name", name), ("documentation", documentation), ("tell", None)];
            fields.extend(of_task(properties).into_iter().map(|field| (field, None)));
            for (field, plain) in fields {
                let property = |language: &str| {
                    let wanted = format!("{field}:{language}");
                    let found = properties.iter().find(|property| property.name == wanted);
                    found.map(|property| property.value.clone())
                };
                let shown = plain.filter(|text| !text.trim().is_empty()).cloned();
                let (english, welsh) = (property("en").or(shown), property("cy"));
                if english.is_some() || welsh.is_some() {
                    said.push(Said {
                        key: format!("{file}:{id}.{field}"),
                        file: file.to_owned(),
                        position: (position.line.max(1), position.column.max(1)),
                        english,
                        welsh,
                    });
                }
            }
        };
        let plain = [process.name.as_ref(), process.documentation.as_ref()];
        add(&process.id, process.position, plain, &process.properties);
        for element in process.elements() {
            let plain = [element.name.as_ref(), element.documentation.as_ref()];
            add(&element.id, element.position, plain, &element.properties);
        }
        for flow in process.flows() {
            let plain = [flow.name.as_ref(), flow.documentation.as_ref()];
            add(&flow.id, flow.position, plain, &flow.properties);
        }
    }
}

/// The texts that staff read in the form of a user task.
fn of_task(properties: &[bpmn::Property]) -> Vec<&str> {
    const TEXTS: [&str; 6] = ["why", "ask", "option", "law", "told", "show"];
    let mut fields = Vec::new();
    for property in properties {
        let Some((field, "en" | "cy")) = property.name.rsplit_once(':') else { continue };
        let about = field.split(':').next().unwrap_or_default();
        if TEXTS.contains(&about) && !fields.contains(&field) {
            fields.push(field);
        }
    }
    fields
}

fn of_decisions(file: &str, text: &str, said: &mut Vec<Said>) {
    let Ok(model) = dmn::Model::parse(text.as_bytes()) else { return };
    for table in model.tables() {
        let info = table.info();
        let name = info.id.as_deref().unwrap_or(&info.owner);
        for rule in &info.rules {
            let english = rule.reason.texts.get("en").cloned();
            let welsh = rule.reason.texts.get("cy").cloned();
            let shown = english.as_ref().or(welsh.as_ref());
            let Some(shown) = shown else { continue };
            let position = text
                .find(shown.as_str())
                .map_or((info.line, 1), |byte| Problem::position(text, byte));
            let number = rule.number.to_string();
            let id = rule.id.as_deref().unwrap_or(&number);
            let mut say = |field: &str, english, welsh| {
                let key = format!("{file}:{name}.{id}.{field}");
                said.push(Said { key, file: file.to_owned(), position, english, welsh });
            };
            say("reason", english, welsh);
            if let Some(welsh) = rule.reason.other.get(WELSH_LAW) {
                say("law", rule.reason.law.clone(), Some(welsh.clone()));
            }
        }
    }
}
