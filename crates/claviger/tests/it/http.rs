//! HTTP/1.1 over one kept connection: as little of it as these tests need.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Error, Read, Result, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// Where a node listens, and the port of the origin that it is known by: its own, or that of the node beside it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Door {
    pub(crate) listens: u16,
    pub(crate) origin: u16,
}

impl From<u16> for Door {
    fn from(port: u16) -> Door {
        Door {
            listens: port,
            origin: port,
        }
    }
}

/// One browser: its connection, its cookies, its origin.
#[derive(Debug)]
pub(crate) struct Browser {
    connection: BufReader<TcpStream>,
    port: u16,
    pub(crate) cookies: BTreeMap<String, String>,
    /// What the last page gave for `X-CSRF-Token`.
    token: String,
}

impl Browser {
    pub(crate) fn open(door: impl Into<Door>) -> Result<Browser> {
        let door = door.into();
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, door.listens))?;
        stream.set_nodelay(true)?;
        // A server that hangs is a failed test, not a hung one.
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Browser {
            connection: BufReader::new(stream),
            port: door.origin,
            cookies: BTreeMap::new(),
            token: String::new(),
        })
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Opens a page and takes its CSRF token.
    pub(crate) fn get(&mut self, path: &str) -> Result<Answer> {
        self.send("GET", path, "", "")?;
        let answer = self.receive()?;
        let meta = answer
            .body
            .split("<meta")
            .find(|tag| tag.contains("csrf-token"));
        if let Some((_, rest)) = meta.and_then(|tag| tag.split_once("content=\"")) {
            self.token = rest.split('"').next().unwrap_or_default().to_owned();
        }
        Ok(answer)
    }

    pub(crate) fn post(&mut self, path: &str, body: &serde_json::Value) -> Result<Answer> {
        self.send_post(path, body)?;
        self.receive()
    }

    /// Sends and doesn't wait for the answer.
    pub(crate) fn send_post(&mut self, path: &str, body: &serde_json::Value) -> Result<()> {
        let more = format!(
            "Content-Type: application/json\r\nOrigin: {}\r\nX-CSRF-Token: {}\r\n",
            self.origin(),
            self.token
        );
        self.send("POST", path, &more, &body.to_string())
    }

    fn send(&mut self, method: &str, path: &str, more: &str, body: &str) -> Result<()> {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let text = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost:{}\r\nCookie: {}\r\nUser-Agent: crash test\r\n{more}Content-Length: {}\r\n\r\n{body}",
            self.port,
            cookies.join("; "),
            body.len()
        );
        self.connection.get_mut().write_all(text.as_bytes())
    }

    fn receive(&mut self) -> Result<Answer> {
        let status_line = self.line()?;
        let status = status_line
            .split(' ')
            .nth(1)
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| broken(&status_line))?;
        let (mut length, mut chunked) = (0, false);
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(": ").ok_or_else(|| broken(&line))?;
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().map_err(|_| broken(&line))?,
                "transfer-encoding" => chunked = value.eq_ignore_ascii_case("chunked"),
                "set-cookie" => self.keep_cookie(value),
                _ => {}
            }
        }
        let body = if chunked {
            self.chunks()?
        } else {
            self.bytes(length)?
        };
        Ok(Answer {
            status,
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    }

    fn keep_cookie(&mut self, cookie: &str) {
        let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
        if let Some((name, value)) = pair.split_once('=') {
            if attributes.to_ascii_lowercase().contains("max-age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.connection.read_line(&mut line)? == 0 {
            return Err(broken("the connection ended"));
        }
        Ok(line.trim_end().to_owned())
    }

    fn bytes(&mut self, length: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.connection.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.line()?;
            let length = usize::from_str_radix(&line, 16).map_err(|_| broken(&line))?;
            body.extend(self.bytes(length)?);
            self.line()?;
            if length == 0 {
                return Ok(body);
            }
        }
    }
}

fn broken(what: &str) -> Error {
    Error::other(format!("not HTTP: {what}"))
}
