//! A step chart from one amount to another: what each step adds or takes away hangs between them.

use super::frame::{BELOW, Drawing, Scale, Size, both, pounds};
use handback_core::pence::Pence;
use std::fmt::Write as _;

/// One step of the chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fall {
    /// What it adds; negative where it takes away.
    pub amount: Pence,
    /// Drawn grey: nobody knows what it is.
    pub is_unexplained: bool,
}

/// The chart in both sizes: a first and a last whole bar, and the steps between them, numbered as the table
/// beneath numbers them.
pub fn waterfall(from: Pence, steps: &[Fall], to: Pence) -> String {
    both(|size| drawn(from, steps, to, size))
}

fn drawn(from: Pence, steps: &[Fall], to: Pence, size: Size) -> String {
    let reached = steps.iter().scan(from, |at, step| {
        *at += step.amount;
        Some(*at)
    });
    let reached: Vec<Pence> = reached.collect();
    let levels = reached.iter().copied().chain([from, to]);
    let scale = Scale::holding(levels.map(|pence| pence.0 as f64), size);
    let mut drawing = Drawing::new(size, 68.0);
    for level in scale.levels() {
        drawing.level(scale.y(level), &pounds(level));
    }
    let step = drawing.width() / (steps.len() + 2) as f64;
    let thick = (step * 0.7).min(60.0);
    let middle = |drawing: &Drawing, place: usize| drawing.left + (place as f64 + 0.5) * step;
    let bar = |drawing: &mut Drawing, place: usize, class: &str, ends: (Pence, Pence)| {
        let (one, other) = (scale.y(ends.0.0 as f64), scale.y(ends.1.0 as f64));
        // A step that changes nothing is seen as a line.
        let height = (one - other).abs().max(1.0);
        let x = middle(drawing, place) - thick / 2.0;
        let y = one.min(other);
        let _ = write!(
            drawing.svg,
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{thick:.1}\" height=\"{height:.1}\"/>"
        );
    };
    bar(&mut drawing, 0, "technology", (Pence::ZERO, from));
    let mut at = from;
    for (place, (fall, next)) in steps.iter().zip(&reached).enumerate() {
        let class = match fall {
            Fall {
                is_unexplained: true,
                ..
            } => "unknown",
            Fall { amount, .. } if *amount < Pence::ZERO => "takes",
            Fall { .. } => "adds",
        };
        bar(&mut drawing, place + 1, class, (at, *next));
        at = *next;
    }
    bar(
        &mut drawing,
        steps.len() + 1,
        "technology",
        (Pence::ZERO, to),
    );
    let mut level = from;
    for (place, next) in reached.iter().chain([&to]).enumerate() {
        let y = scale.y(level.0 as f64);
        let (left, right) = (middle(&drawing, place), middle(&drawing, place + 1));
        drawing.line("axis", (left + thick / 2.0, y), (right - thick / 2.0, y));
        level = *next;
    }
    let foot = size.height - BELOW + 15.0;
    for place in 0..steps.len() + 2 {
        let label = match place {
            0 => "from".to_owned(),
            last if last == steps.len() + 1 => "to".to_owned(),
            step => step.to_string(),
        };
        let x = middle(&drawing, place);
        drawing.text(x, foot, "middle", &label);
    }
    let (y, right) = (scale.y(0.0), size.width - 10.0);
    drawing.line("base", (drawing.left, y), (right, y));
    drawing.done()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fall(amount: i64, is_unexplained: bool) -> Fall {
        Fall {
            amount: Pence(amount),
            is_unexplained,
        }
    }

    /// The class, top and height of each bar.
    fn bars(svg: &str) -> Vec<(String, f64, f64)> {
        let value = |rect: &str, name: &str| {
            let rest = rect
                .split(&format!("{name}=\""))
                .nth(1)
                .expect("an attribute");
            rest.split('"').next().expect("its value").to_owned()
        };
        let number = |rect: &str, name: &str| value(rect, name).parse().expect("a number");
        let rects = svg.split("<rect").skip(1);
        rects
            .map(|rect| {
                (
                    value(rect, " class"),
                    number(rect, " y"),
                    number(rect, " height"),
                )
            })
            .collect()
    }

    #[test]
    fn each_step_begins_where_the_last_one_ended() {
        let steps = [fall(500, false), fall(-300, false), fall(100, true)];
        let svg = drawn(
            Pence(1_000),
            &steps,
            Pence(1_300),
            super::super::frame::WIDE,
        );
        let bars = bars(&svg);
        let classes: Vec<&str> = bars.iter().map(|bar| bar.0.as_str()).collect();
        assert_eq!(
            classes,
            ["technology", "adds", "takes", "unknown", "technology"]
        );
        let bottom = |place: usize| bars[place].1 + bars[place].2;
        let near = |one: f64, other: f64| (one - other).abs() < 0.2;
        assert!(
            near(bottom(1), bars[0].1),
            "the first step stands on the first bar"
        );
        assert!(
            near(bars[2].1, bars[1].1),
            "what is taken hangs from what was reached"
        );
        assert!(near(bottom(3), bottom(2)) && near(bars[3].1, bars[4].1));
        for label in [">from<", ">1<", ">3<", ">to<"] {
            assert!(svg.contains(label), "{label}");
        }
    }

    #[test]
    fn a_step_that_changes_nothing_is_a_line_and_amounts_below_nothing_fit() {
        let svg = waterfall(
            Pence(100),
            &[fall(0, false), fall(-400, false)],
            Pence(-300),
        );
        assert_eq!(svg.matches("<svg").count(), 2);
        assert!(svg.contains("height=\"1.0\""), "{svg}");
        assert!(!svg.contains("NaN") && !svg.contains("height=\"-"), "{svg}");
    }
}
