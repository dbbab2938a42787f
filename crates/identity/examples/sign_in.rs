//! A resident signs in by a code and is known to two bodies by two pseudonyms.
//!
//! Run with `cargo run -p identity --example sign_in`.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use base::{AccountId, BlindKey, Language, Personal, SessionId, Timestamp};
use identity::{
    Accounts, BodySecret, Checked, Command, Door, EmailAddress, KeyEpoch, MasterKey, NewSession,
    OneTimeCode, SessionToken, SignInId, checked, decide, handle_from_random,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A real installation draws all of these bytes from `Entropy`.
    let blind_key = BlindKey::from_bytes([1; 32]);
    let now = Timestamp::parse("2026-11-24T09:00:00Z")?;
    let mut office = Accounts::default();

    let address = EmailAddress::parse(" Gwen@Example.org ")?;
    let sign_in = SignInId::from_bytes([2; 16]);
    let code = OneTimeCode::from_random([3; 8]);
    let ask = Command::AskCode {
        sign_in,
        browser: None,
        door: Door::Resident,
        index: address.index(&blind_key),
        email: Personal::new(address.as_str().to_owned()),
        language: Language::Cy,
        code: code.digest(&blind_key, sign_in),
    };
    for event in decide(&office, ask, now)? {
        println!("{}: a code goes to the address", event.name());
        office.apply(&event);
    }

    let token = SessionToken::from_random([4; 32]);
    let session = NewSession {
        session: SessionId::from_bytes([5; 16]),
        token: token.digest(),
        account: AccountId::from_bytes([6; 16]),
        person: handle_from_random(&[7; 64])?,
    };
    for typed in ["000 000", code.digits()] {
        let code = OneTimeCode::parse(typed)?.digest(&blind_key, sign_in);
        let events = decide(&office, Command::CheckCode { sign_in, code, session }, now)?;
        for event in &events {
            office.apply(event);
        }
        match checked(&events) {
            Some(Checked::Wrong { tries_left }) => println!("wrong, {tries_left} tries left"),
            Some(Checked::SignedIn { session, .. }) => println!("signed in, session {session}"),
            None => println!("nothing was checked"),
        }
    }

    let transcryptor = MasterKey::from_bytes([8; 32]);
    for body in ["millbrook", "eastshire"] {
        let share = transcryptor.share(&body.parse()?, KeyEpoch(1))?;
        let known_as = BodySecret::from_shares(&[share])?.pseudonym(session.person)?;
        println!("{body} knows the person as {known_as}");
    }
    Ok(())
}
