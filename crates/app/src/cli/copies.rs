//! `handback verify`, `export`, `backup` and `restore`.

use super::{Outcome, print};
use crate::data::{Data, Location, runtime};
use crate::estate::{KnownMoment, View};
use crate::refused::Refused;
use crate::transfer;
use anyhow::Context;
use handback_core::import::Import;
use handback_register::{
    Fingerprint, TreeHead, restore as restore_register, verify as verify_register,
};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct VerifyArguments {
    #[command(flatten)]
    location: Location,
    /// A tree head printed earlier on a statement, export or backup: proves that nothing before it changed
    #[arg(long, value_name = "SIZE:ROOT")]
    against: Option<TreeHead>,
}

pub fn verify(arguments: &VerifyArguments) -> anyhow::Result<Outcome> {
    // The proof reads the database itself: a log that was tampered with could not be opened.
    let verified = runtime()?.block_on(verify_register(
        &arguments.location.place(),
        arguments.against,
    ));
    let verified = match verified {
        Ok(verified) => verified,
        Err(error) if error.is_not_found() => return Err(Refused(error.to_string()).into()),
        Err(error) if error.is_broken() => {
            print(&format!("BROKEN: {error}\n"))?;
            return Ok(Outcome::Findings);
        }
        Err(error) => return Err(error.into()),
    };
    for (erased, by) in &verified.erased {
        print(&format!(
            "The content of entry {erased} was erased under entry {by}; its place in the log stands.\n"
        ))?;
    }
    let data = Data::existing(&arguments.location)?;
    let parts = transfer::parts_ever_listed(&data)?;
    if let Some(error) = data.facts.verify(&parts).first() {
        print(&format!("BROKEN: {error}\n"))?;
        return Ok(Outcome::Findings);
    }
    // Sums are derived from the parts just proved: they are made again when next needed.
    data.facts.forget_rollups()?;
    let sources = sources(&data)?;
    for (file, source) in &sources {
        if let Err(error) = read_whole(&data, *source) {
            print(&format!("BROKEN: the kept source of {file}: {error}\n"))?;
            return Ok(Outcome::Findings);
        }
    }
    let against = match arguments.against {
        Some(head) => format!(" Nothing up to {head} has changed."),
        None => " Not compared with a tree head kept elsewhere (--against).".into(),
    };
    print(&format!(
        "Intact: {} entries, {} parts of facts, {} kept sources.{against}\nTree head {}\n",
        verified.head.size,
        parts.len(),
        sources.len(),
        verified.head
    ))?;
    Ok(Outcome::Done)
}

/// Reading a kept source to its end proves its fingerprint.
fn read_whole(data: &Data, source: Fingerprint) -> anyhow::Result<u64> {
    Ok(io::copy(&mut data.vault.get(source)?, &mut io::sink())?)
}

fn sources(data: &Data) -> anyhow::Result<Vec<(String, Fingerprint)>> {
    let picture = data.register.picture();
    let mut sources = Vec::new();
    for import in picture.known(picture.size()).all::<Import>() {
        let (_, import) = import?;
        sources.push((import.file, import.source.parse()?));
    }
    let estate = View::at(data, None).estate()?;
    let kept = transfer::pictures(&estate).filter(|picture| data.vault.holds(*picture));
    sources.extend(kept.map(|picture| ("a picture of an update".to_owned(), picture)));
    Ok(sources)
}

#[derive(Debug, clap::Args)]
pub struct ExportArguments {
    #[command(flatten)]
    location: Location,
    /// A new folder for the export
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Up to when knowledge counts: an entry number, a day or a time; now when not given
    #[arg(long, value_name = "MOMENT")]
    known: Option<KnownMoment>,
}

pub fn export(arguments: &ExportArguments) -> anyhow::Result<Outcome> {
    let data = Data::existing(&arguments.location)?;
    let view = View::at(&data, arguments.known.as_ref());
    let moved = transfer::export(&data, &view, &arguments.out)?;
    print(&format!(
        "Wrote {} records and {} parts of facts to {}.\nTree head {}\n",
        moved.records,
        moved.parts,
        arguments.out.display(),
        view.basis().head
    ))?;
    Ok(Outcome::Done)
}

#[derive(Debug, clap::Args)]
pub struct BackupArguments {
    #[command(flatten)]
    location: Location,
    /// A new folder for the backup
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub fn backup(arguments: &BackupArguments) -> anyhow::Result<Outcome> {
    let out = &arguments.out;
    if out.exists() {
        return Err(Refused(format!(
            "{} is there already: name a new folder",
            out.display()
        ))
        .into());
    }
    let data = Data::existing(&arguments.location)?;
    let beside = out.with_extension("unfinished");
    if beside.exists() {
        fs::remove_dir_all(&beside)
            .with_context(|| format!("cannot clear away {}", beside.display()))?;
    }
    fs::create_dir_all(&beside).with_context(|| format!("cannot make {}", beside.display()))?;
    // The register first: what it lists was written before it was listed, so the files copied after
    // it hold all that it speaks of.
    let backup = data.wait(data.register.backup(&beside))?;
    for folder in ["facts", "vault"] {
        copy_folder(&arguments.location.dir.join(folder), &beside.join(folder))?;
    }
    fs::rename(&beside, out).with_context(|| format!("cannot finish {}", out.display()))?;
    print(&format!(
        "Backed up to {}.\nTree head {}\nKeep the tree head apart from the backup.\n",
        out.display(),
        backup.head
    ))?;
    Ok(Outcome::Done)
}

/// Copy what is finished: what others are still writing goes by another name, and may be gone again.
fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot list {}", from.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.') || name.starts_with("draft") || name == "spill" {
            continue;
        }
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else if let Err(error) = fs::copy(entry.path(), target)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error).with_context(|| format!("cannot copy {}", entry.path().display()));
        }
    }
    Ok(())
}

#[derive(Debug, clap::Args)]
pub struct RestoreArguments {
    /// The folder of the backup
    backup: PathBuf,
    #[command(flatten)]
    location: Location,
}

pub fn restore(arguments: &RestoreArguments) -> anyhow::Result<Outcome> {
    let location = &arguments.location;
    for folder in ["register.sqlite", "facts", "vault"] {
        let there = location.dir.join(folder);
        let filled = there.is_file()
            || fs::read_dir(&there).is_ok_and(|mut entries| entries.next().is_some());
        if filled {
            let reason = format!(
                "{} holds data already: restore into a new folder",
                location.dir.display()
            );
            return Err(Refused(reason).into());
        }
    }
    let register = arguments.backup.join("register.sqlite");
    if !register.is_file() {
        let reason = format!(
            "{} holds no backup: name the folder that handback backup wrote",
            arguments.backup.display()
        );
        return Err(Refused(reason).into());
    }
    fs::create_dir_all(&location.dir)?;
    let head = runtime()?.block_on(restore_register(&register, &location.place()))?;
    for folder in ["facts", "vault"] {
        copy_folder(&arguments.backup.join(folder), &location.dir.join(folder))?;
    }
    print(&format!("Restored.\nTree head {head}\n"))?;
    Ok(Outcome::Done)
}
