//! Pairs of made-up problems, as two people would tell the same one, and as two that only share their subject.

use super::*;

type Pair = (&'static str, &'static str);

/// Told by two people each; the threshold was set on these.
const SAME: &[Pair] = &[
    (
        "Tenants ring three times because a repair that is booked does not show in the housing system",
        "Repairs do not show in the housing system after they are booked, so tenants ring again",
    ),
    (
        "Social workers type the same visit into two systems",
        "After each visit the same notes are typed twice, into the case system and into a spreadsheet",
    ),
    (
        "Callers wait twenty minutes to change their council tax address",
        "Changing an address for council tax means a wait of twenty minutes on the telephone",
    ),
    (
        "Laptops take a quarter of an hour to start in the morning",
        "It takes fifteen minutes until a laptop has started",
    ),
    (
        "Planning officers cannot see maps when they are on site",
        "On site visits the maps cannot be opened by planning officers",
    ),
    (
        "Invoices are paid late because they lie in shared mailboxes",
        "Nobody sees invoices that come into a shared mailbox, and they are paid late",
    ),
    (
        "New starters wait nine days for an account",
        "An account for a new starter takes more than a week",
    ),
    (
        "Parents send the school meals form twice, since they never hear whether it came",
        "No answer tells parents that the form for school meals came, so they send it again",
    ),
    (
        "Wi-Fi drops out in the committee rooms",
        "In the committee room the Wi-Fi is lost in every meeting",
    ),
    (
        "Food inspections are written on paper and typed up at the office",
        "Inspectors write food inspections on paper, then type them in the office",
    ),
    (
        "Library staff cannot tell whether a book is at another branch",
        "Readers ask for a book, and library staff do not see at which branch it is",
    ),
    (
        "Street lighting faults are reported five times, since residents see no answer",
        "Residents report the same street lighting fault again and again",
    ),
];

/// About one subject or one service, and not the same problem.
const DIFFERENT: &[Pair] = &[
    (
        "Tenants ring three times because a repair that is booked does not show in the housing system",
        "Rent statements go to the old address of tenants who moved",
    ),
    (
        "Social workers type the same visit into two systems",
        "Social workers cannot reach the case system from a client's home",
    ),
    (
        "Callers wait twenty minutes to change their council tax address",
        "Council tax bills are printed with the wrong band after a review",
    ),
    (
        "Laptops take a quarter of an hour to start in the morning",
        "Laptops of leavers are not returned",
    ),
    (
        "Planning officers cannot see maps when they are on site",
        "Planning applications over 50 MB are refused by the website",
    ),
    (
        "Invoices are paid late because they lie in shared mailboxes",
        "The same invoice was paid to a supplier two times",
    ),
    (
        "New starters wait nine days for an account",
        "Accounts of people who left stay open for months",
    ),
    (
        "Parents send the school meals form twice, since they never hear whether it came",
        "School admission letters cannot be read on a telephone",
    ),
    (
        "Wi-Fi drops out in the committee rooms",
        "Committee papers reach members the evening before",
    ),
    (
        "Food inspections are written on paper and typed up at the office",
        "Ratings from food inspections are published a month late",
    ),
    (
        "Library staff cannot tell whether a book is at another branch",
        "The library's public computers ask for a new password each day",
    ),
    (
        "Street lighting faults are reported five times, since residents see no answer",
        "Crews drive to street works that another crew has done",
    ),
];

/// Written after the threshold was set.
const SAME_HELD_BACK: &[Pair] = &[
    (
        "Benefit claims are delayed because scanned letters are filed under the wrong name",
        "Letters are scanned to the wrong name, and benefit claims wait",
    ),
    (
        "Care workers find out about a changed rota only when they arrive",
        "When a rota changes, care workers hear of it too late",
    ),
    (
        "Parking permits are posted, and many never arrive",
        "Residents wait for parking permits that get lost in the post",
    ),
    (
        "Managers wait a month for figures on absence",
        "Absence figures reach managers a month late",
    ),
    (
        "Teachers reset pupils' passwords by telephone, one by one",
        "Each forgotten password of a pupil means that a teacher telephones",
    ),
    (
        "Electoral canvassers cannot enter households where there is no signal",
        "Without a signal canvassers write households down and enter them at night",
    ),
];

const DIFFERENT_HELD_BACK: &[Pair] = &[
    (
        "Benefit claims are delayed because scanned letters are filed under the wrong name",
        "Claimants cannot see online how far their benefit claim is",
    ),
    (
        "Care workers find out about a changed rota only when they arrive",
        "Care workers are paid for the wrong hours after a bank holiday",
    ),
    (
        "Parking permits are posted, and many never arrive",
        "Parking fines cannot be paid at night",
    ),
    (
        "Managers wait a month for figures on absence",
        "Managers approve leave in a system that needs its own password",
    ),
    (
        "Teachers reset pupils' passwords by telephone, one by one",
        "Filtering for schools blocks pages that teachers need",
    ),
    (
        "Electoral canvassers cannot enter households where there is no signal",
        "Postal votes are checked by two people reading signatures aloud",
    ),
];

fn id(place: usize) -> RecordId {
    RecordId((place as u128).to_be_bytes())
}

/// How alike the pairs are, in a library that holds all texts, as an authority's does.
fn alike(pairs: &[Pair]) -> Vec<u32> {
    let all = [SAME, DIFFERENT, SAME_HELD_BACK, DIFFERENT_HELD_BACK];
    let all: BTreeSet<&str> = all
        .into_iter()
        .flatten()
        .flat_map(|(one, other)| [*one, *other])
        .collect();
    let library = Library::of(all.into_iter().enumerate().map(|(at, it)| (id(at), it)));
    let pair = |(one, other): &Pair| library.alike(&telling(one), &telling(other));
    pairs.iter().map(pair).collect()
}

fn offered(pairs: &[Pair]) -> usize {
    let alike = alike(pairs);
    alike.iter().filter(|alike| **alike >= ALIKE).count()
}

#[test]
fn the_threshold_parts_what_is_the_same_from_what_is_not() {
    assert_eq!(offered(SAME), SAME.len(), "{:?}", alike(SAME));
    // Two of these share most of their words; a person sees that they differ.
    assert_eq!(offered(DIFFERENT), 2, "{:?}", alike(DIFFERENT));
}

#[test]
fn it_does_so_on_pairs_on_which_it_was_not_set() {
    let found = offered(SAME_HELD_BACK);
    assert_eq!(found, SAME_HELD_BACK.len(), "{:?}", alike(SAME_HELD_BACK));
    let wrong = offered(DIFFERENT_HELD_BACK);
    assert_eq!(wrong, 0, "{:?}", alike(DIFFERENT_HELD_BACK));
}

#[test]
fn what_reads_alike_is_offered_most_alike_first() {
    let texts = [SAME[0].0, SAME[0].1, SAME[1].0, "Repairs"];
    let library = Library::of(texts.iter().enumerate().map(|(at, it)| (id(at), *it)));
    let found = library.like_held(id(0), texts[0]);
    assert_eq!(found[0].0, id(1));
    assert!(found.iter().all(|(other, _)| *other != id(2)), "{found:?}");
    assert_eq!(library.like(texts[0])[0], (id(0), 100));
    assert!(library.like("").is_empty() && library.like("it is what it is").is_empty());
}

#[test]
fn words_are_one_whatever_their_endings() {
    for words in [
        "queue queues queueing queued",
        "stop stops stopped stopping",
        "permit permits",
        "licence licences",
        "application applications",
        "delay delays delayed",
    ] {
        assert_eq!(telling(words).len(), 1, "{words}: {:?}", telling(words));
    }
    assert_eq!(
        telling("Wi-Fi, the 2nd floor's"),
        telling("wi fi 2nd floors")
    );
}
