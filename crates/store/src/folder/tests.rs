//! Folders that are ours, foreign, newer, in use, half made.

use super::*;
use crate::testing::{Scratch, body};
use crate::{SqliteKeyStore, SqliteStore};

#[test]
fn a_folder_is_made_opened_and_emptied() {
    let scratch = Scratch::new();
    let path = scratch.join("data");
    let folder = DataFolder::open_or_create(&path).unwrap();
    drop(SqliteStore::open(&folder, &body()).unwrap());
    drop(SqliteKeyStore::open(&folder, &body()).unwrap());
    assert_eq!(folder.bodies().unwrap(), [body()]);
    assert!(matches!(DataFolder::open(&path), Err(StoreError::InUse { .. })));
    assert!(matches!(DataFolder::remove(&path), Err(StoreError::InUse { .. })));
    drop(folder);
    assert_eq!(DataFolder::open_or_create(&path).unwrap().bodies().unwrap(), [body()]);
    assert!(matches!(DataFolder::create(&path), Err(StoreError::Foreign { .. })));
    DataFolder::remove(&path).unwrap();
    assert_eq!(fs::read_dir(&path).unwrap().count(), 0);
    DataFolder::remove(&path).unwrap();
    assert_eq!(DataFolder::create(&path).unwrap().bodies().unwrap(), []);
}

#[cfg(unix)]
#[test]
fn journals_and_keys_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let scratch = Scratch::new();
    let folder = DataFolder::open_or_create(&scratch.join("data")).unwrap();
    for name in [BODIES, KEYS] {
        let mode = fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name} is {mode:o}");
    }
}

type Attempt = fn(&Path) -> Result<(), StoreError>;

#[test]
fn a_foreign_folder_is_refused_and_untouched() {
    let scratch = Scratch::new();
    fs::write(scratch.join("letter.txt"), "dear council").unwrap();
    let tries: [Attempt; 4] = [
        |path| DataFolder::open(path).map(drop),
        |path| DataFolder::create(path).map(drop),
        |path| DataFolder::open_or_create(path).map(drop),
        DataFolder::remove,
    ];
    for attempt in tries {
        assert!(matches!(attempt(scratch.path()), Err(StoreError::Foreign { .. })));
        let file = attempt(&scratch.join("letter.txt"));
        assert!(matches!(file, Err(StoreError::Foreign { .. })), "{file:?}");
    }
    let left: Vec<_> = fs::read_dir(scratch.path()).unwrap().collect();
    assert_eq!(left.len(), 1);
    assert_eq!(fs::read_to_string(scratch.join("letter.txt")).unwrap(), "dear council");
}

#[test]
fn a_newer_or_strange_marker_is_refused_and_untouched() {
    for (marker, sentence) in [
        (format!("{HEADING}\nformat = 2\n"), "has format 2, this release reads up to 1"),
        (format!("{HEADING}\nformat = 0\n"), "its marker does not read"),
        (format!("{HEADING}\n"), "its marker does not read"),
        ("format = 1\n".to_owned(), "its marker does not read"),
        (String::new(), "its marker does not read"),
        ("x".repeat(5_000), "its marker does not read"),
    ] {
        let scratch = Scratch::new();
        fs::write(scratch.join(MARKER), &marker).unwrap();
        for refused in [
            DataFolder::open_or_create(scratch.path()).map(drop),
            DataFolder::remove(scratch.path()),
        ] {
            let told = refused.unwrap_err().to_string();
            assert!(told.contains(sentence), "{told}");
        }
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1);
        assert_eq!(fs::read_to_string(scratch.join(MARKER)).unwrap(), marker);
    }
}

#[test]
fn a_half_made_folder_is_taken_up_again() {
    let scratch = Scratch::new();
    fs::write(scratch.join(LOCK), "").unwrap();
    fs::write(scratch.join(MARKER_DRAFT), "This fol").unwrap();
    drop(DataFolder::open_or_create(scratch.path()).unwrap());
    drop(DataFolder::open(scratch.path()).unwrap());
    fs::remove_dir_all(scratch.join(BODIES)).unwrap();
    drop(DataFolder::open(scratch.path()).unwrap());
}
