//! What hangs by one thread: knowledge in one post, licences without which services stop, and
//! keys that others hold.

use super::dependency::Dependents;
use super::listed::{Detail, Keyholder, Listed};
use super::readiness::{Record, is_rotated};
use crate::dated::When;
use crate::record::RecordId;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Knowledge that exactly one post has and that was not passed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SinglePoint {
    pub record: Record,
    pub title: String,
    pub post: String,
    /// Whether the post is with the authority; none when nobody said.
    pub with_authority: Option<bool>,
    pub services: BTreeSet<RecordId>,
}

/// Every single point of knowledge: first those whose post is not with the authority, then those of
/// which nobody said.
pub fn single_points(items: &[Listed<'_>]) -> Vec<SinglePoint> {
    let single = items.iter().filter_map(|item| match &item.detail {
        Detail::Knowledge {
            posts,
            with_authority,
            passed_on,
        } if posts.len() == 1 && *passed_on != Some(true) => Some(SinglePoint {
            record: item.record.into(),
            title: item.title.into(),
            post: posts[0].into(),
            with_authority: *with_authority,
            services: item.services.clone(),
        }),
        _ => None,
    });
    let mut points: Vec<SinglePoint> = single.collect();
    let worse = |point: &SinglePoint| match point.with_authority {
        Some(false) => 0,
        None => 1,
        Some(true) => 2,
    };
    points.sort_by(|a, b| (worse(a), &a.title, &a.record).cmp(&(worse(b), &b.title, &b.record)));
    points
}

/// A licence whose loss stops a service on the day it moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopsOnDay0 {
    pub record: Record,
    pub title: String,
    /// Whether it is stated what becomes of it.
    pub routed: bool,
    /// The services that stop: each way leads from one that has the licence to one that stops.
    pub ways: Vec<Vec<RecordId>>,
}

/// Every licence whose loss stops services on day 0, followed through what depends on them: first
/// those whose route is not stated, then those that stop the most.
pub fn stops_on_day_0(items: &[Listed<'_>], dependents: &Dependents) -> Vec<StopsOnDay0> {
    let needed = items.iter().filter(|item| {
        let stops = Some(true);
        matches!(item.detail, Detail::Licence { stops_on_day_0 } if stops_on_day_0 == stops)
    });
    let mut stops: Vec<StopsOnDay0> = needed
        .map(|item| StopsOnDay0 {
            record: item.record.into(),
            title: item.title.into(),
            routed: item.routed,
            ways: dependents.stopped_by(item.services),
        })
        .collect();
    stops.sort_by(|a, b| {
        let order = (a.routed, b.ways.len()).cmp(&(b.routed, a.ways.len()));
        order.then_with(|| (&a.title, &a.record).cmp(&(&b.title, &b.record)))
    });
    stops
}

/// A credential by which somebody else can log in once the service has moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CanLogIn {
    pub record: Record,
    pub title: String,
    pub holder: Keyholder,
    /// The services that have moved, or will, with their cutover.
    pub services: Vec<(RecordId, When)>,
    /// One of them has moved by the day, so that they can log in now.
    pub already: bool,
}

/// Who can still log in as the authority after cutover: credentials that others hold and that were
/// not changed since the cutover of each of their services. First what is open already.
pub fn can_log_in(
    items: &[Listed<'_>],
    cutovers: &BTreeMap<RecordId, When>,
    day: Date,
) -> Vec<CanLogIn> {
    let open = items.iter().filter_map(|item| {
        let Detail::Credential { holder, rotated } = item.detail else {
            return None;
        };
        if !holder.is_other() {
            return None;
        }
        let moving = item.services.iter();
        let moving = moving.filter_map(|id| Some((*id, *cutovers.get(id)?)));
        let services: Vec<(RecordId, When)> = moving
            .filter(|(_, cutover)| !is_rotated(rotated, Some(*cutover), day))
            .collect();
        (!services.is_empty()).then(|| CanLogIn {
            record: item.record.into(),
            title: item.title.into(),
            holder,
            already: services
                .iter()
                .any(|(_, cutover)| cutover.reached(day) == Some(true)),
            services,
        })
    });
    let mut open: Vec<CanLogIn> = open.collect();
    open.sort_by(|a, b| (!a.already, &a.title, &a.record).cmp(&(!b.already, &b.title, &b.record)));
    open
}

#[cfg(test)]
mod tests {
    use super::super::listed::Agreement;
    use super::super::stated::Dimension;
    use super::*;
    use crate::record::Reference;
    use jiff::civil::date;

    const NETWORK: RecordId = RecordId([1; 16]);
    const TELEPHONY: RecordId = RecordId([2; 16]);

    fn item<'a>(
        title: &'a str,
        services: &'a BTreeSet<RecordId>,
        detail: Detail<'a>,
    ) -> Listed<'a> {
        Listed {
            record: Reference {
                kind: "licence",
                id: RecordId([9; 16]),
            },
            title,
            dimension: Dimension::Licences,
            services,
            routed: title.starts_with("Routed"),
            agreement: Agreement::NotNeeded,
            confirmed: None,
            evident: true,
            missing_since: None,
            supplier: None,
            detail,
        }
    }

    #[test]
    fn knowledge_of_one_post_is_worse_outside_the_authority() {
        let services = BTreeSet::from([NETWORK]);
        let known = |title, posts: &[&'static str], with_authority, passed_on| {
            let posts = posts.to_vec();
            let detail = Detail::Knowledge {
                posts,
                with_authority,
                passed_on,
            };
            item(title, &services, detail)
        };
        let items = [
            known("Ours", &["Network manager"], Some(true), None),
            known("Unsaid", &["Engineer"], None, Some(false)),
            known("Theirs", &["Account lead"], Some(false), Some(false)),
            known("Passed on", &["Engineer"], Some(false), Some(true)),
            known("Two", &["Engineer", "Analyst"], Some(false), None),
            known("Nobody", &[], None, None),
        ];
        let points = single_points(&items);
        let titles: Vec<&str> = points.iter().map(|point| point.title.as_str()).collect();
        assert_eq!(titles, ["Theirs", "Unsaid", "Ours"]);
    }

    #[test]
    fn a_licence_stops_what_depends_on_its_service() {
        let network = BTreeSet::from([NETWORK]);
        let telephony = BTreeSet::from([TELEPHONY]);
        let dependents = Dependents::of([(TELEPHONY, &network)]);
        let licence = |title, services, stops_on_day_0| {
            item(title, services, Detail::Licence { stops_on_day_0 })
        };
        let items = [
            licence("Routed", &network, Some(true)),
            licence("Calls", &telephony, Some(true)),
            licence("Routers", &network, Some(true)),
            licence("Drawing", &network, Some(false)),
            licence("Unsaid", &network, None),
        ];
        let stops = stops_on_day_0(&items, &dependents);
        let titles: Vec<(&str, usize)> = stops
            .iter()
            .map(|stops| (stops.title.as_str(), stops.ways.len()))
            .collect();
        assert_eq!(titles, [("Routers", 2), ("Calls", 1), ("Routed", 2)]);
        assert_eq!(stops[0].ways[1], [NETWORK, TELEPHONY]);
    }

    #[test]
    fn a_key_that_others_hold_is_open_until_it_is_changed() {
        let both = BTreeSet::from([NETWORK, TELEPHONY]);
        let key = |title, holder, rotated: &str| {
            let rotated = rotated.parse().ok();
            item(title, &both, Detail::Credential { holder, rotated })
        };
        let items = [
            key("Later", Keyholder::Supplier, "2019-07-01"),
            key("Open", Keyholder::ThirdParty, ""),
            key("Changed", Keyholder::Supplier, "2019-08-01"),
            key("Ours", Keyholder::Authority, ""),
            key("Unsaid", Keyholder::NotStated, ""),
        ];
        let day = |month, day| When::Day(date(2019, month, day));
        let cutovers = BTreeMap::from([(NETWORK, day(7, 1)), (TELEPHONY, day(8, 1))]);
        let open = |on| {
            let open = can_log_in(&items, &cutovers, on);
            let said = open
                .iter()
                .map(|it| (it.title.clone(), it.services.len(), it.already));
            said.collect::<Vec<_>>()
        };
        let expected = |lines: &[(&str, usize, bool)]| {
            let lines = lines.iter();
            let owned =
                lines.map(|&(title, services, already)| (title.to_owned(), services, already));
            owned.collect::<Vec<_>>()
        };
        assert_eq!(
            open(date(2019, 7, 15)),
            expected(&[("Changed", 2, true), ("Open", 2, true), ("Later", 1, false)])
        );
        assert_eq!(
            open(date(2019, 8, 1)),
            expected(&[("Later", 1, true), ("Open", 2, true)])
        );
        assert!(can_log_in(&items, &BTreeMap::new(), date(2019, 8, 1)).is_empty());
    }
}
