//! Connections: made when they are needed, made again after they were lost.
//!
//! The driver is asynchronous and the store is not: each server has one background thread for its
//! connections, and callers wait for its answers, on whatever thread they are.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, NoTls, Row, Statement};

use super::param::Param;
use crate::StoreError;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a statement may take before its connection is given up.
const STATEMENT: Duration = Duration::from_secs(60);
/// Statements that a connection keeps prepared.
const KEPT: usize = 512;

/// A background thread with the connections of a server on it.
pub(crate) struct Background(Option<Runtime>);

impl Background {
    pub(crate) fn new() -> Result<Self, StoreError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("postgres")
            .enable_all()
            .build();
        runtime.map(|runtime| Self(Some(runtime))).map_err(|source| StoreError::Io {
            doing: "starting a thread",
            path: "postgres".into(),
            source,
        })
    }

    /// Waits for an answer; none when it takes too long.
    fn wait<T: Send + 'static>(
        &self,
        limit: Duration,
        answer: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let (end, done) = mpsc::sync_channel(1);
        self.0.as_ref()?.spawn(async move { drop(end.send(answer.await)) });
        done.recv_timeout(limit).ok()
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // The last store may go on a thread that must not wait.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// A connection that stands.
struct Live {
    client: Client,
    prepared: Mutex<BTreeMap<String, Statement>>,
}

/// What became of a call.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The server refused it.
    Refused(tokio_postgres::Error),
    /// There was no connection, so that nothing was sent.
    Away(Option<tokio_postgres::Error>),
    /// The connection was lost before the answer came.
    Lost,
}

impl Failure {
    fn of(error: tokio_postgres::Error) -> Self {
        // An administrator's word to end (class 57P) leaves open what had happened before.
        let ended = error.code().is_some_and(|code| code.code().starts_with("57P"));
        if ended || error.as_db_error().is_none() { Self::Lost } else { Self::Refused(error) }
    }

    /// What a caller can do about it, where nothing lands but by an answer.
    pub(crate) fn sorted(self, doing: &'static str) -> StoreError {
        match self {
            Self::Refused(error) => StoreError::from_postgres(doing, &error),
            Self::Away(error) => StoreError::away(error.as_ref()),
            Self::Lost => StoreError::away(None),
        }
    }
}

/// One connection of a body.
pub(crate) struct Link {
    background: Arc<Background>,
    config: Config,
    /// What every new connection is told first.
    greeting: String,
    live: Mutex<Option<Arc<Live>>>,
}

impl Link {
    pub(crate) fn new(background: &Arc<Background>, config: &Config, greeting: &str) -> Self {
        let mut config = config.clone();
        config.connect_timeout(CONNECT);
        let background = Arc::clone(background);
        Self { background, config, greeting: greeting.to_owned(), live: Mutex::new(None) }
    }

    fn slot(&self) -> MutexGuard<'_, Option<Arc<Live>>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn live(&self) -> Result<Arc<Live>, Failure> {
        let mut slot = self.slot();
        if let Some(live) = slot.as_ref().filter(|live| !live.client.is_closed()) {
            return Ok(Arc::clone(live));
        }
        let (config, greeting) = (self.config.clone(), self.greeting.clone());
        let connected = self.background.wait(CONNECT + CONNECT, async move {
            let (client, connection) = config.connect(NoTls).await?;
            tokio::spawn(connection);
            client.batch_execute(&greeting).await?;
            Ok(client)
        });
        let client = connected.ok_or(Failure::Away(None))?;
        let client = client.map_err(|error| Failure::Away(Some(error)))?;
        let live = Arc::new(Live { client, prepared: Mutex::default() });
        *slot = Some(Arc::clone(&live));
        Ok(live)
    }

    /// Gives the connection up: whatever it was doing, its answer is not waited for.
    fn give_up(&self) {
        *self.slot() = None;
    }

    /// Runs a statement whose parameters are numbered, and reads all rows of its answer.
    pub(crate) fn query(&self, sql: String, values: Vec<Param>) -> Result<Vec<Row>, Failure> {
        let live = self.live()?;
        let answer = self.background.wait(STATEMENT, async move {
            let statement = prepared(&live, sql).await?;
            let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|it| it as _).collect();
            live.client.query(&statement, &values).await.map_err(Failure::of)
        });
        let answer = answer.unwrap_or(Err(Failure::Lost));
        if matches!(answer, Err(Failure::Lost)) {
            self.give_up();
        }
        answer
    }

    /// The types of a statement's columns, by their names.
    #[cfg(test)]
    pub(crate) fn prepare(&self, sql: String) -> Result<Vec<String>, Failure> {
        let live = self.live()?;
        let answer = self.background.wait(STATEMENT, async move { prepared(&live, sql).await });
        let statement = answer.unwrap_or(Err(Failure::Lost))?;
        Ok(statement.columns().iter().map(|column| column.type_().name().to_owned()).collect())
    }

    /// Runs statements without parameters, in one transaction where they begin one.
    pub(crate) fn run(&self, sql: String) -> Result<(), Failure> {
        let live = self.live()?;
        let answer = self.background.wait(STATEMENT, async move {
            live.client.batch_execute(&sql).await.map_err(Failure::of)
        });
        let answer = answer.unwrap_or(Err(Failure::Lost));
        if answer.is_err() {
            // What was begun is taken back with the connection.
            self.give_up();
        }
        answer
    }
}

async fn prepared(live: &Live, sql: String) -> Result<Statement, Failure> {
    let kept = |live: &Live| {
        let prepared = live.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        prepared.get(&sql).cloned()
    };
    if let Some(statement) = kept(live) {
        return Ok(statement);
    }
    let statement = live.client.prepare(&sql).await.map_err(Failure::of)?;
    let mut prepared = live.prepared.lock().unwrap_or_else(PoisonError::into_inner);
    if prepared.len() >= KEPT {
        prepared.clear();
    }
    prepared.insert(sql, statement.clone());
    Ok(statement)
}
