//! The short name of a request, which its reader can read out to the help desk.

use std::fmt;

use identity::ambient::Random;

/// Forty random bits, written like `7K2M-9QXD`.
#[derive(Debug, Clone, Copy)]
pub struct RequestId([u8; 8]);

/// Crockford's digits: none that is easily taken for another.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl RequestId {
    pub fn make(random: &Random) -> RequestId {
        let bytes: [u8; 8] = random.make();
        RequestId(bytes.map(|byte| DIGITS[usize::from(byte % 32)]))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, &digit) in self.0.iter().enumerate() {
            if index == 4 {
                f.write_str("-")?;
            }
            write!(f, "{}", char::from(digit))?;
        }
        Ok(())
    }
}
