//! Samples of signing in.

use super::{Gallery, frame};
use crate::views::account::{SignIn, SignInCode, SignedOut};
use crate::views::field::{Field, LineKind, errors_of};
use crate::views::page::{Frame, Link};
use crate::words::Words;

impl SignIn {
    /// A resident, with nothing kept.
    pub fn sample(words: Words) -> Self {
        Self {
            page: frame(words).page(words.sign_in()),
            lead: words.sign_in_lead().to_owned(),
            ended: None,
            kept: None,
            field: Field::line(words, "email", words.email_address(), LineKind::Email, ""),
            action: "/millbrook/sign-in".to_owned(),
            onward: "/millbrook/requests".to_owned(),
            without: None,
        }
    }
}

impl SignInCode {
    /// A code was sent; the outbox of the fake has it.
    pub fn sample(words: Words) -> Self {
        let fakes = vec![words.pick("e-mail", "e-bost").to_owned()];
        let outbox = Some("/outbox".to_owned());
        let frame = Frame { fakes, outbox: outbox.clone(), ..frame(words) };
        Self {
            page: frame.page(words.code_title()).back_to("/millbrook/sign-in"),
            lead: words.code_lead("mair.example@example.org", 10),
            kept: Some(words.answers_kept(super::service_title(words).as_str())),
            field: Field::line(words, "code", words.code(), LineKind::Code, "")
                .hinted(words.code_hint()),
            action: "/millbrook/sign-in/code".to_owned(),
            again: "/millbrook/sign-in/again".to_owned(),
            other_address: "/millbrook/sign-in".to_owned(),
            outbox,
        }
    }
}

impl SignedOut {
    /// A resident.
    pub fn sample(words: Words) -> Self {
        Self {
            page: frame(words).page(words.signed_out()),
            links: vec![
                Link::new(words.sign_in_again(), "/millbrook/sign-in"),
                Link::new(words.all_services(), "/millbrook/"),
            ],
        }
    }
}

pub(super) fn collect(gallery: &mut Gallery) -> askama::Result<()> {
    let words = gallery.words;
    let sign_in = SignIn::sample(words);
    gallery.add("sign_in", &sign_in)?;
    let kept = SignIn {
        kept: Some(words.answers_kept(super::service_title(words).as_str())),
        without: Some(Link::new(words.go_on_without(), "/millbrook/request/1/check")),
        ..sign_in.clone()
    };
    gallery.add_state("sign_in", "kept", &kept)?;
    let ended = SignIn { ended: Some(words.session_ended().to_owned()), ..kept.clone() };
    gallery.add_state("sign_in", "ended", &ended)?;
    let field = Field::line(words, "email", words.email_address(), LineKind::Email, "mair.example")
        .wrong(words.error_email());
    let page = sign_in.page.clone().with_errors(errors_of(std::slice::from_ref(&field)));
    gallery.add_state("sign_in", "wrong", &SignIn { page, field, ..sign_in.clone() })?;
    let staff = SignIn {
        page: frame(words).page(words.staff_sign_in()),
        lead: words.staff_sign_in_lead().to_owned(),
        ..sign_in
    };
    gallery.add_state("sign_in", "staff", &staff)?;
    let code = SignInCode::sample(words);
    gallery.add("sign_in_code", &code)?;
    let field = Field::line(words, "code", words.code(), LineKind::Code, "481 903")
        .hinted(words.code_hint())
        .wrong(words.error_code());
    let page = code.page.clone().with_errors(errors_of(std::slice::from_ref(&field)));
    gallery.add_state("sign_in_code", "wrong", &SignInCode { page, field, ..code })?;
    gallery.add("signed_out", &SignedOut::sample(words))
}
