//! The mappings of an overlay in the place of the package's, as tables: what they mean is read
//! elsewhere. A mapping gives the same variables as the one that it replaces.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::{Adoption, CONNECTORS};
use crate::problem::{Problem, ProblemKind};

/// How a variation names a callback: `callback:MESSAGE`.
const CALLBACK: &str = "callback:";

impl Adoption<'_> {
    pub(super) fn merge_connectors(&mut self) {
        let own = self.overlay.get(CONNECTORS).map(|bytes| String::from_utf8_lossy(bytes));
        let own = own.unwrap_or_default().into_owned();
        let Some(overlay) = self.connectors_of(&own) else { return };
        let package = self.package.get(CONNECTORS).map(|bytes| String::from_utf8_lossy(bytes));
        let mut merged = package.and_then(|text| text.parse::<Table>().ok()).unwrap_or_default();
        let mut found = BTreeSet::new();
        for (list, key) in [("job", "type"), ("callback", "message")] {
            for item in tables(&overlay, list) {
                let name = item.get(key).and_then(Value::as_str).unwrap_or_default();
                let named =
                    if list == "job" { name.to_owned() } else { format!("{CALLBACK}{name}") };
                let byte = own.find(&format!("{key} = \"{name}\"")).unwrap_or(0);
                let fault = if self.connectors.contains(&named) {
                    replace(&mut merged, (list, key, name), &item).err()
                } else {
                    Some(format!("No variation of overlay.toml names `{named}`."))
                };
                if let Some(sentence) = fault {
                    let position = Problem::position(&own, byte);
                    let mend = "Name it with point = \"connector\", and keep the variables that the package gives.";
                    let problem =
                        Problem::new(CONNECTORS, position, ProblemKind::Overlay, sentence, mend);
                    self.problems.push(problem);
                }
                found.insert(named);
            }
        }
        self.all_found(&found);
        if let Ok(text) = toml::to_string(&merged) {
            self.files.insert(CONNECTORS.to_owned(), text.into_bytes());
        }
    }

    fn connectors_of(&mut self, text: &str) -> Option<Table> {
        match text.parse::<Table>() {
            Ok(table) => Some(table),
            Err(error) => {
                let byte = error.span().map_or(0, |span| span.start);
                let position = Problem::position(text, byte);
                let sentence = format!("{}.", error.message().trim_end_matches('.'));
                let mend = "Write it as TOML.";
                let problem =
                    Problem::new(CONNECTORS, position, ProblemKind::Syntax, sentence, mend);
                self.problems.push(problem);
                None
            }
        }
    }

    fn all_found(&mut self, found: &BTreeSet<String>) {
        let missing: Vec<String> = self.connectors.difference(found).cloned().collect();
        for name in missing {
            let byte = self.text.find(&format!("\"{name}\"")).unwrap_or(0);
            let sentence = format!("The overlay has no mapping `{name}`.");
            let mend = "Write it in connectors.toml beside overlay.toml.";
            self.refuse(byte, ProblemKind::Overlay, sentence, mend);
        }
    }
}

fn tables(of: &Table, list: &str) -> Vec<Table> {
    let items = of.get(list).and_then(Value::as_array).cloned().unwrap_or_default();
    items.into_iter().filter_map(|item| item.try_into().ok()).collect()
}

/// Puts a mapping in the place of the package's of the same name.
fn replace(
    merged: &mut Table,
    (list, key, name): (&str, &str, &str),
    item: &Table,
) -> Result<(), String> {
    let places = merged.get_mut(list).and_then(Value::as_array_mut);
    let place = places
        .into_iter()
        .flatten()
        .find(|other| other.get(key).and_then(Value::as_str) == Some(name));
    let Some(place) = place else { return Err(format!("The package has no {list} `{name}`.")) };
    let gives = |of: &Value| -> BTreeSet<String> {
        let variables = of.get("send").unwrap_or(of).get("variables").and_then(Value::as_table);
        variables.into_iter().flat_map(|variables| variables.keys().cloned()).collect()
    };
    let item = Value::Table(item.clone());
    if gives(&item) != gives(place) {
        let wanted: Vec<String> = gives(place).into_iter().collect();
        return Err(format!("`{name}` must give the variables {}.", wanted.join(", ")));
    }
    *place = item;
    Ok(())
}
