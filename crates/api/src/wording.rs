//! The sentences that the interfaces say themselves, each in English and Welsh.
//!
//! What a service says stands in its package; these are about calls, and about the lines of a
//! timeline that every service has.

use base::{Language, Text};
use requests::MilestoneKind;
use runtime::{CaseView, Rejection};

use crate::error::ApiError;

/// One sentence in both languages.
pub(crate) fn both(english: &str, welsh: &str) -> Text {
    Text::english(english).with(Language::Cy, welsh)
}

/// What a call is told about why it was not followed.
pub(crate) fn of_error(error: &ApiError) -> Text {
    match error {
        ApiError::NotFound => not_found(),
        ApiError::Unknown(name) => both(
            &format!("We have nothing under this {name}."),
            &format!("Nid oes gennym ddim o dan y {name} hwn."),
        ),
        ApiError::Method => both(
            "This address is not asked in this way.",
            "Nid yw'r cyfeiriad hwn yn cael ei alw fel hyn.",
        ),
        ApiError::NotAcceptable => both(
            "We answer in JSON. Let the Accept header allow application/json.",
            "Rydym yn ateb mewn JSON. Gadewch i'r pennyn Accept ganiatáu application/json.",
        ),
        ApiError::TooLong => both(
            "What you sent is longer than we read.",
            "Mae'r hyn a anfonwyd yn hirach nag yr ydym yn ei ddarllen.",
        ),
        ApiError::TooLate => {
            both("What you sent did not come in time.", "Ni ddaeth yr hyn a anfonwyd mewn pryd.")
        }
        ApiError::MediaType => both(
            "The Content-Type is not one that is read here.",
            "Nid yw'r Content-Type yn un sy'n cael ei ddarllen yma.",
        ),
        ApiError::TooWide => both(
            "This asks for more than one list holds. Ask for a shorter span with start_date and \
             end_date, or for one service_code.",
            "Mae hyn yn gofyn am fwy nag y mae un rhestr yn ei ddal. Gofynnwch am gyfnod byrrach \
             gyda start_date ac end_date, neu am un service_code.",
        ),
        ApiError::TooMany { .. } => both(
            "Too many calls. Wait, then call again.",
            "Gormod o alwadau. Arhoswch, yna galwch eto.",
        ),
        ApiError::Key => {
            both("A key that we know is needed.", "Mae angen allwedd yr ydym yn ei hadnabod.")
        }
        ApiError::Signature => both(
            "The signature is missing, old or wrong.",
            "Mae'r llofnod ar goll, yn hen neu'n anghywir.",
        ),
        ApiError::KeyReused => both(
            "Something else was sent under this Idempotency-Key. Nothing was stored: send this \
             under a key of its own.",
            "Anfonwyd rhywbeth arall o dan yr Idempotency-Key hwn. Ni storiwyd dim: anfonwch hyn o \
             dan ei allwedd ei hun.",
        ),
        ApiError::Unreadable(sentence) => sentence.clone(),
        ApiError::Invalid(_) => invalid(),
        ApiError::Rejected(rejection) => of_rejection(rejection),
        ApiError::Broken => unavailable(),
    }
}

fn not_found() -> Text {
    both("There is nothing at this address.", "Nid oes dim yn y cyfeiriad hwn.")
}

fn invalid() -> Text {
    both("Some answers are not valid.", "Nid yw rhai atebion yn ddilys.")
}

fn unavailable() -> Text {
    both(
        "We cannot take this now. Nothing was stored. Send it again later.",
        "Ni allwn dderbyn hyn nawr. Ni chafodd dim ei gadw. Anfonwch ef eto yn nes ymlaen.",
    )
}

fn of_rejection(rejection: &Rejection) -> Text {
    match rejection {
        Rejection::Invalid(_) => invalid(),
        Rejection::Request(rejection) => of_request(rejection),
        Rejection::Process(_) => {
            both("The request no longer waits for this.", "Nid yw'r cais yn aros am hyn mwyach.")
        }
        Rejection::NotFound => not_found(),
        Rejection::Forbidden => {
            both("Your key does not allow this.", "Nid yw eich allwedd yn caniatáu hyn.")
        }
        Rejection::NotOffered { .. } => both(
            "The service is not offered in this way.",
            "Nid yw'r gwasanaeth yn cael ei gynnig fel hyn.",
        ),
        Rejection::SignInNeeded => both(
            "The requester has to sign in on our pages for this service.",
            "Rhaid i'r ceisydd fewngofnodi ar ein tudalennau ar gyfer y gwasanaeth hwn.",
        ),
        Rejection::NotYet => both(
            "Nothing waits for this message yet. Send it again later.",
            "Nid oes dim yn aros am y neges hon eto. Anfonwch hi eto yn nes ymlaen.",
        ),
        Rejection::NoReason => both("A reason is needed.", "Mae angen rheswm."),
        Rejection::Held { .. } => {
            both("Somebody else has this task.", "Mae'r dasg hon gan rywun arall.")
        }
        Rejection::Over => both(
            "The request is over. Nothing will wait for this message: do not send it again.",
            "Mae'r cais ar ben. Ni fydd dim yn aros am y neges hon: peidiwch â'i hanfon eto.",
        ),
        Rejection::Erased => both(
            "The personal details of this request were erased.",
            "Mae manylion personol y cais hwn wedi'u dileu.",
        ),
        Rejection::Unavailable => unavailable(),
    }
}

fn of_request(rejection: &requests::Rejection) -> Text {
    match rejection {
        requests::Rejection::Unknown => not_found(),
        requests::Rejection::AlreadyReceived => {
            both("We have this request already.", "Mae'r cais hwn gennym eisoes.")
        }
        requests::Rejection::AlreadyClosed { .. } => {
            both("The request is closed already.", "Mae'r cais eisoes wedi'i gau.")
        }
        requests::Rejection::StillOpen => {
            both("We are still working on this request.", "Rydym yn dal i weithio ar y cais hwn.")
        }
        requests::Rejection::TooLate { days } => both(
            &format!("You can say this within {days} days of the outcome. Send a new request."),
            &format!(
                "Gallwch ddweud hyn o fewn {days} diwrnod i'r canlyniad. Anfonwch gais newydd."
            ),
        ),
        requests::Rejection::TooOften => both(
            "This request came back too often. Ask for a person.",
            "Daeth y cais hwn yn ôl yn rhy aml. Gofynnwch am berson.",
        ),
        requests::Rejection::NotByMachine => both(
            "No machine decided this: a person has, or nothing is decided yet.",
            "Ni phenderfynodd peiriant hyn: gwnaeth person, neu nid oes penderfyniad eto.",
        ),
        requests::Rejection::UnderReview => both(
            "A person is looking again at this request. Wait for their decision.",
            "Mae person yn edrych eto ar y cais hwn. Arhoswch am eu penderfyniad.",
        ),
        requests::Rejection::NotUnderReview => both(
            "Nobody asked a person to look again at this request.",
            "Ni ofynnodd neb i berson edrych eto ar y cais hwn.",
        ),
        requests::Rejection::AskedAlready => both(
            "A question to the requester is out already.",
            "Mae cwestiwn i'r ceisydd eisoes yn aros am ateb.",
        ),
        requests::Rejection::AskedTooOften => both(
            "The requester was asked as many questions as may be put.",
            "Gofynnwyd i'r ceisydd gynifer o gwestiynau ag y gellir eu gofyn.",
        ),
        requests::Rejection::NothingAsked => {
            both("No question waits for an answer.", "Nid oes cwestiwn yn aros am ateb.")
        }
    }
}

/// A line of a request's timeline: its key, and what the requester is told.
pub(crate) fn of_milestone(view: &CaseView, kind: &MilestoneKind) -> (&'static str, Text) {
    match kind {
        MilestoneKind::Received => ("received", both("We received the request.", "Cawsom y cais.")),
        MilestoneKind::Joined => (
            "joined",
            both("The same thing was reported again.", "Cafwyd adroddiad arall am yr un peth."),
        ),
        MilestoneKind::Reached(element) => ("progress", view.told(element)),
        MilestoneKind::Outcome(outcome) => {
            let definition = &view.service.package.definition;
            let words = definition.outcome(outcome).map(|outcome| outcome.text.clone());
            ("outcome", words.unwrap_or_default())
        }
        MilestoneKind::NotFixed => (
            "not_fixed",
            both("We were told that it is not fixed.", "Dywedwyd wrthym nad yw wedi'i drwsio."),
        ),
        MilestoneKind::ReviewAsked => (
            "review_asked",
            both("A person was asked to look again.", "Gofynnwyd i berson edrych eto."),
        ),
        MilestoneKind::Reviewed(decision, outcome) => {
            let definition = &view.service.package.definition;
            let words = definition.outcome(outcome).map(|outcome| outcome.text.clone());
            (reviewed(*decision), words.unwrap_or_default())
        }
        MilestoneKind::Asked => (
            "asked",
            both("The requester was asked a question.", "Gofynnwyd cwestiwn i'r ceisydd."),
        ),
        MilestoneKind::Answered => (
            "answered",
            both("The requester answered the question.", "Atebodd y ceisydd y cwestiwn."),
        ),
        MilestoneKind::Unanswered => (
            "unanswered",
            both(
                "No answer came in time, and the work went on.",
                "Ni ddaeth ateb mewn pryd, ac aeth y gwaith yn ei flaen.",
            ),
        ),
        MilestoneKind::Chased => (
            "chased",
            both(
                "We were asked what has become of it.",
                "Gofynnwyd i ni beth sydd wedi digwydd iddo.",
            ),
        ),
        MilestoneKind::Withdrawn => {
            ("withdrawn", both("The request was taken back.", "Cafodd y cais ei dynnu'n ôl."))
        }
    }
}

/// The key of the line that tells what came of a person's second look.
const fn reviewed(decision: requests::ReviewDecision) -> &'static str {
    match decision {
        requests::ReviewDecision::Upheld => "review_upheld",
        requests::ReviewDecision::Changed => "review_changed",
    }
}
