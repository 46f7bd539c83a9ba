//! Passwords that are known from breaches: a local file of SHA-1 hashes in ascending order, one a line (`HASH` or `HASH:COUNT`), as the
//! lists that can be had publicly are. Nothing of a password leaves the machine.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

/// Hexadecimal digits of a hash.
const DIGITS: usize = 40;
/// No line is longer.
const MOST: usize = 64;

/// Whether the list has it: about forty reads of a line each, however long the list is.
///
/// # Errors
/// When the file can't be read, or a line of it is none of such a list.
pub(super) fn is_listed(list: &Path, password: &str) -> io::Result<bool> {
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
    let wanted = data_encoding::HEXUPPER.encode(hash.as_ref());
    let mut file = File::open(list)?;
    let (mut low, mut high) = (0, file.metadata()?.len());
    // Lines that begin at `low` or later and before `high` may be it.
    while low < high {
        let middle = low + (high - low) / 2;
        let Some((start, line)) = read_line_from(&mut file, middle)?.filter(|it| it.0 < high)
        else {
            // None begins between: what is left begins before.
            high = middle;
            continue;
        };
        match line.as_str().cmp(wanted.as_str()) {
            std::cmp::Ordering::Equal => return Ok(true),
            std::cmp::Ordering::Less => low = start + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    Ok(false)
}

/// The first line that begins at `at` or later: where, and its hash.
fn read_line_from(file: &mut File, at: u64) -> io::Result<Option<(u64, String)>> {
    // From the byte before, so that a line that begins right here is seen as one.
    let from = at.saturating_sub(1);
    let mut buffer = [0; 2 * MOST + 2];
    file.seek(SeekFrom::Start(from))?;
    let mut read = 0;
    while read < buffer.len() {
        match file.read(buffer.get_mut(read..).unwrap_or_default())? {
            0 => break,
            count => read += count,
        }
    }
    let bytes = buffer.get(..read).unwrap_or_default();
    let skipped = match at {
        0 => 0,
        _ => match bytes.iter().position(|byte| *byte == b'\n') {
            Some(place) => place + 1,
            None if read == buffer.len() => return Err(io::Error::other("a line is too long")),
            None => return Ok(None),
        },
    };
    let line = bytes.get(skipped..).unwrap_or_default();
    if line.is_empty() {
        return Ok(None);
    }
    let hash = line
        .get(..DIGITS)
        .and_then(|it| std::str::from_utf8(it).ok());
    let ends = matches!(line.get(DIGITS), None | Some(b':' | b'\n' | b'\r'));
    let hash = hash.filter(|it| ends && it.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let unfit = || io::Error::other("a line is no SHA-1 hash");
    let hash = hash.ok_or_else(unfit)?.to_ascii_uppercase();
    Ok(Some((from + skipped as u64, hash)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list_of(passwords: &[&str], end: &str) -> tempfile::NamedTempFile {
        let mut lines: Vec<String> = passwords
            .iter()
            .enumerate()
            .map(|(at, password)| {
                let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
                let hash = data_encoding::HEXUPPER.encode(hash.as_ref());
                format!("{hash}:{}", at * 1_000_003)
            })
            .collect();
        lines.sort();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), lines.join(end) + end).unwrap();
        file
    }

    #[test]
    fn every_one_of_a_list_is_found_and_no_other() {
        let all: Vec<String> = (0..257).map(|number| format!("password{number}")).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        for end in ["\n", "\r\n"] {
            for length in [1, 2, 3, 257] {
                let list = list_of(&all[..length], end);
                for listed in &all[..length] {
                    assert!(is_listed(list.path(), listed).unwrap(), "{listed}");
                }
                for other in ["", "correct horse", "password257", "password-1"] {
                    assert!(!is_listed(list.path(), other).unwrap(), "{other}");
                }
            }
        }
        assert!(!is_listed(list_of(&[], "").path(), "password1").unwrap());
    }

    #[test]
    fn what_is_no_such_list_is_said() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "password1\npassword2\n").unwrap();
        assert!(is_listed(file.path(), "password1").is_err());
        assert!(is_listed(Path::new("not-there"), "password1").is_err());
    }
}
