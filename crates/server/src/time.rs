//! Times on the wire.

use identity::Micros;

/// RFC 3339 in UTC.
pub(crate) fn write_rfc3339(at: Micros) -> String {
    jiff::Timestamp::from_microsecond(at)
        .unwrap_or_default()
        .to_string()
}
