//! What operators and their tools read: metrics in the text form of `OpenMetrics` 1.0, on a port of
//! its own that no proxy leads to. Nothing in it is about a person or a case.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use connectors::BreakerState;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use runtime::Host;

/// The media type of the text form.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// What stands before every name.
const PREFIX: &str = "throughline";

/// Whose a figure is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Of {
    body: String,
}

/// Of which back office of whom a figure is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfSystem {
    body: String,
    system: String,
}

/// The pages of operators' tools: `/metrics`.
pub fn router(host: Arc<Host>) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state(host)
}

async fn metrics(State(host): State<Arc<Host>>) -> Response {
    let mut registry = Registry::with_prefix(PREFIX);
    host.metrics().register(&mut registry);
    let told = match standing(&host, &mut registry).await {
        Ok(()) => {
            let mut told = String::new();
            text::encode(&mut told, &registry).map(|()| told).map_err(|error| error.to_string())
        }
        Err(error) => Err(error.to_string()),
    };
    match told {
        Ok(told) => ([(header::CONTENT_TYPE, OPENMETRICS)], told).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics could not be told");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// How each body stands at this moment.
async fn standing(host: &Host, registry: &mut Registry) -> Result<(), runtime::ShardError> {
    let (ready, incidents) = (Family::<Of, Gauge>::default(), Family::<Of, Gauge>::default());
    let lag = Family::<Of, Gauge<f64, std::sync::atomic::AtomicU64>>::default();
    let resting = Family::<OfSystem, Gauge>::default();
    let now = host.clock().now();
    for body in host.bodies() {
        let id = &body.settings().body;
        let of = Of { body: id.to_string() };
        ready.get_or_create(&of).set(i64::from(body.is_open()));
        let late = std::time::Duration::from_millis(body.lag_ms(now).unsigned_abs());
        lag.get_or_create(&of).set(late.as_secs_f64());
        let open = i64::try_from(body.incident_count()?).unwrap_or(i64::MAX);
        incidents.get_or_create(&of).set(open);
        for (system, state) in host.health(id).await {
            let rests = match state {
                BreakerState::Closed { .. } | BreakerState::Unused => 0,
                BreakerState::Open { .. } | BreakerState::HalfOpen { .. } => 1,
            };
            let of = OfSystem { body: id.to_string(), system: system.to_string() };
            resting.get_or_create(&of).set(rests);
        }
    }
    registry.register("ready", "Whether a body follows commands: 1, else 0", ready);
    registry.register_with_unit(
        "lag",
        "For how long something has been due in a body that was not taken up",
        Unit::Seconds,
        lag,
    );
    registry.register("open_incidents", "What waits for an operator", incidents);
    registry.register(
        "resting_back_offices",
        "Back offices that are not called for now because calls failed: 1, else 0",
        resting,
    );
    Ok(())
}
