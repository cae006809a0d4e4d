//! Steps: a figure through time, as a range where it is one, with marks.

use super::super::strip::{Axis, Band};
use super::frame::{ABOVE, BELOW, Drawing, Mark, Scale, Size, both, marks};
use jiff::civil::Date;
use std::fmt::Write as _;

/// What a figure was on a day: at least `known`, at most `possible`; none where it was not known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    pub on: Date,
    pub known: Option<f64>,
    pub possible: Option<f64>,
}

/// Steps in both sizes, each reaching back to the one before it; empty when fewer than two are known.
/// What held meanwhile is drawn pale behind them. `words` says what stands at a level of the axis.
pub fn steps(
    steps: &[Step],
    behind: &[Band],
    noted: &[Mark],
    words: impl Fn(f64) -> String,
) -> String {
    let known = steps.iter().filter(|step| step.known.is_some()).count();
    if known < 2 {
        return String::new();
    }
    both(|size| drawn(steps, behind, noted, &words, size))
}

fn drawn(
    steps: &[Step],
    behind: &[Band],
    noted: &[Mark],
    words: &impl Fn(f64) -> String,
    size: Size,
) -> String {
    let values = steps.iter().flat_map(|step| [step.known, step.possible]);
    let scale = Scale::holding(values.flatten(), size);
    let mut drawing = Drawing::new(size, 48.0);
    let (first, last) = (steps[0].on, steps[steps.len() - 1].on);
    let days = |from: Date, to: Date| f64::from(from.until(to).map_or(0, |span| span.get_days()));
    let whole = days(first, last).max(1.0);
    let (left, width) = (drawing.left, drawing.width());
    let x = |day: Date| left + width * days(first, day) / whole;
    let axis = Axis {
        from: first,
        to: last,
    };
    for band in behind {
        let ((begun, _), (ending, _)) = band.edges(axis);
        let _ = write!(
            drawing.svg,
            "<rect class=\"behind {}\" x=\"{:.1}\" y=\"{ABOVE}\" width=\"{:.1}\" height=\"{:.1}\"/>",
            band.class,
            left + begun * width,
            (ending - begun) * width,
            size.height - BELOW - ABOVE
        );
    }
    for pair in steps.windows(2) {
        let (Some(known), Some(possible)) = (pair[1].known, pair[1].possible) else {
            continue;
        };
        let _ = write!(
            drawing.svg,
            "<rect class=\"possible\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>",
            x(pair[0].on),
            scale.y(possible),
            x(pair[1].on) - x(pair[0].on),
            scale.y(known) - scale.y(possible)
        );
    }
    for level in scale.levels() {
        drawing.level(scale.y(level), &words(level));
    }
    path(&mut drawing, steps, &x, &scale);
    years(&mut drawing, first, last, &x);
    marks(&mut drawing, noted, |day| {
        (first <= day && day <= last).then(|| x(day))
    });
    drawing.done()
}

/// The line of what is certain, broken where nothing is.
fn path(drawing: &mut Drawing, steps: &[Step], x: &impl Fn(Date) -> f64, scale: &Scale) {
    let mut path = String::new();
    let mut drawn = false;
    for pair in steps.windows(2) {
        let Some(known) = pair[1].known else {
            drawn = false;
            continue;
        };
        let (from, to, y) = (x(pair[0].on), x(pair[1].on), scale.y(known));
        let move_or_line = if drawn { 'L' } else { 'M' };
        let _ = write!(path, "{move_or_line}{from:.1} {y:.1}L{to:.1} {y:.1}");
        drawn = true;
    }
    let _ = write!(drawing.svg, "<path class=\"controlled\" d=\"{path}\"/>");
}

fn years(drawing: &mut Drawing, first: Date, last: Date, x: &impl Fn(Date) -> f64) {
    let count = f64::from(last.year() - first.year() + 1);
    let every = (count * 42.0 / drawing.width()).ceil().max(1.0) as i16;
    let bottom = drawing.size.height - BELOW;
    let right = drawing.size.width - 16.0;
    for year in (first.year()..=last.year()).filter(|year| year.rem_euclid(every) == 0) {
        let day = Date::constant(year, 1, 1).max(first);
        let place = x(day).min(right);
        if day > last || (day.year() == first.year() && every > 1 && x(day) < drawing.left) {
            continue;
        }
        drawing.line("axis", (x(day), bottom), (x(day), bottom + 4.0));
        drawing.text(
            place,
            drawing.size.height - 4.0,
            "middle",
            &year.to_string(),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use handback_core::dated::When;
    use jiff::civil::date;

    fn step(year: i16, known: Option<f64>, possible: Option<f64>) -> Step {
        Step {
            on: date(year, 12, 31),
            known,
            possible,
        }
    }

    fn percent(share: f64) -> String {
        format!("{:.0}%", share * 100.0)
    }

    #[test]
    fn one_value_is_no_story() {
        assert_eq!(steps(&[], &[], &[], percent), "");
        assert_eq!(
            steps(&[step(2019, Some(0.5), Some(0.5))], &[], &[], percent),
            ""
        );
        assert_eq!(
            steps(
                &[step(2018, None, None), step(2019, Some(0.5), Some(0.5))],
                &[],
                &[],
                percent
            ),
            ""
        );
    }

    #[test]
    fn the_line_breaks_where_nothing_is_known() {
        let years = [
            step(2016, Some(0.1), Some(0.2)),
            step(2017, Some(0.2), Some(0.2)),
            step(2018, None, None),
            step(2019, Some(0.4), Some(1.0)),
        ];
        let svg = steps(&years, &[], &[], percent);
        assert_eq!(svg.matches("<svg").count(), 2);
        let path = svg
            .split("class=\"controlled\" d=\"")
            .nth(1)
            .expect("a line");
        assert_eq!(
            path.split('"')
                .next()
                .expect("its points")
                .matches('M')
                .count(),
            2
        );
        assert_eq!(svg.matches("class=\"possible\"").count(), 4);
    }

    #[test]
    fn what_held_meanwhile_lies_behind() {
        let years = [
            step(2016, Some(0.5), Some(0.5)),
            step(2018, Some(0.5), Some(0.5)),
            step(2020, Some(0.5), Some(0.5)),
        ];
        let band = |from, until, class: &str| Band {
            from: When::Day(date(from, 12, 31)),
            until,
            class: class.into(),
            words: String::new(),
        };
        let behind = [
            band(2010, Some(When::Day(date(2018, 12, 31))), "supplier"),
            band(2018, None, "in-house"),
        ];
        let svg = drawn(&years, &behind, &[], &percent, super::super::frame::WIDE);
        let widths: Vec<f64> = svg
            .split("<rect class=\"behind ")
            .skip(1)
            .filter_map(|rect| {
                rect.split("width=\"")
                    .nth(1)?
                    .split('"')
                    .next()?
                    .parse()
                    .ok()
            })
            .collect();
        assert_eq!(widths.len(), 2, "{svg}");
        assert!((widths[0] - widths[1]).abs() < 1.0, "{widths:?}");
        assert!(svg.find("behind") < svg.find("controlled"), "{svg}");
    }

    #[test]
    fn marks_lie_inside_and_their_numbers_apart() {
        let years: Vec<Step> = (1980..2020)
            .map(|year| step(year, Some(0.5), Some(0.5)))
            .collect();
        let mark = |on, today| Mark {
            on,
            text: "x <y>".into(),
            today,
        };
        let noted = [
            mark(date(1970, 1, 1), false),
            mark(date(2000, 1, 1), false),
            mark(date(2000, 1, 2), false),
            mark(date(2019, 12, 31), true),
        ];
        let svg = drawn(&years, &[], &noted, &percent, super::super::frame::NARROW);
        assert_eq!(svg.matches("class=\"event\"").count(), 2);
        assert!(
            svg.contains(">2<") && !svg.contains(">3<") && !svg.contains(">1<"),
            "{svg}"
        );
        assert_eq!(svg.matches("class=\"today\"").count(), 1);
    }
}
