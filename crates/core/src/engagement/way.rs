//! The ways in which an answer can be given, and what each can promise.

use serde::{Deserialize, Serialize};

/// How somebody comes to the page on which they answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// An invitation by e-mail, a link of its own for each address.
    Email,
    /// A code on a slip of paper, drawn from a box.
    Code,
    /// A link or a QR code that everybody has.
    Link,
    /// A link that the service desk puts into a ticket when it closes it.
    Ticket,
}

/// How far one person is kept to one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OneEach {
    Person,
    Slip,
    Ticket,
    /// Nothing keeps somebody from answering twice.
    No,
}

/// What somebody learns who alters the program or watches it live, proxies and mail servers included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Watcher {
    /// The address and the time from which an answer comes.
    Address,
    /// The same, as long as the script in the browser is the one we wrote.
    AddressUnlessAltered,
    /// Who gave which answer.
    Links,
}

impl OneEach {
    pub fn word(self) -> &'static str {
        ["person", "slip", "ticket", "no"][self as usize]
    }
}

impl Watcher {
    pub fn word(self) -> &'static str {
        ["address", "address-unless-altered", "links"][self as usize]
    }
}

/// What is promised before the first question.
///
/// Whoever has all files, logs and backups after the period has closed (a *keeper*) learns in no way who gave which
/// answer; that holds for every way, and is tested by an attack on what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Promise {
    pub one_each: OneEach,
    pub watcher: Watcher,
}

impl Way {
    pub const ALL: [Way; 4] = [Way::Email, Way::Code, Way::Link, Way::Ticket];

    pub fn word(self) -> &'static str {
        ["email", "code", "link", "ticket"][self as usize]
    }

    pub fn of_word(word: &str) -> Option<Way> {
        Way::ALL.into_iter().find(|way| way.word() == word)
    }

    /// What holds for an answer given so. `blinded` is whether a script in the browser asked for a blind signature
    /// (RFC 9474) before it answered; without one, a server that is altered can keep the invitation beside the answer.
    pub fn promise(self, blinded: bool) -> Promise {
        let (one_each, watcher) = match (self, blinded) {
            (Way::Email, true) => (OneEach::Person, Watcher::AddressUnlessAltered),
            (Way::Email, false) => (OneEach::Person, Watcher::Links),
            (Way::Code, _) => (OneEach::Slip, Watcher::Address),
            (Way::Link, _) => (OneEach::No, Watcher::Address),
            (Way::Ticket, _) => (OneEach::Ticket, Watcher::Links),
        };
        Promise { one_each, watcher }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_way_promises_more_than_it_can_hold() {
        for way in Way::ALL {
            assert_eq!(Way::of_word(way.word()), Some(way));
            let (blinded, plain) = (way.promise(true), way.promise(false));
            assert_eq!(blinded.one_each, plain.one_each);
            assert!(plain.watcher >= blinded.watcher);
        }
        assert_eq!(Way::Email.promise(false).watcher, Watcher::Links);
        assert_eq!(Way::Ticket.promise(true).watcher, Watcher::Links);
        assert_eq!(Way::Link.promise(true).one_each, OneEach::No);
    }
}
