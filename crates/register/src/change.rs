//! The one way to write.

use crate::entry::BatchId;
use crate::error::{Error, Trouble};
use crate::picture::Picture;
use crate::register::{Register, read_on};
use crate::stored::{ACTS, StoredEntry, VISIBILITIES, commitment};
use crate::tree::TreeHead;
use handback_core::kinds;
use handback_core::permission::{Action, Permit};
use handback_core::record::{Act, Change, ChangeAct, KindName, RecordId, Reference};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

/// What goes with a change. The clock and randomness come from the caller.
pub struct Circumstances<'a> {
    /// The time now. Entries carry it to the microsecond, or the time of the entry before if later.
    pub now: Timestamp,
    /// Why, in the actor's words.
    pub reason: String,
    /// Where the content comes from, if from somewhere.
    pub source: Option<String>,
    /// The organisation record for which the log speaks; none before the first one is stated.
    pub authority: Option<RecordId>,
    /// The entry number at which the actor read the records; newer entries about the records
    /// changed are a conflict. None when the rule decides on the fresh picture alone.
    pub base: Option<u64>,
    /// Fills a buffer with random bytes that nobody can foretell.
    pub random: &'a mut (dyn FnMut(&mut [u8]) + Send),
}

/// What a change came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed<T> {
    /// What the rule answered beside its changes.
    pub answer: T,
    /// The identity of the batch; no entry carries it when nothing was written.
    pub batch: BatchId,
    /// The numbers of the entries written.
    pub entries: Range<u64>,
    /// The tree head after them.
    pub head: TreeHead,
}

impl Register {
    /// Write what `rule` asks for, all or nothing.
    ///
    /// Takes the one writer lock, reads what others have written, and shows `rule` the fresh
    /// picture. Its changes are refused unless each item reads back as its kind, all that it
    /// refers to stands in the register or in the same batch, and nothing that this program does
    /// not understand is in the log. The rule's own refusal is answered as it is.
    pub async fn change<T, E: From<Error>>(
        &self,
        permit: &Permit,
        circumstances: Circumstances<'_>,
        rule: impl FnOnce(&Picture) -> Result<(T, Vec<Change>), E>,
    ) -> Result<Changed<T>, E> {
        let _turn = self.turn.lock().await;
        let mut tx = self.db.write().await?;
        let picture = read_on(&mut tx, self.picture()).await?;
        self.show(Arc::clone(&picture));
        let (answer, changes) = rule(&picture)?;
        check(&picture, permit, &circumstances, &changes)?;

        let batch = BatchId(random(circumstances.random));
        let entries = picture.size() + 1..picture.size() + 1 + changes.len() as u64;
        if changes.is_empty() {
            return Ok(Changed {
                answer,
                batch,
                entries,
                head: picture.head(),
            });
        }
        let stored = entries_of(&picture, permit, circumstances, batch, changes);
        tx.insert(&stored).await?;
        for erased in stored.iter().filter_map(|entry| entry.erases) {
            tx.erase_item(erased).await?;
        }
        let mut next = Picture::clone(&picture);
        for entry in stored {
            next.append(entry).map_err(Error::from)?;
        }
        let head = next.head();
        tx.set_head(head).await?;
        tx.commit().await?;
        self.show(Arc::new(next));
        Ok(Changed {
            answer,
            batch,
            entries,
            head,
        })
    }
}

fn random<const N: usize>(fill: &mut dyn FnMut(&mut [u8])) -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

fn entries_of(
    picture: &Picture,
    permit: &Permit,
    circumstances: Circumstances<'_>,
    batch: BatchId,
    changes: Vec<Change>,
) -> Vec<StoredEntry> {
    let last = picture
        .entry(picture.size())
        .map(|entry| entry.batch.recorded_at);
    let recorded_at = last
        .map_or(circumstances.now, |last| last.max(circumstances.now))
        .as_microsecond();
    let first = picture.size() as i64 + 1;
    let entry = |(number, change): (i64, Change)| {
        let (act, version, erases, item) = match change.act {
            ChangeAct::State { version, item, .. } => (Act::Stated, version, None, Some(item)),
            ChangeAct::Withdraw => (Act::Withdrawn, 0, None, None),
            ChangeAct::Erase { entry } => (Act::Erased, 0, Some(entry as i64), None),
        };
        let salt: Option<[u8; 16]> = item.is_some().then(|| random(circumstances.random));
        let mut stored = StoredEntry {
            number,
            recorded_at,
            batch: batch.0.to_vec(),
            actor: permit.actor().0.clone(),
            reason: circumstances.reason.clone(),
            source: circumstances.source.clone(),
            authority: circumstances.authority.map(|id| id.0.to_vec()),
            kind: change.kind.to_owned(),
            record: change.id.0.to_vec(),
            visibility: VISIBILITIES.word(change.visibility).to_owned(),
            act: ACTS.word(act).to_owned(),
            version: version.into(),
            erases,
            commitment: salt
                .zip(item.as_ref())
                .map(|(salt, item)| commitment(&salt, item).to_vec()),
            leaf: Vec::new(),
            salt: salt.map(Vec::from),
            item,
        };
        stored.leaf = stored.leaf().to_vec();
        stored
    };
    (first..).zip(changes).map(entry).collect()
}

/// Whether the changes fit the register as it stands.
fn check(
    picture: &Picture,
    permit: &Permit,
    circumstances: &Circumstances<'_>,
    changes: &[Change],
) -> Result<(), Error> {
    if let Some(newer) = picture.newer() {
        let (entry, kind, version) = (newer.number, newer.kind.to_string(), newer.version);
        return Err(Trouble::Newer {
            entry,
            kind,
            version,
        }
        .into());
    }
    let texts = [&permit.actor().0, &circumstances.reason]
        .into_iter()
        .chain(&circumstances.source);
    if texts.into_iter().any(|text| text.contains('\0')) {
        // PostgreSQL cannot hold it, and a log must be restorable to either database.
        return refused("the reason or source holds a zero character: remove it".into());
    }
    check_base(picture, circumstances.base, changes)?;

    let mut batch = Batched {
        picture,
        stands: BTreeMap::new(),
        erased: BTreeSet::new(),
    };
    for change in changes {
        batch.take(permit, change)?;
    }
    for change in changes {
        if let ChangeAct::State { references, .. } = &change.act {
            for &to in references {
                batch.stands(to).map_err(|why| Trouble::Dangling {
                    kind: change.kind,
                    id: change.id,
                    to,
                    why,
                })?;
            }
        }
    }
    if let Some(id) = circumstances.authority {
        let authority = Reference {
            kind: "organisation",
            id,
        };
        batch
            .stands(authority)
            .or_else(|why| refused(format!("the authority is organisation {id}, which {why}")))?;
    }
    Ok(())
}

fn check_base(picture: &Picture, base: Option<u64>, changes: &[Change]) -> Result<(), Error> {
    let Some(base) = base else { return Ok(()) };
    if base > picture.size() {
        return refused(format!(
            "the change is based on entry {base}, but there are only {}",
            picture.size()
        ));
    }
    let mut seen = BTreeSet::new();
    let moved: Vec<(RecordId, u64)> = changes
        .iter()
        .filter(|change| seen.insert(change.id))
        .filter_map(|change| Some((change.id, picture.newest(change.id)?)))
        .filter(|&(_, newest)| newest > base)
        .collect();
    if moved.is_empty() {
        Ok(())
    } else {
        Err(Trouble::Conflict(moved).into())
    }
}

fn refused<T>(why: String) -> Result<T, Error> {
    Err(Trouble::Refused(why).into())
}

/// The picture with the batch so far on top.
struct Batched<'a> {
    picture: &'a Picture,
    /// The kind of each record that the batch touches, and whether it stands after it.
    stands: BTreeMap<RecordId, (KindName, bool)>,
    erased: BTreeSet<u64>,
}

impl Batched<'_> {
    /// The kind of a record that was ever stated, and whether it stands.
    fn record(&self, id: RecordId) -> Option<(&str, bool)> {
        if let Some(&(kind, stands)) = self.stands.get(&id) {
            return Some((kind, stands));
        }
        let newest = self.picture.entry(self.picture.newest(id)?)?;
        Some((
            &newest.kind,
            self.picture.known(newest.number).statement(id).is_some(),
        ))
    }

    fn stands(&self, to: Reference) -> Result<(), &'static str> {
        match self.record(to.id) {
            None => Err("was never stated"),
            Some((kind, _)) if kind != to.kind => Err("is of another kind"),
            Some((_, false)) => Err("was withdrawn"),
            Some((_, true)) => Ok(()),
        }
    }

    fn take(&mut self, permit: &Permit, change: &Change) -> Result<(), Error> {
        let Change { kind, id, .. } = *change;
        if let Some((before, _)) = self.record(id).filter(|(before, _)| *before != kind) {
            return refused(format!("record {id} is of the kind {before}, not {kind}"));
        }
        match &change.act {
            ChangeAct::State { version, item, .. } => {
                let Some(registered) = kinds::named(kind) else {
                    return refused(format!(
                        "{kind:?} is not a kind of record that this program knows"
                    ));
                };
                (registered.read)(*version, item)
                    .or_else(|why| refused(format!("record {id}: {why}")))?;
                self.stands.insert(id, (kind, true));
            }
            ChangeAct::Withdraw => {
                let standing = Reference { kind, id };
                self.stands(standing)
                    .or_else(|why| refused(format!("cannot withdraw {kind} {id}, which {why}")))?;
                self.stands.insert(id, (kind, false));
            }
            ChangeAct::Erase { entry } => {
                if permit.action() != Action::Erase {
                    return refused("erasing an item needs the permission to erase".into());
                }
                let stated = self
                    .picture
                    .entry(*entry)
                    .filter(|it| it.record == id && it.item.is_some());
                if stated.is_none() || !self.erased.insert(*entry) {
                    return refused(format!(
                        "entry {entry} holds no item of {kind} {id} to erase"
                    ));
                }
            }
        }
        Ok(())
    }
}
