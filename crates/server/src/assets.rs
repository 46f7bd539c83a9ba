//! Styles, scripts and icons, compiled in, under an address that names their content.
//!
//! The hash is a folder, so that modules import each other by relative paths.

use std::fmt::Write;
use std::sync::LazyLock;

/// What an asset's address starts with.
pub const PREFIX: &str = "/assets";

/// For an address with today's hash: its content never changes.
pub const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// One file.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    pub name: &'static str,
    pub content_type: &'static str,
    pub content: &'static [u8],
}

macro_rules! assets {
    ($($name:literal)*) => {
        &[$(Asset { name: $name, content_type: content_type($name), content: include_bytes!(concat!("../assets/", $name)) }),*]
    };
}

/// Every file that a browser may ask for.
pub static ASSETS: &[Asset] = assets! {
    "answer-form.js" "api.js" "approve.js" "ceremony.js" "challenge.js" "consent.js" "creation.js" "device.js" "enrol.js" "icons.svg" "mark.svg" "not-me.js" "own-password.js" "page.js" "pass.js" "password.js" "people.js" "reauthenticate.js" "recover-letter.js" "recover.js" "register.js"
    "security-info.js" "set-up.js" "sign-in.js" "sign-out.js" "signals.js" "style.css" "time.js" "upgrade.js"
};

const fn content_type(name: &str) -> &'static str {
    match name.as_bytes() {
        [.., b'.', b'j', b's'] => "text/javascript; charset=utf-8",
        [.., b'.', b'c', b's', b's'] => "text/css; charset=utf-8",
        [.., b'.', b's', b'v', b'g'] => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

/// FNV-1a over names and contents: it tells versions apart, it protects nothing.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in ASSETS.iter().flat_map(|asset| {
        asset
            .name
            .bytes()
            .chain([0])
            .chain(asset.content.iter().copied())
    }) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let mut text = String::new();
    // Writing to a `String` does not fail.
    let _ = write!(text, "{hash:016x}");
    text
});

/// Where an asset is found: `/assets/<hash>/<name>`.
pub fn address(name: &str) -> String {
    format!("{PREFIX}/{}/{name}", *HASH)
}

/// The asset, and how long it may be kept. A page of another version (a rolling update) gets our
/// file under its own hash, but must not keep it.
pub fn find(hash: &str, name: &str) -> Option<(&'static Asset, &'static str)> {
    let asset = ASSETS.iter().find(|asset| asset.name == name)?;
    Some((asset, if hash == *HASH { FOR_EVER } else { "no-store" }))
}

#[cfg(test)]
mod tests {
    use super::{ASSETS, FOR_EVER, address, find};

    #[test]
    fn an_address_leads_to_its_asset() {
        for asset in ASSETS {
            let address = address(asset.name);
            let mut parts = address.strip_prefix("/assets/").unwrap().split('/');
            let (found, caching) = find(parts.next().unwrap(), parts.next().unwrap()).unwrap();
            assert_eq!((found.name, caching), (asset.name, FOR_EVER));
            assert_ne!(found.content_type, "application/octet-stream");
        }
    }

    #[test]
    fn only_the_current_content_is_kept() {
        assert_eq!(find("0000000000000000", "style.css").unwrap().1, "no-store");
        assert!(find("0000000000000000", "../Cargo.toml").is_none());
    }

    #[test]
    fn styles_and_icons_are_light() {
        let weigh = |ending: &str| -> usize {
            ASSETS
                .iter()
                .filter(|asset| asset.name.ends_with(ending))
                .map(|asset| asset.content.len())
                .sum()
        };
        assert!(weigh(".css") < 30 * 1024, "{}", weigh(".css"));
        assert!(weigh(".svg") < 12 * 1024, "{}", weigh(".svg"));
    }

    #[test]
    fn nothing_is_loaded_from_elsewhere() {
        for asset in ASSETS {
            let text = std::str::from_utf8(asset.content)
                .unwrap()
                .replace("http://www.w3.org/2000/svg", "");
            for address in [
                "http://",
                "https://",
                "//cdn",
                "@import",
                "innerHTML",
                "eval(",
            ] {
                assert!(!text.contains(address), "{} has {address}", asset.name);
            }
        }
    }

    #[test]
    fn every_file_in_the_folder_is_served() {
        for entry in std::fs::read_dir("assets").unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let is_served = ASSETS.iter().any(|asset| asset.name == name);
            assert!(
                is_served || name.ends_with(".json") || name.ends_with(".d.ts"),
                "{name}"
            );
        }
    }
}
