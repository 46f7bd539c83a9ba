//! A load generator: requests made beforehand, sent over kept-alive connections, each answered before the next.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What came back.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    /// Times to answer, shortest first.
    times: Vec<Duration>,
    elapsed: f64,
    pub(crate) answered: usize,
    pub(crate) refused: usize,
    /// Of the first refusal, for whoever wonders.
    pub(crate) first_refusal: Option<String>,
    pub(crate) bodies: Vec<Vec<u8>>,
}

/// How requests are sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) connections: usize,
    /// At most this many per second over all connections; `None` as fast as answers come.
    pub(crate) rate: Option<f64>,
    /// Whether the bodies of answers are kept.
    pub(crate) keep_bodies: bool,
}

struct Lane {
    times: Vec<Duration>,
    bodies: Vec<(usize, Vec<u8>)>,
    refused: usize,
    first_refusal: Option<String>,
}

/// Sends every request once, split over the connections.
pub(crate) async fn send_all(
    port: u16,
    requests: Arc<Vec<Vec<u8>>>,
    shape: Shape,
) -> Result<Outcome, String> {
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let lanes: Vec<_> = (0..shape.connections)
        .map(|_| {
            tokio::spawn(run_lane(
                port,
                requests.clone(),
                next.clone(),
                shape,
                started,
            ))
        })
        .collect();
    let mut all = Lane {
        times: Vec::new(),
        bodies: Vec::new(),
        refused: 0,
        first_refusal: None,
    };
    for lane in lanes {
        let lane = lane.await.map_err(|cause| cause.to_string())??;
        all.times.extend(lane.times);
        all.bodies.extend(lane.bodies);
        all.refused += lane.refused;
        all.first_refusal = all.first_refusal.or(lane.first_refusal);
    }
    let elapsed = started.elapsed().as_secs_f64();
    all.bodies.sort_unstable_by_key(|(index, _)| *index);
    Ok(Outcome::of(all, elapsed))
}

impl Outcome {
    fn of(mut all: Lane, elapsed: f64) -> Outcome {
        all.times.sort_unstable();
        let percentile = |share: f64| {
            let last = all.times.len().saturating_sub(1);
            let at = ((all.times.len() as f64 * share) as usize).min(last);
            all.times
                .get(at)
                .map_or(0.0, |time| time.as_secs_f64() * 1e3)
        };
        Outcome {
            per_second: all.times.len() as f64 / elapsed,
            p50_ms: percentile(0.5),
            p99_ms: percentile(0.99),
            answered: all.times.len(),
            refused: all.refused,
            first_refusal: all.first_refusal,
            bodies: all.bodies.into_iter().map(|(_, body)| body).collect(),
            elapsed,
            times: all.times,
        }
    }

    /// What several rounds of one load amount to, without the bodies.
    pub(crate) fn of_rounds(rounds: Vec<Outcome>) -> Outcome {
        let elapsed = rounds.iter().map(|round| round.elapsed).sum();
        let mut all = Lane {
            times: Vec::new(),
            bodies: Vec::new(),
            refused: 0,
            first_refusal: None,
        };
        for round in rounds {
            all.times.extend(round.times);
            all.refused += round.refused;
            all.first_refusal = all.first_refusal.or(round.first_refusal);
        }
        Outcome::of(all, elapsed)
    }
}

async fn run_lane(
    port: u16,
    requests: Arc<Vec<Vec<u8>>>,
    next: Arc<AtomicUsize>,
    shape: Shape,
    started: Instant,
) -> Result<Lane, String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))
        .await
        .map_err(|cause| cause.to_string())?;
    stream
        .set_nodelay(true)
        .map_err(|cause| cause.to_string())?;
    let mut lane = Lane {
        times: Vec::new(),
        bodies: Vec::new(),
        refused: 0,
        first_refusal: None,
    };
    let mut buffer = Vec::with_capacity(16 * 1024);
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let Some(request) = requests.get(index) else {
            return Ok(lane);
        };
        // An open system: a request is due when it is due, and waiting for its turn counts.
        let due = shape.rate.map_or_else(Instant::now, |rate| {
            started + Duration::from_secs_f64(index as f64 / rate)
        });
        tokio::time::sleep_until(due.into()).await;
        stream
            .write_all(request)
            .await
            .map_err(|cause| cause.to_string())?;
        let (status, body) = read_answer(&mut stream, &mut buffer).await?;
        lane.times.push(due.elapsed());
        if status != 200 {
            lane.refused += 1;
            lane.first_refusal
                .get_or_insert_with(|| format!("{status} {}", String::from_utf8_lossy(&body)));
        } else if shape.keep_bodies {
            lane.bodies.push((index, body));
        }
    }
}

async fn read_answer(
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
) -> Result<(u16, Vec<u8>), String> {
    buffer.clear();
    loop {
        let read = stream
            .read_buf(buffer)
            .await
            .map_err(|cause| cause.to_string())?;
        if read == 0 {
            return Err("the server closed the connection".to_owned());
        }
        let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
        let status = head
            .split_whitespace()
            .nth(1)
            .and_then(|word| word.parse().ok())
            .ok_or("no status")?;
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"));
        let length: usize = length
            .map_or(Ok(0), |word| word.trim().parse())
            .map_err(|_| "an odd length")?;
        while buffer.len() < end + 4 + length {
            if stream
                .read_buf(buffer)
                .await
                .map_err(|cause| cause.to_string())?
                == 0
            {
                return Err("the server closed the connection".to_owned());
            }
        }
        return Ok((status, buffer[end + 4..end + 4 + length].to_vec()));
    }
}
