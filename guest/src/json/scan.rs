//! How texts are searched for the few bytes that mean something: eight bytes at a time.

/// The highest bit of each byte.
const HIGH: u64 = all(0x80);

/// A byte in each place.
const fn all(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// A bit in the first of eight bytes that is below another, which is 0x80 at most. What stands above
/// that bit means nothing (<https://graphics.stanford.edu/~seander/bithacks.html#HasLessInWord>).
const fn below(bytes: u64, end: u8) -> u64 {
    bytes.wrapping_sub(all(end)) & !bytes & HIGH
}

/// A bit in the first of eight bytes that is this one.
const fn equal(bytes: u64, byte: u8) -> u64 {
    below(bytes ^ all(byte), 1)
}

/// Where the first byte is that ends a text in JSON, or stands in it only as an escape: a quotation
/// mark, a backslash, or a control character.
pub fn special(text: &[u8]) -> Option<usize> {
    first(
        text,
        |bytes| below(bytes, 0x20) | equal(bytes, b'"') | equal(bytes, b'\\'),
        |byte| matches!(byte, 0..0x20 | b'"' | b'\\'),
    )
}

/// Where the first byte is of a control character that no text of JSON should bring to a terminal:
/// NUL, ESC, or 0xC2, the first byte of each of the second set (C1).
pub fn escape(text: &[u8]) -> Option<usize> {
    first(
        text,
        |bytes| equal(bytes, 0x1b) | equal(bytes, 0) | equal(bytes, 0xc2),
        |byte| matches!(byte, 0 | 0x1b | 0xc2),
    )
}

fn first(text: &[u8], in_eight: impl Fn(u64) -> u64, is_one: impl Fn(u8) -> bool) -> Option<usize> {
    let mut place = 0;
    while let Some(bytes) = text[place..].first_chunk() {
        let found = in_eight(u64::from_le_bytes(*bytes));
        if found != 0 {
            return Some(place + found.trailing_zeros() as usize / 8);
        }
        place += bytes.len();
    }
    let rest = text[place..].iter().position(|byte| is_one(*byte))?;
    Some(place + rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_first_is_found(text in "([a-zé°\\PC]|[\0\u{1b}\u{1f} \"\\\\\u{7f}\u{80}]){0,40}") {
            let bytes = text.as_bytes();
            let is_special = |byte: &u8| matches!(byte, 0..0x20 | b'"' | b'\\');
            prop_assert_eq!(special(bytes), bytes.iter().position(is_special));
            let is_escape = |byte: &u8| matches!(byte, 0 | 0x1b | 0xc2);
            prop_assert_eq!(escape(bytes), bytes.iter().position(is_escape));
        }
    }

    #[test]
    fn every_byte_in_every_place() {
        for place in 0..20 {
            for byte in 0..=u8::MAX {
                let mut text = [b'x'; 20];
                text[place] = byte;
                let is_special = matches!(byte, 0..0x20 | b'"' | b'\\');
                assert_eq!(special(&text), is_special.then_some(place), "{byte}");
                let is_escape = matches!(byte, 0 | 0x1b | 0xc2);
                assert_eq!(escape(&text), is_escape.then_some(place), "{byte}");
            }
        }
    }
}
