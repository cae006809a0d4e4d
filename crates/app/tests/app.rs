//! The program from outside: every test starts the real binary on files of its own.

#[path = "app/answers.rs"]
mod answers;
#[path = "app/desk.rs"]
mod desk;
#[path = "app/docs.rs"]
mod docs;
#[path = "app/examples.rs"]
mod examples;
#[path = "app/figures.rs"]
mod figures;
#[path = "app/house.rs"]
mod house;
#[path = "app/import.rs"]
mod import;
#[path = "app/mail.rs"]
mod mail;
#[path = "app/performing.rs"]
mod performing;
#[path = "app/proofs.rs"]
mod proofs;
#[path = "app/rounds.rs"]
mod rounds;
#[path = "app/site.rs"]
mod site;
#[path = "app/web_api.rs"]
mod web_api;
#[path = "app/web_bulk.rs"]
mod web_bulk;
#[path = "app/web_calendar.rs"]
mod web_calendar;
#[path = "app/web_clock.rs"]
mod web_clock;
#[path = "app/web_extras.rs"]
mod web_extras;
#[path = "app/web_first.rs"]
mod web_first;
#[path = "app/web_imports.rs"]
mod web_imports;
#[path = "app/web_money.rs"]
mod web_money;
#[path = "app/web_overview.rs"]
mod web_overview;
#[path = "app/web_performance.rs"]
mod web_performance;
#[path = "app/web_problems.rs"]
mod web_problems;
#[path = "app/web_promises.rs"]
mod web_promises;
#[path = "app/web_readiness.rs"]
mod web_readiness;
#[path = "app/web_records.rs"]
mod web_records;
#[path = "app/web_registers.rs"]
mod web_registers;
#[path = "app/web_reminders.rs"]
mod web_reminders;
#[path = "app/web_roles.rs"]
mod web_roles;
#[path = "app/web_security.rs"]
mod web_security;
#[path = "app/web_totals.rs"]
mod web_totals;
#[path = "app/web_work.rs"]
mod web_work;
