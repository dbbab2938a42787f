//! The share between a customer and an office that reads a folder, with its faults.
//!
//! Files are really left in the folder; what the share does to them follows the office's
//! [`Fault`](crate::Fault) of the instant: a share that is down or failing takes nothing, a slow one
//! takes the file late, one that loses replies says that it broke after the file was left, and one
//! that doubles brings each file twice.

use std::sync::Arc;

use connectors::{Answer, BoxFuture, Connector, FileDrop, HttpRequest, System, TransportFault};

use super::Office;
use crate::fault::Reply;

/// A customer's way into the folder of an office.
#[derive(Debug)]
pub struct Share {
    drop: Arc<FileDrop>,
    office: Office,
}

impl Share {
    /// The share through which a system of files is reached.
    pub fn new(system: &System, office: Office) -> Self {
        Self { drop: Arc::new(FileDrop::new(std::slice::from_ref(system))), office }
    }
}

impl Connector for Share {
    fn exchange(&self, request: HttpRequest) -> BoxFuture<'_, Answer> {
        let (drop, office) = (Arc::clone(&self.drop), self.office.clone());
        Box::pin(async move {
            // In a task of its own: the file lands when the customer has given up, too.
            let work = tokio::spawn(async move { carry(&drop, &office, request).await });
            work.await.unwrap_or(Err(TransportFault::Broken))
        })
    }
}

async fn carry(drop: &FileDrop, office: &Office, request: HttpRequest) -> Answer {
    let shared = &office.0;
    let now = shared.time.now();
    let plan = shared.state().faults.at(now).plan(now);
    let at_work = if plan.arrives_at > now {
        let id = request.headers.get("x-attempt-id");
        let id = id.and_then(|id| u128::from_str_radix(id, 16).ok());
        shared.time.answer_later(id, plan.arrives_at).await
    } else {
        shared.time.at_work()
    };
    let mut first = None;
    for _ in 0..plan.copies {
        let answer = drop.exchange(request.clone()).await;
        shared.state().core.note_delivery(shared.time.now());
        first.get_or_insert(answer);
    }
    shared.changed(at_work);
    match (plan.reply, first) {
        (Reply::Delivered, Some(answer)) => answer,
        (Reply::Failure | Reply::Refusal | Reply::Lost, Some(_)) => Err(TransportFault::Broken),
        (_, None) => Err(TransportFault::NotReached),
    }
}
