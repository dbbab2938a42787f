//! Pages: every template is in the committed list of page states that the accessibility run walks.

use super::project::{File, Project};
use super::report::Report;

const TEMPLATES: &str = "crates/web/templates/";
const STATES: &str = "crates/web/page-states.txt";
/// What the pages stand in.
const FRAME: &str = "layout";

pub(crate) fn check(project: &Project, report: &mut Report) {
    let states = project.file(STATES).map_or("", File::text);
    let views: Vec<&str> = states.lines().filter_map(|line| line.split('.').next()).collect();
    let mut templates = Vec::new();
    for file in &project.files {
        let Some(name) = file.path.strip_prefix(TEMPLATES) else { continue };
        let Some(view) = name.strip_suffix(".html").filter(|name| !name.contains('/')) else {
            continue;
        };
        templates.push(view);
        if view != FRAME && !views.contains(&view) {
            let message = format!("view `{view}` is in no page state");
            report.fail((&file.path, 1), message, "add its states to crates/web/page-states.txt");
        }
        if file.text().contains("<style") || file.text().contains(" style=\"") {
            report.fail((&file.path, 1), "style in a page", "put it in the stylesheet");
        }
        if file.text().contains("<script>") || file.text().contains(" onclick=") {
            report.fail((&file.path, 1), "script in a page", "pages work without it");
        }
    }
    for (view, line) in views.iter().zip(1..) {
        if !templates.is_empty() && !view.is_empty() && !templates.contains(view) {
            let message = format!("page state of `{view}`, which has no template");
            report.fail((STATES, line), message, "take it out");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::project::{findings, project};
    use super::*;

    #[test]
    fn a_view_without_a_state_is_named() {
        let found = findings(
            check,
            &project(&[
                ("crates/web/templates/status.html", "<p style=\"x\">"),
                ("crates/web/templates/layout.html", ""),
                ("crates/web/templates/parts/tag.html", ""),
                ("crates/web/templates/exit.html", ""),
                (STATES, "status\nstatus.late\ngone\n"),
            ]),
        );
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].contains("style in a page"));
        assert!(found[1].contains("view `exit` is in no page state"));
        assert!(found[2].starts_with("crates/web/page-states.txt:3"));
    }
}
