//! The drawing itself.

use super::marker::marker;
use super::{Noted, Plot, Plotted, days, desc, month, title};
use crate::render::chart::escaped;
use crate::render::chart::frame::{self, Drawing, Scale, Size, number};
use crate::render::spc;
use crate::render::strip::{Axis, Row, shape};
use jiff::ToSpan;
use jiff::civil::Date;
use std::fmt::Write as _;

/// Higher than other charts: values, limits and marks need the room.
pub(super) const WIDE: Size = Size {
    height: 300.0,
    ..frame::WIDE
};
pub(super) const NARROW: Size = Size {
    height: 300.0,
    ..frame::NARROW
};
/// Room for the numbers of the axis: the same for all charts, so that their times lie under one another.
const LEFT: f64 = 52.0;
/// Room for the unit, over everything.
const UNIT: f64 = 16.0;
/// How high the strip is that says who ran the service.
const STRIP: f64 = 16.0;
/// Room for the numbers of marks.
const NUMBERS: f64 = 16.0;
/// Room for the years.
const YEARS: f64 = 20.0;

/// The chart in both sizes, for a page; empty without a value.
pub fn page(plot: &Plot<'_>) -> String {
    let drawings = [(WIDE, true), (NARROW, false)].map(|(size, is_hovered)| {
        let drawn = drawn(plot, size, is_hovered);
        match drawn.is_empty() {
            true => drawn,
            false => format!(
                "<svg viewBox=\"0 0 {} {}\" class=\"hb-chart hb-xmr {}\" role=\"img\" focusable=\"false\"><title>{}</title><desc>{}</desc>{drawn}</svg>",
                size.width,
                size.height,
                size.class,
                escaped(&title(plot)),
                escaped(&desc(plot))
            ),
        }
    });
    drawings.concat()
}

/// Where things are.
struct Place {
    axis: Axis,
    left: f64,
    width: f64,
    top: f64,
    bottom: f64,
    scale: Scale,
    /// Days from one value to the next.
    apart: i32,
}

impl Place {
    fn x(&self, day: Date) -> f64 {
        self.left + self.width * self.axis.share(day)
    }

    /// A value stands in the middle of its month, so that what happens on the first lies between two.
    fn middle(&self, point: &Plotted) -> f64 {
        self.x(point.date.saturating_add((self.apart / 2).days()))
    }

    /// Whether values are missing between two.
    fn is_gap(&self, one: &Plotted, next: &Plotted) -> bool {
        days(one.date, next.date) * 2 > self.apart * 3
    }
}

/// The parts of the drawing, without a frame; the size is in the units of its text.
pub(super) fn drawn(plot: &Plot<'_>, size: Size, is_hovered: bool) -> String {
    let shown: Vec<&Plotted> = plot.shown().collect();
    let Some(axis) = plot.span().filter(|_| !shown.is_empty()) else {
        return String::new();
    };
    let noted = plot.noted();
    let promised = plot.promised(axis);
    let strip = if plot.bands.is_empty() {
        0.0
    } else {
        STRIP + 2.0
    };
    let numbers = if noted.is_empty() { 4.0 } else { NUMBERS };
    let (top, bottom) = (UNIT + strip + numbers, size.height - YEARS);
    let values = shown.iter().flat_map(|point| {
        let (lower, upper) = point.limits.unwrap_or((point.value, point.value));
        [point.value, point.centre, lower, upper]
    });
    let values = values.chain(promised.iter().map(|(.., target)| *target));
    let mut drawing = Drawing::bare(size, LEFT);
    let place = Place {
        axis,
        left: LEFT,
        width: drawing.width(),
        top,
        bottom,
        scale: Scale::between(values, top, bottom),
        apart: plot.apart(),
    };
    bands(&mut drawing, plot, &place);
    drawing.text(0.0, 11.0, "start", &shortened(plot.unit, size.width));
    for level in place.scale.levels() {
        drawing.level(place.scale.y(level), &place.scale.level(level));
    }
    ticks(&mut drawing, &place);
    for part in parts(&shown, |one, next| one.phase != next.phase) {
        held_against(&mut drawing, plot, part, &place);
    }
    for (from, until, target) in promised {
        let y = place.scale.y(target);
        drawing.line("target", (place.x(from), y), (place.x(until), y));
    }
    marks(&mut drawing, &noted, &place);
    line(&mut drawing, &shown, &place);
    signs(&mut drawing, plot, &place, is_hovered);
    drawing.svg
}

/// From value to value, broken where values are missing and where limits change.
fn line(drawing: &mut Drawing, shown: &[&Plotted], place: &Place) {
    let is_broken =
        |one: &Plotted, next: &Plotted| one.phase != next.phase || place.is_gap(one, next);
    let corner = |point: &&Plotted| {
        format!(
            "{:.1},{:.1}",
            place.middle(point),
            place.scale.y(point.value)
        )
    };
    for part in parts(shown, is_broken) {
        let corners: Vec<String> = part.iter().map(corner).collect();
        let _ = write!(
            drawing.svg,
            "<polyline class=\"value\" points=\"{}\"/>",
            corners.join(" ")
        );
    }
}

/// The sign of each value; with what a mouse that rests on it is told.
fn signs(drawing: &mut Drawing, plot: &Plot<'_>, place: &Place, is_hovered: bool) {
    let whole = days(place.axis.from, place.axis.to).max(1);
    let between = place.width * f64::from(place.apart) / f64::from(whole);
    // Half of a sign may lie under its neighbour, no more.
    let size = (between / 6.0).clamp(0.6, 1.0);
    for point in plot.shown() {
        let at = (place.middle(point), place.scale.y(point.value));
        let marker = marker(point.variation, at, size);
        let _ = match is_hovered {
            true => {
                let said = escaped(&hover(plot, point));
                write!(drawing.svg, "<g><title>{said}</title>{marker}</g>")
            }
            false => write!(drawing.svg, "{marker}"),
        };
    }
}

/// Neighbours together, parted where asked.
fn parts<'s, 'p>(
    shown: &'s [&'p Plotted],
    parted: impl Fn(&Plotted, &Plotted) -> bool,
) -> impl Iterator<Item = &'s [&'p Plotted]> {
    shown.chunk_by(move |one, next| !parted(one, next))
}

/// What a mouse that rests on a value is told.
fn hover(plot: &Plot<'_>, point: &Plotted) -> String {
    let mut said = format!(
        "{}: {} {}, {}",
        month(plot, point.date),
        number(point.value, plot.decimals),
        plot.unit,
        spc::variation(point.variation)
    );
    if !point.rules.is_empty() {
        let rules: Vec<&str> = point.rules.iter().map(|rule| spc::rule(*rule)).collect();
        let _ = write!(said, " ({})", rules.join(", "));
    }
    said
}

/// Who ran the service: pale behind the values, strong and with its words above them.
fn bands(drawing: &mut Drawing, plot: &Plot<'_>, place: &Place) {
    let row = Row {
        left: place.left,
        width: place.width,
        top: UNIT,
        height: STRIP,
    };
    for band in plot.bands {
        let ((_, begun), (ending, _)) = band.edges(place.axis);
        if begun < ending {
            let _ = write!(
                drawing.svg,
                "<rect class=\"behind {}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>",
                band.class,
                place.left + begun * place.width,
                UNIT + STRIP,
                (ending - begun) * place.width,
                place.bottom - UNIT - STRIP
            );
        }
        drawing.svg.push_str(&shape(band, place.axis, row));
    }
}

/// What a value is held against.
type Level = fn(&Plotted) -> Option<f64>;

/// The centre and the limits of one phase, from its first day to its last.
fn held_against(drawing: &mut Drawing, plot: &Plot<'_>, part: &[&Plotted], place: &Place) {
    let is_trial = plot
        .phases
        .get(part[0].phase)
        .is_some_and(|phase| phase.is_trial);
    let class = if is_trial { "limit trial" } else { "limit" };
    let lines: [(&str, Level); 3] = [
        (class, |point| Some(point.limits?.0)),
        (class, |point| Some(point.limits?.1)),
        ("centre", |point| Some(point.centre)),
    ];
    for (class, level) in lines {
        let mut path = String::new();
        let mut held = None;
        for (at, point) in part.iter().enumerate() {
            let Some(level) = level(point).filter(|level| level.is_finite()) else {
                held = None;
                continue;
            };
            let y = place.scale.y(level);
            let end = match part.get(at + 1) {
                Some(next) => place.x(next.date),
                None => place.x(point.date.saturating_add(place.apart.days())),
            };
            let _ = match held {
                Some(before) if before == level => write!(path, "H{end:.1}"),
                Some(_) => write!(path, "V{y:.1}H{end:.1}"),
                None => write!(path, "M{:.1} {y:.1}H{end:.1}", place.x(point.date)),
            };
            held = Some(level);
        }
        if !path.is_empty() {
            let _ = write!(drawing.svg, "<path class=\"{class}\" d=\"{path}\"/>");
        }
    }
}

/// Upright lines with their numbers; numbers that would cover one another are said together.
fn marks(drawing: &mut Drawing, noted: &[&Noted], place: &Place) {
    let numbered: Vec<(usize, f64)> = (1..)
        .zip(noted.iter().map(|mark| place.x(mark.on)))
        .collect();
    // Of several on one day the first, a handover before all, is drawn over the others.
    for (mark, (_, x)) in noted.iter().zip(&numbered).rev() {
        drawing.line(
            mark.what.line().0,
            (*x, place.top - 2.0),
            (*x, place.bottom),
        );
    }
    let mut rest = numbered.as_slice();
    while let [(first, start), ..] = rest {
        let (mut count, mut room) = (1, 14.0);
        while rest
            .get(count)
            .is_some_and(|(_, x)| x - rest[count - 1].1 < room)
        {
            count += 1;
            room = 32.0;
        }
        let (last, end) = rest[count - 1];
        let label = match count {
            1 => first.to_string(),
            _ => format!("{first}–{last}"),
        };
        drawing.text((start + end) / 2.0, place.top - 5.0, "middle", &label);
        rest = &rest[count..];
    }
}

/// Years, or months where few years are drawn.
fn ticks(drawing: &mut Drawing, place: &Place) {
    let months = f64::from(days(place.axis.from, place.axis.to)) / 30.44;
    let fits = |every: &i32| {
        let label = if *every < 12 { 62.0 } else { 38.0 };
        (*every >= 12 || months <= 24.0) && months / f64::from(*every) * label <= place.width
    };
    let steps = [1, 3, 6, 12, 24, 60, 120, 240, 600, 1200];
    let every = steps.into_iter().find(fits).unwrap_or(12_000);
    let first = i32::from(place.axis.from.year()) * 12;
    let last = i32::from(place.axis.to.year()) * 12 + 11;
    let right = place.left + place.width;
    for count in (first..=last).filter(|month| month.rem_euclid(every) == 0) {
        let (year, month) = (
            count.div_euclid(12) as i16,
            (count.rem_euclid(12) + 1) as i8,
        );
        let Some(day) = Date::new(year, month, 1).ok() else {
            continue;
        };
        if day < place.axis.from || day > place.axis.to {
            continue;
        }
        let x = place.x(day);
        let label = match every < 12 {
            true => day.strftime("%b %Y").to_string(),
            false => year.to_string(),
        };
        drawing.line("axis", (x, place.bottom), (x, place.bottom + 5.0));
        let half = if every < 12 { 26.0 } else { 14.0 };
        drawing.text(
            x.min(right + 10.0 - half),
            drawing.size.height - 3.0,
            "middle",
            &label,
        );
    }
}

/// What has room in one line.
fn shortened(text: &str, width: f64) -> String {
    let room = (width / 6.6) as usize;
    match text.chars().count() > room {
        true => text
            .chars()
            .take(room.saturating_sub(1))
            .chain(['…'])
            .collect(),
        false => text.to_owned(),
    }
}
