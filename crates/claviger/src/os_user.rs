//! Who types a command, for the audit log.

/// The name that the system gives the real user id. Variables prove nothing: what sudo left in one
/// stands beside the name, marked as what it is.
pub(crate) fn find() -> String {
    describe(system_name(), std::env::var("SUDO_USER").ok().as_deref())
}

fn describe(name: String, claimed: Option<&str>) -> String {
    match claimed.filter(|claimed| is_name(claimed) && *claimed != name) {
        Some(claimed) => format!("{name} (sudo: {claimed})"),
        None => name,
    }
}

/// Names as systems write them; nothing that could look like another record's text.
fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-+@\\$".contains(&byte))
}

#[cfg(unix)]
fn system_name() -> String {
    use nix::unistd::{Uid, User};
    let uid = Uid::current();
    // A container may run under a number that has no name.
    let user = User::from_uid(uid).ok().flatten();
    user.map(|user| user.name)
        .filter(|name| is_name(name))
        .unwrap_or_else(|| format!("uid {uid}"))
}

#[cfg(not(unix))]
fn system_name() -> String {
    "unknown".to_owned()
}

#[cfg(test)]
mod tests {
    use super::describe;

    #[test]
    fn what_sudo_says_is_marked_as_claimed() {
        let root = || "root".to_owned();
        assert_eq!(describe(root(), None), "root");
        assert_eq!(describe(root(), Some("anna")), "root (sudo: anna)");
        assert_eq!(describe(root(), Some("root")), "root");
        for forged in [
            "",
            "a) (sudo: b",
            "a b",
            "a\n",
            "\u{202e}anna",
            "x".repeat(65).as_str(),
        ] {
            assert_eq!(describe(root(), Some(forged)), "root", "{forged:?}");
        }
    }
}
