//! The chart as a file that stands alone: colours and letters in it, what it shows, where it is from.

use super::draw::drawn;
use super::{Plot, desc, key, title};
use crate::render::chart::escaped;
use crate::render::chart::frame::Size;
use crate::render::clock::day;
use crate::render::spc;
use anyhow::Context;
use handback_core::performance::spc::TargetIcon;
use resvg::{tiny_skia, usvg};
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

/// How each class of the style sheet is drawn where there is no style sheet.
pub(super) const PAINT: &[(&str, &str)] = &[
    ("axis", "stroke=\"#d0d2d4\" fill=\"none\""),
    (
        "value",
        "stroke=\"#505a5f\" stroke-width=\"1.2\" fill=\"none\"",
    ),
    (
        "centre",
        "stroke=\"#0b0c0c\" stroke-width=\"1.5\" fill=\"none\"",
    ),
    (
        "limit",
        "stroke=\"#505a5f\" stroke-width=\"1.5\" fill=\"none\"",
    ),
    ("trial", "stroke-dasharray=\"6 4\""),
    (
        "target",
        "stroke=\"#d4351c\" stroke-width=\"1.5\" stroke-dasharray=\"10 3 2 3\"",
    ),
    ("common", "fill=\"#505a5f\""),
    ("improving", "fill=\"#1d70b8\" stroke=\"#ffffff\""),
    ("concerning", "fill=\"#c4450c\" stroke=\"#ffffff\""),
    (
        "neither-high",
        "fill=\"#ffffff\" stroke=\"#54319f\" stroke-width=\"1.5\"",
    ),
    (
        "neither-low",
        "fill=\"#ffffff\" stroke=\"#54319f\" stroke-width=\"1.5\"",
    ),
    ("handover", "stroke=\"#0b0c0c\" stroke-width=\"2\""),
    (
        "rebase",
        "stroke=\"#0b0c0c\" stroke-width=\"1\" stroke-dasharray=\"1 3\"",
    ),
    (
        "event",
        "stroke=\"#505a5f\" stroke-width=\"1\" stroke-dasharray=\"3 3\"",
    ),
    ("band", "stroke=\"#ffffff\""),
    ("behind", "fill-opacity=\"0.1\""),
    ("in-house", "fill=\"#00573b\""),
    ("shared", "fill=\"#5694ca\""),
    ("joint-venture", "fill=\"#f0904e\""),
    ("supplier", "fill=\"#7a2b78\""),
    ("unknown", "fill=\"#cecece\""),
    ("on-in-house", "fill=\"#ffffff\""),
    ("on-supplier", "fill=\"#ffffff\""),
];

const WIDTH: f64 = 900.0;
const MARGIN: f64 = 24.0;
const CHART: f64 = 380.0;
const LINE: f64 = 18.0;
/// How many letters of the small size surely fit a line.
const LETTERS: usize = 138;
/// Pixels of a picture for each unit of the file: sharp on paper too.
const SHARP: f32 = 2.0;

/// What the file says beside the chart.
#[derive(Clone, Copy, Debug)]
pub struct FileWords<'a> {
    /// `Service desk: calls answered in time`.
    pub title: &'a str,
    /// Whose figures, as at which day, from where.
    pub source: &'a str,
}

/// The chart as an SVG file; none without a value.
pub fn file(plot: &Plot<'_>, words: FileWords<'_>) -> Option<String> {
    let size = Size {
        class: "",
        width: WIDTH - 2.0 * MARGIN,
        height: CHART,
    };
    let chart = drawn(plot, size, false);
    if chart.is_empty() {
        return None;
    }
    let mut body = String::new();
    let mut y = MARGIN + 16.0;
    let mut write = |y: &mut f64, text: &str, (size, letters): (u32, usize)| {
        for line in wrapped(text, letters) {
            let _ = write!(
                body,
                "<text x=\"{MARGIN}\" y=\"{y:.1}\" font-size=\"{size}\">{}</text>",
                escaped(&line)
            );
            *y += f64::from(size) * 1.35;
        }
    };
    write(&mut y, words.title, (20, 80));
    let mut lead = plot.lately().to_owned();
    if plot.target != TargetIcon::None {
        lead = format!("{lead} {}", spc::target_means(plot.target));
    }
    write(&mut y, &lead, (14, 126));
    let chart_at = y;
    y += CHART + LINE;
    let (keys, below) = keys(plot, y);
    y = below + LINE + 8.0;
    for (place, mark) in (1..).zip(plot.noted()) {
        write(
            &mut y,
            &format!("{place}. {}: {}", day(mark.on), mark.text),
            (13, LETTERS),
        );
    }
    for phase in &plot.phases {
        write(&mut y, &phase.words, (13, LETTERS));
    }
    write(&mut y, words.source, (13, LETTERS));
    let height = y + MARGIN - LINE;
    Some(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height:.0}\" viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\"><title>{}</title><desc>{}</desc><rect width=\"{WIDTH}\" height=\"{height:.0}\" fill=\"#ffffff\"/><g font-family=\"Arimo, Helvetica, Arial, sans-serif\" font-size=\"12\" fill=\"#0b0c0c\">{body}<g transform=\"translate({MARGIN} {chart_at:.1})\">{}</g>{}</g></svg>\n",
        escaped(&title(plot)),
        escaped(&desc(plot)),
        painted(&chart),
        painted(&keys)
    ))
}

/// The key in lines, and where the last of them stands.
fn keys(plot: &Plot<'_>, top: f64) -> (String, f64) {
    let (mut x, mut y) = (MARGIN, top);
    let mut svg = String::new();
    for key in key(plot) {
        let room = 46.0 + key.words.chars().count() as f64 * 6.8;
        if x > MARGIN && x + room > WIDTH - MARGIN {
            (x, y) = (MARGIN, y + LINE + 2.0);
        }
        let _ = write!(
            svg,
            "<g transform=\"translate({x:.1} {:.1})\">{}</g><text x=\"{:.1}\" y=\"{y:.1}\" font-size=\"13\">{}</text>",
            y - 12.5,
            key.sign,
            x + 29.0,
            escaped(&key.words)
        );
        x += room;
    }
    (svg, y)
}

/// The same with each class as the attributes it stands for. Text cannot hold a class: its quotes are escaped.
fn painted(svg: &str) -> String {
    let mut pieces = svg.split(" class=\"");
    let mut painted = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (classes, rest) = piece.split_once('"').unwrap_or((piece, ""));
        for class in classes.split(' ') {
            let paint = PAINT.iter().find(|(name, _)| *name == class);
            let _ = paint.map(|(_, paint)| write!(painted, " {paint}"));
        }
        painted.push_str(rest);
    }
    painted
}

/// Lines of at most so many letters, parted at blanks; a word that is longer has a line of its own.
fn wrapped(text: &str, letters: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= letters => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

include!(concat!(env!("OUT_DIR"), "/font.rs"));

/// The letters of pictures: embedded, so that every machine draws the same ones.
static FONTS: LazyLock<Arc<usvg::fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = usvg::fontdb::Database::new();
    fonts.load_font_data(FONT.to_vec());
    Arc::new(fonts)
});

/// A file of [`file`] as a picture (PNG).
///
/// # Errors
/// When the text is no SVG, or a picture of its size cannot be made.
pub fn png(svg: &str) -> anyhow::Result<Vec<u8>> {
    let options = usvg::Options {
        fontdb: Arc::clone(&FONTS),
        font_family: "Arimo".into(),
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_str(svg, &options).context("the chart as a picture")?;
    let size = tree.size().to_int_size();
    let scale = |side: u32| (side as f32 * SHARP) as u32;
    let mut pixels = tiny_skia::Pixmap::new(scale(size.width()), scale(size.height()))
        .context("the chart is too large for a picture")?;
    resvg::render(
        &tree,
        tiny_skia::Transform::from_scale(SHARP, SHARP),
        &mut pixels.as_mut(),
    );
    pixels.encode_png().context("the chart as a picture")
}
