//! A body's colour: one, for the band at the head of its pages and for its main buttons.

use std::fmt::Write as _;

/// The least contrast of text against its ground (WCAG 1.4.3).
const LEAST_CONTRAST: f64 = 4.5;

/// Why a colour cannot be a body's.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BrandError {
    /// It is not written as six digits of base 16 after a `#`.
    #[error("not a colour: {text}; write it like #1d4f3a")]
    NotAColour {
        /// The text.
        text: String,
    },
    /// White text cannot be read on it.
    #[error(
        "white text on {colour} has a contrast of {contrast:.1}, less than 4.5: choose a darker colour"
    )]
    TooLight {
        /// The colour.
        colour: String,
        /// Its contrast against white.
        contrast: f64,
    },
}

/// A body's colour, on which white text can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brand {
    parts: [u8; 3],
}

impl Brand {
    /// Reads `#rrggbb`; refused when white text on it would be hard to read.
    pub fn parse(text: &str) -> Result<Self, BrandError> {
        let not_a_colour = || BrandError::NotAColour { text: text.chars().take(40).collect() };
        let digits = text.strip_prefix('#').filter(|digits| {
            digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
        let number = digits
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .ok_or_else(not_a_colour)?;
        let [_, red, green, blue] = number.to_be_bytes();
        let brand = Self { parts: [red, green, blue] };
        let contrast = 1.05 / (brand.luminance() + 0.05);
        if contrast < LEAST_CONTRAST {
            return Err(BrandError::TooLight { colour: brand.hex(), contrast });
        }
        Ok(brand)
    }

    /// The body's own stylesheet: its colour, and a deeper one for what lies under the pointer.
    pub fn stylesheet(self) -> String {
        let deep = Self { parts: self.parts.map(|part| part / 3 * 2) };
        format!(":root {{ --brand: {}; --brand-deep: {}; }}\n", self.hex(), deep.hex())
    }

    fn hex(self) -> String {
        self.parts.iter().fold("#".to_owned(), |mut hex, part| {
            let _ = write!(hex, "{part:02x}");
            hex
        })
    }

    /// Relative luminance as WCAG defines it.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let share = f64::from(part) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.parts.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_refused_when_white_text_on_it_is_hard_to_read() {
        let green = Brand::parse("#1d4f3a").unwrap();
        assert_eq!(green.stylesheet(), ":root { --brand: #1d4f3a; --brand-deep: #123426; }\n");
        assert!(Brand::parse("#767676").is_ok(), "4.54 to 1");
        assert!(matches!(Brand::parse("#777777"), Err(BrandError::TooLight { .. })), "4.48 to 1");
        for bad in ["", "1d4f3a", "#1d4f3", "#1d4f3ag", "#+d4f3a", "red", "#éééé"] {
            assert!(matches!(Brand::parse(bad), Err(BrandError::NotAColour { .. })), "{bad}");
        }
    }
}
