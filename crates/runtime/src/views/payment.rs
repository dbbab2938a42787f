//! What a requester is to pay now, and where.

use base::{Money, Text};

use super::CaseView;
use crate::host::Body;
use crate::shard::waits_for_payment;

/// Something to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentDue {
    /// How much.
    pub amount: Money,
    /// The provider's page.
    pub page: String,
    /// The provider's name.
    pub provider: Text,
}

impl Body {
    /// What the requester is to pay now; nothing when the process does not wait for it, or when the
    /// address that came is none of the provider's own.
    pub fn payment_due(&self, view: &CaseView) -> Option<PaymentDue> {
        let service = &view.service;
        let payment = service.package.definition.payment.as_ref()?;
        let element = waits_for_payment(&view.case, service)?;
        let visible = view.case.process.visible_variables(element);
        let sealed = *visible.get(payment.page.as_str())?;
        let opened = sealed.open(base::Field(&engine::field_of(&payment.page)), &view.keys).ok()?;
        let page = opened.opened()?.value().as_str()?.to_owned();
        let mut mappings = service.mappings.values();
        let mapping = mappings.find(|mapping| mapping.gives().any(|name| name == payment.page))?;
        let system = self.settings().systems.get(mapping.system())?;
        let pence = i64::from(service.package.definition.fee_pence);
        let amount = Money::from_pence(pence);
        let provider = system.name.clone();
        system.has_page(&page).then_some(PaymentDue { amount, page, provider })
    }
}
