//! What stands for what: the signs of values and lines, each told apart by shape and by colour.

use super::{Plot, What};
use handback_core::performance::spc::Variation;
use serde::Serialize;

/// A value's CSS class, and what it means in the key. Improvement and concern need no direction, which the chart
/// shows; where neither way is better, direction is all there is.
const fn sign(variation: Variation) -> (&'static str, &'static str) {
    match variation {
        Variation::CommonCause => ("common", "as usual"),
        Variation::ImprovementHigh | Variation::ImprovementLow => {
            ("improving", "better than chance explains")
        }
        Variation::ConcernHigh | Variation::ConcernLow => {
            ("concerning", "worse than chance explains")
        }
        Variation::NeutralHigh => ("neither-high", "higher than chance explains"),
        Variation::NeutralLow => ("neither-low", "lower than chance explains"),
    }
}

/// The sign of a value: a dot, a square, a diamond, a triangle up, a triangle down.
/// `size` is 1 where there is room, and less where values crowd.
pub(super) fn marker(variation: Variation, (x, y): (f64, f64), size: f64) -> String {
    let (class, _) = sign(variation);
    let corners: &[(f64, f64)] = match variation {
        Variation::CommonCause => {
            return format!(
                "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{:.1}\"/>",
                2.6 * size
            );
        }
        Variation::ImprovementHigh | Variation::ImprovementLow => {
            &[(-4.2, -4.2), (4.2, -4.2), (4.2, 4.2), (-4.2, 4.2)]
        }
        Variation::ConcernHigh | Variation::ConcernLow => {
            &[(0.0, -6.4), (6.4, 0.0), (0.0, 6.4), (-6.4, 0.0)]
        }
        Variation::NeutralHigh => &[(0.0, -6.0), (5.4, 4.0), (-5.4, 4.0)],
        Variation::NeutralLow => &[(0.0, 6.0), (5.4, -4.0), (-5.4, -4.0)],
    };
    let corners: Vec<String> = corners
        .iter()
        .map(|(right, down)| format!("{:.1},{:.1}", x + right * size, y + down * size))
        .collect();
    format!(
        "<polygon class=\"{class}\" points=\"{}\"/>",
        corners.join(" ")
    )
}

impl What {
    /// The CSS class of its line, and what the key says.
    pub(super) const fn line(self) -> (&'static str, &'static str) {
        match self {
            What::Handover => ("handover", "handover"),
            What::Rebase => ("rebase", "limits counted afresh"),
            What::Event => ("event", "event"),
        }
    }
}

/// A line of the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Key {
    /// The sign: a piece of SVG, 24 units wide and 16 high.
    pub sign: String,
    pub words: String,
}

/// What the chart shows and no more, in a fixed order.
pub fn key(plot: &Plot<'_>) -> Vec<Key> {
    let mut keys = Vec::new();
    let mut say = |sign: String, words: &str| {
        keys.push(Key {
            sign,
            words: words.to_owned(),
        });
    };
    for variation in [
        Variation::CommonCause,
        Variation::ImprovementHigh,
        Variation::ConcernHigh,
        Variation::NeutralHigh,
        Variation::NeutralLow,
    ] {
        let words = match variation {
            Variation::CommonCause if plot.shown().all(|point| point.limits.is_none()) => "value",
            _ => sign(variation).1,
        };
        let alike = |other: Variation| sign(other).0 == sign(variation).0;
        if plot.shown().any(|point| alike(point.variation)) {
            say(marker(variation, (12.0, 8.0), 1.0), words);
        }
    }
    let flat =
        |class| format!("<line class=\"{class}\" x1=\"1.0\" y1=\"8.0\" x2=\"23.0\" y2=\"8.0\"/>");
    if plot.shown().next().is_some() {
        say(flat("centre"), "centre: the average");
    }
    for (is_trial, class, words) in [
        (false, "limit", "limits of usual variation"),
        (
            true,
            "limit trial",
            "trial limits, from fewer than 12 values",
        ),
    ] {
        let drawn =
            |phase: usize| plot.phases.get(phase).is_some_and(|phase| phase.is_trial) == is_trial;
        if plot
            .shown()
            .any(|point| point.limits.is_some() && drawn(point.phase))
        {
            say(flat(class), words);
        }
    }
    if plot
        .span()
        .is_some_and(|axis| !plot.promised(axis).is_empty())
    {
        say(flat("target"), "target");
    }
    let noted = plot.noted();
    for what in [What::Handover, What::Rebase, What::Event] {
        if noted.iter().any(|mark| mark.what == what) {
            let (class, words) = what.line();
            let upright =
                format!("<line class=\"{class}\" x1=\"12.0\" y1=\"0.0\" x2=\"12.0\" y2=\"16.0\"/>");
            say(upright, words);
        }
    }
    let mut seen = Vec::new();
    for band in plot.bands.iter().filter(|band| draws(plot, band)) {
        if !seen.contains(&(&band.class, &band.words)) {
            seen.push((&band.class, &band.words));
            say(
                format!(
                    "<rect class=\"{}\" x=\"4.0\" y=\"2.0\" width=\"16.0\" height=\"12.0\"/>",
                    band.class
                ),
                &band.words,
            );
        }
    }
    keys
}

/// Whether any of a band lies between the days of the chart.
pub(super) fn draws(plot: &Plot<'_>, band: &super::Band) -> bool {
    plot.span().is_some_and(|axis| {
        let ((start, _), (_, end)) = band.edges(axis);
        start < end
    })
}
