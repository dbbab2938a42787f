//! The e-mail that carries a sign-in code.

use base::BodyId;
use runtime::{CodeMail, Mail};

use crate::words::Words;

/// Writes it. The six digits stand together, so that they can be copied in one go.
pub(crate) fn code_mail(words: Words, from: &BodyId, body: &str, mail: &CodeMail) -> Mail {
    Mail {
        from: from.clone(),
        way: catalogue::Way::Email,
        to: mail.to.clone(),
        subject: words.code_mail_subject(body),
        body: words.code_mail_text(body, mail.code.as_str(), minutes()),
    }
}

/// How long a code is good for, in minutes.
pub(crate) const fn minutes() -> i64 {
    identity::CODE_LIFE_MS / 60_000
}
