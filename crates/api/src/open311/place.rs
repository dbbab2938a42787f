//! Finding an address by its text, exactly.

use runtime::{Place, Places};

/// The one address that a text names: its line, its postcode where that has one address, or both.
pub(super) fn find<'a>(places: &'a Places, text: &str) -> Option<&'a Place> {
    let words = words(text);
    at_postcode(places, &words, 2)
        .or_else(|| at_postcode(places, &words, 1))
        .or_else(|| only(places.all().filter(|place| self::words(&place.line) == words)))
}

/// The address when the last `count` words are its postcode and the others its line.
fn at_postcode<'a>(places: &'a Places, words: &[String], count: usize) -> Option<&'a Place> {
    let (line, postcode) = words.split_at_checked(words.len().checked_sub(count)?)?;
    let postcode = postcode.concat();
    let found = places.at_postcode(&postcode);
    only(found.filter(|place| line.is_empty() || self::words(&place.line) == line))
}

fn only<'a>(mut places: impl Iterator<Item = &'a Place>) -> Option<&'a Place> {
    let first = places.next()?;
    places.next().is_none().then_some(first)
}

/// Letters and digits in small letters, whatever stands between them.
fn words(text: &str) -> Vec<String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Places {
        let place = |uprn: &str, line: &str, postcode: &str| Place {
            uprn: uprn.to_owned(),
            line: line.to_owned(),
            postcode: postcode.to_owned(),
        };
        Places::new([
            place("1", "1 High Street, Milton", "ZZ1 1AA"),
            place("2", "2 High Street, Milton", "ZZ1 1AA"),
            place("3", "The Mill", "ZZ1 1AB"),
        ])
    }

    #[test]
    fn an_address_is_found_by_line_and_postcode_however_written() {
        let places = places();
        let uprn = |text| find(&places, text).map(|place| place.uprn.as_str());
        assert_eq!(uprn("1 High Street, Milton, ZZ1 1AA"), Some("1"));
        assert_eq!(uprn("2 high street  milton zz11aa"), Some("2"));
        assert_eq!(uprn("2 High Street, Milton"), Some("2"));
        assert_eq!(uprn("zz1 1ab"), Some("3"));
        assert_eq!(uprn("ZZ1 1AA"), None, "two addresses");
        assert_eq!(uprn("3 High Street, Milton, ZZ1 1AA"), None);
        assert_eq!(uprn(""), None);
        assert_eq!(uprn(",,, !"), None);
    }
}
