//! Handback: one program with a command line, and the pages and background work to come.
//!
//! This crate speaks: it opens the rooms, hands plain values from one to the other, and puts core's
//! answers into words. It holds no rule of its own.

mod cli;
mod clock;
mod data;
mod diary;
mod estate;
mod extras;
mod figures;
mod generate;
mod import;
mod mail;
mod performance;
mod refused;
mod reminders;
mod render;
mod rounds;
mod totals;
mod transfer;
mod web;
mod words;
mod worker;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
