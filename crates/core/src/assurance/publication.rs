//! What the authority made public.

use crate::record::{Kind, RecordId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The authority published its statement of control for a day as known at an entry. Everybody sees
/// exactly that, whatever is learnt later, until another is published or this one is withdrawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    pub at: Date,
    /// The number of the last entry that counts.
    pub known: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Kind for Publication {
    const NAME: &'static str = "publication";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        format!("statement of control as at {}", self.at)
    }
}

/// The publication that everybody sees: the one that rests on the newest entry, and of several the
/// one for the latest day.
pub fn newest<'a>(
    publications: impl IntoIterator<Item = (RecordId, &'a Publication)>,
) -> Option<(RecordId, &'a Publication)> {
    publications
        .into_iter()
        .max_by_key(|(id, publication)| (publication.known, publication.at, *id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn everybody_sees_the_newest() {
        let publication = |at, known| Publication {
            at,
            known,
            note: None,
        };
        let (old, new) = (
            publication(date(2021, 3, 26), 100),
            publication(date(2020, 3, 26), 120),
        );
        let all = [(RecordId([2; 16]), &old), (RecordId([1; 16]), &new)];
        assert_eq!(newest(all), Some((RecordId([1; 16]), &new)));
        assert_eq!(newest([]), None);
    }
}
