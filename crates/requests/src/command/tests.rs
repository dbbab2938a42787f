//! Scripts in, traces out.

use base::{
    CaseId, DataKey, Date, Digest, Field, KeyId, Language, Nonce, Reference, Sealed, ValueId,
};
use base::{SealError, Sealer};
use std::fmt::Write as _;

use expect_test::{Expect, expect};

use super::*;

/// Seals under one key with a fixed nonce, so that golden bytes stay the same.
struct Fixed(DataKey);

impl Sealer for Fixed {
    fn seal(
        &mut self,
        party: Party,
        field: Field<'_>,
        value: Option<ValueId>,
        plaintext: &[u8],
    ) -> Result<Sealed, SealError> {
        let nonce = Nonce([3; 24]);
        let ciphertext = self.0.seal(nonce, field.0.as_bytes(), plaintext);
        let ciphertext = ciphertext.ok_or(SealError::NoKey { party })?;
        Ok(Sealed { value: value.unwrap_or(ValueId(1)), party, nonce, ciphertext })
    }

    fn open(&self, field: Field<'_>, sealed: &Sealed) -> Result<Vec<u8>, SealError> {
        self.0
            .open(sealed.nonce, field.0.as_bytes(), &sealed.ciphertext)
            .ok_or(SealError::DoesNotOpen)
    }
}

fn received() -> Box<Received> {
    Box::new(Received {
        reference: Reference::new("MBC", [1, 2, 3, 4, 5]),
        service: "missed-bin-collection".parse().unwrap(),
        version: Digest::of(b"package"),
        channel: Channel::Web,
        language: Some(Language::Cy),
        person: None,
        client: None,
        keys: vec![KeyId::from_bytes([5; 16])],
        answers: Personal::new(r#"{"bin":"refuse"}"#.to_owned()),
        duplicate_key: None,
        promised: Date::new(2026, 11, 26).unwrap(),
    })
}

/// Runs a script a day apart each, replaying every event from its written form as it goes.
fn check(script: Vec<Command>, expected: &Expect) {
    let mut sealer = Fixed(DataKey::from_bytes([1; 32]));
    let mut live: Option<ServiceRequest> = None;
    let mut trace = String::new();
    for (day, command) in (0_i64..).zip(script) {
        let now = Timestamp::from_millis(day * 86_400_000);
        let asked = format!("{command:?}");
        let asked = asked.split([' ', '(']).next().unwrap_or_default().to_owned();
        match decide(live.as_ref(), command, now) {
            Ok(events) => {
                for mut event in events {
                    event.seal(&mut sealer).unwrap();
                    let written = serde_json::to_string(&event).unwrap();
                    let read: Event = serde_json::from_str(&written).unwrap();
                    assert_eq!(read, event, "the written form reads back");
                    live = Some(applied(live, &event, now));
                    writeln!(trace, "{asked} -> {} {written}", event.name()).unwrap();
                }
            }
            Err(rejection) => writeln!(trace, "{asked} -> rejected: {rejection}").unwrap(),
        }
    }
    if let Some(request) = live {
        let told: Vec<_> = request.timeline.iter().map(|milestone| &milestone.kind).collect();
        writeln!(trace, "{:?} {told:?}", request.status).unwrap();
    }
    expected.assert_eq(&trace);
}

fn applied(live: Option<ServiceRequest>, event: &Event, at: Timestamp) -> ServiceRequest {
    match (live, event) {
        (None, Event::Received(received)) => {
            ServiceRequest::received(CaseId::from_bytes([7; 16]), received, at)
        }
        (Some(mut request), event) => {
            request.apply(event, at);
            request
        }
        (None, other) => panic!("{} cannot come first", other.name()),
    }
}

fn done() -> Command {
    Command::Close {
        outcome: "collected".to_owned(),
        kind: OutcomeKind::Done,
        kept: Some(Personal::new(r#"{"job":"J1"}"#.to_owned())),
    }
}

fn not_fixed(note: Option<&str>) -> Command {
    let note = note.map(|note| Personal::new(note.to_owned()));
    Command::NotFixed { channel: Channel::Web, note, within_days: None }
}

#[test]
fn a_report_is_closed_and_comes_back() {
    check(
        vec![
            Command::Receive(received()),
            Command::Join { channel: Channel::Agent },
            Command::Reach { element: "SendJob".to_owned() },
            Command::Chase { channel: Channel::Agent },
            not_fixed(None),
            done(),
            done(),
            Command::Chase { channel: Channel::Agent },
            not_fixed(Some("still there")),
            Command::Touch {
                reason: TouchReason::UnknownOutcome,
                role: Role::Operator,
                rekeyed_fields: 0,
            },
            done(),
            Command::Erase { party: Party::REQUESTER },
        ],
        &expect![[r#"
            Receive -> request.received {"received":{"reference":"MBC-0410-6105-5","service":"missed-bin-collection","version":"bc4a71180870f7945155fbb02f4b0a2e3faa2a62d6d31b7039013055ed19869a","channel":"web","language":"cy","keys":["05050505-0505-0505-0505-050505050505"],"answers":"s1.AAAAAAAAAAEAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDNSJtGJ4d6OOZuMNJPlL_foCy11Vsbxav5UgfwG8R9Y4","promised":"2026-11-26"}}
            Join -> request.joined {"joined":{"channel":"agent"}}
            Reach -> request.reached {"reached":{"element":"SendJob"}}
            Chase -> request.chased {"chased":{"channel":"agent"}}
            NotFixed -> rejected: service request is still open
            Close -> request.closed {"closed":{"outcome":"collected","kind":"done","kept":"s1.AAAAAAAAAAEAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDNSJlHpId6OOh7IdBWmRPxHkS6rMQGlJ34IhBRA"}}
            Close -> rejected: service request is already completed
            Chase -> rejected: service request is already completed
            NotFixed -> request.not_fixed {"not_fixed":{"channel":"web","note":"s1.AAAAAAAAAAEAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDPXRmHZwfpqmOr8BU4UeRCDsnVMgTLWoxyxwq"}}
            Touch -> request.touched {"touched":{"reason":"unknown_outcome","role":"operator","rekeyed_fields":0}}
            Close -> request.closed {"closed":{"outcome":"collected","kind":"done","kept":"s1.AAAAAAAAAAEAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDNSJlHpId6OOh7IdBWmRPxHkS6rMQGlJ34IhBRA"}}
            Erase -> request.erased {"erased":{"party":0}}
            Completed [Received, Joined, Reached("SendJob"), Chased, Outcome("collected"), NotFixed, Outcome("collected")]
        "#]],
    );
}

#[test]
fn a_withdrawn_request_takes_nothing_more() {
    check(
        vec![
            Command::Withdraw,
            Command::Receive(received()),
            Command::Withdraw,
            done(),
            Command::Join { channel: Channel::Web },
            not_fixed(None),
        ],
        &expect![[r#"
            Withdraw -> rejected: no such service request
            Receive -> request.received {"received":{"reference":"MBC-0410-6105-5","service":"missed-bin-collection","version":"bc4a71180870f7945155fbb02f4b0a2e3faa2a62d6d31b7039013055ed19869a","channel":"web","language":"cy","keys":["05050505-0505-0505-0505-050505050505"],"answers":"s1.AAAAAAAAAAEAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDNSJtGJ4d6OOZuMNJPlL_foCy11Vsbxav5UgfwG8R9Y4","promised":"2026-11-26"}}
            Withdraw -> request.withdrawn "withdrawn"
            Close -> rejected: service request is already withdrawn
            Join -> rejected: service request is already withdrawn
            NotFixed -> rejected: service request is already withdrawn
            Withdrawn [Received, Withdrawn]
        "#]],
    );
}

fn refused() -> Command {
    Command::Close { outcome: "too_late".to_owned(), kind: OutcomeKind::Refused, kept: None }
}

fn decided(outcome: &str, kind: OutcomeKind) -> Command {
    let reason = Personal::new("the calendar was wrong".to_owned());
    Command::DecideReview { outcome: outcome.to_owned(), kind, role: Role::Caseworker, reason }
}

#[test]
fn the_program_that_sent_it_is_kept() {
    let by_client = Received { client: Some("reporting-app".to_owned()), ..*received() };
    check(
        vec![Command::Receive(Box::new(by_client))],
        &expect![[r#"
        Receive -> request.received {"received":{"reference":"MBC-0410-6105-5","service":"missed-bin-collection","version":"bc4a71180870f7945155fbb02f4b0a2e3faa2a62d6d31b7039013055ed19869a","channel":"web","language":"cy","client":"reporting-app","keys":["05050505-0505-0505-0505-050505050505"],"answers":"s1.AAAAAAAAAAEAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDNSJtGJ4d6OOZuMNJPlL_foCy11Vsbxav5UgfwG8R9Y4","promised":"2026-11-26"}}
        Open [Received]
    "#]],
    );
}

#[test]
fn a_machine_cannot_close_a_review() {
    let ask = || Command::AskForReview { channel: Channel::Web, reason: None };
    check(
        vec![
            Command::Receive(received()),
            ask(),
            refused(),
            decided("too_late", OutcomeKind::Refused),
            ask(),
            ask(),
            // What a process, a timer or a requester may do ends no review.
            done(),
            Command::Reach { element: "SendJob".to_owned() },
            Command::Join { channel: Channel::Web },
            not_fixed(None),
            Command::Withdraw,
            decided("collected", OutcomeKind::Done),
            ask(),
            decided("collected", OutcomeKind::Done),
        ],
        &expect![[r#"
            Receive -> request.received {"received":{"reference":"MBC-0410-6105-5","service":"missed-bin-collection","version":"bc4a71180870f7945155fbb02f4b0a2e3faa2a62d6d31b7039013055ed19869a","channel":"web","language":"cy","keys":["05050505-0505-0505-0505-050505050505"],"answers":"s1.AAAAAAAAAAEAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDNSJtGJ4d6OOZuMNJPlL_foCy11Vsbxav5UgfwG8R9Y4","promised":"2026-11-26"}}
            AskForReview -> rejected: service request is still open
            Close -> request.closed {"closed":{"outcome":"too_late","kind":"refused"}}
            DecideReview -> rejected: service request is not under review
            AskForReview -> request.review_asked {"review_asked":{"channel":"web"}}
            AskForReview -> rejected: service request is under review
            Close -> rejected: service request is under review
            Reach -> rejected: service request is under review
            Join -> rejected: service request is under review
            NotFixed -> rejected: service request is under review
            Withdraw -> rejected: service request is under review
            DecideReview -> request.review_decided {"review_decided":{"decision":"changed","outcome":"collected","kind":"done","role":"caseworker","reason":"s1.AAAAAAAAAAEAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDOmhqUZNevqSFucRObUC8cDegVs303AtDasKjDddiNiYWoRYvM0I"}}
            AskForReview -> rejected: no machine decided the service request
            DecideReview -> rejected: service request is not under review
            Completed [Received, Outcome("too_late"), ReviewAsked, Reviewed(Changed, "collected")]
        "#]],
    );
}

#[test]
fn what_is_upheld_stands_as_it_was() {
    check(
        vec![
            Command::Receive(received()),
            refused(),
            Command::AskForReview {
                channel: Channel::Api,
                reason: Some(Personal::new("the bin was out".to_owned())),
            },
            decided("too_late", OutcomeKind::Refused),
            Command::Erase { party: Party::REQUESTER },
        ],
        &expect![[r#"
            Receive -> request.received {"received":{"reference":"MBC-0410-6105-5","service":"missed-bin-collection","version":"bc4a71180870f7945155fbb02f4b0a2e3faa2a62d6d31b7039013055ed19869a","channel":"web","language":"cy","keys":["05050505-0505-0505-0505-050505050505"],"answers":"s1.AAAAAAAAAAEAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDNSJtGJ4d6OOZuMNJPlL_foCy11Vsbxav5UgfwG8R9Y4","promised":"2026-11-26"}}
            Close -> request.closed {"closed":{"outcome":"too_late","kind":"refused"}}
            AskForReview -> request.review_asked {"review_asked":{"channel":"api","reason":"s1.AAAAAAAAAAEAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDOmhqUZJWvOGcvNYcIkKpaRVQtNb3YawW9Kj4-G-Tbg"}}
            DecideReview -> request.review_decided {"review_decided":{"decision":"upheld","outcome":"too_late","kind":"refused","role":"caseworker","reason":"s1.AAAAAAAAAAEAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDOmhqUZNevqSFucRObUC8cDegVs303AtDasKjDddiNiYWoRYvM0I"}}
            Erase -> request.erased {"erased":{"party":0}}
            Refused [Received, Outcome("too_late"), ReviewAsked, Reviewed(Upheld, "too_late")]
        "#]],
    );
}

#[test]
fn what_a_person_decided_is_no_machines() {
    let judged = Command::Touch {
        reason: TouchReason::JudgementNeeded,
        role: Role::Caseworker,
        rekeyed_fields: 0,
    };
    let by_hand = Command::CloseByHand {
        outcome: "collected".to_owned(),
        kind: OutcomeKind::Done,
        role: Role::Operator,
        reason: Personal::new("a crew went by chance".to_owned()),
    };
    let ask = || Command::AskForReview { channel: Channel::Web, reason: None };
    check(
        vec![Command::Receive(received()), judged, refused(), ask(), by_hand.clone()],
        &expect![[r#"
            Receive -> request.received {"received":{"reference":"MBC-0410-6105-5","service":"missed-bin-collection","version":"bc4a71180870f7945155fbb02f4b0a2e3faa2a62d6d31b7039013055ed19869a","channel":"web","language":"cy","keys":["05050505-0505-0505-0505-050505050505"],"answers":"s1.AAAAAAAAAAEAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDNSJtGJ4d6OOZuMNJPlL_foCy11Vsbxav5UgfwG8R9Y4","promised":"2026-11-26"}}
            Touch -> request.touched {"touched":{"reason":"judgement_needed","role":"caseworker","rekeyed_fields":0}}
            Close -> request.closed {"closed":{"outcome":"too_late","kind":"refused"}}
            AskForReview -> rejected: no machine decided the service request
            CloseByHand -> rejected: service request is already refused
            Refused [Received, Outcome("too_late")]
        "#]],
    );
    check(
        vec![Command::Receive(received()), by_hand, ask(), not_fixed(None), done(), ask()],
        &expect![[r#"
            Receive -> request.received {"received":{"reference":"MBC-0410-6105-5","service":"missed-bin-collection","version":"bc4a71180870f7945155fbb02f4b0a2e3faa2a62d6d31b7039013055ed19869a","channel":"web","language":"cy","keys":["05050505-0505-0505-0505-050505050505"],"answers":"s1.AAAAAAAAAAEAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDNSJtGJ4d6OOZuMNJPlL_foCy11Vsbxav5UgfwG8R9Y4","promised":"2026-11-26"}}
            CloseByHand -> request.closed_by_hand {"closed_by_hand":{"outcome":"collected","kind":"done","role":"operator","reason":"s1.AAAAAAAAAAEAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDLyBsA5VI8raOs9EcL079YH-2SsH_1kCXOk0INIyu0NNEuDStsA"}}
            AskForReview -> rejected: no machine decided the service request
            NotFixed -> request.not_fixed {"not_fixed":{"channel":"web","note":null}}
            Close -> request.closed {"closed":{"outcome":"collected","kind":"done","kept":"s1.AAAAAAAAAAEAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDNSJlHpId6OOh7IdBWmRPxHkS6rMQGlJ34IhBRA"}}
            AskForReview -> request.review_asked {"review_asked":{"channel":"web"}}
            UnderReview [Received, Outcome("collected"), NotFixed, Outcome("collected"), ReviewAsked]
        "#]],
    );
}

#[test]
fn not_fixed_is_heard_for_its_days_only() {
    let mut script = vec![Command::Receive(received()), done()];
    script.extend((0..29).map(|_| Command::Touch {
        reason: TouchReason::Corrected,
        role: Role::Operator,
        rekeyed_fields: 0,
    }));
    let mut live = None;
    for (day, command) in (0_i64..).zip(script) {
        let now = Timestamp::from_millis(day * 86_400_000);
        for event in decide(live.as_ref(), command, now).unwrap() {
            live = Some(applied(live, &event, now));
        }
    }
    // Clocks stood an hour ahead of UTC that winter: the day ends at 23:00.
    let last = Timestamp::from_millis(29 * 86_400_000 + 23 * 3_600_000 - 1);
    assert!(decide(live.as_ref(), not_fixed(None), last).is_ok());
    let late = decide(live.as_ref(), not_fixed(None), last.plus_millis(1));
    assert_eq!(late, Err(Rejection::TooLate { days: 28 }));
}

#[test]
fn an_erased_request_shows_nothing() {
    let mut sealer = Fixed(DataKey::from_bytes([1; 32]));
    let mut event = Event::Received(received());
    event.seal(&mut sealer).unwrap();
    let mut request = applied(None, &event, Timestamp::from_millis(0));
    let answers = request.open_answers(&sealer).unwrap();
    assert_eq!(answers.opened().map(String::as_str), Some(r#"{"bin":"refuse"}"#));
    request.apply(&Event::Erased { party: Party::REQUESTER }, Timestamp::from_millis(1));
    assert_eq!(request.open_answers(&sealer), Err(SealError::Erased));
}

fn put(question: &str) -> Command {
    Command::Ask(Box::new(Asked {
        task: 4,
        role: Role::Caseworker,
        language: Language::En,
        question: Personal::new(question.to_owned()),
        remind_on: Date::new(1970, 1, 4).unwrap(),
        until: Date::new(1970, 1, 6).unwrap(),
    }))
}

fn answer(text: &str) -> Command {
    let answer = Personal::new(text.to_owned());
    Command::Answer { channel: Channel::Web, answer, promised: Date::new(2026, 12, 1).unwrap() }
}

#[test]
fn a_question_to_the_requester_waits_reminds_and_goes_on() {
    let due = || Command::AskingDue { promised: Date::new(2026, 11, 30).unwrap() };
    let stop = || Command::StopAsking { promised: Date::new(2026, 12, 2).unwrap() };
    check(
        vec![
            Command::Receive(received()),
            answer("too early"),
            put("Which bin was it?"),
            put("And which street?"),
            due(),
            due(),
            due(),
            due(),
            due(),
            answer("the brown one"),
            answer("twice"),
            put("Was it out by seven?"),
            stop(),
            stop(),
            put("Is it back?"),
            done(),
            answer("too late"),
            Command::Erase { party: Party::REQUESTER },
        ],
        &expect![[r#"
            Receive -> request.received {"received":{"reference":"MBC-0410-6105-5","service":"missed-bin-collection","version":"bc4a71180870f7945155fbb02f4b0a2e3faa2a62d6d31b7039013055ed19869a","channel":"web","language":"cy","keys":["05050505-0505-0505-0505-050505050505"],"answers":"s1.AAAAAAAAAAEAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDNSJtGJ4d6OOZuMNJPlL_foCy11Vsbxav5UgfwG8R9Y4","promised":"2026-11-26"}}
            Answer -> rejected: no question waits for an answer
            Ask -> request.requester_asked {"requester_asked":{"task":4,"role":"caseworker","language":"en","question":"s1.AAAAAAAAAAEAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDGWhmEpgfsKiF_dJdPhe0dygGmggXEfL-2UDuh9hV5Mic","remind_on":"1970-01-04","until":"1970-01-06"}}
            Ask -> rejected: a question to the requester is out already
            AskingDue -> request.requester_reminded "requester_reminded"
            AskingDue -> rejected: no question waits for an answer
            AskingDue -> request.requester_silent {"requester_silent":{"promised":"2026-11-30"}}
            AskingDue -> rejected: no question waits for an answer
            AskingDue -> rejected: no question waits for an answer
            Answer -> request.requester_answered {"requester_answered":{"channel":"web","answer":"s1.AAAAAAAAAAEAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDOmhqUZJNvbaF_cpSKJTDnfFxcYm2efLPz-scb7M","promised":"2026-12-01"}}
            Answer -> rejected: no question waits for an answer
            Ask -> request.requester_asked {"requester_asked":{"task":4,"role":"caseworker","language":"en","question":"s1.AAAAAAAAAAEAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDGWF8UZlL8q6eqYVeNBeuZmGySp2SQjdNgT4UZOl6-PoHEiOd","remind_on":"1970-01-04","until":"1970-01-06"}}
            StopAsking -> request.asking_stopped {"asking_stopped":{"promised":"2026-12-02"}}
            StopAsking -> rejected: no question waits for an answer
            Ask -> request.requester_asked {"requester_asked":{"task":4,"role":"caseworker","language":"en","question":"s1.AAAAAAAAAAEAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDB3MvGIQfsKCItpr_bgTdoJdaOMyOLkXUEWgM","remind_on":"1970-01-04","until":"1970-01-06"}}
            Close -> request.closed {"closed":{"outcome":"collected","kind":"done","kept":"s1.AAAAAAAAAAEAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDNSJlHpId6OOh7IdBWmRPxHkS6rMQGlJ34IhBRA"}}
            Answer -> rejected: service request is already completed
            Erase -> request.erased {"erased":{"party":0}}
            Completed [Received, Asked, Unanswered, Answered, Asked, Asked, Outcome("collected")]
        "#]],
    );
}

#[test]
fn staff_ask_no_more_than_they_may() {
    let mut live = None;
    let mut script = vec![Command::Receive(received())];
    for _ in 0..INQUIRIES {
        script.extend([put("What else?"), answer("nothing")]);
    }
    for command in script {
        for event in decide(live.as_ref(), command, Timestamp::from_millis(0)).unwrap() {
            live = Some(applied(live, &event, Timestamp::from_millis(0)));
        }
    }
    let more = decide(live.as_ref(), put("What else?"), Timestamp::from_millis(0));
    assert_eq!(more, Err(Rejection::AskedTooOften));
}
