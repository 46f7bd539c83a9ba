//! Hashing passwords: on few threads of the lowest priority, with a short queue, so that a flood of tries takes neither memory nor
//! sign-ins by passkey.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use zeroize::Zeroizing;

use super::breached;
use crate::settings::Passwords;
use crate::{Refusal, codes};

/// As many are under way or wait; who comes then is told to come back.
const WAITING: usize = 64;
/// When to come back, in seconds: the queue is done by then.
const COME_BACK: u32 = 3;
/// A stored hash that asks for more is not computed: it was not made here, and an import refuses it.
const MOST_MEMORY_KIB: u32 = 256 * 1024;
const MOST_ITERATIONS: u32 = 16;
/// The kernel's lowest.
const LOWEST_PRIORITY: i32 = 19;

type Job = Box<dyn FnOnce() + Send>;

/// The threads, started with the first password.
pub(crate) struct Hashers {
    settings: Arc<Passwords>,
    places: Arc<Semaphore>,
    queue: OnceLock<Sender<Job>>,
}

/// What a try was worth.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Wrong,
    Right {
        /// The hash at the cost of today, where the stored one was made at another: only now is the password known.
        renewed: Option<String>,
    },
}

/// A place in the queue, given back when the work is done.
pub(crate) struct Place {
    _permit: OwnedSemaphorePermit,
}

impl std::fmt::Debug for Hashers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hashers")
    }
}

impl Hashers {
    pub(crate) fn new(settings: Arc<Passwords>) -> Hashers {
        Hashers {
            settings,
            places: Arc::new(Semaphore::new(WAITING)),
            queue: OnceLock::new(),
        }
    }

    /// A place in the queue: asked for before anything is read or written for who wants one.
    ///
    /// # Errors
    /// [`codes::PASSWORDS_BUSY`].
    pub(crate) fn take_place(&self) -> Result<Place, Refusal> {
        let place = self.places.clone().try_acquire_owned();
        place
            .map(|permit| Place { _permit: permit })
            .map_err(|_| Refusal {
                retry_after: Some(COME_BACK),
                ..Refusal::new(&codes::PASSWORDS_BUSY)
            })
    }

    /// Whether it is the password of this hash. Without a hash the same work is done for nothing.
    ///
    /// # Errors
    /// [`codes::INTERNAL`] when no thread is left.
    pub(crate) async fn verify(
        &self,
        place: Place,
        password: Zeroizing<String>,
        hash: Option<String>,
        salt: [u8; 16],
    ) -> Result<Verdict, Refusal> {
        let settings = self.settings.clone();
        self.run(place, move || {
            let Some(hash) = hash else {
                drop(make(&settings, &password, &salt));
                return Verdict::Wrong;
            };
            match is_of(&password, &hash) {
                false => Verdict::Wrong,
                true if costs(&settings, &hash) => Verdict::Right { renewed: None },
                true => Verdict::Right {
                    renewed: make(&settings, &password, &salt),
                },
            }
        })
        .await
    }

    /// The hash of a new password; `None` when it is on the list of breached ones.
    ///
    /// # Errors
    /// [`codes::PASSWORDS_BUSY`]; [`codes::INTERNAL`] when the list can't be read.
    pub(crate) async fn hash(
        &self,
        password: Zeroizing<String>,
        salt: [u8; 16],
    ) -> Result<Option<String>, Refusal> {
        let settings = self.settings.clone();
        let made = self
            .run(self.take_place()?, move || {
                if let Some(list) = &settings.breached_list
                    && breached::is_listed(list, &password)?
                {
                    return Ok(None);
                }
                let failed = || std::io::Error::other("argon2 refuses its parameters");
                make(&settings, &password, &salt)
                    .ok_or_else(failed)
                    .map(Some)
            })
            .await?;
        made.map_err(|cause: std::io::Error| {
            tracing::error!(%cause, "a password could not be hashed, or looked up in the list of breached ones");
            Refusal::new(&codes::INTERNAL)
        })
    }

    async fn run<T: Send + 'static>(
        &self,
        place: Place,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let (done, outcome) = oneshot::channel();
        let job: Job = Box::new(move || {
            let made = work();
            drop(place);
            drop(done.send(made));
        });
        let queue = self.queue.get_or_init(|| start(self.settings.threads));
        let gone = || Refusal::new(&codes::INTERNAL);
        queue.send(job).map_err(|_| gone())?;
        outcome.await.map_err(|_| gone())
    }
}

/// They end when the queue is dropped, with the identity that holds it.
fn start(threads: u32) -> Sender<Job> {
    let (queue, jobs) = channel::<Job>();
    let jobs = Arc::new(Mutex::new(jobs));
    for _ in 0..threads.max(1) {
        let jobs = jobs.clone();
        let started = thread::Builder::new()
            .name("passwords".to_owned())
            .spawn(move || work(&jobs));
        if let Err(cause) = started {
            tracing::error!(%cause, "no thread for passwords");
        }
    }
    queue
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    // Of this thread alone, as Linux has it. Where that is not allowed, passwords cost what they cost.
    if let Err(cause) = rustix::process::setpriority_process(None, LOWEST_PRIORITY) {
        tracing::warn!(%cause, "the priority of passwords stays as it is");
    }
    loop {
        let next = {
            let jobs = jobs.lock().unwrap_or_else(PoisonError::into_inner);
            jobs.recv()
        };
        let Ok(job) = next else {
            return;
        };
        // One that fails must not take the thread along: nobody would get in by a password again.
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(job)).is_err() {
            tracing::error!("hashing a password failed");
        }
    }
}

fn make(settings: &Passwords, password: &str, salt: &[u8]) -> Option<String> {
    let params = Params::new(
        settings.memory_kib,
        settings.iterations,
        settings.parallelism,
        None,
    );
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.ok()?);
    let hash: PasswordHash = hasher
        .hash_password_with_salt(password.as_bytes(), salt)
        .ok()?;
    Some(hash.to_string())
}

/// Whether the hash was made at the cost of the settings.
fn costs(settings: &Passwords, hash: &str) -> bool {
    let Some(params) = PasswordHash::new(hash)
        .ok()
        .and_then(|hash| Params::try_from(&hash).ok())
    else {
        return false;
    };
    (params.m_cost(), params.t_cost(), params.p_cost())
        == (
            settings.memory_kib,
            settings.iterations,
            settings.parallelism,
        )
}

fn is_of(password: &str, hash: &str) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else {
        tracing::error!("a stored password hash can't be read");
        return false;
    };
    let fits = Params::try_from(&hash).is_ok_and(|params| {
        params.m_cost() <= MOST_MEMORY_KIB && params.t_cost() <= MOST_ITERATIONS
    });
    fits && Argon2::default()
        .verify_password(password.as_bytes(), &hash)
        .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cheap() -> Passwords {
        Passwords {
            memory_kib: 64,
            iterations: 1,
            ..Passwords::default()
        }
    }

    #[test]
    fn a_hash_is_of_its_password_alone_and_says_how_it_was_made() {
        let hash = make(&cheap(), "correct horse", &[7; 16]).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{hash}");
        assert!(is_of("correct horse", &hash));
        assert!(!is_of("correct horsf", &hash) && !is_of("", &hash));
        assert!(!is_of("correct horse", "$argon2id$nonsense"));
        let greedy = hash.replace("m=64", "m=1048576");
        assert!(!is_of("correct horse", &greedy));
    }

    #[tokio::test]
    async fn a_hash_of_another_cost_is_made_anew_for_the_right_password_alone() {
        let dear = Passwords {
            iterations: 2,
            ..cheap()
        };
        let old = make(&cheap(), "correct horse", &[7; 16]).unwrap();
        let hashers = Hashers::new(Arc::new(dear.clone()));
        let try_of = async |text: &str, hash: &str| {
            let (place, text) = (hashers.take_place().unwrap(), text.to_owned().into());
            let hash = Some(hash.to_owned());
            hashers.verify(place, text, hash, [8; 16]).await.unwrap()
        };
        assert_eq!(try_of("correct horsf", &old).await, Verdict::Wrong);
        let Verdict::Right { renewed: Some(new) } = try_of("correct horse", &old).await else {
            panic!("not made anew");
        };
        assert!(new.starts_with("$argon2id$v=19$m=64,t=2,p=1$"), "{new}");
        assert_eq!(
            try_of("correct horse", &new).await,
            Verdict::Right { renewed: None }
        );
        assert_eq!(try_of("correct horsf", &new).await, Verdict::Wrong);
    }

    #[tokio::test]
    async fn who_comes_when_many_wait_is_told_to_come_back() {
        let hashers = Hashers::new(Arc::new(cheap()));
        let (hold, held) = std::sync::mpsc::channel::<()>();
        let (begun, began) = std::sync::mpsc::channel::<()>();
        let blocked = hashers.run(hashers.take_place().unwrap(), move || {
            begun.send(()).unwrap();
            held.recv().is_err()
        });
        let mut blocked = std::pin::pin!(blocked);
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(blocked.as_mut().poll(&mut context).is_pending());
        began.recv().unwrap();
        let mut waiting = Vec::new();
        for _ in 1..WAITING {
            let place = hashers.take_place().unwrap();
            let mut one = Box::pin(hashers.run(place, || true));
            assert!(one.as_mut().poll(&mut context).is_pending());
            waiting.push(one);
        }
        let refused = hashers.take_place().map(drop).unwrap_err();
        assert_eq!(refused.code.id, "password.busy");
        assert_eq!(refused.retry_after, Some(COME_BACK));
        drop(hold);
        assert!(blocked.await.unwrap());
        for one in waiting {
            assert!(one.await.unwrap());
        }
        hashers.take_place().map(drop).unwrap();
    }
}
