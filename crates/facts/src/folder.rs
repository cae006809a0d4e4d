//! The folder of parts: files that are named by their content and never change.

use crate::error::Problem;
use crate::temporary;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use tempfile::NamedTempFile;

/// How old an orphan must be before it goes: an import's parts are there before its entry is.
const GRACE: Duration = Duration::from_secs(24 * 60 * 60);

/// `payments/`, so called since they were the first: the parts of every dataset, each `<hash>.parquet`, and what is derived from each beside it.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// Files whose content was found right since the program started, as they looked then.
    sound: Mutex<BTreeMap<PathBuf, Look>>,
}

/// A file in the folder that belongs to no import that was ever recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    pub file: String,
    pub bytes: u64,
    pub modified: SystemTime,
}

/// What can be seen of a file without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Look {
    size: u64,
    modified: SystemTime,
}

impl Folder {
    /// Opens the folder, making it where there is none, and removes what writers left that died.
    pub(crate) fn open(path: PathBuf) -> Result<Folder, Problem> {
        let path = fs::create_dir_all(&path)
            .and_then(|()| fs::canonicalize(&path))
            .map_err(Problem::file("make the folder", &path))?;
        temporary::remove_abandoned(&path)
            .map_err(Problem::file("remove unfinished files from", &path))?;
        Ok(Folder {
            path,
            sound: Mutex::default(),
        })
    }

    /// The names of all files, in order.
    pub(crate) fn names(&self) -> Result<Vec<String>, Problem> {
        let listed = || -> io::Result<Vec<String>> {
            let entries = fs::read_dir(&self.path)?.collect::<io::Result<Vec<_>>>()?;
            let mut names: Vec<String> = entries
                .iter()
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect();
            names.sort();
            Ok(names)
        };
        listed().map_err(Problem::file("list the folder", &self.path))
    }

    pub(crate) fn part(&self, hash: &str) -> PathBuf {
        self.path.join(format!("{hash}.parquet"))
    }

    pub(crate) fn rollup(&self, hash: &str) -> PathBuf {
        self.path.join(format!("{hash}.rollup.parquet"))
    }

    /// Remove every rollup. They are derived from parts, and made again when next needed.
    pub(crate) fn forget_rollups(&self) -> Result<(), Problem> {
        let rollups = self
            .names()?
            .into_iter()
            .filter(|file| file.ends_with(".rollup.parquet"));
        for path in rollups.map(|file| self.path.join(file)) {
            fs::remove_file(&path).map_err(Problem::file("remove", &path))?;
        }
        Ok(())
    }

    /// A new file that has no name of its own yet.
    pub(crate) fn draft(&self) -> Result<Draft, Problem> {
        let file = temporary::file(&self.path).map_err(Problem::file("write into", &self.path))?;
        let hash = Sha256::new();
        Ok(Draft { file, hash })
    }

    /// Make a draft a part, named by its content; answers the hash. [`Folder::sync`] must follow.
    pub(crate) fn keep(&self, draft: Draft) -> Result<String, Problem> {
        let hash = hexadecimal(draft.hash.clone());
        let path = self.part(&hash);
        self.put(draft, &path)?;
        self.remember(&path)?;
        Ok(hash)
    }

    /// Put a finished draft in its place, its content on disk before its name.
    pub(crate) fn put(&self, draft: Draft, path: &Path) -> Result<(), Problem> {
        draft
            .file
            .as_file()
            .sync_all()
            .map_err(Problem::file("write", path))?;
        draft
            .file
            .persist(path)
            .map_err(|error| Problem::file("write", path)(error.error))?;
        Ok(())
    }

    /// Put a finished draft in its place, unless another program has put one there meanwhile: somebody may
    /// be reading it.
    pub(crate) fn put_first(&self, draft: Draft, path: &Path) -> Result<(), Problem> {
        let file = draft.file;
        file.as_file()
            .sync_all()
            .map_err(Problem::file("write", path))?;
        match file.persist_noclobber(path) {
            Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => {
                Err(Problem::file("write", path)(error.error))
            }
            _ => Ok(()),
        }
    }

    /// Copy a part in from elsewhere, when its content is what `hash` says. [`Folder::sync`] must follow.
    pub(crate) fn copy(&self, from: &Path, hash: &str) -> Result<(), Problem> {
        let mut source = open(from)?;
        let mut draft = self.draft()?;
        io::copy(&mut source, &mut draft).map_err(Problem::file("copy", from))?;
        same(from, hash, draft.hash.clone())?;
        self.keep(draft)?;
        Ok(())
    }

    /// An error unless the part is there and, as far as can be seen without reading it again, what
    /// it was when its content was last found right; it is read when first met.
    pub(crate) fn check(&self, hash: &str) -> Result<(), Problem> {
        if self.looks_sound(&self.part(hash)) {
            Ok(())
        } else {
            self.verify(hash)
        }
    }

    /// An error unless the part's content is what its name says.
    pub(crate) fn verify(&self, hash: &str) -> Result<(), Problem> {
        let path = self.part(hash);
        let before = look(&path)?;
        let mut content = Sha256::new();
        let mut file = open(&path)?;
        io::copy(&mut file, &mut HashOnly(&mut content)).map_err(Problem::file("read", &path))?;
        same(&path, hash, content)?;
        self.remember_as(path, before);
        Ok(())
    }

    /// Whether the file looks as it did when [`Folder::remember`] was told that it is right.
    pub(crate) fn looks_sound(&self, path: &Path) -> bool {
        let sound = self.sound.lock().unwrap_or_else(PoisonError::into_inner);
        sound
            .get(path)
            .is_some_and(|then| look(path).is_ok_and(|now| now == *then))
    }

    /// The file's content is known to be right.
    pub(crate) fn remember(&self, path: &Path) -> Result<(), Problem> {
        self.remember_as(path.to_path_buf(), look(path)?);
        Ok(())
    }

    fn remember_as(&self, path: PathBuf, look: Look) {
        let mut sound = self.sound.lock().unwrap_or_else(PoisonError::into_inner);
        sound.insert(path, look);
    }

    /// Files of parts (and of what is derived from them) whose hash is not in `listed`.
    pub(crate) fn orphans(&self, listed: &BTreeSet<String>) -> Result<Vec<Orphan>, Problem> {
        let mut orphans = Vec::new();
        for file in self.names()? {
            let Some((hash, "parquet" | "rollup.parquet")) = file.split_once('.') else {
                continue;
            };
            if !listed.contains(hash) {
                let Look { size, modified } = look(&self.path.join(&file))?;
                orphans.push(Orphan {
                    file,
                    bytes: size,
                    modified,
                });
            }
        }
        Ok(orphans)
    }

    /// Removes the orphans that are older than [`GRACE`].
    pub(crate) fn collect(
        &self,
        listed: &BTreeSet<String>,
        now: SystemTime,
    ) -> Result<Vec<Orphan>, Problem> {
        let mut orphans = self.orphans(listed)?;
        orphans.retain(|orphan| {
            now.duration_since(orphan.modified)
                .is_ok_and(|age| age > GRACE)
        });
        for orphan in &orphans {
            let path = self.path.join(&orphan.file);
            fs::remove_file(&path).map_err(Problem::file("remove", &path))?;
        }
        Ok(orphans)
    }

    /// Make the names of new files last through a power cut.
    pub(crate) fn sync(&self) -> Result<(), Problem> {
        File::open(&self.path)
            .and_then(|folder| folder.sync_all())
            .map_err(Problem::file("write into", &self.path))
    }
}

/// A file that is being written. It goes away when dropped.
#[derive(Debug)]
pub(crate) struct Draft {
    file: NamedTempFile,
    /// Of all bytes written so far: Parquet is written from front to back.
    hash: Sha256,
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.hash.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Takes bytes to hash them, and keeps none.
struct HashOnly<'a>(&'a mut Sha256);

impl Write for HashOnly<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn same(path: &Path, hash: &str, content: Sha256) -> Result<(), Problem> {
    let found = hexadecimal(content);
    if found == hash {
        Ok(())
    } else {
        Err(Problem::Changed {
            path: path.to_path_buf(),
            found,
        })
    }
}

fn look(path: &Path) -> Result<Look, Problem> {
    let look = fs::metadata(path).and_then(|found| {
        Ok(Look {
            size: found.len(),
            modified: found.modified()?,
        })
    });
    look.map_err(|error| missing_or("look at", path, error))
}

fn open(path: &Path) -> Result<File, Problem> {
    File::open(path).map_err(|error| missing_or("read", path, error))
}

fn missing_or(doing: &'static str, path: &Path, error: io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::NotFound => Problem::Missing {
            path: path.to_path_buf(),
        },
        _ => Problem::file(doing, path)(error),
    }
}

fn hexadecimal(hash: Sha256) -> String {
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
