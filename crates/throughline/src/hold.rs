//! A pause between the commit of an effect and its call, for the test that kills the server.
//!
//! Each call is written to a file when its commit is done and again when it leaves, so that the
//! test can prove that a kill fell between the two. A file survives the end of its writer, not that
//! of the computer, which is all that is needed here.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use connectors::{Answer, BoxFuture, Connector, HttpRequest};
use runtime::clock::Clock;

/// The pause and where it is told.
#[derive(Debug, Clone)]
pub struct Hold {
    file: Arc<Mutex<File>>,
    pause_ms: i64,
}

impl Hold {
    /// A pause as the command line says it: a file and milliseconds.
    ///
    /// # Errors
    /// When the file cannot be written or the milliseconds are no number.
    pub fn open(words: &[String]) -> anyhow::Result<Self> {
        let [file, pause] = words else { anyhow::bail!("a file and milliseconds are wanted") };
        let pause_ms = pause.parse().with_context(|| format!("{pause} is no number"))?;
        let file = std::fs::OpenOptions::new().append(true).create(true).open(Path::new(file));
        let file = file.context("the file of held calls cannot be written")?;
        Ok(Self { file: Arc::new(Mutex::new(file)), pause_ms })
    }

    fn tell(&self, what: &str, request: &HttpRequest) {
        let id = request.headers.get("x-attempt-id").unwrap_or_default();
        let line = format!("{what} {} {id}\n", request.system);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // The test fails by itself when its file is not written.
        let _ = file.write_all(line.as_bytes());
    }
}

/// A connector whose calls pause before they leave.
pub struct Held {
    /// The connector.
    pub connector: Arc<dyn Connector>,
    /// The pause.
    pub hold: Hold,
    /// The clock on which it pauses.
    pub clock: Arc<dyn Clock>,
}

impl Connector for Held {
    fn exchange(&self, request: HttpRequest) -> BoxFuture<'_, Answer> {
        Box::pin(async move {
            self.hold.tell("held", &request);
            let until = self.clock.now().plus_millis(self.hold.pause_ms);
            let _token = self.clock.sleep_until(until).await;
            self.hold.tell("left", &request);
            self.connector.exchange(request).await
        })
    }
}
