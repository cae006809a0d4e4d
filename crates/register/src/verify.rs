//! Whether the log is what its tree head says.

use crate::database::{Db, Place, Tx};
use crate::error::Error;
use crate::stored::{StoredEntry, commitment};
use crate::tree::{Tree, TreeHead};
use std::collections::BTreeMap;
use std::fmt;

/// The first thing found to be broken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("the log has no tree head")]
    NoHead,
    #[error("entry {entry} is missing")]
    Missing { entry: u64 },
    #[error("after entry {} comes entry {found}: entries were removed, added or renumbered", .expected - 1)]
    Gap { expected: u64, found: i64 },
    #[error("entry {entry}: the column {column} holds what no entry can hold")]
    Column { entry: i64, column: &'static str },
    #[error("entry {entry}: its envelope was changed (it does not match its leaf)")]
    Envelope { entry: u64 },
    #[error("entry {entry}: its item or salt was changed")]
    Item { entry: u64 },
    #[error("entry {entry}: its item was removed, and no entry erases it")]
    ItemRemoved { entry: u64 },
    #[error("entry {entry}: entry {under} erased its item, but the item is there")]
    ItemBack { entry: u64, under: u64 },
    #[error("entry {entry}: it states nothing, but an item was added to it")]
    ItemAdded { entry: u64 },
    #[error("an item was added under number {entry}, where there is no entry")]
    ItemWithoutEntry { entry: i64 },
    #[error(
        "the entries give the tree head {computed}, but the log states {stated}: entries were changed, or the head"
    )]
    Head {
        stated: TreeHead,
        computed: TreeHead,
    },
    #[error("the log has {size} entries, fewer than the {} of the tree head {against}", .against.size)]
    Shorter { size: u64, against: TreeHead },
    #[error("the first {} entries are not those of the tree head {against}: they give {computed}", .against.size)]
    NotThoseEntries {
        against: TreeHead,
        computed: TreeHead,
    },
}

/// A log in which everything adds up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub head: TreeHead,
    /// Each entry whose item was erased, with the entry that erased it.
    pub erased: BTreeMap<u64, u64>,
    /// The tree head, kept elsewhere, with which the log proved to begin.
    pub against: Option<TreeHead>,
}

/// One fact to a line.
impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} entries add up to the tree head {}",
            self.head.size, self.head
        )?;
        match self.against {
            Some(against) => write!(
                f,
                "\nthe first {} entries are unchanged since {against}",
                against.size
            )?,
            None => write!(
                f,
                "\nnot compared with a tree head kept elsewhere: give one to prove that the whole log was not rewritten"
            )?,
        }
        self.erased
            .iter()
            .try_for_each(|(entry, under)| write!(f, "\nentry {entry}: erased under entry {under}"))
    }
}

/// Recompute every hash from the database alone, and compare with a tree head kept elsewhere.
/// Others may go on writing meanwhile. What is broken answers as an error with
/// [`Error::broken`].
pub async fn verify(place: &Place, against: Option<TreeHead>) -> Result<Verified, Error> {
    let db = Db::existing(place).await?;
    let mut tx = db.read().await?;
    let mut audit = Audit::begin(&mut tx).await?;
    let mut last = i64::MIN;
    loop {
        let page = tx.entries_after(last).await?;
        let Some(newest) = page.last() else { break };
        last = newest.number;
        for stored in &page {
            audit.take(stored)?;
        }
    }
    let verified = audit.finish(&mut tx, against).await?;
    tx.commit().await?;
    db.close().await;
    Ok(verified)
}

/// Takes all entries in order.
pub(crate) struct Audit {
    tree: Tree,
    erased: BTreeMap<u64, u64>,
}

impl Audit {
    pub(crate) async fn begin(tx: &mut Tx) -> Result<Audit, Error> {
        // Only an entry can erase an earlier one; anything else is left to the entries' leaves.
        let erased = tx
            .erasures()
            .await?
            .into_iter()
            .filter(|(entry, under)| 0 < *entry && entry < under);
        let erased = erased
            .map(|(entry, under)| (entry as u64, under as u64))
            .collect();
        Ok(Audit {
            tree: Tree::default(),
            erased,
        })
    }

    pub(crate) fn take(&mut self, stored: &StoredEntry) -> Result<(), Broken> {
        let entry = self.tree.size() + 1;
        if u64::try_from(stored.number) != Ok(entry) {
            return Err(Broken::Gap {
                expected: entry,
                found: stored.number,
            });
        }
        let leaf = stored.leaf();
        if stored.stated_leaf()? != leaf {
            return Err(Broken::Envelope { entry });
        }
        match (
            &stored.commitment,
            stored.salt.as_ref().zip(stored.item.as_ref()),
            self.erased.get(&entry),
        ) {
            (Some(_), Some(_), Some(&under)) => return Err(Broken::ItemBack { entry, under }),
            (Some(stated), Some((salt, item)), None) if *stated != commitment(salt, item) => {
                return Err(Broken::Item { entry });
            }
            (Some(_), None, None) => return Err(Broken::ItemRemoved { entry }),
            (None, Some(_), _) => return Err(Broken::ItemAdded { entry }),
            (Some(_), Some(_), None) | (Some(_), None, Some(_)) | (None, None, _) => {}
        }
        self.tree.push(leaf);
        Ok(())
    }

    pub(crate) async fn finish(
        self,
        tx: &mut Tx,
        against: Option<TreeHead>,
    ) -> Result<Verified, Error> {
        if let Some(entry) = tx.stray_item().await? {
            return Err(Broken::ItemWithoutEntry { entry }.into());
        }
        let (stated, computed) = (tx.head().await?, self.tree.head(self.tree.size()));
        if stated != computed {
            return Err(Broken::Head { stated, computed }.into());
        }
        if let Some(against) = against {
            if against.size > computed.size {
                return Err(Broken::Shorter {
                    size: computed.size,
                    against,
                }
                .into());
            }
            let then = self.tree.head(against.size);
            if then != against {
                return Err(Broken::NotThoseEntries {
                    against,
                    computed: then,
                }
                .into());
            }
        }
        Ok(Verified {
            head: computed,
            erased: self.erased,
            against,
        })
    }
}
