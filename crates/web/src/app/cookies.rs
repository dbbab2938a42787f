//! Cookies: named and path-scoped for each body, out of scripts' reach, sealed where they hold more
//! than a random number.

use base::{BodyId, DataKey, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The longest cookie that is read, in bytes.
const COOKIE_BYTES: usize = 4_096;
/// The most cookies of a request that are read.
const MOST_COOKIES: usize = 60;

/// How long a browser is known after somebody signed in with it.
pub(crate) const KNOWN_SECONDS: i64 = 180 * 86_400;

/// The kinds of cookies of a body. Each browser has at most one of each (one a service of drafts).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The language that was chosen.
    Language,
    /// Which browser it is, for form tokens.
    Visitor,
    /// A resident's session.
    Resident,
    /// A member of staff's session.
    Staff,
    /// Under which address the resident signed in.
    ResidentName,
    /// Under which address the member of staff signed in.
    StaffName,
    /// A resident's attempt to sign in.
    SignIn,
    /// A member of staff's attempt to sign in.
    StaffSignIn,
    /// That a resident signed in with this browser before.
    Known,
    /// That a member of staff did.
    StaffKnown,
    /// A resident's draft of a service.
    Draft(String),
    /// An agent's draft of a service.
    Call(String),
    /// What a resident has just sent.
    Sent,
    /// What an agent has just sent.
    CallSent,
    /// Which caller an agent knows to be who they say.
    Caller,
    /// What is to be told on the next page.
    Notice,
}

impl Kind {
    /// The cookie's name in a body.
    pub(crate) fn name(&self, body: &BodyId) -> String {
        let kind = match self {
            Self::Language => "language",
            Self::Visitor => "visitor",
            Self::Resident => "resident",
            Self::Staff => "staff",
            Self::ResidentName => "resident-name",
            Self::StaffName => "staff-name",
            Self::SignIn => "sign-in",
            Self::StaffSignIn => "staff-sign-in",
            Self::Known => "known",
            Self::StaffKnown => "staff-known",
            Self::Draft(service) => return format!("{body}.draft.{service}"),
            Self::Call(service) => return format!("{body}.call.{service}"),
            Self::Sent => "sent",
            Self::CallSent => "call-sent",
            Self::Caller => "caller",
            Self::Notice => "notice",
        };
        format!("{body}.{kind}")
    }

    /// Whether it is for the pages of staff alone.
    const fn of_staff(&self) -> bool {
        match self {
            Self::Staff
            | Self::StaffName
            | Self::StaffSignIn
            | Self::StaffKnown
            | Self::Call(_)
            | Self::CallSent
            | Self::Caller => true,
            Self::Language
            | Self::Visitor
            | Self::Resident
            | Self::ResidentName
            | Self::SignIn
            | Self::Known
            | Self::Draft(_)
            | Self::Sent
            | Self::Notice => false,
        }
    }

    /// How long it is kept, in seconds; for the browser's session where nothing is said.
    const fn seconds(&self) -> Option<i64> {
        match self {
            Self::Language => Some(365 * 86_400),
            Self::Known | Self::StaffKnown => Some(KNOWN_SECONDS),
            Self::Draft(_) | Self::Call(_) | Self::Sent | Self::CallSent => Some(86_400),
            Self::SignIn | Self::StaffSignIn | Self::Caller => Some(1_800),
            Self::Notice => Some(60),
            Self::Visitor | Self::Resident | Self::Staff | Self::ResidentName | Self::StaffName => {
                None
            }
        }
    }

    /// The header that sets it.
    pub(crate) fn set(&self, body: &BodyId, value: &str, secure: bool) -> String {
        self.header(body, value, self.seconds(), secure)
    }

    /// The header that takes it back.
    pub(crate) fn clear(&self, body: &BodyId, secure: bool) -> String {
        self.header(body, "", Some(0), secure)
    }

    fn header(&self, body: &BodyId, value: &str, seconds: Option<i64>, secure: bool) -> String {
        let (path, same_site) = if self.of_staff() {
            (format!("/{body}/staff"), "Strict")
        } else {
            (format!("/{body}/"), "Lax")
        };
        let name = self.name(body);
        let age = seconds.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
        let secure = if secure { "; Secure" } else { "" };
        format!("{name}={value}; Path={path}{age}; HttpOnly; SameSite={same_site}{secure}")
    }
}

/// The header that sets, or with nothing takes back, the sessions of a resident in all bodies.
pub(crate) fn region_sessions(value: Option<&str>, secure: bool) -> String {
    let age = if value.is_none() { "; Max-Age=0" } else { "" };
    let (value, secure) = (value.unwrap_or_default(), if secure { "; Secure" } else { "" });
    format!("{REGION_SESSIONS}={value}; Path=/{age}; HttpOnly; SameSite=Lax{secure}")
}

/// The sessions of a resident, one a body, sealed: no body is told another's.
pub(crate) const REGION_SESSIONS: &str = "region.sessions";

/// The header that sets the region's own language.
pub(crate) fn region_language(value: &str, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{REGION_LANGUAGE}={value}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}")
}

/// The language of the pages of no body.
pub(crate) const REGION_LANGUAGE: &str = "region.language";

/// The cookies of a request.
#[derive(Clone, Default)]
pub(crate) struct Cookies(Vec<(String, String)>);

impl std::fmt::Debug for Cookies {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Cookies(..)")
    }
}

impl Cookies {
    /// Reads the request's headers; what is not a cookie is left out.
    pub(crate) fn of(headers: &axum::http::HeaderMap) -> Self {
        let texts = headers.get_all("cookie").iter().filter_map(|header| header.to_str().ok());
        let pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            (value.len() <= COOKIE_BYTES).then(|| (name.to_owned(), value.to_owned()))
        });
        Self(pairs.take(MOST_COOKIES).collect())
    }

    /// A cookie's value.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str())
    }
}

/// Seals a cookie's value, bound to its name.
pub(crate) fn sealed(
    key: &DataKey,
    nonce: [u8; 24],
    name: &str,
    value: &impl Serialize,
) -> Option<String> {
    let plain = serde_json::to_vec(value).ok()?;
    let bytes = key.seal(Nonce(nonce), name.as_bytes(), &plain)?;
    Some(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &bytes].concat()))
}

/// Opens a sealed value; `None` when it is not ours, of another cookie or of another body.
pub(crate) fn opened<T: DeserializeOwned>(key: &DataKey, name: &str, text: &str) -> Option<T> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (nonce, sealed) = bytes.split_first_chunk::<24>()?;
    let plain = key.open(Nonce(*nonce), name.as_bytes(), sealed)?;
    serde_json::from_slice(&plain).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_cookie_opens_under_its_own_name_and_key_alone() {
        let key = DataKey::from_bytes([1; 32]);
        let text = sealed(&key, [2; 24], "a.sign-in", &"mair@example.org").unwrap();
        assert!(!text.contains("mair"));
        let open = |key: &DataKey, name: &str, text: &str| opened::<String>(key, name, text);
        assert_eq!(open(&key, "a.sign-in", &text).as_deref(), Some("mair@example.org"));
        assert_eq!(open(&key, "b.sign-in", &text), None);
        assert_eq!(open(&DataKey::from_bytes([3; 32]), "a.sign-in", &text), None);
        for broken in ["", "AA", "not base64!", &text[1..]] {
            assert_eq!(open(&key, "a.sign-in", broken), None);
        }
    }

    #[test]
    fn staff_cookies_are_strict_and_their_own() {
        let body: BodyId = "millbrook".parse().unwrap();
        let staff = Kind::Staff.set(&body, "x", true);
        assert_eq!(
            staff,
            "millbrook.staff=x; Path=/millbrook/staff; HttpOnly; SameSite=Strict; Secure"
        );
        let draft = Kind::Draft("bins".to_owned()).set(&body, "x", false);
        assert_eq!(
            draft,
            "millbrook.draft.bins=x; Path=/millbrook/; Max-Age=86400; HttpOnly; SameSite=Lax"
        );
    }
}
