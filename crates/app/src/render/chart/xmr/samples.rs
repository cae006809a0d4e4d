//! Made-up charts that tests draw.

use super::{Noted, Plot, What};
use crate::render::strip::Band;
use handback_core::performance::spc::{Asked, Chart, Rebase, chart};
use handback_core::performance::{Better, Point};
use jiff::ToSpan;
use jiff::civil::date;

/// Months from April 2016 on, numbered from 0; none are missing.
pub fn months(values: &[f64]) -> Vec<Point> {
    let first = date(2016, 4, 1);
    let point = |(place, &value): (usize, &f64)| Point {
        date: first.saturating_add((place as i32).months()),
        value,
    };
    values.iter().enumerate().map(point).collect()
}

/// A service that was slow, came back after 40 months, and steps down then.
pub fn harrowmere() -> Vec<Point> {
    let wave = |place: usize| ((place * 7 + place * place * 3) % 11) as f64 / 5.0 - 1.0;
    let value = |place: usize| match place {
        0..22 => 8.2 + wave(place) * 0.7,
        22..32 => 9.6 + wave(place) * 0.4,
        32..40 => 8.4 + wave(place) * 0.6,
        40..51 => 5.4 + wave(place) * 0.6,
        _ => 4.5 + wave(place) * 0.2,
    };
    let mut points = months(&(0..60).map(value).collect::<Vec<_>>());
    points[17].value = 12.3;
    points.drain(28..31);
    points
}

pub fn ran() -> Vec<Band> {
    let band = |from: &str, until: Option<&str>, class: &str, words: &str| Band {
        from: from.parse().expect("a date"),
        until: until.map(|until| until.parse().expect("a date")),
        class: class.into(),
        words: words.into(),
    };
    vec![
        band(
            "2006-04-01",
            Some("2018-02"),
            "joint-venture",
            "Harrow Joint Services",
        ),
        band("2018-02", Some("2019-08-01"), "supplier", "Corvane Group"),
        band("2019-08-01", None, "in-house", "in-house"),
    ]
}

pub fn happened() -> Vec<Noted> {
    let noted = |on, what, text: &str| Noted {
        on,
        what,
        text: text.into(),
    };
    vec![
        noted(date(2020, 3, 23), What::Event, "pandemic: offices closed"),
        noted(date(2019, 8, 1), What::Handover, "service desk came back"),
        noted(date(2017, 9, 4), What::Event, "mail moved to a new system"),
        noted(date(2030, 1, 1), What::Event, "long after"),
    ]
}

/// A chart of it with everything that can be drawn.
pub fn whole<'a>(chart: &Chart, bands: &'a [Band]) -> Plot<'a> {
    let mut plot = Plot::of("Service desk: time to resolve", "hours", chart);
    plot.targets = vec![(None, Some(8.0)), (Some(date(2019, 8, 1)), Some(6.0))];
    plot.bands = bands;
    plot.marks.extend(happened());
    plot
}

pub fn made(points: &[Point], better: Better, rebases: &[Rebase]) -> Chart {
    let asked = Asked {
        target: Some(6.0),
        rebases: rebases.to_vec(),
        ..Asked::of(better)
    };
    chart(points, &asked).expect("a chart")
}

pub fn came_back() -> Rebase {
    Rebase {
        on: date(2019, 8, 1),
        reason: Some("run by the council again".into()),
    }
}
