use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use base::Language;
use expect_test::expect_file;

use super::{Sample, all};

/// Elements that have no end.
const VOID: [&str; 6] = ["meta", "link", "input", "br", "hr", "img"];

/// A tag of a page, or the text between two.
enum Piece<'a> {
    Open { name: &'a str, attributes: Vec<(String, String)>, closed: bool },
    Close(&'a str),
    Text(&'a str),
}

/// Reads our own pages: attributes are quoted, and `<` stands nowhere else.
fn pieces(html: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = html.strip_prefix("<!DOCTYPE html>").expect("a doctype");
    while let Some((text, after)) = rest.split_once('<') {
        pieces.push(Piece::Text(text));
        let (tag, tail) = after.split_once('>').expect("a tag that ends");
        assert!(!tag.contains('<'), "a tag in a tag: {tag}");
        pieces.push(match tag.strip_prefix('/') {
            Some(name) => Piece::Close(name),
            None => opening(tag),
        });
        rest = tail;
    }
    pieces
}

fn opening(tag: &str) -> Piece<'_> {
    let closed = tag.ends_with('/');
    let tag = tag.trim_end_matches('/');
    let (name, mut rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
    let mut attributes = Vec::new();
    while !rest.trim().is_empty() {
        rest = rest.trim_start();
        let end = rest.find(['=', ' ', '\n']).unwrap_or(rest.len());
        let (key, after) = rest.split_at(end);
        if let Some(quoted) = after.strip_prefix("=\"") {
            let (value, tail) = quoted.split_once('"').expect("a quoted value");
            attributes.push((key.to_owned(), value.to_owned()));
            rest = tail;
        } else {
            attributes.push((key.to_owned(), String::new()));
            rest = after;
        }
    }
    Piece::Open { name, attributes, closed }
}

fn every_sample() -> Vec<(Language, Sample)> {
    Language::ALL
        .into_iter()
        .flat_map(|language| {
            all(language).unwrap().into_iter().map(move |sample| (language, sample))
        })
        .collect()
}

#[test]
fn every_page_is_sound_html() {
    for (language, sample) in every_sample() {
        let name = &sample.name;
        let mut open: Vec<&str> = Vec::new();
        let mut headings = 0;
        for piece in pieces(&sample.html) {
            match piece {
                Piece::Text(_) => {}
                Piece::Close(tag) => assert_eq!(open.pop(), Some(tag), "{name}"),
                Piece::Open { name: tag, attributes, closed } => {
                    headings += usize::from(tag == "h1");
                    assert!(
                        !matches!(tag, "script" | "style" | "iframe" | "object"),
                        "{name}: {tag}"
                    );
                    for (key, value) in &attributes {
                        let inline = key == "style"
                            || key.starts_with("on")
                            || value.starts_with("javascript:");
                        assert!(!inline, "{name}: {key}={value}");
                    }
                    if tag == "html" {
                        assert_eq!(attributes, [("lang".to_owned(), language.tag().to_owned())]);
                    }
                    if !VOID.contains(&tag) && !closed {
                        open.push(tag);
                    }
                }
            }
        }
        assert!(open.is_empty(), "{name}: {open:?}");
        assert_eq!(headings, 1, "{name} has one heading of the first rank");
        // Whoever is to pay is led to the provider's page: nothing else of ours leads elsewhere.
        assert!(
            !sample.html.contains("://")
                || name.as_str() == "status.to_pay"
                || name.starts_with("incident")
                || sample.html.contains("w3.org/2000/svg"),
            "{name}"
        );
    }
}

#[test]
fn every_input_has_a_label_and_every_id_is_its_own() {
    for (_, sample) in every_sample() {
        let name = &sample.name;
        let mut ids: BTreeMap<String, usize> = BTreeMap::new();
        let mut labels = BTreeSet::new();
        let mut inputs = Vec::new();
        let mut pointers = Vec::new();
        for piece in pieces(&sample.html) {
            let Piece::Open { name: tag, attributes, .. } = piece else { continue };
            let attributes: BTreeMap<String, String> = attributes.into_iter().collect();
            if let Some(id) = attributes.get("id") {
                *ids.entry(id.clone()).or_default() += 1;
            }
            if let Some(label) = attributes.get("for") {
                labels.insert(label.clone());
            }
            let hidden = attributes.get("type").is_some_and(|kind| kind == "hidden");
            if matches!(tag, "input" | "select" | "textarea") && !hidden {
                inputs.push(attributes.get("id").cloned().unwrap_or_default());
            }
            for key in ["aria-describedby", "aria-labelledby"] {
                let all = attributes.get(key).map(String::as_str).unwrap_or_default();
                pointers.extend(all.split_whitespace().map(str::to_owned));
            }
            let anchor = attributes.get("href").and_then(|href| href.strip_prefix('#'));
            pointers.extend(anchor.map(str::to_owned));
        }
        assert!(ids.values().all(|count| *count == 1), "{name}: {ids:?}");
        for input in inputs {
            assert!(labels.contains(&input), "{name}: no label for {input}");
        }
        for pointer in pointers {
            assert!(ids.contains_key(&pointer), "{name}: nothing has the id {pointer}");
        }
    }
}

#[test]
fn the_skin_is_small_and_asks_for_nothing() {
    let skin = crate::paths::STYLESHEET_TEXT;
    assert!(skin.len() <= 20_000, "{} bytes", skin.len());
    for never in ["@import", "@font-face", "url(", "!important"] {
        assert!(!skin.contains(never), "{never}");
    }
}

#[test]
fn every_form_that_posts_carries_the_token() {
    for (_, sample) in every_sample() {
        for form in sample.html.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap();
            let posts = form.contains("method=\"post\"");
            assert_eq!(
                posts,
                form.contains("name=\"csrf\" value=\"sample-token\""),
                "{}: {form}",
                sample.name
            );
        }
    }
}

#[test]
fn errors_stand_in_the_title_the_summary_and_at_the_field() {
    let mut seen = 0;
    for (language, sample) in every_sample() {
        let prefix = match language {
            Language::En => "<title>Error: ",
            Language::Cy => "<title>Gwall: ",
        };
        let wrong = sample.name.ends_with("wrong");
        seen += usize::from(wrong);
        assert_eq!(wrong, sample.html.contains(prefix), "{}", sample.name);
        assert_eq!(wrong, sample.html.contains("class=\"summary\""), "{}", sample.name);
    }
    assert!(seen >= 20, "{seen}");
}

#[test]
fn no_english_sentence_stands_on_a_welsh_page() {
    for sample in all(Language::Cy).unwrap() {
        let page = plain(&sample.html);
        for [key, english, welsh] in crate::words::ALL {
            // The switch names the other language in that language.
            if english == welsh || *key == "language_name" {
                continue;
            }
            let whole = page.iter().any(|text| text == english);
            let parts = english.split(['{', '}']).step_by(2).map(str::trim);
            let part = parts
                .filter(|part| part.len() >= 12)
                .any(|part| page.iter().any(|text| text.contains(part)));
            assert!(!whole && !part, "{} says `{key}` in English: {english}", sample.name);
        }
    }
}

/// The texts of a page as they are read.
fn plain(html: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for piece in pieces(html) {
        let Piece::Text(text) = piece else { continue };
        let text = text.trim();
        if !text.is_empty() {
            texts.push(read(text));
        }
    }
    texts
}

fn read(text: &str) -> String {
    let text = text.replace("&#39;", "'").replace("&#34;", "\"").replace("&#60;", "<");
    let text = text.replace("&#62;", ">").replace("&#38;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_list_of_page_states_is_whole() {
    let names = all(Language::En).unwrap();
    let listed: String = names.iter().fold(String::new(), |mut list, sample| {
        let _ = writeln!(list, "{}", sample.name);
        list
    });
    expect_file!["../../page-states.txt"].assert_eq(&listed);
    let welsh: Vec<String> =
        all(Language::Cy).unwrap().into_iter().map(|sample| sample.name).collect();
    assert!(names.iter().map(|sample| &sample.name).eq(welsh.iter()));

    let templates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    for entry in std::fs::read_dir(templates).unwrap() {
        let path = entry.unwrap().path();
        let view = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.is_file() && view != "layout" {
            assert!(names.iter().any(|sample| sample.name == view), "no sample of {view}");
        }
    }
}

#[test]
fn the_outline_of_every_page_is_as_committed() {
    let mut outline = String::new();
    for sample in all(Language::En).unwrap() {
        let _ = writeln!(outline, "== {}", sample.name);
        let mut said: Option<(String, String)> = None;
        for piece in pieces(&sample.html) {
            match piece {
                Piece::Open { name, .. }
                    if matches!(
                        name,
                        "h1" | "h2" | "h3" | "label" | "legend" | "button" | "summary"
                    ) && said.is_none() =>
                {
                    said = Some((name.to_owned(), String::new()));
                }
                Piece::Text(text) => {
                    if let Some((_, said)) = said.as_mut() {
                        said.push_str(text);
                    }
                }
                Piece::Close(name) => {
                    if let Some((tag, text)) = said.take_if(|(tag, _)| tag == name) {
                        let _ = writeln!(outline, "{tag}: {}", read(&text));
                    }
                }
                Piece::Open { .. } => {}
            }
        }
    }
    expect_file!["../../page-outlines.txt"].assert_eq(&outline);
}
