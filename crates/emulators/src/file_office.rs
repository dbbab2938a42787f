//! An office that picks files up from a folder: what an electoral register or a library does with
//! what is left for it.
//!
//! It takes a file up once by its name: one that comes again is dropped, and one that comes again
//! with other bytes is set aside. Over a network without a folder it takes `PUT /NAME`. With a
//! folder it looks there at every quarter of an hour at which something may have come, takes whole
//! files alone (a name that begins with a dot is not whole yet), and moves what it took into
//! `taken` beside them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use base::{Digest, Timestamp};
use connectors::{HttpRequest, HttpResponse, MAX_REQUEST_BYTES, Method};

use crate::books::{Books, KeyReused, Page};
use crate::contractor::Callback;
use crate::ledger::{Entry, Ledger};
use crate::office::{BackOffice, Login, answer, segments};

/// The most files that are taken up at one look; the rest waits for the next.
const FILES_AT_ONCE: usize = 10_000;
/// How often it looks, in milliseconds.
const LOOK_EVERY_MS: i64 = 15 * 60_000;
/// How often it looks at most.
const LOOK_LEAST_MS: i64 = 50;
/// Where files go that were taken up, or set aside.
const TAKEN: &str = "taken";
/// The column in which a file says whose work it is.
const REFERENCE: &str = "reference";

/// The office.
#[derive(Debug, Clone)]
pub struct FileOffice {
    folder: Option<PathBuf>,
    /// Looks so often of its own accord, for an office on the computer's own clock.
    look_ms: Option<i64>,
    next_look: Option<Timestamp>,
    login: Option<Login>,
    books: Books,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    New,
    Again,
    /// Its name was taken up with other bytes.
    Other,
    /// It is no table of one line.
    NoTable,
}

impl FileOffice {
    /// An office without a folder, for simulations.
    pub fn new(login: Option<Login>) -> Self {
        Self { folder: None, look_ms: None, next_look: None, login, books: Books::new("F") }
    }

    /// An office that reads this folder: every so many milliseconds of its own accord, else at
    /// the quarter of an hour after [`BackOffice::note_delivery`].
    #[must_use]
    pub fn with_folder(self, folder: PathBuf, look_ms: Option<i64>, now: Timestamp) -> Self {
        let office = Self { folder: Some(folder), look_ms, ..self };
        Self { next_look: Some(office.look_after(now)), ..office }
    }

    /// The next instant at which it looks.
    fn look_after(&self, now: Timestamp) -> Timestamp {
        let every_ms = self.look_ms.map_or(LOOK_EVERY_MS, |every_ms| every_ms.max(LOOK_LEAST_MS));
        now.plus_millis(every_ms - now.as_millis().rem_euclid(every_ms))
    }

    fn take(&mut self, name: &str, bytes: &[u8], now: Timestamp) -> Taken {
        let Some(reference) = reference_in(bytes) else { return Taken::NoTable };
        let before = self.books.ledger().entries().len();
        let fields = [("digest".to_owned(), Digest::of(bytes).to_string())].into();
        match self.books.write(name.to_owned(), Page { what: "file", reference, fields }, now) {
            Ok(_) if self.books.ledger().entries().len() > before => Taken::New,
            Ok(_) => Taken::Again,
            Err(KeyReused) => Taken::Other,
        }
    }

    /// Takes up what lies in the folder. What cannot be read now is met again at the next look.
    fn look(&mut self, folder: &Path, now: Timestamp) -> io::Result<()> {
        let mut names: Vec<String> = fs::read_dir(folder)?
            .take(FILES_AT_ONCE)
            .filter_map(|file| {
                let file =
                    file.ok().filter(|file| file.file_type().is_ok_and(|it| it.is_file()))?;
                file.file_name().into_string().ok().filter(|name| !name.starts_with('.'))
            })
            .collect();
        names.sort();
        let beside = folder.join(TAKEN);
        fs::create_dir_all(&beside)?;
        for name in names {
            let place = folder.join(&name);
            let most = u64::try_from(MAX_REQUEST_BYTES).unwrap_or(u64::MAX);
            if fs::metadata(&place)?.len() <= most {
                let bytes = fs::read(&place)?;
                self.take(&name, &bytes, now);
            }
            fs::rename(&place, beside.join(&name))?;
        }
        Ok(())
    }
}

/// The reference in a table of one line: what stands under the heading `reference`. Neither of our
/// references nor of our headings is quoted.
fn reference_in(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (headings, cells) = text.split_once("\r\n")?;
    let column = headings.split(',').position(|heading| heading == REFERENCE)?;
    let before: Vec<&str> = cells.split(',').take(column + 1).collect();
    let reference = before.get(column).map(|cell| cell.trim_end_matches(['\r', '\n']))?;
    let plain = before.iter().all(|cell| !cell.contains('"')) && !reference.is_empty();
    plain.then(|| reference.to_owned())
}

impl BackOffice for FileOffice {
    fn handle(&mut self, request: &HttpRequest, now: Timestamp) -> HttpResponse {
        let text = |status, said: &str| answer(status, "text/plain", said.as_bytes().to_vec());
        if !Login::admits(self.login.as_ref(), &request.headers) {
            return text(401, "the credential is not known");
        }
        match (request.method, segments(request).as_slice()) {
            (Method::Put, [.., name]) => match self.take(name, &request.body, now) {
                Taken::New => text(201, "left"),
                Taken::Again => text(200, "there already"),
                Taken::Other => text(409, "another file of this name is there"),
                Taken::NoTable => text(422, "not a table with a reference"),
            },
            _ => text(404, "there is nothing here"),
        }
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.next_look.filter(|_| self.folder.is_some())
    }

    fn take_due(&mut self, now: Timestamp) -> Vec<Callback> {
        let due = self.next_look.is_some_and(|due| due <= now);
        if let Some(folder) = self.folder.clone().filter(|_| due) {
            // A folder that cannot be read is looked at again.
            let again = self.look(&folder, now).is_err() || self.look_ms.is_some();
            self.next_look = again.then(|| self.look_after(now));
        }
        Vec::new()
    }

    fn note_delivery(&mut self, now: Timestamp) {
        self.next_look = self.next_look.or(Some(self.look_after(now)));
    }

    fn ledger(&self) -> &Ledger {
        self.books.ledger()
    }

    fn restore(&mut self, entries: Vec<Entry>) {
        self.books.restore(entries);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "reference,name\r\nCOA-7K3M-9QXD,\"Sam, Jo\"\r\n";

    fn put(office: &mut FileOffice, name: &str, body: &str) -> u16 {
        let request = HttpRequest {
            system: "register".parse().unwrap(),
            method: Method::Put,
            url: format!("file:///srv/{name}"),
            headers: connectors::Headers::new(),
            body: body.as_bytes().to_vec(),
        };
        office.handle(&request, Timestamp::default()).status
    }

    #[test]
    fn a_file_is_taken_up_once_by_its_name() {
        let mut office = FileOffice::new(None);
        assert_eq!(put(&mut office, "a.csv", FILE), 201);
        assert_eq!(put(&mut office, "a.csv", FILE), 200);
        assert_eq!(put(&mut office, "a.csv", "reference\r\nOTHER\r\n"), 409);
        assert_eq!(put(&mut office, "b.csv", "no table"), 422);
        assert_eq!(office.ledger().doubled(), 0);
        assert_eq!(put(&mut office, "b.csv", FILE), 201);
        assert_eq!(office.ledger().doubled(), 1);
        assert_eq!(office.ledger().records()[&("file", "COA-7K3M-9QXD")], 2);
        let mut again = FileOffice::new(None);
        again.restore(office.ledger().entries().to_vec());
        assert_eq!(put(&mut again, "a.csv", FILE), 200);
    }

    #[test]
    fn a_folder_is_read_at_the_next_quarter_and_whole_files_alone() {
        let folder =
            std::env::temp_dir().join(format!("throughline-office-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let start = Timestamp::parse("2026-11-20T09:02:00Z").unwrap();
        let quarter = Timestamp::parse("2026-11-20T09:15:00Z").unwrap();
        let mut office = FileOffice::new(None).with_folder(folder.clone(), None, start);
        assert_eq!(office.next_due(), Some(quarter));
        office.take_due(quarter);
        // The folder is not there yet, so that it looks again.
        assert_eq!(office.next_due(), Some(quarter.plus_millis(LOOK_EVERY_MS)));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("a.csv"), FILE).unwrap();
        fs::write(folder.join(".b.csv.1.part"), FILE).unwrap();
        office.take_due(quarter.plus_millis(LOOK_EVERY_MS));
        assert_eq!(office.ledger().entries().len(), 1);
        assert_eq!(office.next_due(), None);
        // The same file comes again after it was taken up: it is dropped.
        fs::write(folder.join("a.csv"), FILE).unwrap();
        let later = quarter.plus_millis(3 * LOOK_EVERY_MS);
        office.note_delivery(later);
        office.take_due(later.plus_millis(LOOK_EVERY_MS));
        assert_eq!((office.ledger().entries().len(), office.ledger().doubled()), (1, 0));
        assert!(!folder.join("a.csv").exists() && folder.join(".b.csv.1.part").exists());
        // One that looks of its own accord looks again, found or not.
        let mut office = FileOffice::new(None).with_folder(folder.clone(), Some(500), start);
        assert_eq!(office.next_due(), Some(start.plus_millis(500)));
        office.take_due(start.plus_millis(500));
        assert_eq!(office.next_due(), Some(start.plus_millis(1_000)));
        fs::remove_dir_all(&folder).unwrap();
    }
}
