//! Any text is a date or is not; what is one lies within the years of ledgers and in order.
#![no_main]

use handback_core::import::DateOrder;
use handback_intake::dates::days;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for order in [DateOrder::Plain, DateOrder::DayFirst, DateOrder::MonthFirst] {
        if let Ok(period) = days(text, order) {
            assert!(period.from <= period.to && (1990..=2099).contains(&period.from.year()));
        }
    }
});
