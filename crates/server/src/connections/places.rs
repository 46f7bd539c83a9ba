//! How many connections there are, and how many of them one neighbour has.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::TcpStream;

use crate::config::TrustedProxies;

/// Who is at the other end.
pub(crate) trait Peer {
    fn address(&self) -> Option<IpAddr>;
}

impl Peer for TcpStream {
    fn address(&self) -> Option<IpAddr> {
        self.peer_addr().ok().map(|address| address.ip())
    }
}

/// So many places, of which one neighbour takes half at the most: the other half stays for everybody else. A
/// neighbour is an address, of IPv6 the /64. Proxies that are named, and this machine, may take all: many
/// people stand behind them.
#[derive(Debug)]
pub(super) struct Places {
    most: u32,
    shared: TrustedProxies,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: u32,
    by_neighbour: HashMap<IpAddr, u32>,
}

/// A place until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    neighbour: Option<IpAddr>,
}

impl Places {
    pub(super) fn new(most: u32, shared: TrustedProxies) -> Places {
        Places {
            most,
            shared,
            taken: Mutex::default(),
        }
    }

    pub(super) fn take(self: &Arc<Places>, peer: Option<IpAddr>) -> Option<Place> {
        let neighbour = peer.and_then(|address| self.derive_neighbour(address));
        // A panic can't leave two numbers half changed.
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.all >= self.most {
            return None;
        }
        if let Some(neighbour) = neighbour {
            let its = taken.by_neighbour.entry(neighbour).or_default();
            if *its >= self.most.div_ceil(2) {
                return None;
            }
            *its += 1;
        }
        taken.all += 1;
        Some(Place {
            places: Arc::clone(self),
            neighbour,
        })
    }

    fn derive_neighbour(&self, address: IpAddr) -> Option<IpAddr> {
        let address = address.to_canonical();
        if address.is_loopback() || self.shared.contains(address) {
            return None;
        }
        Some(match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self
            .places
            .taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        taken.all -= 1;
        if let Some(neighbour) = self.neighbour
            && let Some(its) = taken.by_neighbour.get_mut(&neighbour)
        {
            *its -= 1;
            if *its == 0 {
                taken.by_neighbour.remove(&neighbour);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(places: &Arc<Places>, address: &str, times: usize) -> Vec<Place> {
        let address = Some(address.parse().unwrap());
        (0..times).map_while(|_| places.take(address)).collect()
    }

    #[test]
    fn one_neighbour_takes_half_the_places_and_gives_them_back() {
        let places = Arc::new(Places::new(10, TrustedProxies::default()));
        let greedy = take(&places, "203.0.113.7", 10);
        assert_eq!(greedy.len(), 5);
        let others = take(&places, "203.0.113.8", 3);
        assert_eq!(others.len(), 3);
        drop(greedy);
        let again = take(&places, "::ffff:203.0.113.7", 10);
        assert_eq!(again.len(), 5, "written as IPv6 it is the same neighbour");
        assert_eq!(take(&places, "203.0.113.9", 10).len(), 2, "and all is all");
        drop((again, others));
        let taken = places.taken.lock().unwrap();
        assert!(taken.all == 0 && taken.by_neighbour.is_empty());
    }

    #[test]
    fn a_network_of_ipv6_is_one_neighbour() {
        let places = Arc::new(Places::new(10, TrustedProxies::default()));
        let one = take(&places, "2001:db8:0:1::1", 3);
        let two = take(&places, "2001:db8:0:1:ffff::2", 10);
        let three = take(&places, "2001:db8:0:2::1", 10);
        assert_eq!((one.len(), two.len(), three.len()), (3, 2, 5));
    }

    #[test]
    fn behind_a_proxy_stand_many() {
        let named = TrustedProxies::parse(&["192.0.2.0/24".to_owned()]).unwrap();
        for address in ["192.0.2.1", "127.0.0.1", "::1"] {
            let places = Arc::new(Places::new(4, named.clone()));
            assert_eq!(take(&places, address, 10).len(), 4, "{address}");
        }
    }
}
