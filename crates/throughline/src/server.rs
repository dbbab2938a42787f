//! The one server: pages and interfaces of every body on one origin, on the loopback address.
//!
//! Nobody holds it up: connections, the time for a head and for a body, and the life of a
//! connection each have a limit, so that slow or silent callers give their places back.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use futures_util::StreamExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

/// Connections at one time; further ones wait in the system's own queue.
const CONNECTIONS: usize = 4_096;
/// How long callers may take.
const PATIENCE: Patience =
    Patience { head: Duration::from_secs(60), body: Duration::from_secs(60) };
/// How long a connection is kept, however busy it is.
const LIFE: Duration = Duration::from_secs(3_600);
/// How long the last answer of such a connection may take.
const LAST: Duration = Duration::from_secs(120);
/// How long to wait when no connection can be taken, as when too many files are open.
const PAUSE: Duration = Duration::from_millis(200);

/// How long callers may take.
#[derive(Debug, Clone, Copy)]
struct Patience {
    /// Over a request's head, and to rest between two requests.
    head: Duration,
    /// Over a request's body.
    body: Duration,
}

/// A server that runs until it is stopped.
pub struct Server {
    /// Where it is: `http://localhost:8400`.
    pub origin: String,
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

/// Takes a port on 127.0.0.1: the one wished, or any when that is 0.
///
/// # Errors
/// When the port is taken.
pub async fn listen(port: u16) -> anyhow::Result<(TcpListener, String)> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("port {port} is taken: choose another with --port"))?;
    let port = listener.local_addr().context("the listener has no address")?.port();
    Ok((listener, format!("http://localhost:{port}")))
}

/// Serves a router until the server is stopped.
pub fn serve(listener: TcpListener, origin: String, router: Router) -> Server {
    serve_with(PATIENCE, listener, origin, router)
}

fn serve_with(patience: Patience, listener: TcpListener, origin: String, router: Router) -> Server {
    let (stop, stopped) = watch::channel(false);
    let task = tokio::spawn(accept(listener, router, patience, stopped));
    Server { origin, stop, task }
}

impl Server {
    /// Takes no more connections, finishes the answers under way and ends.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.task.await;
    }
}

async fn accept(
    listener: TcpListener,
    router: Router,
    patience: Patience,
    mut stopped: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await.ok()?;
            loop {
                match listener.accept().await {
                    Ok((stream, peer)) => return Some((place, stream, peer)),
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be taken");
                        let _ = tokio::time::timeout(PAUSE, std::future::pending::<()>()).await;
                    }
                }
            }
        };
        let taken = tokio::select! {
            taken = next => taken,
            _stopped = stopped.wait_for(|stopped| *stopped) => None,
        };
        let Some((place, stream, peer)) = taken else { break };
        let (router, stopped) = (router.clone(), stopped.clone());
        connections.spawn(async move {
            connection(stream, peer, (router, patience), stopped).await;
            drop(place);
        });
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// One connection from its first byte to its end.
async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    (router, patience): (Router, Patience),
    mut stopped: watch::Receiver<bool>,
) {
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        answer(router.clone(), request, peer, patience)
    });
    let mut served = std::pin::pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(patience.head)
            .serve_connection(TokioIo::new(stream), service)
    );
    let ended = tokio::select! {
        _ended = served.as_mut() => true,
        _stopped = stopped.wait_for(|stopped| *stopped) => false,
        _old = tokio::time::timeout(LIFE, std::future::pending::<()>()) => false,
    };
    if !ended {
        served.as_mut().graceful_shutdown();
        // Whoever does not take the last answer in is left.
        let _ = tokio::time::timeout(LAST, served).await;
    }
}

async fn answer(
    router: Router,
    request: Request<Incoming>,
    peer: SocketAddr,
    patience: Patience,
) -> Result<Response, Infallible> {
    let mut request = request.map(|body| in_time(body, patience.body));
    request.extensions_mut().insert(ConnectInfo(peer));
    router.oneshot(request).await
}

/// A body that breaks off when it has not come in time.
fn in_time(body: Incoming, limit: Duration) -> Body {
    let rest = Body::new(body).into_data_stream();
    let until = Box::pin(tokio::time::timeout(limit, std::future::pending::<()>()));
    let stream = futures_util::stream::unfold(
        (rest, until, false),
        |(mut rest, mut until, over)| async move {
            if over {
                return None;
            }
            tokio::select! {
                biased;
                next = rest.next() => next.map(|next| (next, (rest, until, false))),
                _late = until.as_mut() => {
                    let late = axum::Error::new(std::io::Error::from(std::io::ErrorKind::TimedOut));
                    Some((Err::<Bytes, _>(late), (rest, until, true)))
                }
            }
        },
    );
    Body::from_stream(stream)
}

/// Waits until the program is told to end: by SIGTERM or SIGINT.
///
/// # Errors
/// When no signal can be waited for.
#[cfg(unix)]
pub async fn told_to_end() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let said = "no signal can be waited for";
    let mut terminate = signal(SignalKind::terminate()).context(said)?;
    let mut interrupt = signal(SignalKind::interrupt()).context(said)?;
    tokio::select! {
        _told = terminate.recv() => {}
        _told = interrupt.recv() => {}
    }
    Ok(())
}

/// Waits until the program is told to end.
///
/// # Errors
/// When no signal can be waited for.
#[cfg(not(unix))]
pub async fn told_to_end() -> anyhow::Result<()> {
    if tokio::signal::ctrl_c().await.is_err() {
        anyhow::bail!("no signal can be waited for");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn said(request: &[u8]) -> String {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let (listener, origin) = listen(0).await.unwrap();
        let router = Router::new().route("/", axum::routing::post(|body: String| async { body }));
        let (head, body) = (Duration::from_millis(80), Duration::from_millis(80));
        let server = serve_with(Patience { head, body }, listener, origin.clone(), router);
        let address = origin.replace("http://localhost", "127.0.0.1");
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut said = Vec::new();
        stream.read_to_end(&mut said).await.unwrap();
        server.stop().await;
        String::from_utf8(said).unwrap()
    }

    #[tokio::test]
    async fn whoever_is_slow_gives_the_place_back() {
        assert_eq!(said(b"").await, "", "silent");
        assert_eq!(said(b"POST / HTTP/1.1\r\nhost: a\r\n").await, "", "half a head");
        let half = said(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nhalf").await;
        assert!(half.starts_with("HTTP/1.1 400"), "half a body: {half}");
        let whole = said(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nwhole").await;
        assert!(whole.ends_with("whole"), "a whole one: {whole}");
    }
}
