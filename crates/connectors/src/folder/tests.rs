use super::*;

/// A folder that goes with its test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("throughline-drop-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(&self.0)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn request(name: &str, body: &str) -> HttpRequest {
    HttpRequest {
        system: "register".parse().unwrap(),
        method: Method::Put,
        url: format!("file:///anywhere/{name}"),
        headers: [("x-attempt-id", "00ff")].into_iter().collect(),
        body: body.as_bytes().to_vec(),
    }
}

fn status(answer: &Answer) -> Result<u16, TransportFault> {
    answer.as_ref().map(|answer| answer.status).map_err(|fault| *fault)
}

#[test]
fn a_file_is_left_whole_and_only_once() {
    let folder = Folder::new("once");
    assert_eq!(status(&leave(&folder.0, &request("a-1.csv", "x\r\n"))), Ok(201));
    assert_eq!(status(&leave(&folder.0, &request("a-1.csv", "x\r\n"))), Ok(200));
    assert_eq!(status(&leave(&folder.0, &request("a-1.csv", "y\r\n"))), Ok(409));
    assert_eq!(status(&leave(&folder.0, &request("a-1.csv", "x\r\nz"))), Ok(409));
    assert_eq!(folder.names(), ["a-1.csv"]);
    assert_eq!(fs::read_to_string(folder.0.join("a-1.csv")).unwrap(), "x\r\n");
}

#[test]
fn a_folder_that_is_not_there_was_not_reached() {
    let folder = Folder::new("gone");
    let gone = folder.0.join("later");
    assert_eq!(status(&leave(&gone, &request("a.csv", "x"))), Err(TransportFault::NotReached));
    fs::write(&gone, "a file where the folder should be").unwrap();
    assert_eq!(status(&leave(&gone, &request("a.csv", "x"))), Err(TransportFault::NotReached));
    fs::remove_file(&gone).unwrap();
    fs::create_dir(&gone).unwrap();
    assert_eq!(status(&leave(&gone, &request("a.csv", "x"))), Ok(201));
}

#[test]
fn a_name_leads_nowhere_else() {
    let folder = Folder::new("tricks");
    for name in
        ["", "..", ".hidden.csv", "a b.csv", "a%2fb.csv", "-x.csv", "a.part", "caf\u{e9}.csv"]
    {
        let unsendable = Err(TransportFault::Unsendable);
        assert_eq!(status(&leave(&folder.0, &request(name, "x"))), unsendable, "{name}");
    }
    let long = format!("{}.csv", "a".repeat(MAX_FILE_NAME_BYTES));
    assert_eq!(status(&leave(&folder.0, &request(&long, "x"))), Err(TransportFault::Unsendable));
    assert!(folder.names().is_empty());
}

#[cfg(unix)]
#[test]
fn a_link_in_the_files_place_is_not_followed() {
    let folder = Folder::new("link");
    let victim = folder.0.join("victim");
    fs::write(&victim, "x").unwrap();
    std::os::unix::fs::symlink(&victim, folder.0.join("a.csv")).unwrap();
    std::os::unix::fs::symlink(&victim, folder.0.join(".b.csv.00ff.part")).unwrap();
    assert_eq!(status(&leave(&folder.0, &request("a.csv", "x"))), Ok(409));
    assert_eq!(status(&leave(&folder.0, &request("b.csv", "y"))), Ok(201));
    assert_eq!(fs::read_to_string(&victim).unwrap(), "x");
}

#[test]
fn what_an_earlier_run_left_half_written_is_taken_away() {
    let folder = Folder::new("sweep");
    for name in [".a.csv.00ff.part", ".a.csv", "b.csv", ".other.part.txt"] {
        fs::write(folder.0.join(name), "x").unwrap();
    }
    sweep(&folder.0);
    assert_eq!(folder.names(), [".a.csv", ".other.part.txt", "b.csv"]);
}
