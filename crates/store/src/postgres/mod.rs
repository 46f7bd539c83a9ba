//! PostgreSQL: a pool; a unit is two round trips, however many statements it has, and one when it is independent.

pub(crate) mod client;
pub(crate) mod connect;
pub(crate) mod export;
pub(crate) mod import;
mod lanes;
mod unit;
mod value;
mod whole;

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Object, Pool, PoolError};

use self::client::{Failure, Remedy};
use crate::engine::Outcome;
use crate::migrate::{self, Migration};
use crate::sql::Sql;
use crate::unit::{Unit, Written};
use crate::value::Value;
use crate::{StoreError, WriteError};

/// Tries of one unit or read before its error is passed on.
pub(crate) const TRIES: u32 = 8;

/// How long a read may keep others waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// One row, found by a key.
    Short,
    Long,
}

#[derive(Clone)]
pub(crate) struct Pg {
    pool: Pool,
    /// Off for poolers that give each transaction another session: pgbouncer before 1.21.
    pub(crate) statement_cache: bool,
    pub(crate) migrations: &'static [Migration],
    /// The texts of independent units, by their shape.
    pub(crate) whole: Arc<whole::Texts>,
    /// For what is one statement; `None` where there are too few connections, or no prepared statements.
    pub(crate) lanes: Option<Arc<lanes::Lanes>>,
}

impl Pg {
    /// Connects, and brings the schema up to date.
    pub(crate) async fn open(
        url: &str,
        connections: usize,
        migrations: &'static [Migration],
    ) -> Result<Pg, StoreError> {
        let shared = lanes::count(connections);
        let (pool, statement_cache) = connect::pool(url, connections - shared)?;
        let pg = Pg {
            pool,
            statement_cache,
            migrations,
            whole: Arc::default(),
            lanes: (shared > 0 && statement_cache).then(Arc::default),
        };
        migrate::postgres(pg.client().await?, migrations).await?;
        Ok(pg)
    }

    pub(crate) async fn client(&self) -> Result<Object, Failure> {
        self.pool.get().await.map_err(|cause| match cause {
            PoolError::Backend(cause) => {
                let failure = Failure::of("connect", &cause);
                Failure {
                    // Whatever it was, the caller can only wait for the database.
                    error: StoreError::Unavailable(failure.error.to_string()),
                    ..failure
                }
            }
            other => Failure::own(StoreError::Unavailable(other.to_string())),
        })
    }

    /// One statement, tried again where the database or the connection asks for it: a read that
    /// fails has done nothing.
    pub(crate) async fn read(
        &self,
        sql: &'static Sql,
        args: &[Value],
        length: Length,
    ) -> Result<Outcome, StoreError> {
        let mut tried = 0;
        loop {
            let once = match &self.lanes {
                Some(lanes) if length == Length::Short => self.read_on_lane(lanes, sql, args).await,
                _ => self.read_once(sql, args).await,
            };
            let failure = match once {
                Ok(outcome) => return Ok(outcome),
                Err(failure) => failure,
            };
            tried += 1;
            if failure.remedy == Remedy::Nothing || tried == TRIES {
                return Err(failure.error);
            }
            pause(tried).await;
        }
    }

    async fn read_on_lane(
        &self,
        lanes: &lanes::Lanes,
        sql: &'static Sql,
        args: &[Value],
    ) -> Result<Outcome, Failure> {
        let turn = lanes.take(self).await?;
        let outcome = match turn.client.prepare_cached(sql.text).await {
            Ok(statement) => client::run_prepared(&turn.client, sql.name, &statement, args).await,
            Err(cause) => Err(Failure::of(sql.name, &cause)),
        };
        if matches!(&outcome, Err(failure) if failure.remedy == Remedy::Reconnect) {
            turn.give_up().await;
        }
        outcome
    }

    async fn read_once(&self, sql: &'static Sql, args: &[Value]) -> Result<Outcome, Failure> {
        let client = self.client().await?;
        let outcome = if self.statement_cache {
            match client.prepare_cached(sql.text).await {
                Ok(statement) => client::run_prepared(&client, sql.name, &statement, args).await,
                Err(cause) => Err(Failure::of(sql.name, &cause)),
            }
        } else {
            client::run_text(&client, sql.name, sql.text, args).await
        };
        if matches!(&outcome, Err(failure) if failure.remedy == Remedy::Reconnect) {
            drop(Object::take(client));
        }
        outcome
    }

    /// Runs a unit on a task of its own, so that a caller who goes away can't leave a transaction
    /// open on a pooled connection.
    pub(crate) async fn write(&self, unit: Unit) -> Result<Written, WriteError> {
        let pg = self.clone();
        let cut_off = |_| {
            WriteError::Store(StoreError::Unavailable(
                "the runtime is shutting down".to_owned(),
            ))
        };
        tokio::spawn(async move { unit::write(&pg, unit).await })
            .await
            .map_err(cut_off)?
    }

    pub(crate) async fn close(&self) {
        self.pool.close();
        if let Some(lanes) = &self.lanes {
            lanes.close().await;
        }
    }
}

/// Waits before try number `tried` + 1: 4, 8, ... 256 ms, shifted a little between neighbours so
/// that units which collided don't collide again.
pub(crate) async fn pause(tried: u32) {
    use std::sync::atomic::{AtomicU64, Ordering};
    static TURN: AtomicU64 = AtomicU64::new(0);
    let base = 2_000_u64 << tried.min(7);
    let shift = TURN.fetch_add(1, Ordering::Relaxed).wrapping_mul(7_919) % base;
    tokio::time::sleep(Duration::from_micros(base + shift)).await;
}
