//! An office's admin port: faults, the callback's target and the ledger. Loopback alone.

use std::sync::Arc;

use axum::extract::State as Extracted;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::{Shared, stopping};
use crate::contractor::CallbackTarget;
use crate::fault::Faults;
use crate::ledger::Entry;

/// Serves `GET` and `PUT /faults`, `PUT /callback`, `GET /ledger` and `GET /summary`.
pub(super) async fn serve(
    shared: Arc<Shared>,
    listener: TcpListener,
    stopped: watch::Receiver<bool>,
) {
    let router = Router::new()
        .route("/faults", get(faults).put(set_faults))
        .route("/callback", axum::routing::put(set_callback))
        .route("/ledger", get(ledger))
        .route("/summary", get(summary))
        .with_state(shared);
    let _ = axum::serve(listener, router).with_graceful_shutdown(stopping(stopped)).await;
}

async fn faults(Extracted(shared): Extracted<Arc<Shared>>) -> Json<Faults> {
    Json(shared.state().faults.clone())
}

async fn set_faults(
    Extracted(shared): Extracted<Arc<Shared>>,
    Json(faults): Json<Faults>,
) -> StatusCode {
    shared.state().faults = faults;
    shared.changed(shared.time.at_work());
    StatusCode::NO_CONTENT
}

async fn set_callback(
    Extracted(shared): Extracted<Arc<Shared>>,
    Json(target): Json<Option<CallbackTarget>>,
) -> StatusCode {
    shared.state().callback = target;
    shared.changed(shared.time.at_work());
    StatusCode::NO_CONTENT
}

async fn ledger(Extracted(shared): Extracted<Arc<Shared>>) -> Json<Vec<Entry>> {
    Json(shared.state().core.ledger().entries().to_vec())
}

async fn summary(Extracted(shared): Extracted<Arc<Shared>>) -> Json<serde_json::Value> {
    let state = shared.state();
    let ledger = state.core.ledger();
    Json(serde_json::json!({
        "references": ledger.jobs_by_reference().len(),
        "returns": ledger.returns_by_reference().len(),
        "payments": ledger.paid_by_reference().len(),
        "doubled": ledger.doubled(),
    }))
}
