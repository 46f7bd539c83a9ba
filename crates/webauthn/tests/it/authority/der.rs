//! A writer of DER. It writes what it is told, good or bad.

pub(crate) fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    match contents.len() {
        short @ 0..0x80 => bytes.push(short as u8),
        long @ 0x80..0x100 => bytes.extend([0x81, long as u8]),
        longer => {
            bytes.push(0x82);
            bytes.extend((longer as u16).to_be_bytes());
        }
    }
    bytes.extend(contents);
    bytes
}

pub(crate) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    element(0x30, &parts.concat())
}

pub(crate) fn set(parts: &[Vec<u8>]) -> Vec<u8> {
    element(0x31, &parts.concat())
}

pub(crate) fn oid(contents: &[u8]) -> Vec<u8> {
    element(6, contents)
}

/// A number that is not negative, by its bytes.
pub(crate) fn integer(bytes: &[u8]) -> Vec<u8> {
    let first = bytes.iter().position(|&byte| byte != 0);
    let mut contents = first.map_or(vec![0], |first| bytes[first..].to_vec());
    if contents[0] & 0x80 != 0 {
        contents.insert(0, 0);
    }
    element(2, &contents)
}

pub(crate) fn boolean(value: bool) -> Vec<u8> {
    element(1, &[if value { 0xff } else { 0 }])
}

pub(crate) fn octet_string(bytes: &[u8]) -> Vec<u8> {
    element(4, bytes)
}

pub(crate) fn bit_string(bytes: &[u8]) -> Vec<u8> {
    element(3, &[&[0], bytes].concat())
}

/// One byte of named bits, as many unused.
pub(crate) fn named_bits(byte: u8, unused: u8) -> Vec<u8> {
    element(3, &[unused, byte])
}

pub(crate) fn utf8(text: &str) -> Vec<u8> {
    element(0x0c, text.as_bytes())
}

pub(crate) fn printable(text: &str) -> Vec<u8> {
    element(0x13, text.as_bytes())
}

pub(crate) fn explicit(number: u8, contents: &[u8]) -> Vec<u8> {
    element(0xa0 | number, contents)
}

/// Seconds since 1970 as GeneralizedTime. (jiff and the like would be a second opinion; `Time`'s own unit
/// tests have dates from elsewhere.)
pub(crate) fn time(seconds: i64) -> Vec<u8> {
    let (mut day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let mut year = 1970;
    let leap = |year: i64| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    while day < 0 {
        year -= 1;
        day += 365 + i64::from(leap(year));
    }
    while day >= 365 + i64::from(leap(year)) {
        day -= 365 + i64::from(leap(year));
        year += 1;
    }
    let months = [
        31,
        28 + i64::from(leap(year)),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    let mut month = 0;
    while day >= months[month] {
        day -= months[month];
        month += 1;
    }
    let clock = format!(
        "{:02}{:02}{:02}{:02}{:02}Z",
        month + 1,
        day + 1,
        second / 3600,
        second / 60 % 60,
        second % 60
    );
    if (1950..2050).contains(&year) {
        element(0x17, format!("{:02}{clock}", year % 100).as_bytes())
    } else {
        element(0x18, format!("{year:04}{clock}").as_bytes())
    }
}
/// `[number] EXPLICIT`, also for numbers above 30.
pub(crate) fn explicit_great(number: u32, contents: &[u8]) -> Vec<u8> {
    if number < 31 {
        return explicit(number as u8, contents);
    }
    let low = element(0xbf, contents);
    let mut bytes = vec![low[0]];
    if number > 127 {
        bytes.push(0x80 | (number >> 7) as u8);
    }
    bytes.push((number & 0x7f) as u8);
    bytes.extend(&low[1..]);
    bytes
}
