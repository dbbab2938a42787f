//! The one server: pages and interfaces of every body on one origin, on the loopback address.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context as _;
use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// A server that runs until it is stopped.
pub struct Server {
    /// Where it is: `http://localhost:8400`.
    pub origin: String,
    stop: oneshot::Sender<()>,
    task: tokio::task::JoinHandle<std::io::Result<()>>,
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
    let (stop, stopped) = oneshot::channel::<()>();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service).with_graceful_shutdown(async move {
        let _ = stopped.await;
    });
    Server { origin, stop, task: tokio::spawn(async move { served.await }) }
}

impl Server {
    /// Takes no more connections, finishes the answers under way and ends.
    pub async fn stop(self) {
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
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
