//! Every address of the pages, in one place: the router and the templates read the same names.
//!
//! `/` is the region's front, `/{body}/...` a body's. No address carries a personal value.

use base::Digest;

/// The icon that browsers ask for.
pub const ICON: &str = "/assets/icon.svg";

/// The stylesheet, as it was compiled in.
pub const STYLESHEET_TEXT: &str = include_str!("stylesheet.css");

/// The icon's text.
pub const ICON_TEXT: &str = include_str!("icon.svg");

/// The stylesheet's address, which changes with its text so that browsers may keep it for a year.
pub fn stylesheet() -> &'static str {
    static ADDRESS: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    ADDRESS.get_or_init(|| {
        let digest = Digest::of(STYLESHEET_TEXT.as_bytes()).to_string();
        format!("/assets/stylesheet.css?v={}", digest.get(..12).unwrap_or_default())
    })
}
