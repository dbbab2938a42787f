//! The project as the rules read it: files, crates' manifests and the packages of the lock file.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::packages::Packages;
use super::rust_code::RustCode;
use super::settings::{self, Settings};

/// Everything that rules read.
#[derive(Debug, Default)]
pub(crate) struct Project {
    pub(crate) files: Vec<File>,
    pub(crate) crates: Vec<Crate>,
    pub(crate) packages: Packages,
    pub(crate) settings: Settings,
}

/// A file that is committed or would be.
#[derive(Debug)]
pub(crate) struct File {
    /// From the project's folder, with slashes.
    pub(crate) path: String,
    /// Its text; `None` when it is not UTF-8 text.
    pub(crate) text: Option<String>,
    /// Its length.
    pub(crate) bytes: usize,
    /// Rust taken apart; empty for other files.
    pub(crate) rust: RustCode,
    /// Whether the whole file is a test, an example, a bench or a build script.
    pub(crate) part: Part,
}

/// What a Rust file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The crate itself.
    Source,
    /// Tests of it.
    Test,
    /// An example program, a bench or a build script.
    Beside,
}

/// A crate of the workspace.
#[derive(Debug)]
pub(crate) struct Crate {
    pub(crate) name: String,
    /// Its folder, without a slash at the end.
    pub(crate) folder: String,
    pub(crate) manifest: toml::Table,
}

impl File {
    pub(crate) fn new(path: &str, bytes: Vec<u8>) -> Self {
        let length = bytes.len();
        let text = String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'));
        let is_rust = has_extension(path, "rs");
        let rust = text.as_deref().filter(|_| is_rust).map(RustCode::read).unwrap_or_default();
        Self { path: path.to_owned(), text, bytes: length, rust, part: part_of(path) }
    }

    pub(crate) fn text(&self) -> &str {
        self.text.as_deref().unwrap_or("")
    }

    pub(crate) fn is_rust(&self) -> bool {
        has_extension(&self.path, "rs")
    }

    /// The name of the crate that it belongs to, by folder.
    pub(crate) fn crate_name(&self) -> &str {
        let mut parts = self.path.split('/');
        match parts.next() {
            Some("crates") => parts.next().unwrap_or(""),
            Some(folder) if parts.next().is_some() => folder,
            _ => "",
        }
    }

    /// Whether tidy's own rules stand here: they have to name what they forbid.
    pub(crate) fn names_what_it_forbids(&self) -> bool {
        self.path.starts_with("xtask/src/tidy/") || self.path == settings::FILE
    }

    /// Lines of code outside tests; none for examples, benches and build scripts.
    pub(crate) fn source_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let source = self.part == Part::Source;
        let lines = self.rust.lines().filter(move |(.., test)| source && !test);
        lines.map(|(number, line, _)| (number, line))
    }
}

impl Project {
    /// Reads the project in the working folder.
    pub(crate) fn read() -> Result<Self> {
        let mut project = Self::of(read_files()?)?;
        let text = std::fs::read_to_string(settings::FILE)
            .with_context(|| format!("{} cannot be read", settings::FILE))?;
        project.settings = Settings::parse(&text)?;
        project.packages = Packages::read()?;
        Ok(project)
    }

    /// A project of these files, for the rules and for their tests.
    pub(crate) fn of(mut files: Vec<File>) -> Result<Self> {
        let tests = test_modules(&files);
        for file in &mut files {
            let under = |test: &String| {
                file.path == *test || test.ends_with('/') && file.path.starts_with(test)
            };
            if file.part == Part::Source && tests.iter().any(under) {
                file.part = Part::Test;
            }
        }
        let mut crates = Vec::new();
        for file in &files {
            let Some(folder) = file.path.strip_suffix("/Cargo.toml") else { continue };
            let of_workspace =
                folder == "xtask" || folder.starts_with("crates/") && depth(folder) == 2;
            if !of_workspace {
                continue;
            }
            let manifest: toml::Table = toml::from_str(file.text())
                .with_context(|| format!("{} is not readable", file.path))?;
            let name = folder.rsplit('/').next().unwrap_or(folder).to_owned();
            crates.push(Crate { name, folder: folder.to_owned(), manifest });
        }
        Ok(Self { files, crates, ..Self::default() })
    }

    pub(crate) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    pub(crate) fn rust_files(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.is_rust())
    }

    /// The line of a file that begins with these words, or its first.
    pub(crate) fn line_of(&self, path: &str, beginning: &str) -> usize {
        let text = self.file(path).map_or("", File::text);
        text.lines().position(|line| line.starts_with(beginning)).map_or(1, |at| at + 1)
    }
}

impl Crate {
    pub(crate) fn manifest_path(&self) -> String {
        format!("{}/Cargo.toml", self.folder)
    }

    /// The names under one kind of dependencies.
    pub(crate) fn dependencies(&self, kind: &str) -> impl Iterator<Item = &str> {
        let table = self.manifest.get(kind).and_then(toml::Value::as_table);
        table.into_iter().flat_map(|table| table.keys().map(String::as_str))
    }
}

/// Whether the path ends in this extension, whatever its case.
pub(crate) fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

fn depth(folder: &str) -> usize {
    folder.split('/').count()
}

fn part_of(path: &str) -> Part {
    let is = |folder: &str| path.split('/').any(|part| part == folder);
    let name = path.rsplit('/').next().unwrap_or(path);
    if is("examples") || is("benches") || name == "build.rs" {
        Part::Beside
    } else if is("tests") || name == "tests.rs" {
        Part::Test
    } else {
        Part::Source
    }
}

/// Files and folders of modules that are declared under `#[cfg(test)]`.
fn test_modules(files: &[File]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        let stem = file.path.strip_suffix(".rs").unwrap_or(&file.path);
        let (folder, name) = stem.rsplit_once('/').unwrap_or(("", stem));
        let base = if matches!(name, "lib" | "main") { folder } else { stem };
        for (_, line, test) in file.rust.lines() {
            let declared = line.trim().strip_suffix(';').and_then(|line| line.strip_prefix("mod "));
            if let Some(module) = declared.filter(|_| test) {
                found.insert(format!("{base}/{module}.rs"));
                found.insert(format!("{base}/{module}/"));
            }
        }
    }
    found
}

fn read_files() -> Result<Vec<File>> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .output()
        .context("git is not here to list the files")?;
    ensure!(listed.status.success(), "git cannot list the files of this folder");
    let names = String::from_utf8(listed.stdout).context("a file's name is not UTF-8")?;
    let paths: BTreeSet<&str> = names.split('\0').filter(|name| !name.is_empty()).collect();
    // A file that is deleted but still listed is gone for the rules too.
    let read = |path: &str| std::fs::read(path).ok().map(|bytes| File::new(path, bytes));
    Ok(paths.into_iter().filter_map(read).collect())
}

/// A project of these texts.
#[cfg(test)]
pub(crate) fn project(files: &[(&str, &str)]) -> Project {
    let files = files.iter().map(|(path, text)| File::new(path, text.as_bytes().to_vec()));
    Project::of(files.collect()).unwrap()
}

/// The findings of one rule, one a line.
#[cfg(test)]
pub(crate) fn findings(
    rule: fn(&Project, &mut super::report::Report),
    project: &Project,
) -> Vec<String> {
    let mut report = super::report::Report::default();
    report.of("rule");
    rule(project, &mut report);
    report.findings().iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_declared_under_cfg_test_is_a_test() {
        let project = project(&[
            ("crates/a/Cargo.toml", "[package]"),
            ("crates/a/src/lib.rs", "#[cfg(test)]\nmod testing;\nmod b;"),
            ("crates/a/src/testing.rs", ""),
            ("crates/a/src/b.rs", "#[cfg(test)]\nmod checks;"),
            ("crates/a/src/b/checks.rs", ""),
            ("crates/a/examples/one.rs", ""),
        ]);
        let parts: Vec<Part> = project.rust_files().map(|file| file.part).collect();
        let (source, test) = (Part::Source, Part::Test);
        assert_eq!(parts, [source, test, source, test, Part::Beside]);
        assert_eq!(project.files[1].crate_name(), "a");
    }
}
