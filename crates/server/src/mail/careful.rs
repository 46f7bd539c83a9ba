//! A connection to a mail server before it is protected, read as if everybody between could write into it.
//!
//! What was sent behind the answer to STARTTLS would wait in a buffer, and be taken for answers from inside TLS: so nothing is
//! read ahead, and it meets the handshake, which fails. And whoever never ends a line doesn't fill memory.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::extension::ClientId;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, ToSocketAddrs};

use super::Trouble;

/// What a server may say in one connection, in bytes: handshake and answers are a few thousand.
const MAX_SAID: usize = 1 << 20;

#[derive(Debug)]
pub(super) struct Careful {
    stream: TcpStream,
    left: usize,
}

impl Careful {
    pub(super) async fn connect(
        server: impl ToSocketAddrs,
        hello: &ClientId,
    ) -> Result<AsyncSmtpConnection, Trouble> {
        let stream = TcpStream::connect(server)
            .await
            .map_err(|error| Trouble::local("connect", error.to_string()))?;
        let careful = Careful {
            stream,
            left: MAX_SAID,
        };
        AsyncSmtpConnection::connect_with_transport(Box::new(careful), hello)
            .await
            .map_err(|error| Trouble::of("connect", &error))
    }
}

impl AsyncRead for Careful {
    /// One byte: whatever reads ahead has nothing ahead.
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.left == 0 {
            return Poll::Ready(Err(io::Error::other("the server says too much")));
        }
        if buffer.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        let mut byte = [0];
        let mut one = ReadBuf::new(&mut byte);
        ready!(Pin::new(&mut this.stream).poll_read(context, &mut one))?;
        this.left -= one.filled().len();
        buffer.put_slice(one.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Careful {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

impl AsyncTokioStream for Careful {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    async fn pair(left: usize) -> (Careful, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap());
        let (stream, server) = tokio::join!(stream, listener.accept());
        let stream = stream.unwrap();
        (Careful { stream, left }, server.unwrap().0)
    }

    /// Whoever buffers holds one byte: what follows an answer stays on the wire, for the handshake to meet.
    #[tokio::test]
    async fn nothing_is_read_ahead() {
        let (mut careful, mut server) = pair(MAX_SAID).await;
        server.write_all(b"220 go\r\n250 ok\r\n").await.unwrap();
        let mut buffer = [0; 64];
        for expected in b"220 go\r\n" {
            assert_eq!(careful.read(&mut buffer).await.unwrap(), 1);
            assert_eq!(buffer[0], *expected);
        }
        let mut rest = [0; 8];
        careful.stream.read_exact(&mut rest).await.unwrap();
        assert_eq!(&rest, b"250 ok\r\n");
    }

    #[tokio::test]
    async fn a_line_without_an_end_is_not_kept() {
        let (mut careful, mut server) = pair(3).await;
        server.write_all(b"aaaaaaaa").await.unwrap();
        let mut said = Vec::new();
        let error = careful.read_to_end(&mut said).await.unwrap_err();
        assert_eq!(error.to_string(), "the server says too much");
        assert_eq!(said, b"aaa");
    }
}
