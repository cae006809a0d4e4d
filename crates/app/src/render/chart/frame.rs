//! What all charts share: their two sizes, their axes, and marks in time.

use super::super::in_words;
use super::escaped;
use handback_core::pence::Pence;
use jiff::civil::Date;
use std::fmt::Write as _;

/// The size of a drawing in units that are pixels at its own width: text stays readable because each
/// chart is drawn once for wide screens and once for phones, and the style shows one of them.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub class: &'static str,
    pub width: f64,
    pub height: f64,
}

/// For screens from a tablet on, and paper.
pub const WIDE: Size = Size {
    class: "hb-chart--wide",
    width: 700.0,
    height: 200.0,
};
/// For phones.
pub const NARROW: Size = Size {
    class: "hb-chart--narrow",
    width: 340.0,
    height: 220.0,
};

/// A chart in both sizes; empty when there is nothing to draw.
pub fn both(draw: impl Fn(Size) -> String) -> String {
    draw(WIDE) + &draw(NARROW)
}

/// Room for labels under a chart.
pub const BELOW: f64 = 20.0;
/// Room for the numbers of marks over it.
pub const ABOVE: f64 = 16.0;

/// A drawing that is being made: hidden from readers of screens, who have the table beneath it.
pub struct Drawing {
    pub svg: String,
    pub size: Size,
    /// Where the plot begins: labels of the axis stand left of it.
    pub left: f64,
}

impl Drawing {
    pub fn new(size: Size, left: f64) -> Drawing {
        let Size {
            class,
            width,
            height,
        } = size;
        Drawing {
            svg: format!(
                "<svg viewBox=\"0 0 {width} {height}\" class=\"hb-chart {class}\" aria-hidden=\"true\" focusable=\"false\">"
            ),
            size,
            left,
        }
    }

    /// A part of a drawing, which somebody else puts a frame around.
    pub fn bare(size: Size, left: f64) -> Drawing {
        Drawing {
            svg: String::new(),
            size,
            left,
        }
    }

    /// How many units the plot is wide.
    pub fn width(&self) -> f64 {
        self.size.width - self.left - 10.0
    }

    pub fn text(&mut self, x: f64, y: f64, anchor: &str, text: &str) {
        let _ = write!(
            self.svg,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{}</text>",
            escaped(text)
        );
    }

    pub fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let _ = write!(
            self.svg,
            "<line class=\"{class}\" x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>",
            from.0, from.1, to.0, to.1
        );
    }

    /// A level line with its label left of the plot.
    pub fn level(&mut self, y: f64, label: &str) {
        let (left, right) = (self.left, self.size.width - 10.0);
        self.line("axis", (left, y), (right, y));
        self.text(left - 6.0, y + 4.0, "end", label);
    }

    pub fn done(mut self) -> String {
        self.svg.push_str("</svg>");
        self.svg
    }
}

/// A scale from a lowest to a highest value, both round, over the height of a plot.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    low: f64,
    high: f64,
    step: f64,
    top: f64,
    bottom: f64,
}

/// Values further out are drawn there: sums of larger ones are no numbers any more.
const FURTHEST: f64 = 1e300;

impl Scale {
    /// A scale that holds nothing and all values, with at most about five levels.
    pub fn holding(values: impl Iterator<Item = f64>, size: Size) -> Scale {
        Scale::of(values.chain([0.0]), 4.0, (ABOVE, size.height - BELOW))
    }

    /// A scale that holds all values, drawn between two heights, with at most about seven levels; nothing is
    /// on it only where it lies among them.
    pub fn between(values: impl Iterator<Item = f64>, top: f64, bottom: f64) -> Scale {
        Scale::of(values, 6.0, (top, bottom))
    }

    fn of(values: impl Iterator<Item = f64>, levels: f64, (top, bottom): (f64, f64)) -> Scale {
        let values = values.filter(|value| value.is_finite());
        let ends = values.fold(None, |ends: Option<(f64, f64)>, value| {
            let value = value.clamp(-FURTHEST, FURTHEST);
            Some(ends.map_or((value, value), |(low, high)| {
                (low.min(value), high.max(value))
            }))
        });
        let (low, high) = ends.unwrap_or_default();
        let size = low.abs().max(high.abs());
        // Nearer together than numbers of this size can be told apart, they are one level.
        let (low, high) = match high - low > size * 1e-9 {
            true => (low, high),
            false if size == 0.0 => (0.0, 1.0),
            false => (low - size * 0.1, high + size * 0.1),
        };
        let rough = (high - low) / levels;
        let power = 10.0_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0]
            .into_iter()
            .map(|times| times * power)
            .find(|step| *step >= rough)
            .unwrap_or(rough);
        let (low, high) = ((low / step).floor() * step, (high / step).ceil() * step);
        Scale {
            low,
            high,
            step,
            top,
            bottom,
        }
    }

    /// How far down a value is drawn.
    pub fn y(&self, value: f64) -> f64 {
        let value = value.clamp(-FURTHEST, FURTHEST);
        let plot = self.bottom - self.top;
        self.top + plot * (self.high - value) / (self.high - self.low)
    }

    /// The values at which the axis has a line.
    pub fn levels(&self) -> Vec<f64> {
        let count = ((self.high - self.low) / self.step).round().min(10.0) as i32;
        (0..=count)
            .map(|place| self.low + f64::from(place) * self.step)
            .collect()
    }

    /// A level in as few signs as tell it from the next: `97.5`, `12,000`, `2.5m`, `4e15`.
    pub fn level(&self, level: f64) -> String {
        let size = self.low.abs().max(self.high.abs());
        let (unit, name) = match size {
            ..1e6 => (1.0, ""),
            1e6..1e9 => (1e6, "m"),
            1e9..1e15 => (1e9, "bn"),
            _ => return exponent(level),
        };
        // A sum of steps misses nothing by a hair.
        if level.abs() < self.step / 2.0 {
            return "0".into();
        }
        let step = self.step / unit;
        if step < 1e-6 {
            return exponent(level);
        }
        let decimals = (-step.log10().floor()).max(0.0) as usize;
        number(level / unit, decimals) + name
    }
}

/// A number as people read it: `−1,234.5`; from 15 figures on in powers of ten.
pub fn number(value: f64, decimals: usize) -> String {
    if value.abs() >= 1e15 {
        return exponent(value);
    }
    let text = format!("{:.decimals$}", value.abs());
    let whole = text.split('.').next().unwrap_or_default().len();
    let is_nothing = text.bytes().all(|sign| matches!(sign, b'0' | b'.'));
    let mut number = String::new();
    if value < 0.0 && !is_nothing {
        number.push('−');
    }
    for (place, sign) in text.chars().enumerate() {
        if place > 0 && place < whole && (whole - place).is_multiple_of(3) {
            number.push(',');
        }
        number.push(sign);
    }
    number
}

fn exponent(level: f64) -> String {
    format!("{level:.1e}").replace(".0e", "e").replace('-', "−")
}

/// A day that matters for what is drawn: a vertical line with a number that the key explains.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Mark {
    pub on: Date,
    pub text: String,
    /// The page's own day, drawn red and without a number.
    pub today: bool,
}

/// Draw the marks that lie between the first and the last day. A number that would cover another is
/// left out; its line stays.
pub fn marks(drawing: &mut Drawing, marks: &[Mark], x: impl Fn(Date) -> Option<f64>) {
    let bottom = drawing.size.height - BELOW;
    let mut free = f64::MIN;
    for (number, mark) in (1..).zip(marks.iter().filter(|mark| !mark.today)) {
        let Some(x) = x(mark.on) else { continue };
        drawing.line("event", (x, ABOVE), (x, bottom));
        if x >= free {
            drawing.text(x, ABOVE - 4.0, "middle", &number.to_string());
            free = x + 14.0;
        }
    }
    for mark in marks.iter().filter(|mark| mark.today) {
        if let Some(x) = x(mark.on) {
            drawing.line("today", (x, ABOVE), (x, bottom));
        }
    }
}

/// An amount as an axis has it: `£2m`, `£2.5m`, `£400,000`.
pub fn pounds(pence: f64) -> String {
    in_words(Pence(pence.round() as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_round_and_holds_nothing_and_every_value() {
        for (values, low, high) in [
            (vec![], 0.0_f64, 1.0_f64),
            (vec![0.0], 0.0, 1.0),
            (vec![7.0, 93.0], 0.0, 150.0),
            (vec![-30.0, 100.0], -50.0, 100.0),
            (vec![-4.0], -4.0, 0.0),
            (vec![1.0], 0.0, 1.0),
        ] {
            let scale = Scale::holding(values.iter().copied(), WIDE);
            let levels = scale.levels();
            assert!(levels.len() <= 6, "{values:?}: {levels:?}");
            assert!(
                levels[0] <= low && levels[levels.len() - 1] >= high.min(1.0),
                "{values:?}: {levels:?}"
            );
            for value in values {
                let y = scale.y(value);
                assert!(
                    (ABOVE - 0.01..=WIDE.height - BELOW + 0.01).contains(&y),
                    "{value} at {y}"
                );
            }
        }
    }

    #[test]
    fn amounts_on_an_axis_are_words() {
        for (pence, words) in [
            (0.0, "£0"),
            (200_000_000.0, "£2m"),
            (250_000_000.0, "£2.5m"),
            (40_000_000.0, "£400,000"),
            (-40_000_000.0, "−£400,000"),
            (150.0, "£1.50"),
            (100_000_000_000.0, "£1bn"),
        ] {
            assert_eq!(pounds(pence), words);
        }
    }

    #[test]
    fn levels_are_told_in_few_signs() {
        for (low, high, first, last) in [
            (0.0, 100.0, "0", "100"),
            (92.1, 98.7, "92", "100"),
            (-12_000.0, 3_000.0, "−15,000", "5,000"),
            (0.0, 2_400_000.0, "0", "2.5m"),
            (2e9, 2.4e9, "2.0bn", "2.4bn"),
            (1e15, 3e15, "1e15", "3e15"),
            (0.001, 0.004, "0.0010", "0.0040"),
            (5.0, 5.0, "4.4", "5.6"),
        ] {
            let scale = Scale::between([low, high].into_iter(), 10.0, 100.0);
            let levels = scale.levels();
            assert_eq!(scale.level(levels[0]), first, "{low} {high}");
            assert_eq!(scale.level(levels[levels.len() - 1]), last, "{low} {high}");
        }
    }
}
