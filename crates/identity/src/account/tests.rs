use std::fmt::Write as _;

use base::{BlindKey, DataKey, Field, Nonce, Party, SealError, Sealed, Sealer, ValueId};
use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::{EmailAddress, OneTimeCode, SessionToken};

const MINUTE: i64 = 60_000;

/// One key and one nonce, so that written events can be compared.
struct OneKey(u64);

impl OneKey {
    const KEY: [u8; 32] = [7; 32];

    fn associated(field: Field<'_>, value: ValueId) -> Vec<u8> {
        [field.0.as_bytes(), &value.0.to_be_bytes()].concat()
    }
}

impl Sealer for OneKey {
    fn seal(
        &mut self,
        party: Party,
        field: Field<'_>,
        value: Option<ValueId>,
        plaintext: &[u8],
    ) -> Result<Sealed, SealError> {
        self.0 += 1;
        let (value, nonce) = (value.unwrap_or(ValueId(self.0)), Nonce([9; 24]));
        let sealed =
            DataKey::from_bytes(Self::KEY).seal(nonce, &Self::associated(field, value), plaintext);
        let ciphertext = sealed.ok_or(SealError::NoKey { party })?;
        Ok(Sealed { value, party, nonce, ciphertext })
    }

    fn open(&self, field: Field<'_>, sealed: &Sealed) -> Result<Vec<u8>, SealError> {
        let associated = Self::associated(field, sealed.value);
        DataKey::from_bytes(Self::KEY)
            .open(sealed.nonce, &associated, &sealed.ciphertext)
            .ok_or(SealError::DoesNotOpen)
    }
}

fn key() -> BlindKey {
    BlindKey::from_bytes([5; 32])
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn staff_door() -> Door {
    Door::Staff { body: "millbrook".parse().unwrap() }
}

/// The office as a test drives it: sealed events, and a second state that replays them.
#[derive(Default)]
struct Office {
    state: Accounts,
    replayed: Accounts,
    trace: String,
}

impl Office {
    fn act(&mut self, command: Command, now: Timestamp) -> Result<Vec<Event>, Rejection> {
        let result = decide(&self.state, command, now);
        let events = match result {
            Ok(events) => events,
            Err(rejection) => {
                writeln!(self.trace, "{} rejected: {rejection}", now.as_millis() / MINUTE).unwrap();
                return Err(rejection);
            }
        };
        let mut written = Vec::new();
        for event in events {
            let event = event.seal(&mut OneKey(0)).unwrap();
            let json = serde_json::to_string(&event).unwrap();
            self.replayed.apply(&serde_json::from_str(&json).unwrap());
            self.state.apply(&event);
            assert_eq!(self.state, self.replayed, "replay equals live");
            writeln!(self.trace, "{} {}", now.as_millis() / MINUTE, event.name()).unwrap();
            written.push(event);
        }
        Ok(written)
    }

    fn ask(
        &mut self,
        number: u8,
        door: Door,
        email: &str,
        now: Timestamp,
    ) -> Result<bool, Rejection> {
        self.ask_from(None, number, door, email, now)
    }

    fn ask_from(
        &mut self,
        browser: Option<Digest>,
        number: u8,
        door: Door,
        email: &str,
        now: Timestamp,
    ) -> Result<bool, Rejection> {
        let address = EmailAddress::parse(email).unwrap();
        let sign_in = SignInId::from_bytes([number; 16]);
        let code = OneTimeCode::from_random([number; 8]).digest(&key(), sign_in);
        let index = address.index(&key());
        let email = Personal::new(address.as_str().to_owned());
        let language = Language::Cy;
        let asked = Command::AskCode { sign_in, browser, door, index, email, language, code };
        let events = self.act(asked, now)?;
        let send = events.iter().any(|event| matches!(event, Event::CodeAsked { send: true, .. }));
        Ok(send)
    }

    fn check(&mut self, number: u8, digits: &str, now: Timestamp) -> Result<Checked, Rejection> {
        let sign_in = SignInId::from_bytes([number; 16]);
        let code = OneTimeCode::parse(digits).unwrap().digest(&key(), sign_in);
        let session = NewSession {
            session: SessionId::from_bytes([number; 16]),
            token: token(number),
            account: AccountId::from_bytes([number; 16]),
            person: crate::handle_from_random(&[number | 0x40; 64]).unwrap(),
        };
        let events = self.act(Command::CheckCode { sign_in, code, session }, now)?;
        Ok(checked(&events).unwrap())
    }

    fn set_staff(&mut self, email: &str, roles: &[Role]) -> Result<Vec<Event>, Rejection> {
        let address = EmailAddress::parse(email).unwrap();
        let set = Command::SetStaff {
            body: "millbrook".parse().unwrap(),
            index: address.index(&key()),
            email: Personal::new(address.as_str().to_owned()),
            name: Personal::new("Rhian Moss".to_owned()),
            roles: roles.iter().copied().collect(),
        };
        self.act(set, at(0))
    }

    fn traced(&self, expected: &Expect) {
        expected.assert_eq(&self.trace);
    }
}

fn token(number: u8) -> Digest {
    SessionToken::from_random([number; 32]).digest()
}

fn digits(number: u8) -> String {
    OneTimeCode::from_random([number; 8]).digits().to_owned()
}

fn citizen(number: u8) -> Holder {
    Holder::Citizen { account: AccountId::from_bytes([number; 16]) }
}

#[test]
fn a_first_right_code_opens_an_account_and_a_later_one_opens_the_same() {
    let mut office = Office::default();
    assert_eq!(office.ask(1, Door::Resident, "gwen@example.org", at(0)), Ok(true));
    assert_eq!(office.check(1, "999999", at(MINUTE)), Ok(Checked::Wrong { tries_left: 4 }));
    let first = office.check(1, &digits(1), at(MINUTE)).unwrap();
    let session = SessionId::from_bytes([1; 16]);
    assert_eq!(first, Checked::SignedIn { session, holder: citizen(1) });
    assert_eq!(office.check(1, &digits(1), at(MINUTE)), Err(Rejection::CodeExpired), "used once");
    office.ask(2, Door::Resident, " GWEN@Example.org", at(2 * MINUTE)).unwrap();
    let session = SessionId::from_bytes([2; 16]);
    let second = office.check(2, &digits(2), at(3 * MINUTE)).unwrap();
    assert_eq!(second, Checked::SignedIn { session, holder: citizen(1) });
    assert_eq!(office.state.len(), 1);
    let account = office.state.account(AccountId::from_bytes([1; 16])).unwrap();
    assert_eq!(account.language, Language::Cy);
    let email = account.email.open(Field("contact.email"), &OneKey(0)).unwrap();
    assert_eq!(email.opened().map(String::as_str), Some("gwen@example.org"));
    office.traced(&expect![[r"
        0 account.code_asked
        1 account.code_missed
        1 account.code_accepted
        1 account.opened
        1 account.session_opened
        1 rejected: the code has expired or was used
        2 account.code_asked
        3 account.code_accepted
        3 account.session_opened
    "]]);
}

#[test]
fn a_code_expires_and_allows_five_tries() {
    let mut office = Office::default();
    office.ask(1, Door::Resident, "gwen@example.org", at(0)).unwrap();
    let late = office.check(1, &digits(1), at(CODE_LIFE_MS));
    assert_eq!(late, Err(Rejection::CodeExpired));
    for tries_left in (0..MAX_TRIES).rev() {
        let wrong = office.check(1, "000000", at(1));
        assert_eq!(wrong, Ok(Checked::Wrong { tries_left }));
    }
    assert_eq!(office.check(1, &digits(1), at(1)), Err(Rejection::CodeExpired));
    assert_eq!(office.check(9, &digits(9), at(1)), Err(Rejection::CodeExpired), "never asked for");
}

#[test]
fn an_address_may_ask_five_times_an_hour_and_twenty_times_a_day() {
    let mut office = Office::default();
    let mut granted = 0;
    let mut number = 0;
    for minute in 0..(24 * 60) {
        number = if number == 250 { 1 } else { number + 1 };
        match office.ask(number, Door::Resident, "gwen@example.org", at(minute * MINUTE)) {
            Ok(_) => granted += 1,
            Err(Rejection::TooManyCodes { again_at }) => {
                assert!(again_at > at(minute * MINUTE));
                if minute == 30 {
                    assert_eq!(again_at, at(60 * MINUTE));
                }
            }
            Err(other) => panic!("{other}"),
        }
        if minute == 59 {
            assert_eq!(granted, MAX_CODES_PER_HOUR);
        }
    }
    assert_eq!(granted, MAX_CODES_PER_DAY);
    assert_eq!(office.ask(251, Door::Resident, "gwen@example.org", at(DAY_MS)), Ok(true));
    assert_eq!(office.ask(252, Door::Resident, "other@example.org", at(DAY_MS)), Ok(true));
}

#[test]
fn strangers_take_no_code_from_a_browser_that_signed_in_there() {
    for door in [Door::Resident, staff_door()] {
        let mut office = Office::default();
        let (email, own) = ("gwen@example.org", Some(Digest::of(b"own browser")));
        for number in 0..5 {
            office.ask(number, door.clone(), email, at(0)).unwrap();
        }
        let refused = Err(Rejection::TooManyCodes { again_at: at(60 * MINUTE) });
        assert_eq!(office.ask(5, door.clone(), email, at(1)), refused);
        for number in 10..15 {
            office.ask_from(own, number, door.clone(), email, at(1)).unwrap();
        }
        let over = office.ask_from(own, 15, door.clone(), email, at(2));
        assert!(matches!(over, Err(Rejection::TooManyCodes { .. })), "its own has an end too");
        let other = office.ask_from(own, 16, door.clone(), "mair@example.org", at(2));
        assert!(other.is_ok(), "each address is counted by itself");
        assert!(office.ask(5, door, email, at(60 * MINUTE)).is_ok());
    }
}

#[test]
fn at_a_staff_door_a_stranger_hears_the_same_and_never_gets_in() {
    let mut office = Office::default();
    office.set_staff("rhian@millbrook.example", &[Role::Agent]).unwrap();
    let known = office.ask(1, staff_door(), "rhian@millbrook.example", at(0));
    let unknown = office.ask(2, staff_door(), "gwen@example.org", at(0));
    assert_eq!((known, unknown), (Ok(true), Ok(false)), "only the sending differs");
    let guessed = office.check(2, &digits(2), at(1));
    assert_eq!(guessed, Ok(Checked::Wrong { tries_left: 4 }), "even the right guess is wrong");
    let right = office.check(1, &digits(1), at(1)).unwrap();
    let index = EmailAddress::parse("rhian@millbrook.example").unwrap().index(&key());
    let holder = Holder::Staff { body: "millbrook".parse().unwrap(), index };
    assert_eq!(right, Checked::SignedIn { session: SessionId::from_bytes([1; 16]), holder });
    assert!(office.state.is_empty(), "a staff door opens no resident's account");
}

#[test]
fn roles_change_at_once_and_a_withdrawn_member_is_signed_out() {
    let mut office = Office::default();
    let body: BodyId = "millbrook".parse().unwrap();
    assert_eq!(office.set_staff("rhian@millbrook.example", &[]), Err(Rejection::NoRole));
    office.set_staff("rhian@millbrook.example", &[Role::Agent]).unwrap();
    office.ask(1, staff_door(), "rhian@millbrook.example", at(0)).unwrap();
    office.check(1, &digits(1), at(1)).unwrap();
    office.set_staff("rhian@millbrook.example", &[Role::Caseworker, Role::Agent]).unwrap();
    let (index, staff) = office.state.staff_of(&body).next().unwrap();
    assert_eq!(staff.roles, BTreeSet::from([Role::Agent, Role::Caseworker]));
    assert!(office.state.session(&token(1), at(2)).is_some());
    let withdraw = Command::WithdrawStaff { body: body.clone(), index };
    office.act(withdraw.clone(), at(3)).unwrap();
    assert_eq!(office.act(withdraw, at(3)), Err(Rejection::NoStaff));
    assert!(office.state.session(&token(1), at(3)).is_none());
    assert_eq!(office.state.staff_of(&body).count(), 0);
}

#[test]
fn a_session_shows_life_once_a_minute_and_ends() {
    let mut office = Office::default();
    office.ask(1, Door::Resident, "gwen@example.org", at(0)).unwrap();
    office.check(1, &digits(1), at(0)).unwrap();
    let see = Command::SeeSession { token: token(1) };
    assert_eq!(office.act(see.clone(), at(MINUTE - 1)), Ok(vec![]));
    assert_eq!(office.act(see.clone(), at(MINUTE)).unwrap().len(), 1);
    assert!(office.state.session(&token(1), at(60 * MINUTE)).is_some(), "idle counts from then");
    let idle = office.act(see.clone(), at(61 * MINUTE));
    assert_eq!(idle, Err(Rejection::NoSession));
    for minute in 2..=720 {
        let seen = office.act(see.clone(), at(minute * MINUTE));
        assert_eq!(seen.is_ok(), minute < 720, "{minute}: twelve hours at most");
    }
    office.ask(2, Door::Resident, "gwen@example.org", at(800 * MINUTE)).unwrap();
    office.check(2, &digits(2), at(800 * MINUTE)).unwrap();
    assert_eq!(office.state.sessions.len(), 1, "the ended one is let go of");
    let close = Command::CloseSession { token: token(2) };
    assert_eq!(office.act(close.clone(), at(801 * MINUTE)).unwrap().len(), 1);
    assert_eq!(office.act(close, at(801 * MINUTE)), Err(Rejection::NoSession));
}

#[test]
fn an_erased_account_leaves_nothing_to_open() {
    let mut office = Office::default();
    office.ask(1, Door::Resident, "gwen@example.org", at(0)).unwrap();
    office.check(1, &digits(1), at(0)).unwrap();
    office.ask(2, Door::Resident, "gwen@example.org", at(1)).unwrap();
    let account = AccountId::from_bytes([1; 16]);
    let choose = Command::ChooseLanguage { account, language: Language::En };
    assert_eq!(office.act(choose.clone(), at(1)).unwrap().len(), 1);
    assert_eq!(office.act(choose.clone(), at(1)), Ok(vec![]), "nothing changes twice");
    let erased = office.act(Command::EraseAccount { account }, at(2)).unwrap();
    assert_eq!(
        erased[0].contact(),
        Some(EmailAddress::parse("gwen@example.org").unwrap().index(&key()))
    );
    assert!(office.state.is_empty() && office.state.sign_ins.is_empty());
    assert!(office.state.session(&token(1), at(2)).is_none());
    assert_eq!(office.act(choose, at(2)), Err(Rejection::NoAccount));
}

#[test]
fn whoever_was_checked_is_known_better_from_the_next_sign_in_on() {
    let mut office = Office::default();
    let index = EmailAddress::parse("gwen@example.org").unwrap().index(&key());
    let by: BodyId = "millbrook".parse().unwrap();
    let record = |level| Command::RecordAssurance { index, level, by: by.clone() };
    office.act(record(IdentityLevel::P1), at(0)).unwrap();
    office.ask(1, Door::Resident, "gwen@example.org", at(0)).unwrap();
    office.check(1, &digits(1), at(0)).unwrap();
    let (account, known) = office.state.account_of(&index).unwrap();
    assert_eq!(known.assurance.identity, IdentityLevel::P1);
    office.act(record(IdentityLevel::P2), at(1)).unwrap();
    assert_eq!(office.state.account(account).unwrap().assurance.identity, IdentityLevel::P2);
    assert_eq!(decide(&office.state, record(IdentityLevel::P2), at(2)), Ok(vec![]));
    office.act(Command::EraseAccount { account }, at(3)).unwrap();
    assert_eq!(office.state.checked(&index), IdentityLevel::P0);
}

#[test]
fn ids_in_use_are_refused() {
    let mut office = Office::default();
    office.ask(1, Door::Resident, "gwen@example.org", at(0)).unwrap();
    let again = office.ask(1, Door::Resident, "other@example.org", at(0));
    assert_eq!(again, Err(Rejection::SignInExists));
    office.check(1, &digits(1), at(0)).unwrap();
    office.ask(1, Door::Resident, "other@example.org", at(1)).unwrap();
    assert_eq!(office.check(1, &digits(1), at(1)), Err(Rejection::IdInUse));
}

#[test]
fn strangers_addresses_do_not_pile_up() {
    let mut office = Office::default();
    for number in 0..200_u8 {
        let email = format!("a{number}@example.org");
        let now = at(i64::from(number) * 60 * MINUTE);
        office.ask(number, Door::Resident, &email, now).unwrap();
        assert!(office.state.sign_ins.len() <= 1);
        assert!(office.state.asked.len() <= 24);
    }
}

#[test]
fn events_keep_their_written_form() {
    let (body, index): (BodyId, _) = ("millbrook".parse().unwrap(), Digest::of(b"index"));
    let (sign_in, account) = (SignInId::from_bytes([1; 16]), AccountId::from_bytes([2; 16]));
    let (session, token) = (SessionId::from_bytes([3; 16]), Digest::of(b"token"));
    let email = || Personal::new("gwen@example.org".to_owned());
    let person = crate::handle_from_random(&[4; 64]).unwrap();
    let holder = Holder::Staff { body: body.clone(), index };
    let (door, code, language) = (staff_door(), Digest::of(b"code"), Language::Cy);
    let (at, expires_at) = (at(1_795_000_000_000), at(1_795_000_600_000));
    let roles = BTreeSet::from([Role::Agent, Role::DataProtection]);
    let (assurance, name) = (Assurance::default(), Personal::new("Gwen Rhys".to_owned()));
    let code_asked = |counted| {
        let (door, email, send) = (door.clone(), email(), true);
        Event::CodeAsked { sign_in, door, index, email, language, code, send, at, counted }
    };
    let events = [
        code_asked(None),
        code_asked(Some(Digest::of(b"counted"))),
        Event::CodeMissed { sign_in, tries_left: 4, at },
        Event::CodeAccepted { sign_in, at },
        Event::AccountOpened { account, index, email: email(), person, language, at },
        Event::SessionOpened { session, token, holder, assurance, at, expires_at },
        Event::SessionOpened { session, token, holder: citizen(2), assurance, at, expires_at },
        Event::SessionSeen { token, at },
        Event::SessionClosed { session, token, at },
        Event::LanguageChosen { account, language, at },
        Event::AssuranceRecorded { index, level: IdentityLevel::P2, by: body.clone(), at },
        Event::StaffSet { body: body.clone(), index, email: email(), name, roles, at },
        Event::StaffWithdrawn { body, index, at },
        Event::AccountErased { account, index, at },
    ];
    let mut lines = String::new();
    for event in events {
        let open_values_are_refused = event.clone();
        let mut personal = 0;
        open_values_are_refused.clone().for_each_personal_mut(&mut |_, _| personal += 1);
        assert_eq!(serde_json::to_string(&open_values_are_refused).is_err(), personal > 0);
        let sealed = event.seal(&mut OneKey(0)).unwrap();
        let json = serde_json::to_string(&sealed).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&json).unwrap(), sealed);
        writeln!(lines, "{} v{} {json}", sealed.name(), sealed.version()).unwrap();
    }
    expect![[r#"
        account.code_asked v1 {"code_asked":{"sign_in":"01010101-0101-0101-0101-010101010101","door":{"staff":{"body":"millbrook"}},"index":"1bc04b5291c26a46d918139138b992d2de976d6851d0893b0476b85bfbdfc6e6","email":"s1.AAAAAAAAAAEACQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJ2QWH5DzPAQOZYmRZRhx1jA2jIswO2I4OmlXhMSQqC8E","language":"cy","code":"5694d08a2e53ffcae0c3103e5ad6f6076abd960eb1f8a56577040bc1028f702b","send":true,"at":1795000000000}}
        account.code_asked v1 {"code_asked":{"sign_in":"01010101-0101-0101-0101-010101010101","door":{"staff":{"body":"millbrook"}},"index":"1bc04b5291c26a46d918139138b992d2de976d6851d0893b0476b85bfbdfc6e6","email":"s1.AAAAAAAAAAEACQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJ2QWH5DzPAQOZYmRZRhx1jA2jIswO2I4OmlXhMSQqC8E","language":"cy","code":"5694d08a2e53ffcae0c3103e5ad6f6076abd960eb1f8a56577040bc1028f702b","send":true,"at":1795000000000,"counted":"8898e2a8552492475c01aa61898fe4cacf5f9e50f9a35cb3bbeeffdf32b07bf6"}}
        account.code_missed v1 {"code_missed":{"sign_in":"01010101-0101-0101-0101-010101010101","tries_left":4,"at":1795000000000}}
        account.code_accepted v1 {"code_accepted":{"sign_in":"01010101-0101-0101-0101-010101010101","at":1795000000000}}
        account.opened v1 {"account_opened":{"account":"02020202-0202-0202-0202-020202020202","index":"1bc04b5291c26a46d918139138b992d2de976d6851d0893b0476b85bfbdfc6e6","email":"s1.AAAAAAAAAAEACQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJ2QWH5DzPAQOZYmRZRhx1jA2jIswO2I4OmlXhMSQqC8E","person":"a6b1cffe3c4af355097b987c26134570c100b425eea781f313b602e2e1ec0a46","language":"cy","at":1795000000000}}
        account.session_opened v1 {"session_opened":{"session":"03030303-0303-0303-0303-030303030303","token":"3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0","holder":{"staff":{"body":"millbrook","index":"1bc04b5291c26a46d918139138b992d2de976d6851d0893b0476b85bfbdfc6e6"}},"assurance":{"identity":"P0","authentication":"Low"},"at":1795000000000,"expires_at":1795000600000}}
        account.session_opened v1 {"session_opened":{"session":"03030303-0303-0303-0303-030303030303","token":"3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0","holder":{"citizen":{"account":"02020202-0202-0202-0202-020202020202"}},"assurance":{"identity":"P0","authentication":"Low"},"at":1795000000000,"expires_at":1795000600000}}
        account.session_seen v1 {"session_seen":{"token":"3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0","at":1795000000000}}
        account.session_closed v1 {"session_closed":{"session":"03030303-0303-0303-0303-030303030303","token":"3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0","at":1795000000000}}
        account.language_chosen v1 {"language_chosen":{"account":"02020202-0202-0202-0202-020202020202","language":"cy","at":1795000000000}}
        account.assurance_recorded v1 {"assurance_recorded":{"index":"1bc04b5291c26a46d918139138b992d2de976d6851d0893b0476b85bfbdfc6e6","level":"P2","by":"millbrook","at":1795000000000}}
        account.staff_set v1 {"staff_set":{"body":"millbrook","index":"1bc04b5291c26a46d918139138b992d2de976d6851d0893b0476b85bfbdfc6e6","email":"s1.AAAAAAAAAAEACQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJ2QWH5DzPAQOZYmRZRhx1jA2jIswO2I4OmlXhMSQqC8E","name":"s1.AAAAAAAAAAIACQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJ-QWH5Fz4ERuHwsLR88EDtFfpFGl62t6PxQ","roles":["agent","data_protection"],"at":1795000000000}}
        account.staff_withdrawn v1 {"staff_withdrawn":{"body":"millbrook","index":"1bc04b5291c26a46d918139138b992d2de976d6851d0893b0476b85bfbdfc6e6","at":1795000000000}}
        account.erased v1 {"account_erased":{"account":"02020202-0202-0202-0202-020202020202","index":"1bc04b5291c26a46d918139138b992d2de976d6851d0893b0476b85bfbdfc6e6","at":1795000000000}}
    "#]].assert_eq(&lines);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is asked in whatever order, replay equals live (inside `act`), and what an
    /// address hears when it asks for a code does not depend on its having an account.
    #[test]
    fn an_address_hears_the_same_with_and_without_an_account(
        steps in prop::collection::vec((0_u8..4, 0_u8..6, 0_i64..30), 1..60),
    ) {
        let (mut with, mut without) = (Office::default(), Office::default());
        with.ask(200, Door::Resident, "a0@example.org", at(-3 * DAY_MS)).unwrap();
        with.check(200, &digits(200), at(-3 * DAY_MS)).unwrap();
        let mut now = 0;
        for (kind, who, minutes) in steps {
            now += minutes * MINUTE;
            let email = format!("a{}@example.org", who % 3);
            match kind {
                0 | 1 => {
                    let heard = with.ask(who, Door::Resident, &email, at(now));
                    prop_assert_eq!(heard, without.ask(who, Door::Resident, &email, at(now)));
                }
                2 => {
                    let heard = with.check(who, "999999", at(now));
                    prop_assert_eq!(heard, without.check(who, "999999", at(now)));
                }
                _ => {
                    let heard = with.act(Command::SeeSession { token: token(who) }, at(now));
                    prop_assert_eq!(heard.is_err(), true);
                }
            }
        }
    }
}
