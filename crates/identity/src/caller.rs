//! Who asks: the facts of one request, collected by the server, judged here.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// The random name of a browser, kept in an HttpOnly cookie; it proves nothing but sameness.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BrowserId(pub [u8; 32]);

/// Shows nothing: the value is a cookie.
impl std::fmt::Debug for BrowserId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BrowserId")
    }
}

/// The facts of one request.
#[derive(Debug, Clone)]
pub struct Caller {
    pub browser: BrowserId,
    /// The rightmost hop that is not a trusted proxy (security 22).
    pub address: IpAddr,
    /// As sent, cut to 512 characters.
    pub user_agent: String,
}

/// Where something happened, in words that a person recognises: no geographic database is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// `Chrome`, `Firefox`, `Safari`, `Edge`, ..., or empty when unknown.
    pub browser: String,
    /// `Windows`, `macOS`, `Android`, `iOS`, `Linux`, `ChromeOS`, or empty when unknown.
    pub system: String,
    /// The network prefix: `/24` of IPv4, `/48` of IPv6.
    pub network: String,
}

impl Caller {
    /// What counts as one network where guesses are counted: an address of IPv4, a /64 of IPv6 (security 22).
    pub(crate) fn network(&self) -> [u8; 8] {
        let mut network = [0; 8];
        match self.address.to_canonical() {
            IpAddr::V4(v4) => network[..4].copy_from_slice(&v4.octets()),
            IpAddr::V6(v6) => network.copy_from_slice(&v6.octets()[..8]),
        }
        network
    }

    pub fn place(&self) -> Place {
        crate::place::derive_place(self.address, &self.user_agent)
    }
}

impl Place {
    /// Of what no request brought.
    pub(crate) fn nowhere() -> Place {
        Place {
            browser: String::new(),
            system: String::new(),
            network: String::new(),
        }
    }

    /// As stored.
    pub(crate) fn to_json(&self) -> String {
        serde_json::json!({"browser": self.browser, "system": self.system, "network": self.network})
            .to_string()
    }

    /// As stored; what can't be read is a place without words.
    pub(crate) fn from_json(text: &str) -> Place {
        serde_json::from_str(text).unwrap_or_else(|_| Place::nowhere())
    }
}
