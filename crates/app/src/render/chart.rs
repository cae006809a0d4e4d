//! One small vocabulary for every chart, drawn as SVG without any script: bands, steps, bars, and marks
//! in time. Each has a table beneath it that says the same, and is hidden from readers of screens,
//! who have that table. A control chart says in words what it shows, too.

mod bands;
mod bars;
mod frame;
mod steps;
mod waterfall;
pub mod xmr;

pub use bands::{KEY, bands, bands_for_paper, yearly};
pub use bars::{Bar, bars};
pub use frame::{Mark, number};
pub use steps::{Step, steps};
pub use waterfall::{Fall, waterfall};

/// Text as it may stand in markup, in XML too: signs that it forbids are left out.
pub fn escaped(text: &str) -> String {
    let mut markup = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => markup.push_str("&amp;"),
            '<' => markup.push_str("&lt;"),
            '>' => markup.push_str("&gt;"),
            '"' => markup.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => {}
            '\t' | '\n' => markup.push(' '),
            sign if sign.is_control() => {}
            sign => markup.push(sign),
        }
    }
    markup
}
