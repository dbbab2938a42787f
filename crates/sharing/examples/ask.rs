//! Reads an agreement, asks the gate twice, and cuts an answer down to what was agreed:
//! `cargo run -p sharing --example ask`.

use std::io::Write as _;

use base::{Date, MessageId};
use sharing::{Crossing, Facts, Form, Signatures, SignedAgreement, decide};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout().lock();
    let text = include_str!("free-school-meals.toml");
    let mut signatures = Signatures::default();
    for body in ["benefits-agency", "aldershire"] {
        signatures.add(body.parse()?, [7; 64]);
    }
    // A program of its own has keys; here whoever signed is believed.
    let agreement = SignedAgreement::check(text, &signatures, |_, _, _| true)?;
    let crossing = Crossing {
        id: MessageId::from_bytes([1; 16]),
        agreement: agreement.agreement().version(),
        provider: "benefits-agency".parse()?,
        recipient: "aldershire".parse()?,
        form: Form::Question("meals_qualifying_benefit".parse()?),
        purpose: "PublicServiceEligibilityAssessment".parse()?,
        service: "free-school-meals".parse()?,
        assurance: "P2.Cl.Cm".parse()?,
        on: Date::new(2026, 11, 24)?,
    };
    let late = Crossing { on: Date::new(2027, 6, 1)?, ..crossing.clone() };
    let permit = decide(Some(&agreement), crossing.clone(), Facts::default())?;
    writeln!(out, "permitted: {:?}", permit.categories())?;
    writeln!(out, "an answer that was agreed: {:?}", permit.answer("yes"))?;
    let permit = decide(Some(&agreement), crossing, Facts::default())?;
    writeln!(out, "an answer that was not: {:?}", permit.answer("yes, 412.07 a week"))?;
    let refused = decide(Some(&agreement), late, Facts::default());
    writeln!(out, "after its review is due: {refused:?}")?;
    Ok(())
}
