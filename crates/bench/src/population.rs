//! People with passkeys, written straight into the database, and requests signed for them.

use authenticator::{Credential, Device, Page, RequestOptions, SigningKey};
use identity::Identity;
use store::{Id, NewCredential, NewPerson, PersonFields, PersonStatus, Unit, UserName, UserType};
use webauthn::{Algorithm, base64url};

use crate::serve::BROWSER;

/// One person with one synced passkey.
#[derive(Debug)]
pub(crate) struct Person {
    device: Device,
}

pub(crate) fn derive_bytes<const N: usize>(number: usize, label: u8) -> [u8; N] {
    let mut out = [0; N];
    for (block, chunk) in out.chunks_mut(32).enumerate() {
        let seed = [&(number as u64).to_be_bytes()[..], &[label, block as u8]].concat();
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &seed);
        chunk.copy_from_slice(&digest.as_ref()[..chunk.len()]);
    }
    out
}

impl Person {
    /// COSE_Key.
    pub(crate) fn public_key(&self) -> Vec<u8> {
        let first = self.device.credentials.first();
        first.map_or(Vec::new(), |credential| credential.key.cose_public_key())
    }
}

/// The same people each time, so that the database and the load generator agree without talking.
pub(crate) fn make_people(count: usize) -> Result<Vec<Person>, String> {
    (0..count)
        .map(|number| {
            let mut device = Device::synced();
            let seed = derive_bytes::<32>(number, 1);
            device.credentials.push(Credential {
                id: derive_bytes::<32>(number, 2).to_vec(),
                rp_id: "localhost".to_owned(),
                user_handle: derive_bytes::<64>(number, 3).to_vec(),
                user_name: format!("person{number}"),
                user_display_name: format!("Person {number}"),
                key: SigningKey::derive(Algorithm::Es256, &seed)
                    .map_err(|error| error.to_string())?,
                discoverable: true,
                backup_eligible: true,
                cmtg_keys: Vec::new(),
                active_cmtg_key: 0,
                counter: 0,
            });
            Ok(Person { device })
        })
        .collect()
}

pub(crate) async fn claim(identity: &Identity) -> Result<(), String> {
    let (store, tenant) = (identity.store(), identity.tenant_id());
    let mut unit = Unit::new();
    unit.claim_tenant(
        tenant,
        "Bench",
        "localhost",
        "http://localhost:8080",
        identity.ambient().now(),
    );
    let written = store.write(unit).await;
    written.map(drop).map_err(|error| error.to_string())
}

/// Claims the tenant and writes everybody, 150 a unit.
pub(crate) async fn write(identity: &Identity, people: &[Person]) -> Result<(), String> {
    claim(identity).await?;
    let (store, tenant) = (identity.store(), identity.tenant_id());
    for (batch, chunk) in people.chunks(150).enumerate() {
        let mut unit = Unit::new();
        for (index, person) in chunk.iter().enumerate() {
            insert(
                &mut unit,
                tenant,
                batch * 150 + index,
                person,
                identity.ambient().now(),
            );
        }
        store.write(unit).await.map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn insert(unit: &mut Unit, tenant: Id, number: usize, person: &Person, now: i64) {
    let [credential] = person.device.credentials.as_slice() else {
        return;
    };
    let person_id = Id(derive_bytes(number, 4));
    let name = credential.user_name.clone();
    unit.insert_person(
        tenant,
        &NewPerson {
            person_id,
            user_handle: derive_bytes(number, 3),
            fields: PersonFields {
                user_name: UserName {
                    shown: name.clone(),
                    key: name.clone(),
                    skeleton: name,
                },
                display_name: credential.user_display_name.clone(),
                display_name_key: credential.user_display_name.to_lowercase(),
                mail: None,
                mail_key: None,
                user_type: UserType::Member,
                profile: "{}".to_owned(),
            },
            status: PersonStatus::Enabled,
            created_at: now,
        },
    );
    unit.insert_credential(
        tenant,
        &NewCredential {
            credential_id: &credential.id,
            person_id,
            status: store::CredentialStatus::Active,
            name: "iCloud Keychain",
            public_key: &credential.key.cose_public_key(),
            algorithm: -7,
            sign_count: 0,
            backup_eligible: true,
            backup_state: true,
            user_verified: true,
            aaguid: person.device.aaguid,
            transports: "[\"internal\",\"hybrid\"]".to_owned(),
            attachment: Some("platform"),
            attestation_format: "none",
            attestation_kind: "none",
            // As long as a real one.
            attestation_object: &[0; 220],
            client_data_json: &[b' '; 140],
            created_proof: "registration_link",
            created_at: now,
            created_place:
                "{\"browser\":\"Chrome\",\"system\":\"macOS\",\"network\":\"127.0.0.0/24\"}"
                    .to_owned(),
            trust_groups: String::new(),
            recovered_at: None,
        },
    );
}

/// Headers that every change carries.
pub(crate) fn derive_head(port: u16, token: &str, path: &str, length: usize) -> String {
    let browser = base64url::encode(&BROWSER.0);
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: http://localhost:{port}\r\nCookie: claviger-browser={browser}\r\n\
         X-CSRF-Token: {token}\r\nContent-Type: application/json\r\n\
         User-Agent: Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/156.0 Safari/537.36\r\n\
         Content-Length: {length}\r\n\r\n"
    )
}

pub(crate) fn make_challenge_request(port: u16, token: &str) -> Vec<u8> {
    format!("{}{{}}", derive_head(port, token, "/sign-in/challenge", 2)).into_bytes()
}

/// Answers a challenge with the person's passkey; `offer` is the body of `/sign-in/challenge`.
pub(crate) fn make_finish_request(
    port: u16,
    token: &str,
    offer: &[u8],
    person: &mut Person,
) -> Result<Vec<u8>, String> {
    let offer: serde_json::Value =
        serde_json::from_slice(offer).map_err(|error| error.to_string())?;
    let options = RequestOptions::parse(offer["publicKey"].to_string().as_bytes())
        .map_err(|error| error.to_string())?;
    let page = Page::new(&format!("http://localhost:{port}"));
    let answer = person
        .device
        .get(&options, &page)
        .map_err(|error| error.to_string())?;
    let response = String::from_utf8(answer.to_json()).map_err(|error| error.to_string())?;
    let state = offer["state"].as_str().ok_or("no state")?;
    let body =
        format!("{{\"state\":\"{state}\",\"response\":{response},\"return\":\"/security-info\"}}");
    Ok(format!(
        "{}{body}",
        derive_head(port, token, "/sign-in/passkey", body.len())
    )
    .into_bytes())
}
