//! The header `Prefer` (RFC 7240), as far as Graph's clients use it here.

/// What the client prefers. What is not known is ignored, as the standard says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Preferences {
    /// Members of evolvable enumerations that came after `unknownFutureValue` are written out.
    pub unknown_enum_members: bool,
}

impl Preferences {
    /// Reads the values of all `Prefer` headers.
    pub fn parse<'a>(headers: impl IntoIterator<Item = &'a str>) -> Preferences {
        let mut found = Preferences::default();
        let words = headers
            .into_iter()
            .flat_map(|header| header.split([',', ';']))
            .map(str::trim);
        for word in words {
            if word.eq_ignore_ascii_case("include-unknown-enum-members") {
                found.unknown_enum_members = true;
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::Preferences;

    #[test]
    fn known_words_are_found_and_others_ignored() {
        let found = Preferences::parse(["odata.maxpagesize=2, Include-Unknown-Enum-Members", "x"]);
        assert!(found.unknown_enum_members);
        let others = Preferences::parse(["return=minimal", "include-unknown-enum"]);
        assert_eq!(others, Preferences::default());
        assert_eq!(Preferences::parse([]), Preferences::default());
    }
}
