//! The one rule for host names that RP IDs and origins share.

/// Why a host name is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DomainError {
    /// Nothing there.
    #[error("the host is empty")]
    Empty,
    /// Longer than 253 characters, or a label longer than 63.
    #[error("the host or one of its labels is too long")]
    TooLong,
    /// A character outside ASCII: write the IDNA form (`xn--…`).
    #[error("the host is not ASCII; write internationalised names in their xn-- form")]
    NotAscii,
    /// An empty label, as two dots or a trailing dot make.
    #[error("the host has an empty label (two dots, a leading or a trailing dot)")]
    EmptyLabel,
    /// A character that host names do not have, or a label with a hyphen at an end.
    #[error("the host has a character or hyphen that a domain name may not have there")]
    Character,
    /// An IPv4 or IPv6 address; WebAuthn works with domain names only.
    #[error("the host is an address; WebAuthn works with domain names only")]
    Address,
}

/// Checks a host name that is already in lower case.
pub(crate) fn check(host: &str) -> Result<(), DomainError> {
    if host.is_empty() {
        return Err(DomainError::Empty);
    }
    if host.starts_with('[') {
        return Err(DomainError::Address);
    }
    if !host.is_ascii() {
        return Err(DomainError::NotAscii);
    }
    if host.len() > 253 {
        return Err(DomainError::TooLong);
    }
    host.split('.').try_for_each(check_label)?;
    // The URL standard reads any host whose last label is a number (also hexadecimal) as IPv4 address.
    let last = host.rsplit('.').next().unwrap_or_default();
    let hexadecimal = last
        .strip_prefix("0x")
        .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_hexdigit()));
    if hexadecimal || last.bytes().all(|b| b.is_ascii_digit()) {
        return Err(DomainError::Address);
    }
    Ok(())
}

fn check_label(label: &str) -> Result<(), DomainError> {
    if label.is_empty() {
        return Err(DomainError::EmptyLabel);
    }
    if label.len() > 63 {
        return Err(DomainError::TooLong);
    }
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if !label.bytes().all(allowed) || label.starts_with('-') || label.ends_with('-') {
        return Err(DomainError::Character);
    }
    Ok(())
}
