//! Whole files in, rows and faults out.

mod corpora;
mod desks;
mod expected;
mod ledgers;
mod reports;
mod workbooks;
