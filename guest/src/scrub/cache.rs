//! Texts that have been scrubbed: the same call comes again and again.

use std::rc::Rc;

use super::{Dialect, sql, url};
use crate::limits;

/// How a text is scrubbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scrubber {
    /// As a URL.
    Url,
    /// As a statement of a dialect.
    Sql(Dialect),
}

/// The texts that were scrubbed last, by what they were before.
#[derive(Debug, Default)]
pub struct Cache {
    /// Sorted. It is emptied before it gets larger than [`limits::SCRUBBED_BYTES`].
    texts: Vec<(Key, Rc<str>)>,
    bytes: usize,
}

type Key = (Scrubber, bool, Box<str>);

/// What an entry takes beside its texts.
const ENTRY_BYTES: usize = 80;

impl Cache {
    /// A text as it may be shown. What is longer than [`limits::CALL_TEXT_CHARS`] is cut before that.
    pub fn scrubbed(&mut self, scrubber: Scrubber, text: &str, is_cut: bool) -> Rc<str> {
        let whole = text;
        let text = crate::text::truncated(whole, limits::CALL_TEXT_CHARS);
        let is_cut = is_cut || text.len() < whole.len();
        self.find_or_add(scrubber, text, is_cut, || match scrubber {
            Scrubber::Url => url(text, is_cut),
            Scrubber::Sql(dialect) => sql(text, dialect, is_cut),
        })
    }

    fn find_or_add(
        &mut self,
        scrubber: Scrubber,
        text: &str,
        is_cut: bool,
        scrub: impl FnOnce() -> String,
    ) -> Rc<str> {
        let key = (scrubber, is_cut, text);
        let by_key = |(known, _): &(Key, Rc<str>)| (known.0, known.1, &*known.2).cmp(&key);
        match self.texts.binary_search_by(by_key) {
            Ok(place) => Rc::clone(&self.texts[place].1),
            Err(place) => {
                let scrubbed: Rc<str> = scrub().into();
                let bytes = ENTRY_BYTES + text.len() + scrubbed.len();
                let is_full = self.bytes + bytes > limits::SCRUBBED_BYTES;
                if is_full {
                    *self = Self::default();
                }
                self.bytes += bytes;
                let place = if is_full { 0 } else { place };
                let entry = ((scrubber, is_cut, text.into()), Rc::clone(&scrubbed));
                self.texts.insert(place, entry);
                scrubbed
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of these texts are scrubbed.
    fn scrubbed<'a>(cache: &mut Cache, texts: impl IntoIterator<Item = &'a str>) -> usize {
        let mut count = 0;
        for text in texts {
            let found = cache.find_or_add(Scrubber::Url, text, false, || {
                count += 1;
                text.to_uppercase()
            });
            assert_eq!(*found, text.to_uppercase());
        }
        count
    }

    #[test]
    fn a_text_is_scrubbed_once() {
        let mut cache = Cache::default();
        assert_eq!(scrubbed(&mut cache, ["b", "a", "c", "a", "b", "a"]), 3);
        assert_eq!(scrubbed(&mut cache, ["c", "b", "a", "d"]), 1);
    }

    #[test]
    fn the_same_text_is_scrubbed_as_what_it_is() {
        let mut cache = Cache::default();
        let text = r"//h/'\'a";
        for _ in 0..2 {
            let mut of = |scrubber, is_cut| cache.scrubbed(scrubber, text, is_cut).to_string();
            assert_eq!(of(Scrubber::Url, false), r"//h/…");
            assert_eq!(of(Scrubber::Url, true), "//h/…");
            assert_eq!(of(Scrubber::Sql(Dialect::Oracle), false), "//h/?a");
            assert_eq!(of(Scrubber::Sql(Dialect::Oracle), true), "//h/?a …");
            assert_eq!(of(Scrubber::Sql(Dialect::MySql), false), "//h/ …");
        }
    }

    #[test]
    fn a_text_has_a_greatest_length() {
        let mut cache = Cache::default();
        let mut of = |length| {
            let text = "ä".repeat(length);
            cache.scrubbed(Scrubber::Sql(Dialect::Other), &text, false)
        };
        assert_eq!(
            *of(limits::CALL_TEXT_CHARS),
            *"ä".repeat(limits::CALL_TEXT_CHARS)
        );
        let cut = of(limits::CALL_TEXT_CHARS + 1);
        assert_eq!(*cut, *("ä".repeat(limits::CALL_TEXT_CHARS) + " …"));
    }

    #[test]
    fn it_is_emptied_when_it_is_full() {
        let mut cache = Cache::default();
        // So long that the last that fits fills it to the byte.
        let texts: Vec<String> = (0..20_000).map(|n| format!("{n:0472}")).collect();
        let fitting = limits::SCRUBBED_BYTES / (ENTRY_BYTES + 2 * 472);
        assert_eq!(fitting * (ENTRY_BYTES + 2 * 472), limits::SCRUBBED_BYTES);
        let all = |range: std::ops::Range<usize>| texts[range].iter().map(String::as_str);
        assert_eq!(scrubbed(&mut cache, all(0..fitting)), fitting);
        assert_eq!(scrubbed(&mut cache, all(0..fitting)), 0);
        assert_eq!(scrubbed(&mut cache, all(fitting..fitting + 1)), 1);
        assert_eq!(cache.texts.len(), 1);
        assert_eq!(scrubbed(&mut cache, all(fitting..fitting + 1)), 0);
        assert_eq!(scrubbed(&mut cache, all(0..20_000)), 20_000);
        assert!(cache.bytes <= limits::SCRUBBED_BYTES);
    }
}
