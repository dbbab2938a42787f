use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::TransportFault;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn done() -> Outcome {
    Outcome::Done { variables: BTreeMap::new() }
}

fn unclear() -> Outcome {
    Outcome::Unclear { why: Why::Transport(TransportFault::TimedOut), retry_after_ms: None }
}

fn retry(retry_after_ms: Option<i64>) -> Outcome {
    Outcome::Retry { why: Why::Transport(TransportFault::NotReached), retry_after_ms }
}

const LOOKUP: Delivery = Delivery::Lookup { settle_ms: 120_000 };

#[test]
fn waits_double_from_seconds_to_hours_for_five_days() {
    let mut now = at(0);
    let mut attempts = Attempts::new(now).begin(now);
    let mut waits = Vec::new();
    loop {
        let (kept, then) = next(Delivery::Keyed, attempts, retry(None), now, u64::MAX);
        match then {
            Next::Resend { at } => {
                waits.push(at.millis_since(now));
                now = at;
                attempts = kept.begin(now);
            }
            Next::Incident { reason } => {
                assert_eq!(reason, Why::Transport(TransportFault::NotReached));
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(waits[0] <= FIRST_WAIT_MS && waits[0] >= FIRST_WAIT_MS / 2, "{waits:?}");
    assert!(waits.iter().all(|wait| *wait <= LONGEST_WAIT_MS));
    assert!(waits.len() > 60, "{}", waits.len());
    let hours = now.as_millis() / 3_600_000;
    assert!((5 * 24 - 2..=5 * 24).contains(&hours), "{hours}");
}

#[test]
fn a_system_may_ask_us_to_stay_away_for_a_day_at_most() {
    for (asked, waited) in [(600_000, 600_000), (i64::MAX, LONGEST_RETRY_AFTER_MS)] {
        let outcome = retry(Some(asked));
        let (_, then) = next(LOOKUP, Attempts::new(at(0)).begin(at(0)), outcome, at(0), 0);
        assert_eq!(then, Next::Resend { at: at(waited) });
    }
}

#[test]
fn an_unclear_lookup_effect_asks_twice_a_settling_time_apart_before_it_sends() {
    let (kept, then) = next(LOOKUP, Attempts::new(at(0)).begin(at(0)), unclear(), at(20_000), 0);
    assert_eq!(then, Next::Lookup { at: at(21_000) });
    let (kept, then) = next(LOOKUP, kept.begin(at(21_000)), Outcome::NotFound, at(21_000), 0);
    assert_eq!(then, Next::Lookup { at: at(141_000) });
    // A question that fails meanwhile does not start the settling again.
    let (kept, then) = next(LOOKUP, kept.begin(at(141_000)), unclear(), at(141_000), 0);
    assert_eq!(then, Next::Lookup { at: at(143_000) });
    let (kept, then) = next(LOOKUP, kept.begin(at(143_000)), Outcome::NotFound, at(143_000), 0);
    assert_eq!(then, Next::Resend { at: at(143_000) });
    assert_eq!((kept.phase, kept.sends, kept.lookups), (Phase::Send, 1, 3));
    let (_, then) = next(LOOKUP, kept.begin(at(143_000)), done(), at(143_000), 0);
    assert_eq!(then, Next::Complete { variables: BTreeMap::new() });
}

#[test]
fn an_early_second_not_found_waits_for_the_settling_time() {
    let (kept, _) = next(LOOKUP, Attempts::new(at(0)).begin(at(0)), unclear(), at(0), 0);
    let (kept, _) = next(LOOKUP, kept.begin(at(1)), Outcome::NotFound, at(1), 0);
    let (_, then) = next(LOOKUP, kept.begin(at(2)), Outcome::NotFound, at(2), 0);
    assert_eq!(then, Next::Lookup { at: at(120_001) });
}

#[test]
fn an_unclear_manual_effect_goes_to_a_person_at_once() {
    let attempts = Attempts::new(at(0)).begin(at(0));
    let reason = Why::Transport(TransportFault::TimedOut);
    assert_eq!(next(Delivery::Manual, attempts, unclear(), at(0), 0).1, Next::AskStaff { reason });
    assert_eq!(
        attempts.resume(Delivery::Manual, at(5), 0).1,
        Next::AskStaff { reason: Why::Restarted }
    );
    let fresh = Attempts::new(at(0));
    assert_eq!(fresh.resume(Delivery::Manual, at(5), 0).1, Next::Resend { at: at(5) });
}

#[test]
fn a_question_without_answer_for_days_goes_to_a_person() {
    let (mut kept, _) = next(LOOKUP, Attempts::new(at(0)).begin(at(0)), unclear(), at(0), 0);
    let mut now = at(0);
    let last = loop {
        let (after, then) = next(LOOKUP, kept.begin(now), unclear(), now, 7);
        kept = after;
        match then {
            Next::Lookup { at } => now = at,
            other => break other,
        }
    };
    let reason = Why::Transport(TransportFault::TimedOut);
    assert_eq!(last, Next::AskStaff { reason });
    assert_eq!(kept.sends, 1);
    // A replay asks again, it does not send.
    let (_, then) = kept.replayed(now).resume(LOOKUP, now, 0);
    assert_eq!(then, Next::Lookup { at: now });
}

/// What the network does to one exchange of the model.
#[derive(Debug, Clone, Copy)]
enum Weather {
    Fine,
    NeverReached,
    RequestLost,
    ReplyLost,
    LateRequest(i64),
    Doubled,
    Fail,
    FailAfterWork,
    Crash,
}

fn weather() -> impl Strategy<Value = Weather> {
    prop_oneof![
        2 => Just(Weather::Fine),
        1 => Just(Weather::NeverReached),
        1 => Just(Weather::RequestLost),
        1 => Just(Weather::ReplyLost),
        2 => (0..SETTLE_MS).prop_map(Weather::LateRequest),
        1 => Just(Weather::Doubled),
        1 => Just(Weather::Fail),
        1 => Just(Weather::FailAfterWork),
        1 => Just(Weather::Crash),
    ]
}

const SETTLE_MS: i64 = 90_000;
const TIMEOUT_MS: i64 = 10_000;

/// A system outside: work done per key, and requests still on their way.
#[derive(Debug, Default)]
struct Outside {
    keyed: bool,
    done: u32,
    packets_seen: Vec<u32>,
    late: Vec<(Timestamp, u32)>,
}

impl Outside {
    /// A packet of one attempt arrives; the network may double a packet, and every system drops
    /// the second copy of one packet. A new attempt is a new packet.
    fn arrive(&mut self, packet: u32) {
        if self.packets_seen.contains(&packet) || (self.keyed && self.done > 0) {
            return;
        }
        self.packets_seen.push(packet);
        self.done += 1;
    }

    fn pass_time(&mut self, now: Timestamp) {
        let landed: Vec<u32> =
            self.late.iter().filter(|(at, _)| *at <= now).map(|(_, packet)| *packet).collect();
        self.late.retain(|(at, _)| *at > now);
        for packet in landed {
            self.arrive(packet);
        }
    }
}

/// One exchange in this weather: the outcome and how long it took; `None` when we crashed.
fn exchange(
    outside: &mut Outside,
    delivery: Delivery,
    attempts: Attempts,
    weather: Weather,
    now: Timestamp,
) -> (Option<Outcome>, i64) {
    let packet = attempts.sends;
    let unclear_or_retry = |why: Why| {
        Some(match delivery {
            Delivery::Keyed => Outcome::Retry { why, retry_after_ms: None },
            Delivery::Lookup { .. } | Delivery::Manual => {
                Outcome::Unclear { why, retry_after_ms: None }
            }
        })
    };
    let timed_out = unclear_or_retry(Why::Transport(TransportFault::TimedOut));
    if attempts.phase == Phase::Lookup {
        let answer = if outside.done > 0 { done() } else { Outcome::NotFound };
        return match weather {
            Weather::Fine | Weather::Doubled => (Some(answer), 10),
            Weather::NeverReached => (Some(retry(None)), 10),
            Weather::Crash => (None, 10),
            _ => (timed_out, TIMEOUT_MS),
        };
    }
    match weather {
        Weather::Fine | Weather::Doubled => {
            outside.arrive(packet);
            outside.arrive(packet);
            (Some(done()), 10)
        }
        Weather::NeverReached => (Some(retry(None)), 10),
        Weather::RequestLost => (timed_out, TIMEOUT_MS),
        Weather::ReplyLost => {
            outside.arrive(packet);
            (timed_out, TIMEOUT_MS)
        }
        Weather::LateRequest(delay) => {
            outside.late.push((now.plus_millis(delay), packet));
            (timed_out, TIMEOUT_MS)
        }
        Weather::Fail => (unclear_or_retry(Why::Status(500)), 10),
        Weather::FailAfterWork => {
            outside.arrive(packet);
            (unclear_or_retry(Why::Status(500)), 10)
        }
        Weather::Crash => {
            outside.arrive(packet);
            (None, 10)
        }
    }
}

/// Runs one effect through weather until it settles; fine weather follows in the end.
fn run(delivery: Delivery, weathers: &[Weather], jitter: u64) -> (Outside, Attempts, Next) {
    let mut outside = Outside { keyed: matches!(delivery, Delivery::Keyed), ..Outside::default() };
    let mut now = at(0);
    let mut attempts = Attempts::new(now);
    let mut weathers = weathers.iter().copied().chain(std::iter::repeat(Weather::Fine));
    for _ in 0..1_000 {
        outside.pass_time(now);
        attempts = attempts.begin(now);
        let weather = weathers.next().unwrap_or(Weather::Fine);
        let (outcome, took) = exchange(&mut outside, delivery, attempts, weather, now);
        now = now.plus_millis(took);
        outside.pass_time(now);
        let (kept, then) = match outcome {
            Some(outcome) => next(delivery, attempts, outcome, now, jitter),
            None => attempts.resume(delivery, now, jitter),
        };
        attempts = kept;
        match then {
            Next::Resend { at } | Next::Lookup { at } => now = at,
            settled => {
                outside.pass_time(now.plus_millis(SETTLE_MS));
                return (outside, attempts, settled);
            }
        }
    }
    panic!("did not settle")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn keyed_and_lookup_do_each_piece_of_work_exactly_once(
        weathers in prop::collection::vec(weather(), 0..30),
        jitter: u64,
        keyed: bool,
    ) {
        let delivery =
            if keyed { Delivery::Keyed } else { Delivery::Lookup { settle_ms: SETTLE_MS } };
        let (outside, _, settled) = run(delivery, &weathers, jitter);
        prop_assert_eq!(settled, Next::Complete { variables: BTreeMap::new() });
        prop_assert_eq!(outside.done, 1);
    }

    #[test]
    fn manual_never_sends_again_what_may_have_been_done(
        weathers in prop::collection::vec(weather(), 0..30),
        jitter: u64,
    ) {
        let (outside, attempts, settled) = run(Delivery::Manual, &weathers, jitter);
        prop_assert!(outside.done <= 1);
        let reached = weathers
            .iter()
            .take(usize::try_from(attempts.sends).unwrap())
            .filter(|weather| !matches!(weather, Weather::NeverReached))
            .count();
        prop_assert!(reached <= 1, "one unclear send at most, then a person");
        match settled {
            Next::Complete { .. } => prop_assert_eq!(outside.done, 1),
            Next::AskStaff { .. } => {}
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn the_backoff_stays_within_its_bounds(failures: u32, jitter: u64) {
        let wait = backoff_ms(failures, jitter);
        prop_assert!((FIRST_WAIT_MS / 2..=LONGEST_WAIT_MS).contains(&wait));
    }
}
