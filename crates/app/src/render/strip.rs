//! Strips along one axis of time: bands for what held when, marks for days. Drawn twice, for wide
//! screens and for phones, so that the words in it stay readable; the page says the same in a table.

use super::chart::escaped;
use handback_core::dated::When;
use jiff::civil::Date;
use std::fmt::Write as _;

/// What held from one moment on.
#[derive(Clone, Debug)]
pub struct Band {
    /// Unknown reaches back to where the axis begins.
    pub from: When,
    /// When it was over; none reaches to where the axis ends. A slanted edge says that the day is
    /// known to the month or year alone.
    pub until: Option<When>,
    /// CSS classes.
    pub class: String,
    /// Said inside the band where there is room.
    pub words: String,
}

/// Bands under one heading.
#[derive(Clone, Debug)]
pub struct Strip {
    pub title: String,
    pub bands: Vec<Band>,
}

/// A day to look at.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    pub on: Date,
    pub class: &'static str,
}

/// The days between which everything is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    pub from: Date,
    pub to: Date,
}

impl Axis {
    /// Whole years that hold all these days, two at least.
    pub fn around(days: impl IntoIterator<Item = Date>) -> Option<Axis> {
        let years: Vec<i16> = days.into_iter().map(Date::year).collect();
        let (first, last) = (*years.iter().min()?, *years.iter().max()?);
        // A mistyped year such as 0206 must not squeeze everything else away.
        let first = first.max(last.saturating_sub(MOST_YEARS));
        Some(Axis {
            from: Date::new(first, 1, 1).ok()?,
            to: Date::new(last.max(first + 1), 12, 31).ok()?,
        })
    }

    /// From 0 to 1.
    pub fn share(&self, day: Date) -> f64 {
        let days = |day: Date| f64::from((day - self.from).get_days());
        (days(day) / days(self.to).max(1.0)).clamp(0.0, 1.0)
    }
}

impl Band {
    /// From 0 to 1: when it may have begun and had surely, and when it may have ended and had surely.
    pub fn edges(&self, axis: Axis) -> ((f64, f64), (f64, f64)) {
        let days = |when: When| Some((axis.share(when.earliest()?), axis.share(when.latest()?)));
        (
            days(self.from).unwrap_or((0.0, 0.0)),
            self.until.and_then(days).unwrap_or((1.0, 1.0)),
        )
    }
}

/// Where a band is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub left: f64,
    pub width: f64,
    pub top: f64,
    pub height: f64,
}

const MOST_YEARS: i16 = 60;
const ROW: f64 = 26.0;
const TITLE: f64 = 18.0;
const GAP: f64 = 8.0;
const FOOT: f64 = 20.0;

/// A drawing's class and width.
const DRAWINGS: [(&str, f64); 2] = [("hb-wide", 700.0), ("hb-narrow", 340.0)];

/// Draw the strips; empty when there is no band.
pub fn strips(strips: &[Strip], axis: Axis, marks: &[Mark]) -> String {
    if strips.iter().all(|strip| strip.bands.is_empty()) {
        return String::new();
    }
    DRAWINGS
        .iter()
        .map(|(class, width)| drawn(strips, axis, marks, class, *width))
        .collect()
}

fn drawn(strips: &[Strip], axis: Axis, marks: &[Mark], class: &str, width: f64) -> String {
    let height = strips.len() as f64 * (TITLE + ROW + GAP) + FOOT;
    let mut svg = format!(
        "<svg viewBox=\"0 0 {width} {height}\" class=\"hb-chart {class}\" aria-hidden=\"true\" focusable=\"false\">"
    );
    for (place, strip) in strips.iter().enumerate() {
        let top = place as f64 * (TITLE + ROW + GAP);
        let _ = write!(
            svg,
            "<text x=\"0\" y=\"{:.1}\" class=\"strip-title\">{}</text>",
            top + TITLE - 5.0,
            escaped(&strip.title)
        );
        let row = Row {
            left: 0.0,
            width,
            top: top + TITLE,
            height: ROW,
        };
        for band in &strip.bands {
            svg.push_str(&shape(band, axis, row));
        }
    }
    let end = height - FOOT;
    svg.push_str(&years(axis, width, end));
    for mark in marks
        .iter()
        .filter(|mark| axis.from <= mark.on && mark.on <= axis.to)
    {
        let x = axis.share(mark.on) * width;
        let _ = write!(
            svg,
            "<line class=\"{}\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{:.1}\" y2=\"{end:.1}\"/>",
            mark.class,
            TITLE - 3.0,
        );
    }
    svg.push_str("</svg>");
    svg
}

/// One band: upright edges where the day is known, slanted ones where it is not.
pub fn shape(band: &Band, axis: Axis, row: Row) -> String {
    let x = |share: f64| row.left + share * row.width;
    let ((start, begun), (ending, end)) = band.edges(axis);
    let (start, begun, ending, end) = (x(start), x(begun), x(ending), x(end));
    if end <= start {
        return String::new();
    }
    let (top, bottom) = (row.top, row.top + row.height);
    let mut svg = format!(
        "<polygon class=\"band {}\" points=\"{start:.1},{top:.1} {ending:.1},{top:.1} {end:.1},{bottom:.1} {begun:.1},{bottom:.1}\"/>",
        band.class
    );
    let room = ending - begun - 10.0;
    if !band.words.is_empty() && band.words.chars().count() as f64 * 6.6 < room {
        let _ = write!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" class=\"on-{}\">{}</text>",
            begun + 6.0,
            top + row.height / 2.0 + 4.0,
            band.class.split(' ').next().unwrap_or_default(),
            escaped(&band.words)
        );
    }
    svg
}

fn years(axis: Axis, width: f64, end: f64) -> String {
    let count = axis.to.year() - axis.from.year() + 1;
    let room = (width / 45.0) as i16;
    let every = [1, 2, 5, 10, 20]
        .into_iter()
        .find(|every| count / every <= room)
        .unwrap_or(50);
    let mut svg =
        format!("<line class=\"axis\" x1=\"0\" x2=\"{width}\" y1=\"{end:.1}\" y2=\"{end:.1}\"/>");
    for year in (axis.from.year()..=axis.to.year()).filter(|year| year % every == 0) {
        let x = axis.share(Date::constant(year, 1, 1)) * width;
        let _ = write!(
            svg,
            "<line class=\"axis\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{end:.1}\" y2=\"{:.1}\"/>",
            end + 4.0
        );
        if x + 28.0 < width {
            let _ = write!(
                svg,
                "<text x=\"{x:.1}\" y=\"{:.1}\">{year}</text>",
                end + 16.0
            );
        }
    }
    svg
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn when(text: &str) -> When {
        text.parse().expect("a date")
    }

    fn band(from: &str, until: Option<&str>) -> Band {
        Band {
            from: when(from),
            until: until.map(when),
            class: "supplier".into(),
            words: "<b>".into(),
        }
    }

    #[test]
    fn an_axis_holds_whole_years() {
        for (days, axis) in [
            (&[][..], None),
            (&[date(2019, 8, 1)][..], Some((2019, 2020))),
            (
                &[date(2021, 3, 1), date(2006, 4, 1)][..],
                Some((2006, 2021)),
            ),
            (&[date(2021, 3, 1), date(206, 4, 1)][..], Some((1961, 2021))),
        ] {
            let found = Axis::around(days.iter().copied());
            assert_eq!(
                found.map(|axis| (axis.from.year(), axis.to.year())),
                axis,
                "{days:?}"
            );
        }
    }

    #[test]
    fn edges_are_upright_where_the_day_is_known_and_slanted_elsewhere() {
        let axis = Axis {
            from: date(2001, 1, 1),
            to: date(2010, 12, 31),
        };
        let row = Row {
            left: 0.0,
            width: 700.0,
            top: 0.0,
            height: 26.0,
        };
        for (from, until, points) in [
            ("unknown", None, "0.0,0.0 700.0,0.0 700.0,26.0 0.0,26.0"),
            (
                "2006-01-01",
                None,
                "350.1,0.0 700.0,0.0 700.0,26.0 350.1,26.0",
            ),
            (
                "2001-01-01",
                Some("2006"),
                "0.0,0.0 350.1,0.0 419.9,26.0 0.0,26.0",
            ),
        ] {
            let svg = shape(&band(from, until), axis, row);
            assert!(svg.contains(points), "{from} {until:?}: {svg}");
        }
        assert_eq!(shape(&band("2011", None), axis, row), "");
    }

    #[test]
    fn words_are_escaped_and_no_band_draws_nothing() {
        let axis = Axis::around([date(2001, 1, 1)]).expect("a day");
        let strip = |bands| Strip {
            title: "A & B".into(),
            bands,
        };
        assert_eq!(strips(&[strip(vec![])], axis, &[]), "");
        let svg = strips(&[strip(vec![band("unknown", None)])], axis, &[]);
        assert!(
            svg.contains("&lt;b&gt;") && svg.contains("A &amp; B"),
            "{svg}"
        );
        assert!(!svg.contains("<b>"), "{svg}");
    }
}
