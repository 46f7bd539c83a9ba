//! A person with a software passkey, talking to the server as the page scripts do (`docs/http.md`).

use std::io::{Error, Result};

use authenticator::{CreationOptions, Device, Mediation, Page, RequestOptions};
use serde_json::{Value, json};

use crate::http::{Answer, Browser, Door};

#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) device: Device,
    pub(crate) door: Door,
}

/// A browser with a session, and what would repeat its sign-in.
#[derive(Debug)]
pub(crate) struct SignedIn {
    pub(crate) browser: Browser,
    pub(crate) finish: Value,
}

impl Person {
    /// Claims the installation as its first administrator.
    pub(crate) fn set_up(door: impl Into<Door>, token: &str) -> Result<Person> {
        let door = door.into();
        let mut person = Person {
            device: Device::synced(),
            door,
        };
        let mut browser = Browser::open(door)?;
        expect(browser.get("/set-up")?)?;
        let claim = json!({ "token": token, "organisation": "Crash", "userName": "admin", "displayName": "Admin" });
        let offer = expect(browser.post("/set-up/begin", &claim)?)?;
        let options = CreationOptions::parse(offer["publicKey"].to_string().as_bytes())
            .map_err(Error::other)?;
        let page = Page::new(&browser.origin());
        let response = person
            .device
            .create(&options, &page, Mediation::Modal, &[7; 32])
            .map_err(Error::other)?;
        let finish = json!({ "state": offer["state"], "response": response.to_value() });
        expect(browser.post("/set-up/finish", &finish)?)?;
        Ok(person)
    }

    /// The same person in front of another node.
    pub(crate) fn moved_to(&self, door: Door) -> Person {
        Person {
            door,
            ..self.clone()
        }
    }

    /// The discoverable way, in a new browser.
    pub(crate) fn sign_in(&mut self) -> Result<SignedIn> {
        let (mut browser, finish) = self.begin_sign_in()?;
        expect(browser.post("/sign-in/passkey", &finish)?)?;
        Ok(SignedIn { browser, finish })
    }

    /// Up to the answer to the challenge, which is not sent.
    pub(crate) fn begin_sign_in(&mut self) -> Result<(Browser, Value)> {
        let mut browser = Browser::open(self.door)?;
        expect(browser.get("/sign-in")?)?;
        let offer = expect(browser.post("/sign-in/challenge", &json!({}))?)?;
        let options = RequestOptions::parse(offer["publicKey"].to_string().as_bytes())
            .map_err(Error::other)?;
        let response = self
            .device
            .get(&options, &Page::new(&browser.origin()))
            .map_err(Error::other)?;
        let finish = json!({ "state": offer["state"], "response": response.to_value(), "return": "/security-info" });
        Ok((browser, finish))
    }

    pub(crate) fn passkey_id(&self) -> String {
        let credential = self.device.credentials.last().expect("a passkey was made");
        base64url(&credential.id)
    }
}

/// The JSON of a 200; anything else is an error that shows the answer.
pub(crate) fn expect(answer: Answer) -> Result<Value> {
    if answer.status != 200 {
        return Err(Error::other(format!("{}: {}", answer.status, answer.body)));
    }
    Ok(serde_json::from_str(&answer.body).unwrap_or_default())
}

fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let group = |group: &[u8]| {
        let bits = group
            .iter()
            .fold(0u32, |bits, &byte| bits << 8 | u32::from(byte))
            << (8 * (3 - group.len()));
        let digit = move |at: usize| char::from(ALPHABET[(bits >> (18 - 6 * at)) as usize & 63]);
        (0..=group.len()).map(digit).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}
