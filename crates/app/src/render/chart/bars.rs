//! Bars: an amount for each year or month, perhaps as a part of a larger one.

use super::frame::{ABOVE, BELOW, Drawing, Scale, Size, both, pounds};
use handback_core::pence::Pence;
use std::fmt::Write as _;

/// One bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// `2018/19`
    pub label: String,
    /// Drawn dark, in front.
    pub amount: Pence,
    /// What it is a part of, drawn light behind it.
    pub of: Option<Pence>,
}

/// Bars in both sizes; empty when there is no bar.
pub fn bars(bars: &[Bar]) -> String {
    if bars.is_empty() {
        return String::new();
    }
    both(|size| drawn(bars, size))
}

fn drawn(bars: &[Bar], size: Size) -> String {
    let values = bars
        .iter()
        .flat_map(|bar| [Some(bar.amount), bar.of])
        .flatten();
    let scale = Scale::holding(values.map(|pence| pence.0 as f64), size);
    let mut drawing = Drawing::new(size, 68.0);
    for level in scale.levels() {
        drawing.level(scale.y(level), &pounds(level));
    }
    let step = drawing.width() / bars.len() as f64;
    let thick = (step * 0.7).min(60.0);
    let room = if size.width < 500.0 { 52.0 } else { 56.0 };
    let every = (room / step).ceil().max(1.0) as usize;
    for (place, bar) in bars.iter().enumerate() {
        let middle = drawing.left + (place as f64 + 0.5) * step;
        for (class, amount) in [("other", bar.of), ("technology", Some(bar.amount))] {
            let Some(amount) = amount.filter(|amount| *amount != Pence::ZERO) else {
                continue;
            };
            let (nothing, end) = (scale.y(0.0), scale.y(amount.0 as f64));
            // What is not nothing is seen, be it ever so small beside the rest.
            let height = (end - nothing).abs().max(1.0);
            let top = if amount < Pence::ZERO {
                nothing
            } else {
                nothing - height
            };
            let _ = write!(
                drawing.svg,
                "<rect class=\"{class}\" x=\"{:.1}\" y=\"{top:.1}\" width=\"{thick:.1}\" height=\"{height:.1}\"/>",
                middle - thick / 2.0
            );
        }
        // Counted from the last, which people look for first.
        if (bars.len() - 1 - place).is_multiple_of(every) {
            drawing.text(middle, size.height - 5.0, "middle", &bar.label);
        }
    }
    let y = scale.y(0.0);
    let right = size.width - 10.0;
    drawing.line("base", (drawing.left, y), (right, y));
    debug_assert!((ABOVE - 1.0..=size.height - BELOW + 1.0).contains(&y));
    drawing.done()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(label: &str, amount: i64, of: Option<i64>) -> Bar {
        Bar {
            label: label.into(),
            amount: Pence(amount),
            of: of.map(Pence),
        }
    }

    #[test]
    fn nothing_is_not_drawn_and_one_value_is() {
        assert_eq!(bars(&[]), "");
        let one = bars(&[bar("2018/19", 500, None)]);
        assert_eq!(one.matches("<svg").count(), 2);
        assert_eq!(one.matches("<rect").count(), 2);
        assert_eq!(bars(&[bar("2018/19", 0, None)]).matches("<rect").count(), 0);
    }

    #[test]
    fn credits_hang_below_the_line() {
        let svg = drawn(
            &[bar("a", -500, None), bar("b", 500, None)],
            super::super::frame::WIDE,
        );
        let tops: Vec<f64> = svg
            .split("<rect")
            .skip(1)
            .map(|rect| {
                rect.split("y=\"")
                    .nth(1)
                    .and_then(|y| y.split('"').next())
                    .expect("a top")
                    .parse()
                    .expect("a number")
            })
            .collect();
        assert!(tops[0] > tops[1], "{svg}");
        assert!(svg.contains("−£5"), "{svg}");
    }

    #[test]
    fn a_part_stands_in_front_of_its_whole_and_is_never_lost() {
        let svg = drawn(&[bar("a", 1, Some(1_000_000))], super::super::frame::WIDE);
        let (whole, part) = (
            svg.find("other").expect("the whole"),
            svg.find("technology").expect("the part"),
        );
        assert!(whole < part && svg.contains("height=\"1.0\""), "{svg}");
    }

    #[test]
    fn labels_of_forty_years_do_not_cover_each_other() {
        let years: Vec<Bar> = (1980..2020)
            .map(|year| bar(&format!("{year}/00"), 100, None))
            .collect();
        for size in [super::super::frame::WIDE, super::super::frame::NARROW] {
            let svg = drawn(&years, size);
            let labels = svg.matches("/00<").count() as f64;
            assert!(
                labels >= 2.0 && labels * 50.0 <= size.width,
                "{labels} in {}",
                size.width
            );
            assert!(svg.contains(">2019/00<"));
        }
    }
}
