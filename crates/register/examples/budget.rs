//! Measures the register's budget: 200,000 entries open in under 3 s and 400 MB.
//!
//! ```text
//! cargo run --release -p handback-register --example budget -- fill PLACE
//! cargo run --release -p handback-register --example budget -- open PLACE
//! ```
//!
//! PLACE is a file or a `postgres://` address. `fill` writes made-up layouts of about 500 bytes
//! into an empty register; `open` reads them in a process of its own, so that its memory is that
//! of the picture.

use handback_core::import::{Dataset, Layout, Role};
use handback_core::permission::{
    Action, Actor, Grant, Permit, Role as PersonRole, Subject, Within, may,
};
use handback_core::record::{Change, RecordId, Visibility};
use handback_register::{Circumstances, Error, Moment, Place, Register, verify};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::time::Instant;

const ENTRIES: u64 = 200_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, place] = &arguments[..] else {
        return Err("usage: budget fill|open PLACE".into());
    };
    let place = Place::from(place.as_str());
    match what.as_str() {
        "fill" => fill(&place).await?,
        "open" => open(&place).await?,
        _ => return Err("usage: budget fill|open PLACE".into()),
    }
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        status
            .lines()
            .filter(|line| line.starts_with("VmHWM"))
            .for_each(|line| println!("{line}"));
    }
    Ok(())
}

async fn fill(place: &Place) -> Result<(), Error> {
    let register = Register::open(place).await?;
    let started = Instant::now();
    let changes: Vec<Change> = (0..ENTRIES).map(|number| state(number, "first")).collect();
    println!("made up in {:.2?}", started.elapsed());
    for (name, changes) in [
        ("one batch of all", changes),
        ("one entry", vec![state(0, "second")]),
    ] {
        let started = Instant::now();
        write(&register, changes).await?;
        println!("{name} written in {:.2?}", started.elapsed());
    }
    register.close().await;
    Ok(())
}

async fn open(place: &Place) -> Result<(), Error> {
    let started = Instant::now();
    let register = Register::open(place).await?;
    println!(
        "{} entries opened in {:.2?}",
        register.picture().size(),
        started.elapsed()
    );

    let started = Instant::now();
    let picture = register.picture();
    let read = picture
        .known(Moment::Newest)
        .all::<Layout>()
        .filter(Result::is_ok)
        .count();
    println!("{read} records read in {:.2?}", started.elapsed());
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .filter(|line| line.starts_with("VmHWM"))
        .for_each(|line| println!("so far {line}"));

    let started = Instant::now();
    verify(place, Some(picture.head())).await?;
    println!("verified in {:.2?}", started.elapsed());
    Ok(())
}

async fn write(register: &Register, changes: Vec<Change>) -> Result<(), Error> {
    let mut random = |bytes: &mut [u8]| bytes.fill(7);
    let circumstances = Circumstances {
        now: Timestamp::UNIX_EPOCH,
        reason: "to measure".into(),
        source: None,
        authority: None,
        base: None,
        random: &mut random,
    };
    register
        .change(&permit(), circumstances, |_| Ok::<_, Error>(((), changes)))
        .await
        .map(drop)
}

fn permit() -> Permit {
    let grants = [Grant {
        role: PersonRole::Administrator,
        within: Within::Everything,
    }];
    may(
        &Actor("operator-1".into()),
        &grants,
        Action::Import,
        &Subject::default(),
    )
    .expect("an administrator may import")
}

fn state(number: u64, version: &str) -> Change {
    let digest = Sha256::digest(number.to_be_bytes());
    let id = RecordId(std::array::from_fn(|place| digest[place]));
    let headings: Vec<String> = (0..10)
        .map(|place| format!("Heading {place} of ledger {number}"))
        .collect();
    let layout = Layout {
        dataset: Dataset::Payments,
        name: format!("Ledger {number}, {version}"),
        roles: vec![Role::Other; headings.len()],
        headings,
        date_order: None,
    };
    Change::state(id, Visibility::Internal, &layout)
}
