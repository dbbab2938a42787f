//! Where the requester pays: an element that waits for it, and a variable that says where.

use bpmn::{ElementKind, Process};

use super::{Checking, SERVICE};
use crate::problem::ProblemKind;

impl Checking<'_> {
    pub(super) fn payment(&mut self) {
        let package = self.package;
        let definition = &package.definition;
        let Some(payment) = &definition.payment else {
            if definition.fee_pence > 0 {
                let place = (SERVICE, self.place(SERVICE, &["fee_pence"]));
                let sentence = "There is a fee, and nobody is shown where to pay it.";
                let mend = "Write [payment] with the element that waits and the variable that holds the page.";
                self.refuse(place, ProblemKind::Undefined, sentence, mend);
            }
            return;
        };
        let place = (SERVICE, self.place(SERVICE, &["[payment]"]));
        let found = package
            .process
            .processes
            .iter()
            .find_map(|process: &Process| process.element(process.find(&payment.element)?));
        if !found.is_some_and(|element| matches!(element.kind, ElementKind::ReceiveTask(_))) {
            let sentence = format!(
                "No receive task of the process is `{}`, where the requester is to pay.",
                payment.element
            );
            let mend = "Name the receive task that waits until the payment has moved.";
            self.refuse(place, ProblemKind::Undefined, sentence, mend);
        }
        let given = self.connections.jobs.values().any(|job| job.gives.contains(&payment.page));
        if !given {
            let sentence = format!(
                "No job gives `{}`, which is to hold the address of the page to pay at.",
                payment.page
            );
            let mend = "Let the mapping of the job that makes the payment give it.";
            self.refuse(place, ProblemKind::Undefined, sentence, mend);
        }
    }
}
