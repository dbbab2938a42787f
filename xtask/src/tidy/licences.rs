//! Licences: every package of the lock file comes under one that we may pass on.

use super::project::Project;
use super::report::Report;

pub(crate) fn check(project: &Project, report: &mut Report) {
    let allowed = &project.settings.licences;
    for package in project.packages.foreign() {
        let Some(licence) = &package.license else {
            let message = format!("`{}` names no licence", package.name);
            report.fail(("Cargo.lock", 1), message, "do without it");
            continue;
        };
        if !allows(licence, allowed) {
            let message = format!("`{}` comes under `{licence}`", package.name);
            report.fail(
                ("Cargo.lock", 1),
                message,
                "do without it, or allow it in xtask/tidy.toml",
            );
        }
    }
}

/// Whether an SPDX expression can be met by allowed licences. The old `A/B` means a choice.
fn allows(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let met = either(&mut words, allowed, 0);
    met && words.peek().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

/// Parentheses within one another that are read.
const DEEPEST: u8 = 16;

fn either(words: &mut Words<'_>, allowed: &[String], depth: u8) -> bool {
    let mut met = both(words, allowed, depth);
    while words.next_if_eq(&"OR").is_some() {
        met |= both(words, allowed, depth);
    }
    met
}

fn both(words: &mut Words<'_>, allowed: &[String], depth: u8) -> bool {
    let mut met = single(words, allowed, depth);
    while words.next_if_eq(&"AND").is_some() {
        met &= single(words, allowed, depth);
    }
    met
}

fn single(words: &mut Words<'_>, allowed: &[String], depth: u8) -> bool {
    match words.next() {
        Some("(") if depth < DEEPEST => {
            let met = either(words, allowed, depth + 1);
            met & words.next_if_eq(&")").is_some()
        }
        Some(name) => {
            let mut whole = name.to_owned();
            if words.next_if_eq(&"WITH").is_some() {
                whole = [name, " WITH ", words.next().unwrap_or("")].concat();
            }
            allowed.contains(&whole)
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_met_or_not() {
        let allowed = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "Unicode-3.0"];
        let allowed = allowed.map(str::to_owned);
        for met in [
            "MIT",
            "MIT OR GPL-3.0",
            "MIT/Apache-2.0",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception",
        ] {
            assert!(allows(met, &allowed), "{met}");
        }
        for unmet in ["GPL-3.0", "MIT AND GPL-3.0", "", "(MIT", "MIT WITH x", "MIT MIT"] {
            assert!(!allows(unmet, &allowed), "{unmet}");
        }
    }
}
