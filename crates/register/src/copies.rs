//! Backups and restoring them: the same entries, byte for byte, under the same tree head.

use crate::database::{Db, Place, Tx};
use crate::error::{Error, Trouble};
use crate::register::Register;
use crate::tree::TreeHead;
use crate::verify::Audit;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// A finished and verified backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// An SQLite file, whichever database it was taken from.
    pub file: PathBuf,
    /// To be kept apart from the backup: [`verify`](fn@crate::verify) compares the two.
    pub head: TreeHead,
}

impl Register {
    /// Copy the log to `register.sqlite` in a directory, which must not have one, while others go
    /// on writing. Every entry is verified on the way, and the file appears only when whole.
    pub async fn backup(&self, directory: &Path) -> Result<Backup, Error> {
        let file = directory.join("register.sqlite");
        if file.exists() {
            return Err(Trouble::NotEmpty(Place::Sqlite(file)).into());
        }
        let at = |reason| Trouble::File {
            path: directory.into(),
            reason,
        };
        let unfinished = tempfile::Builder::new()
            .prefix(".unfinished-")
            .tempdir_in(directory)
            .map_err(at)?;
        let copied = unfinished.path().join("register.sqlite");
        let target = Place::Sqlite(copied.clone());
        let head = copy(&self.db, &target, Db::single_file(&target).await?).await?;
        fs::rename(&copied, &file).map_err(at)?;
        File::open(directory)
            .and_then(|opened| opened.sync_all())
            .map_err(at)?;
        Ok(Backup { file, head })
    }
}

/// Copy a backup into an empty place, of either database, and answer its tree head. Every entry
/// is verified on the way; a broken backup restores nothing.
pub async fn restore(backup: &Path, to: &Place) -> Result<TreeHead, Error> {
    let from = Db::existing(&Place::Sqlite(backup.into())).await?;
    let head = copy(&from, to, Db::ready(to).await?).await;
    from.close().await;
    head
}

async fn copy(from: &Db, to: &Place, target: Db) -> Result<TreeHead, Error> {
    let mut source = from.read().await?;
    let mut tx = target.write().await?;
    if tx.head().await?.size > 0 {
        return Err(Trouble::NotEmpty(to.clone()).into());
    }
    let head = copy_entries(&mut source, &mut tx).await?;
    tx.commit().await?;
    source.commit().await?;
    target.close().await;
    Ok(head)
}

async fn copy_entries(source: &mut Tx, target: &mut Tx) -> Result<TreeHead, Error> {
    let mut audit = Audit::begin(source).await?;
    let mut last = i64::MIN;
    loop {
        let page = source.entries_after(last).await?;
        let Some(newest) = page.last() else { break };
        last = newest.number;
        for stored in &page {
            audit.take(stored)?;
        }
        target.insert(&page).await?;
    }
    let head = audit.finish(source, None).await?.head;
    target.set_head(head).await?;
    Ok(head)
}
