//! What looks like a token: letters and digits that are no words.

/// A text with fewer letters and digits that nobody can read is none.
const SHORTEST: usize = 10;

/// From so many letters and digits on the share of changes between them counts.
const LONG: usize = 16;

/// The groups of a UUID, by their lengths.
const UUID: [usize; 5] = [8, 4, 4, 4, 12];

/// Whether a part of a URL, without percent signs, looks like a token, an id that is as good as one,
/// or another text that nobody can read.
///
/// Words, numbers, dates, versions and names made of them are none. UUIDs are: whoever knows the one
/// in a link to reset a password needs no other secret, and the same call with another one would
/// look like another call.
///
/// ```
/// use collector::scrub::is_token;
///
/// assert!(!is_token("list_all-customers2024"));
/// assert!(is_token("0193ab3c-1b5e-4d6f-8a7b-9c0d1e2f3a4b"));
/// assert!(is_token("bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"));
/// ```
#[must_use]
pub fn is_token(text: &str) -> bool {
    let words = || text.as_bytes().split(|byte| !byte.is_ascii_alphanumeric());
    let length: usize = words().map(<[u8]>::len).sum();
    if is_bot(text) || is_login(text) || (text.starts_with("eyJ") && length >= LONG) {
        return true;
    }
    if words().map(<[u8]>::len).eq(UUID) && words().flatten().all(u8::is_ascii_hexdigit) {
        return true;
    }
    let unreadable: usize = words()
        .filter(|word| !is_readable(word))
        .map(<[u8]>::len)
        .sum();
    let changes: usize = words().map(changes).sum();
    unreadable >= SHORTEST || (length >= LONG && changes * 10 >= length * 3)
}

/// Whether it is the part of a Telegram URL that holds a bot's token
/// (<https://core.telegram.org/bots/api#making-requests>).
fn is_bot(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("bot") else {
        return false;
    };
    let token = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    token.len() < rest.len() && token.len() > 1 && token.starts_with(':')
}

/// Whether it has a user and a password before a host, as in a URL inside another.
fn is_login(text: &str) -> bool {
    let mut rest = text.bytes().skip_while(|byte| *byte != b':');
    rest.any(|byte| byte == b'@')
}

/// Whether letters and digits are a word, a number, or a word with a number before or after it.
fn is_readable(word: &[u8]) -> bool {
    /// Too short to be random, as in `x64`, `1st` and `9c0d`.
    const SHORT: usize = 4;
    /// A time in milliseconds has 13 digits, an account's number 12 to 15, and a credit card's 16.
    const DIGITS: usize = 15;
    const LOWER: usize = 31;
    const UPPER: usize = 15;
    /// No word of English has as many consonants in a row.
    const CONSONANTS: usize = 7;

    if word.iter().all(u8::is_ascii_digit) {
        return word.len() <= DIGITS;
    }
    if word.len() <= SHORT {
        return true;
    }
    let is_digit = |byte: &&u8| byte.is_ascii_digit();
    let before = word.iter().take_while(is_digit).count();
    let after = word.iter().rev().take_while(is_digit).count();
    let letters = &word[before..word.len() - after];
    if before > SHORT
        || after > SHORT
        || !letters.iter().all(u8::is_ascii_alphabetic)
        || (word.len() >= LONG && word.iter().all(u8::is_ascii_hexdigit))
    {
        return false;
    }
    let is_vowel = |byte: &u8| b"aeiouy".contains(&byte.to_ascii_lowercase());
    let consonants = letters.split(is_vowel).map(<[u8]>::len).max();
    if consonants.is_some_and(|consonants| consonants >= CONSONANTS) {
        return false;
    }
    match letters {
        lower if lower.iter().all(u8::is_ascii_lowercase) => lower.len() <= LOWER,
        upper if upper.iter().all(u8::is_ascii_uppercase) => upper.len() <= UPPER,
        mixed => changes(mixed) * 10 <= mixed.len() * 3,
    }
}

/// How often capitals, small letters and digits take turns.
fn changes(word: &[u8]) -> usize {
    let kind = |byte: u8| (byte.is_ascii_digit(), byte.is_ascii_uppercase());
    let pairs = word.windows(2);
    pairs.filter(|pair| kind(pair[0]) != kind(pair[1])).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_no_token() {
        for text in [
            "",
            "users",
            "v1beta2",
            "12345678901234",
            "getCustomerAccountInformation",
            "this-is-a-long-article-slug-2024",
            "list_all_customer_accounts",
            "report-2024q3-final",
            "sha256",
            "main.3f2a9c1b.js",
            "jquery-3.6.0.min.js",
            "2024-01-31T12:00:00Z",
            "numpy-1.26.4-cp311-cp311-manylinux_2_17_x86_64.whl",
            "bucket-name-123456789012",
            "PROJ-1234",
            "TRANSACTIONLIST",
            "user42@example.com",
            "documents:batchGet",
            "robot1:x",
            "bot:x",
            "bot1",
            "bot1:",
            "1234customers",
            "customers1234",
            "AaBobababa",
            "botany:1",
            "a1b2c3d",
            "me@h:80",
            "größer-als-das-Übliche",
        ] {
            assert!(!is_token(text), "{text}");
        }
    }

    #[test]
    fn what_machines_make_is_a_token() {
        for text in [
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
            "eyJabcdefghijklm",
            "0193ab3c-1b5e-4d6f-8a7b-9c0d1e2f3a4b",
            "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa",
            "d41d8cd98f00b204e9800998ecf8427e",
            "aaaaaaaaaaaaaaaa",
            "507f1f77bcf86cd799439011",
            "4111111111111111",
            "AKIAIOSFODNN7EXAMPLE",
            "JBSWY3DPEHPK3PXP",
            "XXXXXXXXXXXXXXXXXXXXXXXX",
            "ABCDEFGHIJKLMNOP",
            "abcdefghijklmnopqrstuvwxyzabcdef",
            "xkcdzrtplmq",
            "dQw4w9WgXcQ",
            "wJalrXUtnFEMI_K7MDENG-bPxRfiCYEXAMPLEKEY",
            "bot1:x",
            "me:secret@h",
            ":@",
            "12345abcdef",
            "12345customers",
            "customers12345",
            "AaBaabaabB",
        ] {
            assert!(is_token(text), "{text}");
        }
    }

    /// By a generator of its own, so that it passes always or never.
    #[test]
    fn hardly_a_random_text_is_read_as_words() {
        const BASE64URL: &[u8] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut state = 7_u64;
        let mut random = |below: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        for (alphabet, length, at_most) in [
            (BASE64URL, 43, 0),
            (BASE64URL, 32, 10),
            (BASE64URL, 20, 50),
            (&BASE64URL[26..62], 20, 30),
            (b"0123456789abcdef", 16, 3),
            (b"0123456789abcdef", 32, 0),
        ] {
            let read_as_words = (0..10_000)
                .filter(|_| {
                    let bytes = (0..length).map(|_| alphabet[random(alphabet.len())]);
                    !is_token(&String::from_utf8(bytes.collect()).unwrap())
                })
                .count();
            assert!(read_as_words <= at_most, "{length}: {read_as_words}");
        }
    }
}
