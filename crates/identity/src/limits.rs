//! Limits on tries, below the handlers (security 22): per address and per name, in a bounded table.
//!
//! A generic cell rate: each key has the time at which its bucket is empty again. Keyed by HMAC, so that
//! the table holds neither names nor addresses. A full table first forgets keys whose bucket is empty;
//! when none is, the oldest promises are kept and new keys are refused: memory stays bounded.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::{MINUTE, Micros};

const MAX_KEYS: usize = 65_536;

#[derive(Debug)]
pub(crate) struct Limit {
    /// Time that one try costs.
    cost: Micros,
    /// How far ahead of now a bucket may be.
    burst: Micros,
    full_until: Mutex<HashMap<[u8; 16], Micros>>,
}

impl Limit {
    /// `per_minute` tries, all of which may come at once.
    pub(crate) fn new(per_minute: u32) -> Limit {
        let cost = MINUTE / i64::from(per_minute.max(1));
        Limit {
            cost,
            burst: MINUTE,
            full_until: Mutex::new(HashMap::new()),
        }
    }

    /// Whether a try would pass, without counting it; `Err` has the seconds to wait.
    pub(crate) fn check(&self, key: [u8; 16], now: Micros) -> Result<(), u32> {
        let table = self
            .full_until
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let until = table.get(&key).copied().unwrap_or(now);
        let over = until.max(now) + self.cost - now - self.burst;
        if over > 0 {
            return Err(u32::try_from(over / crate::SECOND + 1).unwrap_or(60));
        }
        Ok(())
    }

    /// Counts a try; `Err` has the seconds to wait.
    pub(crate) fn take(&self, key: [u8; 16], now: Micros) -> Result<(), u32> {
        // A panic inside the lock can't leave the map half changed: it is only counters.
        let mut table = self
            .full_until
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if table.len() >= MAX_KEYS && !table.contains_key(&key) {
            table.retain(|_, until| *until > now);
            if table.len() >= MAX_KEYS {
                return Err(60);
            }
        }
        let until = table.entry(key).or_insert(now);
        let next = (*until).max(now) + self.cost;
        if next - now > self.burst {
            let wait = (next - now - self.burst) / crate::SECOND + 1;
            return Err(u32::try_from(wait).unwrap_or(60));
        }
        *until = next;
        Ok(())
    }
}

/// The most things that a node remembers to have seen; about 10 MiB.
const MAX_SEEN: usize = 262_144;

/// What happened once, remembered until it can't happen again.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    until: Mutex<HashMap<[u8; 16], Micros>>,
}

/// Whether something happened for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remembered {
    First,
    Again,
    /// Nothing more can be remembered: what can't be told apart from a repeat is refused.
    Full,
}

impl Seen {
    /// Remembers `key` until that time.
    pub(crate) fn remember(&self, key: [u8; 16], until: Micros, now: Micros) -> Remembered {
        let mut table = self
            .until
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if table.contains_key(&key) {
            return Remembered::Again;
        }
        if table.len() >= MAX_SEEN {
            table.retain(|_, until| *until > now);
            if table.len() >= MAX_SEEN {
                return Remembered::Full;
            }
        }
        table.insert(key, until);
        Remembered::First
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_then_waits_then_passes_again() {
        let limit = Limit::new(3);
        let key = [1; 16];
        assert!((0..3).all(|_| limit.take(key, 0).is_ok()));
        assert_eq!(limit.take(key, 0), Err(21));
        assert!(
            limit.take([2; 16], 0).is_ok(),
            "another key is not affected"
        );
        assert!(limit.take(key, 21 * crate::SECOND).is_ok());
    }

    #[test]
    fn the_table_is_bounded() {
        let limit = Limit::new(1);
        for n in 0..MAX_KEYS as u128 {
            assert!(limit.take(n.to_be_bytes(), 0).is_ok());
        }
        assert_eq!(limit.take(u128::MAX.to_be_bytes(), 0), Err(60));
        assert!(
            limit.take(u128::MAX.to_be_bytes(), 2 * MINUTE).is_ok(),
            "old keys are forgotten"
        );
    }
    #[test]
    fn what_was_seen_is_seen_again_until_it_is_over() {
        let seen = Seen::default();
        assert_eq!(seen.remember([1; 16], 10, 0), Remembered::First);
        assert_eq!(seen.remember([1; 16], 10, 5), Remembered::Again);
        for n in 1..MAX_SEEN as u128 {
            assert_eq!(seen.remember(n.to_be_bytes(), 10, 0), Remembered::First);
        }
        assert_eq!(seen.remember([2; 16], 20, 5), Remembered::Full);
        assert_eq!(seen.remember([2; 16], 20, 10), Remembered::First);
    }
}
