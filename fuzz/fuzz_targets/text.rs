//! Any bytes decode to text, and mending a second encoding is done once.
#![no_main]

use handback_intake::text::{Decoding, detect, mended};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(encoding) = detect(bytes) else { return };
    let mut text = String::new();
    let mut decoding = Decoding::new(bytes, &encoding);
    while decoding.read_onto(&mut text).expect("memory reads") {}
    let _ = mended(&text);
});
