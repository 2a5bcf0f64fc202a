//! What was left out for want of something: said when it is found, and all of it at the end.

use std::sync::Mutex;

use xtask::step;

static SENTENCES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Says that something is left out, and why.
pub fn note(sentence: String) {
    println!("{sentence}");
    let mut sentences = SENTENCES.lock().expect("nobody panics while it is locked");
    if !sentences.contains(&sentence) {
        sentences.push(sentence);
    }
}

/// Says all of it once more.
pub fn say() {
    let sentences = SENTENCES.lock().expect("nobody panics while it is locked");
    if sentences.is_empty() {
        return;
    }
    step::say("Left out");
    for sentence in sentences.iter() {
        println!("{sentence}");
    }
}
