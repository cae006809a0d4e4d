//! Tickets by month: how many targets were met, how long resolutions took, what is still open.

use super::{Outcome, TicketTimes};
use crate::performance::{Counted, Point};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A service's tickets in one month, by the service's clock on the wall.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Month {
    /// Its first day.
    pub month: Date,
    pub opened: u32,
    /// Tickets whose last resolution falls in the month; the shares and times below are of these.
    pub resolved: u32,
    /// How often a ticket was reopened in the month.
    pub reopened: u32,
    /// How often a ticket was resolved in the month, whether it was reopened later or not.
    pub resolutions: u32,
    /// Open, or reopened, when the month ends.
    pub open_at_end: u32,
    /// Resolutions in time, and those of which it is known.
    pub met: u32,
    pub judged: u32,
    /// First responses in time, and those of which it is known, by the month of the response.
    pub responses_met: u32,
    pub responses_judged: u32,
    /// Working minutes to resolution.
    pub median_minutes: Option<f64>,
    pub p90_minutes: Option<f64>,
    /// Resolutions whose working time is known.
    pub timed: u32,
    /// Working minutes to first response, by the month of the response.
    pub median_response_minutes: Option<f64>,
    /// First responses whose working time is known.
    pub responses_timed: u32,
}

/// A point of a series, and how many tickets it stands on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Value {
    pub point: Point,
    pub n: u32,
}

/// The months of each service, in order and without gaps from its first to its last. Tickets
/// without a service come under `None`. A month that `as_of` cuts short is left out, because its figures
/// would not be comparable.
pub fn months(
    times: &[TicketTimes],
    zone: &TimeZone,
    as_of: Timestamp,
) -> BTreeMap<Option<String>, Vec<Month>> {
    let mut services: BTreeMap<Option<String>, Vec<&TicketTimes>> = BTreeMap::new();
    for ticket in times {
        services
            .entry(ticket.service.clone())
            .or_default()
            .push(ticket);
    }
    services
        .into_iter()
        .map(|(service, tickets)| (service, of_service(&tickets, zone, as_of)))
        .collect()
}

/// Working seconds of a month's tickets.
#[derive(Default)]
struct Waited {
    to_response: Vec<i64>,
    to_resolution: Vec<i64>,
}

fn of_service(tickets: &[&TicketTimes], zone: &TimeZone, as_of: Timestamp) -> Vec<Month> {
    let month = |at: Timestamp| zone.to_datetime(at).date().first_of_month();
    let moments = tickets.iter().flat_map(|ticket| {
        let ends = ticket.resolutions.iter().chain(&ticket.reopenings).copied();
        ticket.opened.into_iter().chain(ends)
    });
    let Some(first) = moments.map(month).min() else {
        return Vec::new();
    };
    let cut = month(as_of);
    let mut months: BTreeMap<Date, (Month, Waited)> = BTreeMap::new();
    let mut at = first;
    while at < cut {
        months.insert(at, (Month::empty(at), Waited::default()));
        at = at.last_of_month().tomorrow().unwrap_or(Date::MAX);
    }
    let mut moves: BTreeMap<Date, i64> = BTreeMap::new();
    for ticket in tickets {
        let Some(opened) = ticket.opened else {
            continue;
        };
        for (at, step) in std::iter::once((opened, 1))
            .chain(ticket.reopenings.iter().map(|at| (*at, 1)))
            .chain(ticket.stops.iter().map(|at| (*at, -1)))
        {
            *moves.entry(month(at)).or_default() += step;
        }
        if let Some((month, _)) = months.get_mut(&month(opened)) {
            month.opened += 1;
        }
        for at in &ticket.reopenings {
            if let Some((month, _)) = months.get_mut(&month(*at)) {
                month.reopened += 1;
            }
        }
        for at in &ticket.resolutions {
            if let Some((month, _)) = months.get_mut(&month(*at)) {
                month.resolutions += 1;
            }
        }
        if let Some((month, waited)) = ticket
            .first_response
            .at
            .and_then(|at| months.get_mut(&month(at)))
        {
            month.responses_met += u32::from(ticket.first_response.outcome == Outcome::Met);
            month.responses_judged += u32::from(ticket.first_response.outcome.is_judged());
            waited.to_response.extend(ticket.first_response.working);
        }
        if let Some((month, waited)) = ticket
            .resolution
            .at
            .and_then(|at| months.get_mut(&month(at)))
        {
            month.resolved += 1;
            month.met += u32::from(ticket.resolution.outcome == Outcome::Met);
            month.judged += u32::from(ticket.resolution.outcome.is_judged());
            waited.to_resolution.extend(ticket.resolution.working);
        }
    }
    let mut open = 0;
    months
        .into_values()
        .map(|(mut month, mut waited)| {
            open += moves.get(&month.month).copied().unwrap_or(0);
            month.open_at_end = u32::try_from(open).unwrap_or(0);
            waited.to_resolution.sort_unstable();
            waited.to_response.sort_unstable();
            month.timed = waited.to_resolution.len() as u32;
            month.median_minutes = quantile(&waited.to_resolution, 50);
            month.p90_minutes = quantile(&waited.to_resolution, 90);
            month.responses_timed = waited.to_response.len() as u32;
            month.median_response_minutes = quantile(&waited.to_response, 50);
            month
        })
        .collect()
}

impl Outcome {
    /// Whether it is known that the target was met or missed.
    pub fn is_judged(self) -> bool {
        matches!(self, Outcome::Met | Outcome::Missed)
    }
}

/// A percentile in minutes of sorted seconds, between the two values next to it in proportion
/// (Hyndman and Fan 1996, type 7, as R, Excel and pandas have it).
fn quantile(seconds: &[i64], percent: usize) -> Option<f64> {
    let last = seconds.len().checked_sub(1)?;
    let (place, rest) = (last * percent / 100, last * percent % 100);
    let (below, above) = (seconds[place], seconds[(place + 1).min(last)]);
    Some((below as f64 + (above - below) as f64 * rest as f64 / 100.0) / 60.0)
}

impl Month {
    fn empty(month: Date) -> Month {
        Month {
            month,
            opened: 0,
            resolved: 0,
            reopened: 0,
            resolutions: 0,
            open_at_end: 0,
            met: 0,
            judged: 0,
            responses_met: 0,
            responses_judged: 0,
            median_minutes: None,
            p90_minutes: None,
            timed: 0,
            median_response_minutes: None,
            responses_timed: 0,
        }
    }

    /// The value of a measure and how many it stands on; `None` where it stands on nothing.
    pub fn value(&self, counted: Counted) -> Option<Value> {
        let percent =
            |part: u32, of: u32| (of > 0).then(|| (100.0 * f64::from(part) / f64::from(of), of));
        let count = |count: u32| Some((f64::from(count), count));
        let (value, n) = match counted {
            Counted::ResolvedInTime => percent(self.met, self.judged),
            Counted::AnsweredInTime => percent(self.responses_met, self.responses_judged),
            Counted::MedianToResolve => self.median_minutes.map(|value| (value, self.timed)),
            Counted::NineInTenToResolve => self.p90_minutes.map(|value| (value, self.timed)),
            Counted::MedianToAnswer => {
                let median = self.median_response_minutes;
                median.map(|value| (value, self.responses_timed))
            }
            Counted::Opened => count(self.opened),
            Counted::Resolved => count(self.resolved),
            Counted::Reopened => count(self.reopened),
            Counted::ShareReopened => percent(self.reopened, self.resolutions),
            Counted::Open => count(self.open_at_end),
        }?;
        let date = self.month;
        Some(Value {
            point: Point { date, value },
            n,
        })
    }
}

/// A measure through the months; a month for which it has no value is left out.
pub fn series(months: &[Month], counted: Counted) -> Vec<Value> {
    months
        .iter()
        .filter_map(|month| month.value(counted))
        .collect()
}
