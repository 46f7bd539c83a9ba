//! Connections: how many there are at once, and how long one may stand still.
//!
//! Hyper limits the time for a request's head and `extract` the time for its body; this limits what
//! neither sees: peers that take no answer, that are silent, or that are too many.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::time::{Instant, Sleep};

use crate::config::TrustedProxies;

mod places;

pub(crate) use places::Peer;
use places::{Place, Places};

/// How long a peer may take none of what is sent to it.
const WRITE_TIME: Duration = Duration::from_secs(30);
/// How long a peer may be silent: longer than any request takes, and than browsers pause in use.
const SILENCE: Duration = Duration::from_secs(120);
/// How long turning somebody away may take.
const FAREWELL: Duration = Duration::from_secs(1);

const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// An acceptor with so many places and no more.
#[derive(Debug, Clone)]
pub(crate) struct Bounded<A> {
    inner: A,
    places: Arc<Places>,
    when_full: WhenFull,
}

/// What somebody hears for whom there is no place.
#[derive(Debug, Clone, Copy)]
pub(crate) enum WhenFull {
    /// Over plain http: that it is full.
    Say,
    /// Before a TLS handshake nothing can be said that would be understood.
    HangUp,
}

impl<A> Bounded<A> {
    /// Of the places one neighbour gets half; `shared` are addresses behind which many stand.
    pub(crate) fn new(
        inner: A,
        most: u32,
        shared: &TrustedProxies,
        when_full: WhenFull,
    ) -> Bounded<A> {
        Bounded {
            inner,
            places: Arc::new(Places::new(most, shared.clone())),
            when_full,
        }
    }
}

impl<A, I, S> Accept<I, S> for Bounded<A>
where
    A: Accept<I, S>,
    A::Future: Send + 'static,
    A::Stream: Send,
    A::Service: Send,
    I: AsyncRead + AsyncWrite + Peer + Unpin + Send + 'static,
{
    type Stream = Connection<A::Stream>;
    type Service = A::Service;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send>>;

    fn accept(&self, stream: I, service: S) -> Self::Future {
        let Some(place) = self.places.take(stream.address()) else {
            metrics::counter!("claviger_connections_refused_total").increment(1);
            let when_full = self.when_full;
            return Box::pin(async move {
                // Whether the peer hears it is the peer's business.
                let _ = tokio::time::timeout(FAREWELL, turn_away(stream, when_full)).await;
                Err(io::Error::other("every place is taken"))
            });
        };
        let accepted = self.inner.accept(stream, service);
        Box::pin(async move {
            let (stream, service) = accepted.await?;
            Ok((Connection::new(stream, place), service))
        })
    }
}

/// Reads what was asked before it closes: a reset would overtake the answer.
async fn turn_away<I>(mut stream: I, when_full: WhenFull) -> io::Result<()>
where
    I: AsyncRead + AsyncWrite + Unpin,
{
    if let WhenFull::Say = when_full {
        stream.write_all(FULL).await?;
        stream.shutdown().await?;
        let mut asked = [0; 4096];
        while stream.read(&mut asked).await? > 0 {}
    }
    Ok(())
}

/// A peer with its place, watched while it takes nothing or says nothing.
#[derive(Debug)]
pub(crate) struct Connection<S> {
    stream: S,
    stalled: Option<Pin<Box<Sleep>>>,
    silent: Option<Pin<Box<Sleep>>>,
    _place: Place,
}

impl<S> Connection<S> {
    fn new(stream: S, place: Place) -> Connection<S> {
        Connection {
            stream,
            stalled: None,
            silent: None,
            _place: place,
        }
    }

    /// Whoever is being answered is not silent.
    fn hear(&mut self, written: &Poll<io::Result<usize>>) {
        if let (Poll::Ready(Ok(1..)), Some(silent)) = (written, &mut self.silent) {
            silent.as_mut().reset(Instant::now() + SILENCE);
        }
    }

    fn judge_write<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        watch(&mut self.stalled, WRITE_TIME, context, written)
    }
}

/// Passes on what is ready; what stays pending too long is an error.
fn watch<T>(
    timer: &mut Option<Pin<Box<Sleep>>>,
    most: Duration,
    context: &mut Context<'_>,
    outcome: Poll<io::Result<T>>,
) -> Poll<io::Result<T>> {
    if outcome.is_ready() {
        *timer = None;
        return outcome;
    }
    let sleep = timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(most)));
    sleep
        .as_mut()
        .poll(context)
        .map(|()| Err(io::ErrorKind::TimedOut.into()))
}

impl<S: AsyncRead + Unpin> AsyncRead for Connection<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        watch(&mut this.silent, SILENCE, context, read)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Connection<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.hear(&written);
        this.judge_write(context, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(context, slices);
        this.hear(&written);
        this.judge_write(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.stream).poll_flush(context);
        this.judge_write(context, flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let shut = Pin::new(&mut this.stream).poll_shutdown(context);
        this.judge_write(context, shut)
    }
}

#[cfg(test)]
mod tests {
    use super::{Bounded, Peer, SILENCE, WRITE_TIME, WhenFull};
    use crate::config::TrustedProxies;
    use axum_server::accept::{Accept, DefaultAcceptor};
    use std::io::ErrorKind;
    use std::net::IpAddr;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::Instant;

    impl Peer for DuplexStream {
        fn address(&self) -> Option<IpAddr> {
            None
        }
    }

    #[tokio::test]
    async fn one_too_many_is_told_so_and_a_freed_place_is_given_again() {
        let door = Bounded::new(
            DefaultAcceptor::new(),
            1,
            &TrustedProxies::default(),
            WhenFull::Say,
        );
        let (_one, stream) = duplex(1024);
        let (held, ()) = door.accept(stream, ()).await.unwrap();
        let (mut two, stream) = duplex(1024);
        let refused = tokio::spawn(door.accept(stream, ()));
        let mut answer = [0; 256];
        let length = two.read(&mut answer).await.unwrap();
        assert!(answer[..length].starts_with(b"HTTP/1.1 503 "));
        drop(two);
        assert!(refused.await.unwrap().is_err());
        drop(held);
        let (_three, stream) = duplex(1024);
        assert!(door.accept(stream, ()).await.is_ok());
    }

    #[tokio::test]
    async fn before_a_handshake_nothing_is_said() {
        let door = Bounded::new(
            DefaultAcceptor::new(),
            0,
            &TrustedProxies::default(),
            WhenFull::HangUp,
        );
        let (mut peer, stream) = duplex(1024);
        assert!(door.accept(stream, ()).await.is_err());
        let mut heard = Vec::new();
        peer.read_to_end(&mut heard).await.unwrap();
        assert!(heard.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_takes_nothing_is_let_go() {
        let door = Bounded::new(
            DefaultAcceptor::new(),
            1,
            &TrustedProxies::default(),
            WhenFull::Say,
        );
        let (mut peer, stream) = duplex(8);
        let (mut connection, ()) = door.accept(stream, ()).await.unwrap();
        // One that takes a little now and then is slow, not gone.
        let slow = tokio::spawn(async move {
            let mut taken = [0; 8];
            for _ in 0..3 {
                tokio::time::sleep(WRITE_TIME / 2).await;
                peer.read_exact(&mut taken).await.unwrap();
            }
            peer
        });
        connection.write_all(&[0; 32]).await.unwrap();
        let _peer = slow.await.unwrap();
        let started = Instant::now();
        let error = connection.write_all(&[0; 9]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        assert_eq!(started.elapsed().as_secs(), WRITE_TIME.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_peer_is_let_go() {
        let door = Bounded::new(
            DefaultAcceptor::new(),
            1,
            &TrustedProxies::default(),
            WhenFull::Say,
        );
        let (mut peer, stream) = duplex(64);
        let (mut connection, ()) = door.accept(stream, ()).await.unwrap();
        peer.write_all(b"a").await.unwrap();
        let mut read = [0; 1];
        connection.read_exact(&mut read).await.unwrap();
        let started = Instant::now();
        let error = connection.read_exact(&mut read).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        assert_eq!(started.elapsed().as_secs(), SILENCE.as_secs());
    }
}
