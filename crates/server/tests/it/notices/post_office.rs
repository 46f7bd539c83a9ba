//! An SMTP server on loopback: keeps what it is given, and answers as it is told to.

use std::sync::{Arc, Mutex};

use data_encoding::BASE64;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A letter as it came.
#[derive(Debug, Clone)]
pub(super) struct Heard {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) data: String,
}

/// What somebody's address is answered with, and everybody's where none is named.
#[derive(Debug, Clone, Default)]
struct Orders {
    sender: Option<u16>,
    recipients: Vec<(String, u16)>,
    hang_up: bool,
}

pub(super) struct PostOffice {
    pub(super) port: u16,
    orders: Arc<Mutex<Orders>>,
    heard: Arc<Mutex<Vec<Heard>>>,
}

async fn serve(
    stream: TcpStream,
    orders: Arc<Mutex<Orders>>,
    heard: Arc<Mutex<Vec<Heard>>>,
) -> std::io::Result<()> {
    let orders = orders.lock().unwrap().clone();
    if orders.hang_up {
        return Ok(());
    }
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 office\r\n").await?;
    let (mut from, mut to) = (String::new(), String::new());
    let inside = |line: &str| {
        let (_, rest) = line.split_once('<').unwrap();
        rest.split_once('>').unwrap().0.to_owned()
    };
    while let Some(line) = lines.next_line().await? {
        let status = match line.split([' ', ':']).next().unwrap() {
            "EHLO" | "RSET" => 250,
            "MAIL" => {
                from = inside(&line);
                orders.sender.unwrap_or(250)
            }
            "RCPT" => {
                to = inside(&line);
                let order = orders.recipients.iter().find(|(who, _)| *who == to);
                order.map_or(250, |(_, status)| *status)
            }
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await?;
                let mut data = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    data += line.strip_prefix('.').unwrap_or(&line);
                    data += "\n";
                }
                let (from, to) = (from.clone(), to.clone());
                heard.lock().unwrap().push(Heard { from, to, data });
                250
            }
            "QUIT" => 221,
            _ => 502,
        };
        let answer = format!("{status} said the office\r\n");
        writer.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

impl PostOffice {
    /// One that takes everything.
    pub(super) async fn open() -> PostOffice {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (orders, heard) = (Arc::default(), Arc::default());
        let office = PostOffice {
            port,
            orders: Arc::clone(&orders),
            heard: Arc::clone(&heard),
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, orders.clone(), heard.clone()));
            }
        });
        office
    }

    /// What that address is answered with from now on.
    pub(super) fn answer(&self, address: &str, status: u16) {
        let mut orders = self.orders.lock().unwrap();
        orders.recipients.retain(|(who, _)| who != address);
        orders.recipients.push((address.to_owned(), status));
    }

    pub(super) fn answer_sender(&self, status: u16) {
        self.orders.lock().unwrap().sender = Some(status);
    }

    pub(super) fn hang_up(&self, hang_up: bool) {
        self.orders.lock().unwrap().hang_up = hang_up;
    }

    /// What came since it was asked last.
    pub(super) fn take(&self) -> Vec<Heard> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }
}

fn unquote(text: &str) -> String {
    let text = text.replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('=') {
        bytes.extend(before.as_bytes());
        bytes.push(u8::from_str_radix(&after[..2], 16).unwrap());
        rest = &after[2..];
    }
    bytes.extend(rest.as_bytes());
    String::from_utf8(bytes).unwrap()
}

impl Heard {
    fn head(&self) -> String {
        let (head, _) = self.data.split_once("\n\n").unwrap();
        head.replace("\n ", " ")
    }

    pub(super) fn header(&self, name: &str) -> String {
        let head = self.head();
        let found = head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            (key == name).then(|| value.to_owned())
        });
        let mut text = String::new();
        // RFC 2047, as far as our own mailer goes: words of one after the other belong together.
        for word in found.unwrap_or_default().split(' ') {
            match word.strip_prefix("=?utf-8?b?") {
                Some(word) => {
                    let bytes = BASE64.decode(word.trim_end_matches("?=").as_bytes());
                    text += &String::from_utf8(bytes.unwrap()).unwrap();
                }
                None if text.is_empty() => text += word,
                None => {
                    text += " ";
                    text += word;
                }
            }
        }
        text
    }

    /// The part of that type.
    pub(super) fn part(&self, kind: &str) -> String {
        let found = self.data.split("\n--").find_map(|part| {
            let (head, body) = part.split_once("\n\n")?;
            let is_it = head.contains(&format!("Content-Type: {kind}"));
            is_it.then(|| (head.to_owned(), body.to_owned()))
        });
        let (head, body) = found.unwrap_or_else(|| panic!("no {kind} in {}", self.data));
        if head.contains("base64") {
            let body: String = body.split_whitespace().collect();
            String::from_utf8(BASE64.decode(body.as_bytes()).unwrap()).unwrap()
        } else if head.contains("quoted-printable") {
            unquote(&body)
        } else {
            body
        }
    }

    /// The token of the link that says "this wasn't me".
    pub(super) fn token(&self) -> String {
        let text = self.part("text/plain");
        let address = format!("{}/not-me#", testkit::ORIGIN);
        let (_, rest) = text.split_once(&address).expect("a link of ours");
        rest.lines().next().unwrap().trim().to_owned()
    }
}
