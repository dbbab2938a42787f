//! An office's own messages to its customer: sent when due, again until acknowledged.

use std::sync::Arc;

use base::Timestamp;
use connectors::{BoxFuture, Connector as _};
use futures_util::future::join_all;
use tokio::sync::{mpsc, watch};

use super::{Shared, stopping};
use crate::contractor::{Callback, CallbackTarget};
use crate::fault::Fault;
use crate::time::AtWork;

/// How long the customer may take to acknowledge, in milliseconds.
const PATIENCE_MS: i64 = 30_000;
/// The most messages sent at the same time.
const MAX_TOGETHER: usize = 32;

/// Sends messages as they fall due, until the office is stopped. It is at work from the moment it
/// is told of something until it has looked and set its next alarm.
pub(super) async fn send_all(
    shared: Arc<Shared>,
    mut changed: mpsc::UnboundedReceiver<AtWork>,
    stopped: watch::Receiver<bool>,
) {
    let mut stop = std::pin::pin!(stopping(stopped));
    let mut at_work = Some(shared.time.at_work());
    loop {
        let due = take_due(&shared).await;
        if let Some((callbacks, target)) = due {
            let count = u32::try_from(callbacks.len()).unwrap_or(u32::MAX);
            tokio::select! {
                () = send(&shared, &callbacks, &target) => {}
                () = &mut stop => return,
            }
            shared.state().busy -= count;
            continue;
        }
        let next = next_due(&shared).map(|at| shared.time.sleep_until(at));
        drop(at_work.take());
        tokio::select! {
            () = &mut stop => return,
            told = changed.recv() => match told {
                Some(told) => at_work = Some(told),
                None => return,
            },
            rung = wait(next) => at_work = Some(rung),
        }
        while let Ok(also) = changed.try_recv() {
            drop(also);
        }
    }
}

async fn wait(next: Option<BoxFuture<'static, AtWork>>) -> AtWork {
    match next {
        Some(next) => next.await,
        None => std::future::pending().await,
    }
}

/// Without a customer to tell, nothing is due.
fn next_due(shared: &Shared) -> Option<Timestamp> {
    let state = shared.state();
    state.core.next_due().filter(|_| state.callback.is_some())
}

/// The messages that are due, on the disk as finished jobs before anybody hears of them.
async fn take_due(shared: &Arc<Shared>) -> Option<(Vec<Callback>, CallbackTarget)> {
    let now = shared.time.now();
    next_due(shared).filter(|due| *due <= now)?;
    let working = Arc::clone(shared);
    let taken = tokio::task::spawn_blocking(move || {
        let mut state = working.state();
        let target = state.callback.clone()?;
        let callbacks = state.core.take_due(now);
        state.busy += u32::try_from(callbacks.len()).unwrap_or(u32::MAX);
        if state.write().is_err() {
            state.busy -= u32::try_from(callbacks.len()).unwrap_or(u32::MAX);
            for callback in &callbacks {
                state.core.note_undelivered(&callback.message, now);
            }
            return None;
        }
        Some((callbacks, target))
    });
    taken.await.ok().flatten().filter(|(callbacks, _)| !callbacks.is_empty())
}

async fn send(shared: &Arc<Shared>, callbacks: &[Callback], target: &CallbackTarget) {
    for together in callbacks.chunks(MAX_TOGETHER) {
        join_all(together.iter().map(|callback| send_one(shared, callback, target))).await;
    }
}

async fn send_one(shared: &Arc<Shared>, callback: &Callback, target: &CallbackTarget) {
    let now = shared.time.now();
    let fault = shared.state().faults.at(now);
    let mut acknowledged = post(shared, callback, target).await;
    if fault == Fault::Double {
        acknowledged |= post(shared, callback, target).await;
    }
    let now = shared.time.now();
    let mut state = shared.state();
    if acknowledged {
        state.core.note_acknowledged(&callback.message, now);
    } else {
        state.core.note_undelivered(&callback.message, now);
    }
    // Should the disk fail here, the message comes again: the customer drops doubles.
    let _ = state.write();
}

async fn post(shared: &Arc<Shared>, callback: &Callback, target: &CallbackTarget) -> bool {
    let now = shared.time.now();
    let request = callback.request(&shared.id, target, now);
    tokio::select! {
        answer = shared.client.exchange(request) => {
            answer.is_ok_and(|answer| (200..300).contains(&answer.status))
        }
        _late = shared.time.sleep_until(now.plus_millis(PATIENCE_MS)) => false,
    }
}
