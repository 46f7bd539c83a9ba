//! A network prefix in words that people read.

use std::net::IpAddr;

use crate::i18n::Texts;

/// What a prefix such as `192.168.7.0/24` or `2001:db8:1::/48` is called: no slash, and where it is ours to
/// know, what it is.
pub(super) fn describe(texts: &Texts, network: &str) -> String {
    let address = network.split('/').next().unwrap_or_default();
    match address.parse::<IpAddr>() {
        // The prefix of ::1 is ::.
        Ok(address) if address.is_loopback() || address.is_unspecified() => {
            texts.text("network-server").into_owned()
        }
        Ok(address) => {
            let key = if is_local(address) {
                "network-local"
            } else {
                "network-other"
            };
            let start = write_start(address);
            texts.with(key, &[("start", &start)]).into_owned()
        }
        // What an older version stored, or a test: as it is.
        Err(_) => texts
            .with("network-other", &[("start", network)])
            .into_owned(),
    }
}

/// Addresses that are only found in somebody's own network (RFC 1918, RFC 3927, RFC 4193, RFC 4291).
fn is_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

/// The part of the address that the prefix keeps.
fn write_start(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.x")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:x")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::find;

    #[test]
    fn networks_are_told_without_slashes() {
        let english = find("en").unwrap();
        for (network, words) in [
            ("127.0.0.0/24", "the server’s own computer"),
            ("0:0:0::/48", "the server’s own computer"),
            ("192.168.7.0/24", "local network 192.168.7.x"),
            ("10.1.2.0/24", "local network 10.1.2.x"),
            ("172.32.0.0/24", "network 172.32.0.x"),
            ("203.0.113.0/24", "network 203.0.113.x"),
            ("fd00:1:2::/48", "local network fd00:1:2:x"),
            ("2001:db8:1::/48", "network 2001:db8:1:x"),
            ("something else", "network something else"),
        ] {
            assert_eq!(describe(english, network), words);
        }
    }
}
