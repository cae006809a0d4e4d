//! Two signs for a tile: what the last value shows, and whether the target will be met. The shapes are those of
//! the chart: a square for better, a diamond for worse, a circle for neither.

use super::super::super::spc;
use handback_core::performance::spc::{TargetIcon, Variation};

const UP: &str = "<path class=\"ink\" d=\"M24 36V13M15 21L24 12L33 21\"/>";
const DOWN: &str = "<path class=\"ink\" d=\"M24 12V35M15 27L24 36L33 27\"/>";
const SQUARE: &str = "<rect class=\"improving\" x=\"5\" y=\"5\" width=\"38\" height=\"38\"/>";
const DIAMOND: &str = "<polygon class=\"concerning\" points=\"24,0 48,24 24,48 0,24\"/>";
const CIRCLE: &str = "<circle class=\"neither\" cx=\"24\" cy=\"24\" r=\"21\"/>";

const EMPTY: &str = "<circle class=\"empty\" cx=\"24\" cy=\"24\" r=\"21\"/>";
const DASH: &str = "<path class=\"faint\" d=\"M16 24H32\"/>";

/// What the last value shows, with its words for readers of screens; none when nothing can be said.
pub fn variation_icon(variation: Option<Variation>) -> String {
    let (ground, sign) = match variation {
        None => (EMPTY, DASH),
        Some(Variation::CommonCause) => (
            "<circle class=\"plain\" cx=\"24\" cy=\"24\" r=\"21\"/>",
            "<path class=\"faint\" d=\"M9 16H39M9 32H39\"/><path class=\"ink\" d=\"M10 26L17 20L24 28L31 21L38 25\"/>",
        ),
        Some(Variation::ImprovementHigh) => (SQUARE, UP),
        Some(Variation::ImprovementLow) => (SQUARE, DOWN),
        Some(Variation::ConcernHigh) => (DIAMOND, UP),
        Some(Variation::ConcernLow) => (DIAMOND, DOWN),
        Some(Variation::NeutralHigh) => (CIRCLE, UP),
        Some(Variation::NeutralLow) => (CIRCLE, DOWN),
    };
    let words = variation.map_or("cannot tell", spc::variation);
    icon(ground, sign, &format!("Variation: {words}"))
}

/// Whether the target will be met, with its words for readers of screens.
pub fn target_icon(icon_of: TargetIcon) -> String {
    let (ground, sign) = match icon_of {
        TargetIcon::Pass => (SQUARE, "<path class=\"ink\" d=\"M13 25L21 33L36 15\"/>"),
        TargetIcon::Fail => (
            DIAMOND,
            "<path class=\"ink\" d=\"M16 16L32 32M32 16L16 32\"/>",
        ),
        TargetIcon::Inconsistent => (
            "<circle class=\"plain\" cx=\"24\" cy=\"24\" r=\"21\"/>",
            "<path class=\"faint\" d=\"M8 24H40\"/><path class=\"ink\" d=\"M10 33L18 14L26 34L33 15L38 24\"/>",
        ),
        TargetIcon::None => (EMPTY, DASH),
    };
    icon(ground, sign, &format!("Target: {}", spc::target(icon_of)))
}

fn icon(ground: &str, sign: &str, words: &str) -> String {
    format!(
        "<svg viewBox=\"0 0 48 48\" class=\"hb-icon\" role=\"img\" focusable=\"false\"><title>{words}</title>{ground}{sign}</svg>"
    )
}
