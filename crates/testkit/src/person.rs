//! People with a browser and a device.

use serde_json::Value;

use crate::{Answer, Browser, Device};

/// Somebody who uses the house.
#[derive(Debug, Clone)]
pub struct Person {
    /// The name typed at sign-in.
    pub user_name: String,
    /// The name for people.
    pub display_name: String,
    /// The GUID; empty for the first administrator, whom no page names.
    pub person_id: String,
    /// What they browse with.
    pub browser: Browser,
    /// What holds their passkey.
    pub device: Device,
}

impl Person {
    pub(crate) fn new(user_name: &str, browser: Browser, device: Device) -> Person {
        Person {
            user_name: user_name.to_owned(),
            display_name: Person::display_name_of(user_name),
            person_id: String::new(),
            browser,
            device,
        }
    }

    pub(crate) fn display_name_of(user_name: &str) -> String {
        let (first, rest) = user_name.split_at(user_name.chars().next().map_or(0, char::len_utf8));
        format!("{}{rest} Example", first.to_uppercase())
    }

    /// Signs in by the button.
    pub async fn sign_in(&mut self) -> Answer {
        self.browser.sign_in(&mut self.device).await
    }

    /// Confirms that it's still them.
    pub async fn reauthenticate(&mut self) -> Answer {
        self.browser.reauthenticate(&mut self.device).await
    }

    /// Adds the passkey of one more device; gives the answer's body.
    pub async fn add_device(&mut self, device: &mut Device) -> Value {
        self.browser.add_passkey(device).await.ok()
    }

    /// The id of the passkey that [`Person::device`] holds.
    #[must_use]
    pub fn passkey_id(&self) -> String {
        passkey_id(&self.device)
    }

    /// The user handle that [`Person::device`] was given.
    #[must_use]
    pub fn user_handle(&self) -> Vec<u8> {
        self.device.credentials.last().unwrap().user_handle.clone()
    }
}

/// The id of a device's newest passkey, as it stands in addresses.
#[must_use]
pub fn passkey_id(device: &Device) -> String {
    webauthn::base64url::encode(&device.credentials.last().unwrap().id)
}
