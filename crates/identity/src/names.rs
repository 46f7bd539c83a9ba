//! Names that people choose: compared by PRECIS, told apart by what they look like (security 35).

use precis_profiles::UsernameCaseMapped;
use precis_profiles::precis_core::profile::Profile;
use store::UserName;
use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;

use crate::Refusal;
use crate::codes::{
    DISPLAY_NAME_UNFIT, GROUP_NAME_UNFIT, MAIL_UNFIT, NAME_UNFIT, NICKNAME_UNFIT,
    ORGANISATION_UNFIT, USER_NAME_UNFIT,
};

/// The longest user name, in characters: Graph's limit for userPrincipalName.
const USER_NAME_MAX: usize = 113;

/// The three forms of a user name: as shown, as compared (RFC 8265 UsernameCaseMapped), as it looks.
pub fn parse_user_name(text: &str) -> Result<UserName, Refusal> {
    let shown = text.trim();
    let key = derive_key(shown).ok_or(&USER_NAME_UNFIT)?;
    if shown.chars().count() > USER_NAME_MAX || !is_shaped(&key) {
        return Err(Refusal::new(&USER_NAME_UNFIT));
    }
    let skeleton = skeleton(&key).collect();
    Ok(UserName {
        shown: shown.to_owned(),
        key,
        skeleton,
    })
}

/// The compared form of what somebody typed; `None` when it can't be a user name.
pub(crate) fn derive_key(text: &str) -> Option<String> {
    // A cap before the profile runs: its cost grows with the text.
    let text = text.trim();
    if text.is_empty() || text.len() > USER_NAME_MAX * 4 {
        return None;
    }
    UsernameCaseMapped::new()
        .enforce(text)
        .ok()
        .map(|name| name.into_owned())
}

/// Letters and digits of any script, with `. _ - + @` between them, at most one `@`.
fn is_shaped(key: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || is_mark(c) || ".-_+@".contains(c);
    key.chars().all(inner)
        && key.starts_with(char::is_alphanumeric)
        && key.ends_with(|c: char| c.is_alphanumeric() || is_mark(c))
        && key.matches('@').count() <= 1
}

/// Combining marks that PRECIS let through, for scripts that need them.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// Characters that a name must not carry: controls, and marks that turn the direction of the text around them.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{61c}')
}

fn parse_visible(text: &str, max: usize) -> Option<String> {
    let text = text.trim();
    let fits = !text.is_empty() && text.len() <= max * 4 && text.chars().count() <= max;
    (fits && !text.chars().any(is_invisible)).then(|| text.to_owned())
}

/// 1 to 256 visible characters.
pub fn parse_display_name(text: &str) -> Result<String, Refusal> {
    parse_visible(text, 256).ok_or_else(|| Refusal::new(&DISPLAY_NAME_UNFIT))
}

/// 1 to 128 visible characters.
pub fn parse_organisation(text: &str) -> Result<String, Refusal> {
    parse_visible(text, 128).ok_or_else(|| Refusal::new(&ORGANISATION_UNFIT))
}

/// 1 to 64 visible characters.
pub fn parse_passkey_name(text: &str) -> Result<String, Refusal> {
    parse_visible(text, 64).ok_or_else(|| Refusal::new(&NAME_UNFIT))
}

/// 1 to 256 visible characters, for a group.
pub fn parse_group_name(text: &str) -> Result<String, Refusal> {
    parse_visible(text, 256).ok_or_else(|| Refusal::new(&GROUP_NAME_UNFIT))
}

/// 1 to 64 letters, digits, and `. _ -` of ASCII: what stands before the `@` of an address.
pub fn parse_nickname(text: &str) -> Result<String, Refusal> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if text.is_empty() || text.len() > 64 || !text.chars().all(fits) {
        return Err(Refusal::new(&NICKNAME_UNFIT));
    }
    Ok(text.to_owned())
}

/// An address of mail: at most 254 characters, one `@` with something on either side, nothing invisible.
pub fn parse_mail(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    let unfit = |c: char| is_invisible(c) || c.is_whitespace() || "<>()[],;:\\\"".contains(c);
    let sides = text
        .split_once('@')
        .filter(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'));
    if sides.is_none() || text.chars().count() > 254 || text.chars().any(unfit) {
        return Err(Refusal::new(&MAIL_UNFIT));
    }
    Ok(text.to_owned())
}

/// 1 to `max` visible characters; `None` for anything else.
pub(crate) fn parse_text(text: &str, max: usize) -> Option<String> {
    parse_visible(text, max)
}

/// The form in which display names and addresses are compared and ordered: NFKC, lower case. Not for user names, which
/// have [`parse_user_name`].
#[must_use]
pub fn fold(text: &str) -> String {
    text.nfkc()
        .flat_map(char::to_lowercase)
        .nfkc()
        .filter(|c| *c != '\0')
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_the_same_have_one_key() {
        let plain = parse_user_name("alice@example.org").unwrap();
        assert_eq!(
            parse_user_name(" Alice@Example.ORG ").unwrap().key,
            plain.key
        );
        // Full-width letters are the same name.
        assert_eq!(
            parse_user_name("ａｌｉｃｅ@example.org").unwrap().key,
            plain.key
        );
    }

    #[test]
    fn names_that_look_the_same_have_one_skeleton() {
        let latin = parse_user_name("paypal").unwrap();
        let cyrillic = parse_user_name("раураl").unwrap();
        assert_ne!(latin.key, cyrillic.key);
        assert_eq!(latin.skeleton, cyrillic.skeleton);
    }

    #[test]
    fn unfit_user_names_are_refused() {
        let long = "a".repeat(114);
        for name in [
            "",
            " ",
            "a b",
            "a\0b",
            "-a",
            "a.",
            "a@b@c",
            "a\u{202e}b",
            "<b>",
            "a/b",
            "a'b",
            long.as_str(),
        ] {
            assert_eq!(
                parse_user_name(name).unwrap_err().code.id,
                "user.name_unfit",
                "{name:?}"
            );
        }
    }

    #[test]
    fn folded_names_compare_as_people_do() {
        assert_eq!(fold("Ａda LOVELACE"), "ada lovelace");
        assert_eq!(fold("ÉCOLE"), fold("e\u{301}cole"));
        assert_eq!(fold("Straße"), "straße");
    }

    #[test]
    fn unfit_addresses_and_nicknames_are_refused() {
        assert_eq!(parse_mail(" ada@example.org ").unwrap(), "ada@example.org");
        let long = format!("{}@example.org", "a".repeat(250));
        for mail in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "a@b@c",
            "a b@c",
            "a\u{202e}@b",
            "<a@b>",
            &long,
        ] {
            assert_eq!(
                parse_mail(mail).unwrap_err().code.id,
                "user.mail_unfit",
                "{mail:?}"
            );
        }
        assert_eq!(parse_nickname("all.staff").unwrap(), "all.staff");
        for nickname in ["", "a b", "ä", "a@b", &"a".repeat(65)] {
            assert!(parse_nickname(nickname).is_err(), "{nickname:?}");
        }
    }

    #[test]
    fn visible_names_keep_any_script_but_no_tricks() {
        assert_eq!(
            parse_passkey_name("  Mein Schlüssel 🔑 ").unwrap(),
            "Mein Schlüssel 🔑"
        );
        assert!(parse_passkey_name("a\u{202e}b").is_err());
        assert!(parse_passkey_name(&"x".repeat(65)).is_err());
        assert!(parse_display_name("").is_err());
        assert!(parse_organisation("\n").is_err());
    }
}
