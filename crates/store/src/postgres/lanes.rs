//! Connections that many share: one statement that is its own transaction needs none to itself.
//!
//! Requests on a lane are sent without waiting for the answers before them, so that under load one system call carries
//! several. PostgreSQL works a lane off in order: a statement waits for those before it, so what may take long, and
//! what spans several statements, goes to the pool.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use deadpool_postgres::{ClientWrapper, Object};
use tokio::sync::Mutex;

use super::Pg;
use super::client::Failure;

/// More would share less; fewer would wait longer for a neighbour's fsync.
const LANES: usize = 4;

/// With fewer connections than this there are no lanes: the pool needs them all.
const FEWEST: usize = 2 * LANES;

/// How many of `connections` are lanes; the rest is the pool's.
pub(crate) fn count(connections: usize) -> usize {
    if connections < FEWEST { 0 } else { LANES }
}

#[derive(Default)]
pub(crate) struct Lanes([Lane; LANES]);

#[derive(Default)]
struct Lane {
    client: Mutex<Option<Arc<ClientWrapper>>>,
    /// Requests under way.
    busy: AtomicUsize,
}

/// A place on a lane.
pub(crate) struct Turn<'a> {
    place: Place<'a>,
    pub(crate) client: Arc<ClientWrapper>,
}

/// Counted as long as it lives; whoever waits for a connection may be dropped while waiting.
struct Place<'a>(&'a Lane);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Turn<'_> {
    /// After a failure of the connection: whoever comes next connects anew.
    pub(crate) async fn give_up(&self) {
        let mut held = self.place.0.client.lock().await;
        if held
            .as_ref()
            .is_some_and(|client| Arc::ptr_eq(client, &self.client))
        {
            *held = None;
        }
    }
}

impl Lanes {
    /// The lane with the fewest requests under way.
    pub(crate) async fn take<'a>(&'a self, pg: &Pg) -> Result<Turn<'a>, Failure> {
        let busy = |lane: &&Lane| lane.busy.load(Ordering::Relaxed);
        let lane = self.0.iter().min_by_key(busy).unwrap_or(&self.0[0]);
        lane.busy.fetch_add(1, Ordering::Relaxed);
        let place = Place(lane);
        let client = lane.connect(pg).await?;
        Ok(Turn { place, client })
    }

    pub(crate) async fn close(&self) {
        for lane in &self.0 {
            *lane.client.lock().await = None;
        }
    }
}

impl Lane {
    async fn connect(&self, pg: &Pg) -> Result<Arc<ClientWrapper>, Failure> {
        let mut held = self.client.lock().await;
        match held.as_ref() {
            Some(client) if !client.is_closed() => Ok(Arc::clone(client)),
            _ => {
                let client = Arc::new(Object::take(pg.client().await?));
                *held = Some(Arc::clone(&client));
                Ok(client)
            }
        }
    }
}
