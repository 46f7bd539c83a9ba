//! Words for where a request came from, out of its address and user agent.

use std::net::IpAddr;

use crate::Place;

/// In order: many browsers name another one too, so the more particular word comes first.
const BROWSERS: [(&str, &str); 8] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

fn find(table: &[(&str, &str)], user_agent: &str) -> String {
    let found = table.iter().find(|(mark, _)| user_agent.contains(mark));
    found.map_or(String::new(), |(_, word)| (*word).to_owned())
}

/// The network prefix that stands for a place: `/24` of IPv4, `/48` of IPv6.
fn derive_network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

pub(crate) fn derive_place(address: IpAddr, user_agent: &str) -> Place {
    Place {
        browser: find(&BROWSERS, user_agent),
        system: find(&SYSTEMS, user_agent),
        network: derive_network(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_that_name_others_are_told_apart() {
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0";
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1";
        let place = derive_place("203.0.113.77".parse().unwrap(), edge);
        assert_eq!(
            (place.browser.as_str(), place.system.as_str()),
            ("Edge", "Windows")
        );
        assert_eq!(place.network, "203.0.113.0/24");
        let place = derive_place("2001:db8:1:2::3".parse().unwrap(), iphone);
        assert_eq!(
            (place.browser.as_str(), place.system.as_str()),
            ("Safari", "iOS")
        );
        assert_eq!(place.network, "2001:db8:1::/48");
    }

    #[test]
    fn nothing_known_is_empty() {
        let place = derive_place("::ffff:192.0.2.1".parse().unwrap(), "");
        assert_eq!((place.browser.as_str(), place.system.as_str()), ("", ""));
        assert_eq!(place.network, "192.0.2.0/24");
    }
}
