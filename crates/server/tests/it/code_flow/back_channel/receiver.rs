//! An application's address on loopback: tells what is posted there, and answers as it is told to.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// A request as it came.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) head: String,
    pub(super) body: String,
}

#[derive(Debug, Clone)]
pub(super) enum Answer {
    Status(u16),
    /// To that address.
    Redirect(String),
    HangUp,
    /// Never.
    None,
}

pub(super) struct Receiver {
    pub(super) url: String,
    answer: Arc<Mutex<Answer>>,
    heard: mpsc::UnboundedReceiver<Heard>,
}

async fn read(stream: &mut TcpStream) -> Option<Heard> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        (name.eq_ignore_ascii_case("content-length")).then(|| value.parse::<usize>().unwrap())
    });
    let mut body = vec![0; length.unwrap()];
    stream.read_exact(&mut body).await.ok()?;
    let body = String::from_utf8(body).unwrap();
    Some(Heard { head, body })
}

async fn serve(
    mut stream: TcpStream,
    tell: mpsc::UnboundedSender<Heard>,
    answer: Arc<Mutex<Answer>>,
) {
    let Some(heard) = read(&mut stream).await else {
        return;
    };
    // Nobody listens any more when the test is over.
    let _ = tell.send(heard);
    let answer = answer.lock().unwrap().clone();
    let head = match answer {
        Answer::Status(status) => format!("{status} Whatever"),
        Answer::Redirect(to) => format!("307 Elsewhere\r\nLocation: {to}"),
        Answer::HangUp => return,
        Answer::None => std::future::pending().await,
    };
    let text = format!("HTTP/1.1 {head}\r\nContent-Length: 0\r\nCache-Control: no-store\r\n\r\n");
    let _ = stream.write_all(text.as_bytes()).await;
}

impl Receiver {
    /// One that answers with 200.
    pub(super) async fn open() -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (tell, heard) = mpsc::unbounded_channel();
        let answer = Arc::new(Mutex::new(Answer::Status(200)));
        let answers = answer.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, tell.clone(), answers.clone()));
            }
        });
        Receiver {
            url: format!("http://127.0.0.1:{port}/logout?x=1"),
            answer,
            heard,
        }
    }

    pub(super) fn answer(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    /// What came since it was asked last.
    pub(super) fn take(&mut self) -> Vec<Heard> {
        std::iter::from_fn(|| self.heard.try_recv().ok()).collect()
    }

    /// Waits for the next one.
    pub(super) async fn next(&mut self) -> Heard {
        self.heard.recv().await.unwrap()
    }
}
