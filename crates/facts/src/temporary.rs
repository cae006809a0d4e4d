//! Temporary files and folders: locked while the program that made them lives, so that another
//! program can tell what was left behind by one that died.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;
use tempfile::{NamedTempFile, TempDir};

/// How the names of temporary files and folders begin.
const PREFIX: &str = "draft-";

/// A temporary folder that goes away when dropped.
#[derive(Debug)]
pub(crate) struct Folder {
    folder: TempDir,
    /// Holds the lock.
    _lock: File,
}

impl Folder {
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// A temporary file in `parent`.
pub(crate) fn file(parent: &Path) -> io::Result<NamedTempFile> {
    let _making = making(parent)?;
    let file = tempfile::Builder::new()
        .prefix(PREFIX)
        .tempfile_in(parent)?;
    file.as_file().lock()?;
    Ok(file)
}

/// A temporary folder in `parent`.
pub(crate) fn folder(parent: &Path) -> io::Result<Folder> {
    let _making = making(parent)?;
    let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
    let lock = File::open(folder.path())?;
    lock.lock()?;
    Ok(Folder {
        folder,
        _lock: lock,
    })
}

/// Keeps others from removing what is made before it is locked.
fn making(parent: &Path) -> io::Result<File> {
    let parent = File::open(parent)?;
    parent.lock_shared()?;
    Ok(parent)
}

/// Removes what programs that died left in `parent`.
pub(crate) fn remove_abandoned(parent: &Path) -> io::Result<()> {
    let alone = File::open(parent)?;
    alone.lock()?;
    for entry in fs::read_dir(parent)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(PREFIX) {
            match remove_if_abandoned(&entry.path()) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                other => other?,
            }
        }
    }
    Ok(())
}

fn remove_if_abandoned(path: &Path) -> io::Result<()> {
    match File::open(path)?.try_lock() {
        Ok(()) if path.is_dir() => fs::remove_dir_all(path),
        Ok(()) => fs::remove_file(path),
        Err(TryLockError::WouldBlock) => Ok(()),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nobody_holds_is_removed() {
        let parent = tempfile::tempdir().expect("a temporary directory");
        let path = |name: &str| parent.path().join(name);
        fs::write(path("draft-file"), "left").expect("a file is left");
        fs::create_dir(path("draft-folder")).expect("a folder is left");
        fs::write(path("draft-folder/inside"), "left").expect("a file is left");
        fs::write(path("kept"), "no draft").expect("another file");
        let held = (
            file(parent.path()).expect("a file"),
            folder(parent.path()).expect("a folder"),
        );
        remove_abandoned(parent.path()).expect("what is left is removed");
        assert!(!path("draft-file").exists() && !path("draft-folder").exists());
        assert!(path("kept").exists() && held.0.path().exists() && held.1.path().exists());
        drop(held);
        assert_eq!(fs::read_dir(parent.path()).expect("a folder").count(), 1);
    }
}
