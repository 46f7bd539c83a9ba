//! Time and randomness, handed in from outside so that every behaviour can be tested exactly.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use crate::Micros;

/// Where the time comes from.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that moves only when a test moves it. It is the database's, too.
    Frozen(Arc<AtomicI64>),
    /// The machine's clock, wrong by what a test says; the database's stays right.
    Wrong(Arc<AtomicI64>),
}

impl Clock {
    /// The time now, in microseconds UTC.
    pub fn now(&self) -> Micros {
        match self {
            Clock::System => read_system(),
            Clock::Frozen(at) => at.load(Ordering::SeqCst),
            Clock::Wrong(by) => read_system().saturating_add(by.load(Ordering::SeqCst)),
        }
    }

    /// Moves a test's clock; the machine's clock stays as it is.
    pub fn advance(&self, by: Micros) {
        match self {
            Clock::System => {}
            Clock::Frozen(at) | Clock::Wrong(at) => {
                at.fetch_add(by, Ordering::SeqCst);
            }
        }
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "the one place that reads the machine's clock"
)]
fn read_system() -> Micros {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
        })
}

/// Where random bytes come from.
#[derive(Debug, Clone)]
pub enum Random {
    /// The operating system's generator, through aws-lc.
    System,
    /// A counter under SHA-256, for tests only: the same seed gives the same bytes.
    Seeded(Arc<AtomicU64>),
}

impl Random {
    /// `N` random bytes.
    ///
    /// # Panics
    /// When the operating system has no randomness to give: nothing secret can be made then.
    #[allow(
        clippy::disallowed_methods,
        reason = "the one place that draws randomness"
    )]
    pub fn make<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0u8; N];
        match self {
            Random::System => aws_lc_rs::rand::fill(&mut bytes).expect("the system has randomness"),
            Random::Seeded(counter) => {
                for chunk in bytes.chunks_mut(32) {
                    let step = counter.fetch_add(1, Ordering::SeqCst);
                    let digest =
                        aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &step.to_be_bytes());
                    chunk.copy_from_slice(&digest.as_ref()[..chunk.len()]);
                }
            }
        }
        bytes
    }
}

/// Time and randomness together.
#[derive(Debug, Clone)]
pub struct Ambient {
    pub clock: Clock,
    pub random: Random,
}

impl Ambient {
    /// The machine's clock and generator.
    pub fn system() -> Ambient {
        Ambient {
            clock: Clock::System,
            random: Random::System,
        }
    }

    /// A frozen clock at `now` and bytes that follow from `seed`: for tests.
    pub fn frozen(now: Micros, seed: u64) -> Ambient {
        Ambient {
            clock: Clock::Frozen(Arc::new(AtomicI64::new(now))),
            random: Random::Seeded(Arc::new(AtomicU64::new(seed << 32))),
        }
    }

    pub fn now(&self) -> Micros {
        self.clock.now()
    }

    pub(crate) fn make_id(&self) -> store::Id {
        store::Id(self.random.make())
    }
}
