//! Whose `X-Forwarded-For` is believed: none, unless the operator names networks (past mistake 32).

use std::net::IpAddr;

use super::ConfigError;

/// A network in CIDR notation; a lone address is a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrustedProxy {
    network: IpAddr,
    prefix: u8,
}

/// All networks whose hops are ours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<TrustedProxy>);

impl TrustedProxies {
    pub fn parse(networks: &[String]) -> Result<TrustedProxies, ConfigError> {
        networks
            .iter()
            .map(|text| TrustedProxy::parse(text))
            .collect::<Result<_, _>>()
            .map(TrustedProxies)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn contains(&self, address: IpAddr) -> bool {
        self.0
            .iter()
            .any(|proxy| proxy.contains(address.to_canonical()))
    }

    /// The rightmost hop that is no trusted proxy (security 22).
    ///
    /// `peer` is the connection's other end, `forwarded` all of `X-Forwarded-For` in order. A hop that
    /// can't be read ends the walk: what stands to its left was not written by a trusted proxy's peer.
    pub fn client_address<'a>(
        &self,
        peer: IpAddr,
        forwarded: impl DoubleEndedIterator<Item = &'a str>,
    ) -> IpAddr {
        let mut client = peer.to_canonical();
        let mut hops = forwarded.flat_map(|header| header.split(',')).rev();
        while self.contains(client) {
            match hops.next().and_then(parse_hop) {
                Some(hop) => client = hop,
                None => break,
            }
        }
        client
    }
}

/// An address, perhaps with a port or in brackets, as proxies write it.
fn parse_hop(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(text);
    let address = bare
        .parse()
        .or_else(|_| text.parse().map(|socket: std::net::SocketAddr| socket.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

impl TrustedProxy {
    fn parse(text: &str) -> Result<TrustedProxy, ConfigError> {
        let unfit = |why: &str| ConfigError::value("trusted-proxy", format!("{text}: {why}"));
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let network: IpAddr = address
            .parse()
            .map_err(|_| unfit("not an address or a network such as 10.0.0.0/8"))?;
        let longest = if network.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(prefix) => prefix.parse().ok().filter(|&prefix| prefix <= longest),
            None => Some(longest),
        };
        match prefix {
            None => Err(unfit(
                "the prefix length is not a number that fits the address",
            )),
            Some(0) => Err(unfit(
                "this would trust everybody; name the proxy's own network",
            )),
            Some(prefix) => Ok(TrustedProxy { network, prefix }),
        }
    }

    fn contains(&self, address: IpAddr) -> bool {
        match (self.network, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                u32::from(network) >> (32 - self.prefix) == u32::from(address) >> (32 - self.prefix)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                u128::from(network) >> (128 - self.prefix)
                    == u128::from(address) >> (128 - self.prefix)
            }
            _ => false,
        }
    }
}
