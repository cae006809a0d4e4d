//! An open register.

use crate::database::{Db, Place, Tx};
use crate::error::{Error, Trouble};
use crate::picture::Picture;
use crate::verify::Broken;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::Mutex;

/// An open register: its database and the picture of it in memory.
pub struct Register {
    pub(crate) db: Db,
    /// Whoever moves the picture forward holds this.
    pub(crate) turn: Mutex<()>,
    picture: RwLock<Arc<Picture>>,
}

impl Register {
    /// Open a register, making an empty one where there is none, and read it whole.
    ///
    /// A log that does not add up to its tree head is not opened; [`verify`](fn@crate::verify) says
    /// what is broken. A log written by a newer program opens for reading only.
    pub async fn open(place: &Place) -> Result<Register, Error> {
        let db = Db::ready(place).await?;
        let register = Register {
            db,
            turn: Mutex::default(),
            picture: RwLock::default(),
        };
        register.catch_up().await?;
        Ok(register)
    }

    /// The register as last read. Cheap; the picture stays as it is however the register grows.
    pub fn picture(&self) -> Arc<Picture> {
        Arc::clone(&self.picture.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Read what other programs have written since. A follower calls this every second or so.
    pub async fn catch_up(&self) -> Result<Arc<Picture>, Error> {
        let _turn = self.turn.lock().await;
        let mut tx = self.db.read().await?;
        let picture = read_on(&mut tx, self.picture()).await?;
        tx.commit().await?;
        self.show(Arc::clone(&picture));
        Ok(picture)
    }

    /// Close the database in good order; SQLite then leaves one file.
    pub async fn close(self) {
        self.db.close().await;
    }

    /// Hand this picture out from now on. Only for the holder of the turn.
    pub(crate) fn show(&self, picture: Arc<Picture>) {
        *self.picture.write().unwrap_or_else(PoisonError::into_inner) = picture;
    }
}

/// The picture of what a transaction sees, going on from an earlier picture.
pub(crate) async fn read_on(tx: &mut Tx, picture: Arc<Picture>) -> Result<Arc<Picture>, Error> {
    let head = tx.head().await?;
    let known = picture.size();
    if head == picture.head() {
        return Ok(picture);
    }
    if head.size < known {
        return Err(Trouble::Replaced {
            known,
            holds: head.size,
        }
        .into());
    }
    let mut picture = Arc::unwrap_or_clone(picture);
    while picture.size() < head.size {
        let page = tx.entries_after(picture.size() as i64).await?;
        if page.is_empty() {
            return Err(Broken::Missing {
                entry: picture.size() + 1,
            }
            .into());
        }
        for stored in page {
            picture.append(stored)?;
        }
    }
    if picture.head() != head {
        return Err(Broken::Head {
            stated: head,
            computed: picture.head(),
        }
        .into());
    }
    Ok(Arc::new(picture))
}
