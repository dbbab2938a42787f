//! The provider's pages: where a person pays, and what it says when there is nothing to pay.
//!
//! They are pages of somebody else's: plain, without a script, in English or Welsh.

use connectors::HttpResponse;

use super::Payment;
use crate::ledger::PaymentEnd;
use crate::office::answer;

/// What is wrong with what was typed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fault {
    /// The number is of no card that the provider knows.
    NoCard,
}

/// No script; forms go to the provider and on to the customer's return address.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                      frame-ancestors 'none'";
const STYLE: &str = "body{font:1.125rem/1.5 system-ui,sans-serif;margin:0;color:#16181d}\
                     main{max-width:34rem;margin:2rem auto;padding:0 1rem}\
                     label{display:block;font-weight:700;margin-top:1rem}\
                     input{font:inherit;padding:.5rem;width:20ch;max-width:100%}\
                     button{font:inherit;padding:.6rem 1rem;margin:1.5rem 1rem 0 0}\
                     .total{font-size:1.5rem;font-weight:700}\
                     .wrong{border-left:5px solid #a4131b;padding-left:1rem}";

/// Says a sentence in the payer's language.
fn said(payment: &Payment, english: &'static str, welsh: &'static str) -> &'static str {
    if payment.charge.language == "cy" { welsh } else { english }
}

/// The page that asks for a card.
pub(super) fn card(payment: &Payment, fault: Option<Fault>) -> HttpResponse {
    let say = |english, welsh| said(payment, english, welsh);
    let pounds = pounds(payment.charge.amount_pence);
    let wrong = match fault {
        None => String::new(),
        Some(Fault::NoCard) => format!(
            r#"<p class="wrong" id="card-error" role="alert">{}</p>"#,
            say("Enter one of the card numbers below", "Rhowch un o'r rhifau cerdyn isod")
        ),
    };
    let described = if fault.is_some() { "card-error card-hint" } else { "card-hint" };
    let body = format!(
        r#"<h1>{title}</h1>
<p>{description}</p>
<p class="total">{total} {pounds}</p>
<p>{fake}</p>
{wrong}
<form method="post" action="/pay/{token}" novalidate>
<label for="card">{number}</label>
<p id="card-hint">{hint}</p>
<input id="card" name="card" inputmode="numeric" autocomplete="cc-number" aria-describedby="{described}">
<p><button name="act" value="pay">{pay} {pounds}</button>
<button name="act" value="cancel">{cancel}</button></p>
</form>"#,
        title = say("Enter card details", "Rhowch fanylion eich cerdyn"),
        description = escaped(&payment.charge.description),
        total = say("Total:", "Cyfanswm:"),
        fake = say(
            "This provider is made up. Nothing is charged, and no number is kept.",
            "Darparwr ffug yw hwn. Ni chodir dim, ac ni chedwir unrhyw rif.",
        ),
        token = payment.token,
        number = say("Card number", "Rhif y cerdyn"),
        hint = say(
            "4444 3333 2222 1111 pays. 4000 0000 0000 0002 is refused by the bank. 4000 1800 0000 0002 is a company's, and costs £2.50 more.",
            "Mae 4444 3333 2222 1111 yn talu. Mae'r banc yn gwrthod 4000 0000 0000 0002. Cerdyn cwmni yw 4000 1800 0000 0002, ac mae'n costio £2.50 yn fwy.",
        ),
        pay = say("Pay", "Talu"),
        cancel = say("Cancel payment", "Canslo'r taliad"),
    );
    let status = if fault.is_some() { 400 } else { 200 };
    page(
        status,
        &payment.charge.language,
        say("Enter card details", "Rhowch fanylion eich cerdyn"),
        &body,
    )
}

/// What somebody is told who comes to a payment that is over.
pub(super) fn over(payment: &Payment) -> HttpResponse {
    let say = |english, welsh| said(payment, english, welsh);
    let sentence = match payment.end {
        Some((PaymentEnd::Paid, ..)) => say(
            "This has been paid. You do not need to pay again.",
            "Mae hwn wedi'i dalu. Nid oes angen i chi dalu eto.",
        ),
        Some(_) | None => say(
            "Nobody can pay here any more. Nothing was taken.",
            "Ni all neb dalu yma mwyach. Ni chymerwyd dim.",
        ),
    };
    let title = say("This payment is over", "Mae'r taliad hwn ar ben");
    let body = format!(
        "<h1>{title}</h1>\n<p>{sentence}</p>\n<p><a href=\"{}\">{}</a></p>",
        escaped(&payment.charge.return_url),
        say("Go back to the service", "Ewch yn ôl i'r gwasanaeth"),
    );
    page(200, &payment.charge.language, title, &body)
}

/// What somebody is told whose address is of no payment.
pub(super) fn unknown() -> HttpResponse {
    page(404, "en", "There is no such payment", "<h1>There is no such payment</h1>")
}

fn page(status: u16, language: &str, title: &str, body: &str) -> HttpResponse {
    let html = format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title} - Counter Pay</title><style>{STYLE}</style></head>\n\
         <body><main>\n{body}\n</main></body>\n</html>\n"
    );
    let mut shown = answer(status, "text/html; charset=utf-8", html.into_bytes());
    shown.headers.push("content-security-policy", POLICY);
    shown.headers.push("cache-control", "no-store");
    shown.headers.push("referrer-policy", "no-referrer");
    shown
}

fn pounds(pence: u64) -> String {
    format!("£{}.{:02}", pence / 100, pence % 100)
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
