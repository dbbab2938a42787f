//! A customer's requests to an office.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, DefaultBodyLimit, State as Extracted};
use axum::http::{HeaderMap, Method as HttpMethod, StatusCode, Uri};
use axum::response::Response;
use connectors::{Headers, HttpRequest, HttpResponse, MAX_REQUEST_BYTES, Method};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::line::{Cut, Lines};
use super::{Shared, stopping};
use crate::office::{Seen, answer, deliver};

/// Serves an office.
pub(super) async fn serve(
    shared: Arc<Shared>,
    listener: TcpListener,
    stopped: watch::Receiver<bool>,
) {
    let router = Router::new()
        .fallback(handle)
        .layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES))
        .with_state(shared)
        .into_make_service_with_connect_info::<Cut>();
    let served = axum::serve(Lines(listener), router).with_graceful_shutdown(stopping(stopped));
    // It ends when it is stopped; errors of single connections are those connections' own.
    let _ = served.await;
}

async fn handle(
    Extracted(shared): Extracted<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    method: HttpMethod,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let request = plain(&shared, &method, &uri, &headers, &body);
    let seen = match request {
        Some(request) => {
            // In a task of its own: work goes on when the customer hangs up.
            let work = tokio::spawn(async move { carry_out(&shared, request).await });
            work.await.unwrap_or(Seen::Cut)
        }
        None => Seen::Answer(answer(405, "text/plain", b"not a method of ours".to_vec())),
    };
    match seen {
        Seen::Answer(answer) => on_the_wire(answer),
        Seen::Cut => {
            cut.cut();
            Response::new(Body::empty())
        }
    }
}

/// Waits where the office is slow, does the work, and has it on the disk before answering.
async fn carry_out(shared: &Arc<Shared>, request: HttpRequest) -> Seen {
    let now = shared.time.now();
    let ticket = shared.ticket();
    let (fault, arrives_at) = {
        let mut state = shared.state();
        let fault = state.faults.at(now);
        let arrives_at = fault.plan(now).arrives_at;
        if arrives_at > now {
            state.held.insert(ticket, arrives_at);
        } else {
            state.busy += 1;
        }
        (fault, arrives_at)
    };
    let mut at_work = shared.time.at_work();
    if arrives_at > now {
        let id = request.headers.get("x-attempt-id");
        let id = id.and_then(|id| u128::from_str_radix(id, 16).ok());
        drop(at_work);
        at_work = shared.time.answer_later(id, arrives_at).await;
        let mut state = shared.state();
        state.held.remove(&ticket);
        state.busy += 1;
    }
    let working = Arc::clone(shared);
    let done = tokio::task::spawn_blocking(move || {
        let mut state = working.state();
        let seen = deliver(state.core.as_mut(), fault, &request, working.time.now());
        let written = state.write();
        (seen, written)
    });
    let done = done.await;
    shared.state().busy -= 1;
    shared.changed(at_work);
    match done {
        Ok((seen, Ok(()))) => seen,
        // What is not on the disk is not acknowledged.
        Ok((_, Err(_))) | Err(_) => Seen::Cut,
    }
}

fn plain(
    shared: &Shared,
    method: &HttpMethod,
    uri: &Uri,
    headers: &HeaderMap,
    body: &Bytes,
) -> Option<HttpRequest> {
    let method = Method::read(method.as_str())?;
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let headers: Headers = headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
        .collect();
    let url = format!("http://{}{target}", shared.address);
    Some(HttpRequest { system: shared.id.clone(), method, url, headers, body: body.to_vec() })
}

fn on_the_wire(answer: HttpResponse) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers.iter() {
        let name = axum::http::HeaderName::try_from(name);
        let value = axum::http::HeaderValue::try_from(value);
        if let (Ok(name), Ok(value)) = (name, value) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
