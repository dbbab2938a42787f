//! The queue of a body's writer, and how many tasks wait in it.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use prometheus_client::metrics::gauge::Gauge;

use super::{QUEUE_LIMIT, Task};

/// The end at which tasks come in.
#[derive(Clone)]
pub(super) struct Queue {
    sender: SyncSender<Task>,
    waiting: Gauge,
}

/// The end of the writer.
pub(super) struct Tasks {
    receiver: Receiver<Task>,
    waiting: Gauge,
}

/// The queue is full, or nobody works on it any more.
#[derive(Debug)]
pub(super) struct NotNow;

/// A queue that holds [`QUEUE_LIMIT`] tasks, counted by `waiting`.
pub(super) fn queue(waiting: Gauge) -> (Queue, Tasks) {
    let (sender, receiver) = sync_channel(QUEUE_LIMIT);
    (Queue { sender, waiting: waiting.clone() }, Tasks { receiver, waiting })
}

impl Queue {
    /// Puts a task in, unless the queue is full.
    pub(super) fn offer(&self, task: Task) -> Result<(), NotNow> {
        self.waiting.inc();
        self.sender.try_send(task).map_err(|_| {
            self.waiting.dec();
            NotNow
        })
    }

    /// Puts a task in, and waits for a place; one that comes when the writer has ended is dropped.
    pub(super) fn put(&self, task: Task) {
        self.waiting.inc();
        if self.sender.send(task).is_err() {
            self.waiting.dec();
        }
    }
}

impl Tasks {
    /// Waits for a task, and takes in what else is there, `most` in all; `None` when nobody can put
    /// one in any more.
    pub(super) fn take(&self, most: usize) -> Option<Vec<Task>> {
        let mut tasks = vec![self.receiver.recv().ok()?];
        tasks.extend(self.receiver.try_iter().take(most.saturating_sub(1)));
        self.waiting.dec_by(i64::try_from(tasks.len()).unwrap_or(i64::MAX));
        Some(tasks)
    }
}
