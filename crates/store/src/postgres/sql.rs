//! The statements of the golden list as PostgreSQL reads them.

/// A statement with its parameters numbered, and their names in that order.
pub(crate) fn numbered(sql: &str) -> (String, Vec<&str>) {
    let (mut text, mut names) = (String::with_capacity(sql.len()), Vec::new());
    let mut rest = sql;
    let mut quoted = false;
    while let Some(at) = rest.find([':', '\'']) {
        let (before, after) = rest.split_at(at);
        text.push_str(before);
        let tail = after.get(1..).unwrap_or_default();
        let length = tail.bytes().take_while(|byte| is_of_a_name(*byte)).count();
        if after.starts_with('\'') || quoted || length == 0 {
            quoted ^= after.starts_with('\'');
            text.push_str(after.get(..1).unwrap_or_default());
            rest = tail;
            continue;
        }
        let (name, tail) = tail.split_at(length);
        let known = names.iter().position(|known| *known == name);
        let place = known.unwrap_or_else(|| {
            names.push(name);
            names.len() - 1
        });
        text.push('$');
        text.push_str(&(place + 1).to_string());
        rest = tail;
    }
    text.push_str(rest);
    (text, names)
}

const fn is_of_a_name(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'
}

/// A migration as PostgreSQL reads it. Texts are ordered by their bytes, as in SQLite.
pub(crate) fn migration(sql: &str) -> String {
    sql.replace("TEXT", "TEXT COLLATE \"C\"")
        .replace("$int", "BIGINT")
        .replace("$bytes", "BYTEA")
        .replace("$table", "")
        .replace("$heap", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_numbered_as_they_first_come() {
        let (text, names) = numbered("SELECT a FROM t WHERE b = :b AND c > :from1 AND d < :b");
        assert_eq!(text, "SELECT a FROM t WHERE b = $1 AND c > $2 AND d < $1");
        assert_eq!(names, ["b", "from1"]);
    }

    #[test]
    fn what_stands_in_quotes_is_no_parameter() {
        let sql = "SELECT ':a', 'it''s :b', c::text FROM t WHERE d = :d";
        let (text, names) = numbered(sql);
        assert_eq!(names, ["text", "d"], "a cast is written as CAST");
        assert!(text.starts_with("SELECT ':a', 'it''s :b', c:$1"));
        assert_eq!(numbered("SELECT 'été :a' WHERE b = :é").0, "SELECT 'été :a' WHERE b = :é");
    }
}
