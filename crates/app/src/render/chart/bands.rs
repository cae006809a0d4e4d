//! Bands: who ran the services, month by month.

use super::frame::{BELOW, NARROW, Size, WIDE};
use handback_core::statement::SeriesPoint;
use std::fmt::Write as _;

const LEFT: f64 = 30.0;

/// The bands from bottom to top: CSS class and how many services.
type Band = (&'static str, fn(&SeriesPoint) -> u32);

const BANDS: [Band; 5] = [
    ("in-house", |point| point.in_house),
    ("shared", |point| point.shared),
    ("joint-venture", |point| point.joint_venture),
    ("supplier", |point| point.supplier),
    ("unknown", |point| point.unknown),
];

/// What the bands stand for, in the order of the key: CSS class and words.
pub const KEY: &[(&str, &str)] = &[
    ("in-house", "in-house"),
    ("shared", "shared"),
    ("joint-venture", "joint venture"),
    ("supplier", "supplier"),
    ("unknown", "not known"),
];

/// Bands by month, with the services certainly controlled as a line over them; empty when there is
/// nothing to draw.
pub fn bands(series: &[SeriesPoint]) -> String {
    drawn(series, WIDE) + &drawn(series, NARROW)
}

/// The same, for a page that is printed.
pub fn bands_for_paper(series: &[SeriesPoint]) -> String {
    drawn(series, WIDE)
}

fn drawn(series: &[SeriesPoint], size: Size) -> String {
    let Size {
        class,
        width,
        height,
    } = size;
    let most = series
        .iter()
        .map(|point| point.controlled.of)
        .max()
        .unwrap_or(0);
    if series.len() < 2 || most == 0 {
        return String::new();
    }
    let step = (width - LEFT) / series.len() as f64;
    let x = |place: usize| LEFT + place as f64 * step;
    let y = |services: i64| (height - BELOW) * (1.0 - services as f64 / most as f64);
    let mut svg = format!(
        "<svg viewBox=\"0 0 {width} {height}\" class=\"bands {class}\" aria-hidden=\"true\" focusable=\"false\">"
    );
    let mut below = vec![0i64; series.len()];
    for (class, count) in BANDS {
        let above: Vec<i64> = below
            .iter()
            .zip(series)
            .map(|(below, point)| below + i64::from(count(point)))
            .collect();
        let mut path = String::new();
        for (place, level) in above.iter().enumerate() {
            let _ = write!(
                path,
                "{:.1},{:.1} {:.1},{:.1} ",
                x(place),
                y(*level),
                x(place + 1),
                y(*level)
            );
        }
        for (place, level) in below.iter().enumerate().rev() {
            let _ = write!(
                path,
                "{:.1},{:.1} {:.1},{:.1} ",
                x(place + 1),
                y(*level),
                x(place),
                y(*level)
            );
        }
        if above != below {
            let _ = write!(
                svg,
                "<polygon class=\"{class}\" points=\"{}\"/>",
                path.trim_end()
            );
        }
        below = above;
    }
    let mut line = String::new();
    for (place, point) in series.iter().enumerate() {
        let level = y(point.controlled.known);
        let _ = write!(
            line,
            "{:.1},{level:.1} {:.1},{level:.1} ",
            x(place),
            x(place + 1)
        );
    }
    let _ = write!(
        svg,
        "<polyline class=\"controlled\" points=\"{}\"/>",
        line.trim_end()
    );
    let _ = write!(
        svg,
        "<text x=\"0\" y=\"10\">{most}</text><text x=\"0\" y=\"{:.1}\">0</text>",
        height - BELOW
    );
    // A year's label is about forty units wide.
    let every = (40.0 / (12.0 * step)).ceil().max(1.0) as i16;
    for (place, point) in series
        .iter()
        .enumerate()
        .filter(|(_, point)| point.on.month() == 1)
    {
        if point.on.year() % every == 0 {
            let _ = write!(
                svg,
                "<text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                x(place),
                height - 5.0,
                point.on.year()
            );
        }
    }
    svg.push_str("</svg>");
    svg
}

/// The points for the table: the last of each year.
pub fn yearly(series: &[SeriesPoint]) -> Vec<&SeriesPoint> {
    let last_of_year = |place: usize| {
        series
            .get(place + 1)
            .is_none_or(|next| next.on.year() != series[place].on.year())
    };
    (0..series.len())
        .filter(|place| last_of_year(*place))
        .map(|place| &series[place])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use handback_core::control::Share;
    use jiff::civil::date;

    fn point(year: i16, month: i8, in_house: u32, supplier: u32) -> SeriesPoint {
        let of = i64::from(in_house + supplier);
        SeriesPoint {
            on: date(year, month, 1).last_of_month(),
            in_house,
            shared: 0,
            joint_venture: 0,
            supplier,
            unknown: 0,
            controlled: Share {
                known: 0,
                possible: i64::from(in_house),
                of,
            },
        }
    }

    #[test]
    fn only_bands_that_hold_something_are_drawn() {
        let svg = bands(&[point(2018, 12, 0, 4), point(2019, 1, 0, 4)]);
        assert!(
            svg.contains("class=\"supplier\"") && !svg.contains("class=\"in-house\""),
            "{svg}"
        );
        assert_eq!(bands(&[point(2018, 12, 0, 4)]), "");
        assert_eq!(bands(&[]), "");
    }

    #[test]
    fn the_table_has_the_last_point_of_each_year() {
        let series = [
            point(2018, 11, 0, 4),
            point(2018, 12, 1, 3),
            point(2019, 1, 2, 2),
        ];
        let days: Vec<_> = yearly(&series).into_iter().map(|point| point.on).collect();
        assert_eq!(days, [date(2018, 12, 31), date(2019, 1, 31)]);
    }
}
