//! Whole files in, rows and faults out.

mod corpora;
mod expected;
mod ledgers;
mod workbooks;
