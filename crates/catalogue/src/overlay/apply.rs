//! Changing the files of a package at the points that an overlay names.

use base::{Language, Text};

use super::{Adoption, literal};
use crate::definition::Day;
use crate::package::has_extension;
use crate::problem::ProblemKind;

const SERVICE: &str = "service.toml";
/// Texts of the law on which a service stands; they are the owner's.
const LAW: [&str; 3] = ["service.toml:power", "service.toml:lawful_basis", "service.toml:ground"];

impl Adoption<'_> {
    pub(super) fn fee(&mut self, pence: i64, at: usize) {
        if u32::try_from(pence).is_err() {
            self.wants(at, "a value: the fee in whole pence");
            return;
        }
        self.edit_toml(SERVICE, |table| {
            table.insert("fee_pence".to_owned(), pence.into());
            true
        });
    }

    pub(super) fn opening(&mut self, days: &[toml::Value], at: usize) {
        let known = |day: &toml::Value| day.clone().try_into::<Day>().is_ok();
        if days.is_empty() || !days.iter().all(known) {
            self.wants(at, "a value: days such as [\"monday\", \"tuesday\"]");
            return;
        }
        let days = days.to_vec();
        self.edit_toml(SERVICE, |table| {
            table.insert("opening_days".to_owned(), toml::Value::Array(days));
            true
        });
    }

    /// The law and holidays of the adopting body's nation apply.
    pub(super) fn set_nation(&mut self, nation: &str) {
        self.edit_toml(SERVICE, |table| {
            table.insert("nation".to_owned(), nation.into());
            true
        });
    }

    /// Puts another literal in the place of one that the package marks local.
    pub(super) fn rule(&mut self, (of, at): (&str, usize), value: &str) {
        let service =
            self.files.get(SERVICE).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let service: Option<crate::Definition> =
            service.and_then(|text| toml::from_str(&text).ok());
        let local = service.and_then(|service| service.locals.into_iter().find(|l| l.id == of));
        let Some(local) = local else {
            let sentence = format!("The package marks no value `{of}` as local.");
            let mend = "Change only what a [[local]] of its service.toml names.";
            self.refuse(at, ProblemKind::Overlay, sentence, mend);
            return;
        };
        let text = self.files.get(&local.file).map(|bytes| String::from_utf8_lossy(bytes));
        let changed = text.and_then(|text| literal::replaced(&text, &local.decision, value));
        if let Some(changed) = changed {
            self.files.insert(local.file, changed.into_bytes());
        } else {
            let sentence = format!("`{value}` cannot stand in the place of the value `{of}`.");
            let mend = "Write one literal of the same type, such as 5 or \"17:00:00\" with its own quotes.";
            self.refuse(at, ProblemKind::Overlay, sentence, mend);
        }
    }

    pub(super) fn wording(&mut self, (of, at): (&str, usize), text: &Text) {
        let said = self.said(of);
        let Some((said, (file, path))) = said.zip(of.split_once(':')) else {
            let sentence = format!("The package has no text `{of}`.");
            let mend = "Name a text by its key, as the package's translations.lock spells it.";
            self.refuse(at, ProblemKind::Overlay, sentence, mend);
            return;
        };
        if LAW.contains(&of) {
            let sentence = "The law on which a service stands is its owner's to word.";
            self.refuse(at, ProblemKind::Overlay, sentence, "Take this variation out.");
            return;
        }
        let done = if has_extension(file, "toml") {
            let path: Vec<&str> = path.split('.').collect();
            let text = toml::Value::try_from(text).ok();
            text.is_some_and(|text| self.edit_toml(file, |table| put(table, &path, text)))
        } else if has_extension(file, "bpmn") {
            self.word_process(file, path, text)
        } else {
            self.word_reason(file, &said, text)
        };
        if !done {
            let sentence = format!("The text `{of}` cannot be changed here.");
            self.refuse(
                at,
                ProblemKind::Overlay,
                sentence,
                "Ask the package's owner to change it.",
            );
        }
    }

    /// Changes a TOML file. It is written anew: the adopted files are for programs alone.
    fn edit_toml(&mut self, file: &str, change: impl FnOnce(&mut toml::Table) -> bool) -> bool {
        let text = self.files.get(file).and_then(|bytes| std::str::from_utf8(bytes).ok());
        let Some(mut table) = text.and_then(|text| text.parse::<toml::Table>().ok()) else {
            return false;
        };
        let changed = change(&mut table);
        match toml::to_string(&table) {
            Ok(text) if changed => {
                self.files.insert(file.to_owned(), text.into_bytes());
                true
            }
            Ok(_) | Err(_) => false,
        }
    }

    fn word_process(&mut self, file: &str, path: &str, text: &Text) -> bool {
        let Some((id, field)) = path.rsplit_once('.') else { return false };
        let model = self.files.get(file).and_then(|bytes| bpmn::Model::parse(bytes).ok());
        let Some(mut model) = model else { return false };
        let mut changed = false;
        for process in &mut model.processes {
            if process.id == id {
                word(&mut process.properties, field, text);
                changed = true;
            } else if let Some(element) = process.find(id).and_then(|at| process.element_mut(at)) {
                word(&mut element.properties, field, text);
                changed = true;
            } else if let Some(flow) = process.find_flow(id).and_then(|at| process.flow_mut(at)) {
                word(&mut flow.properties, field, text);
                changed = true;
            }
        }
        if changed {
            self.files.insert(file.to_owned(), bpmn::write(&model).into_bytes());
        }
        changed
    }

    fn word_reason(&mut self, file: &str, said: &crate::texts::Said, text: &Text) -> bool {
        let Some(bytes) = self.files.get(file) else { return false };
        let mut changed = String::from_utf8_lossy(bytes).into_owned();
        for (old, language) in [(&said.english, Language::En), (&said.welsh, Language::Cy)] {
            let (Some(old), Some(new)) = (old, text.get(language)) else { continue };
            let old = format!(">{}<", literal::escaped(old));
            if !changed.contains(&old) {
                return false;
            }
            changed = changed.replacen(&old, &format!(">{}<", literal::escaped(new)), 1);
        }
        self.files.insert(file.to_owned(), changed.into_bytes());
        true
    }
}

/// Sets the properties `FIELD:en` and `FIELD:cy`, which stand before a plain name.
fn word(properties: &mut Vec<bpmn::Property>, field: &str, text: &Text) {
    for language in text.languages() {
        let name = format!("{field}:{}", language.tag());
        let value = text.in_language(language).to_owned();
        match properties.iter_mut().find(|property| property.name == name) {
            Some(property) => property.value = value,
            None => properties.push(bpmn::Property { name, value }),
        }
    }
}

/// Puts a text at a path, in which an entry of a list goes by its id or its number from 1.
fn put(table: &mut toml::Table, path: &[&str], text: toml::Value) -> bool {
    match path {
        [] => false,
        [last] => table.insert((*last).to_owned(), text).is_some(),
        [first, rest @ ..] => match (table.get_mut(*first), rest) {
            (Some(toml::Value::Table(inner)), rest) => put(inner, rest, text),
            (Some(toml::Value::Array(items)), [name, rest @ ..]) => {
                let number = name.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
                let by_name = items.iter().position(|item| {
                    let mut keys = ["id", "value", "of"].into_iter();
                    keys.find_map(|key| item.get(key)).and_then(toml::Value::as_str) == Some(*name)
                });
                let item = by_name.or(number).and_then(|place| items.get_mut(place));
                item.and_then(toml::Value::as_table_mut).is_some_and(|inner| put(inner, rest, text))
            }
            (Some(_) | None, _) => false,
        },
    }
}
