//! `handback generate` and `handback demo`: the made-up example authority.

use super::{Outcome, print};
use crate::cli::import::{folder_files, told, with_progress};
use crate::data::{Data, Location};
use crate::estate::statement_at;
use crate::generate::{Shape, write};
use crate::import::{Taken, Wishes, take_in};
use crate::refused::Refused;
use crate::render::{self, Form};
use anyhow::Context;
use handback_core::statement::Rules;
use jiff::civil::Date;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// How many times the example's suppliers and payments
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    scale: u32,
    /// Another seed gives other amounts and days; the same gives the same bytes
    #[arg(long, default_value_t = Shape::default().seed)]
    seed: u64,
    /// A new folder for the files
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Write exactly this many payments into one payments.csv instead of monthly files
    #[arg(long, value_name = "N")]
    payments: Option<u64>,
    /// How many services in all
    #[arg(long, value_name = "N")]
    services: Option<u32>,
    /// How many contracts in all
    #[arg(long, value_name = "N")]
    contracts: Option<u32>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let shape = Shape {
        scale: arguments.scale,
        seed: arguments.seed,
        payment_rows: arguments.payments,
        services: arguments.services,
        contracts: arguments.contracts,
    };
    if arguments.out.exists() {
        return Err(Refused(format!(
            "{} is there already: name a new folder",
            arguments.out.display()
        ))
        .into());
    }
    files(&shape, &arguments.out)?;
    print(&format!(
        "Wrote the example authority's files to {}\n",
        arguments.out.display()
    ))?;
    Ok(Outcome::Done)
}

fn files(shape: &Shape, folder: &Path) -> anyhow::Result<()> {
    let mut create = |name: &str| {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        Ok(Box::new(BufWriter::new(File::create(path)?)) as Box<dyn Write>)
    };
    write(shape, &mut create)
        .with_context(|| format!("cannot write the example to {}", folder.display()))
}

#[derive(Debug, clap::Args)]
pub struct DemoArguments {
    /// The folder for the example's files and data; made when it is not there
    #[arg(long, value_name = "DIR", default_value = "handback-demo")]
    dir: PathBuf,
    /// The day of the statement
    #[arg(long, value_name = "DATE", default_value = "2021-03-26")]
    at: Date,
}

pub fn demo(arguments: &DemoArguments) -> anyhow::Result<Outcome> {
    let (sources, data) = (arguments.dir.join("files"), arguments.dir.join("data"));
    let location = Location {
        dir: data.clone(),
        register: None,
    };
    if !sources.exists() {
        files(&Shape::default(), &sources)?;
    }
    let data = Data::open(&location)?;
    if data.register.picture().size() == 0 {
        let wishes = Wishes {
            authority: Some(AUTHORITY.into()),
            ..Wishes::default()
        };
        let sources = folder_files(&sources)?;
        let taken = with_progress(|watch| take_in(Some(&data), &sources, &wishes, watch))?;
        let remarkable = |taken: &&Taken| !taken.is_whole() || !taken.overlaps.is_empty();
        let remarkable: Vec<Taken> = taken.iter().filter(remarkable).cloned().collect();
        let rows: u64 = taken.iter().map(|taken| taken.tally.rows).sum();
        print(&format!(
            "Took in {} files, {rows} rows. To look at:\n{}\n",
            taken.len(),
            told(&remarkable, false)
        ))?;
    }
    let statement = statement_at(&data, arguments.at, None, &Rules::default())?;
    print(&render::statement(&statement, Form::Text, false)?)?;
    print(&format!(
        "\nThis authority is made up. Its files are in {}; look at one, change it, import it again:\n  \
         handback statement --data {} --at 2019-07-31\n",
        sources.display(),
        location.dir.display()
    ))?;
    Ok(Outcome::Done)
}

/// The made-up authority.
const AUTHORITY: &str = "Harrowmere City Council";
