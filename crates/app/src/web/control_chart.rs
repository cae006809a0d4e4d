//! A control chart as a page shows it: what it says, drawn, with its key, what is marked on it, and its table.

use super::answer::{Answer, Download, Error};
use super::listing::{Cell, Column, Listing, Row, numbers, words};
use crate::render::chart::number;
use crate::render::chart::xmr::{
    FileWords, Key, Noted, Phase, Plot, file, key, month, page, png, target_icon, variation_icon,
};
use crate::render::clock::day;
use crate::render::spc;
use handback_core::performance::spc::TargetIcon;
use serde::Serialize;

/// Everything that belongs to a control chart. Pages show it by the macro of `control_chart.html`.
#[derive(Serialize)]
pub struct ControlChart {
    pub title: String,
    /// What its last value and its target say.
    pub tiles: Vec<Tile>,
    /// Empty when there is nothing to draw.
    pub svg: String,
    pub key: Vec<Key>,
    /// Numbered on the chart from 1, in this order.
    pub marks: Vec<Marked>,
    pub columns: &'static [Column],
    pub phases: Vec<PhaseRows>,
    /// What it is called, and where it is: the picture, the drawing, the values.
    pub downloads: Vec<(&'static str, String)>,
}

/// A sign and what it means.
#[derive(Serialize)]
pub struct Tile {
    pub icon: String,
    pub words: &'static str,
}

/// What one number on the chart stands for.
#[derive(Serialize)]
pub struct Marked {
    pub on: String,
    pub text: String,
}

/// The rows of values that share their limits.
#[derive(Serialize)]
pub struct PhaseRows {
    pub words: String,
    pub rows: Vec<Vec<String>>,
}

const COLUMNS: &[Column] = &[
    words("date", "Month"),
    numbers("value", "Value"),
    numbers("centre", "Centre"),
    numbers("lower", "Lower limit"),
    numbers("upper", "Upper limit"),
    words("rules", "Rules it met"),
    words("variation", "What it shows"),
];

impl ControlChart {
    /// Of a chart; `downloads` are named and addressed by the page that has them.
    pub fn of(plot: &Plot<'_>, downloads: Vec<(&'static str, String)>) -> ControlChart {
        let row = |row: Row| row.cells.into_iter().map(|cell| cell.text).collect();
        let phase = |(place, phase): (usize, &Phase)| PhaseRows {
            words: phase.words.clone(),
            rows: rows(plot, Some(place)).into_iter().map(row).collect(),
        };
        let mark = |mark: &Noted| Marked {
            on: day(mark.on),
            text: mark.text.clone(),
        };
        ControlChart {
            title: format!("{}, {}", plot.measure, plot.unit),
            tiles: tiles(plot),
            svg: page(plot),
            key: key(plot),
            marks: plot.noted().into_iter().map(mark).collect(),
            columns: COLUMNS,
            phases: plot.phases.iter().enumerate().map(phase).collect(),
            downloads,
        }
    }
}

/// The signs of a chart: without a target, only what the last value says.
pub fn tiles(plot: &Plot<'_>) -> Vec<Tile> {
    let lately = Tile {
        icon: variation_icon(plot.variation),
        words: plot.lately(),
    };
    let target = (plot.target != TargetIcon::None).then(|| Tile {
        icon: target_icon(plot.target),
        words: spc::target_means(plot.target),
    });
    let lately = (!plot.points.is_empty()).then_some(lately);
    lately.into_iter().chain(target).collect()
}

/// All values as a list, and so as a file.
pub fn listing(plot: &Plot<'_>) -> Listing {
    Listing {
        name: "control-chart",
        caption: format!("{}, {}", plot.measure, plot.unit),
        columns: COLUMNS,
        filters: Vec::new(),
        rows: rows(plot, None),
    }
}

/// The chart as a file to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawing {
    Svg,
    Png,
}

/// The chart as a file of a name without an ending.
///
/// # Errors
/// [`Error::NotFound`] without a value to draw.
pub fn download(
    plot: &Plot<'_>,
    words: FileWords<'_>,
    (name, drawing): (&str, Drawing),
) -> Result<Answer, Error> {
    let svg = file(plot, words).ok_or(Error::NotFound)?;
    let (ending, content_type, bytes) = match drawing {
        Drawing::Svg => ("svg", "image/svg+xml", svg.into_bytes()),
        Drawing::Png => ("png", "image/png", png(&svg).map_err(Error::Inside)?),
    };
    Ok(Answer::File(Download {
        name: format!("{name}.{ending}"),
        content_type,
        bytes,
    }))
}

/// The values of a phase, or all.
fn rows(plot: &Plot<'_>, phase: Option<usize>) -> Vec<Row> {
    let cell = |value: Option<f64>| {
        let text = |value| number(value, plot.decimals);
        value.map_or_else(
            || Cell::text("none"),
            |value| Cell::number(value, text(value)),
        )
    };
    let wanted = plot
        .points
        .iter()
        .filter(|point| phase.is_none_or(|phase| point.phase == phase));
    let row = wanted.map(|point| {
        let rules: Vec<&str> = point.rules.iter().map(|rule| spc::rule(*rule)).collect();
        Row {
            cells: vec![
                Cell::day(point.date).shown_as(month(plot, point.date)),
                cell(Some(point.value)),
                cell(Some(point.centre)),
                cell(point.limits.map(|limits| limits.0)),
                cell(point.limits.map(|limits| limits.1)),
                Cell::text(rules.join(", ")),
                Cell::text(spc::variation(point.variation)),
            ],
            kept_by: Vec::new(),
        }
    });
    row.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::chart::xmr::samples::{came_back, harrowmere, made, ran, whole};
    use handback_core::performance::Better;
    use handback_core::performance::spc::Rebase;
    use minijinja::Value;

    fn shown(part: &ControlChart) -> String {
        let mut environment = crate::render::environment().expect("the words");
        environment.add_filter("link", |href: String| href);
        let macros = include_str!("../../templates/web/control_chart.html");
        environment
            .add_template("control_chart.html", macros)
            .expect("the macros");
        let page =
            "{% from \"control_chart.html\" import control_chart %}{{ control_chart(part) }}";
        environment.add_template("page.html", page).expect("a page");
        let template = environment.get_template("page.html").expect("the page");
        let part = Value::from(minijinja::value::Serde(part));
        template
            .render(minijinja::context! { part })
            .expect("shown")
    }

    #[test]
    fn the_table_has_every_value_under_its_phase() {
        let (points, bands) = (harrowmere(), ran());
        let chart = made(&points, Better::Down, &[came_back()]);
        let plot = whole(&chart, &bands);
        let part = ControlChart::of(&plot, vec![("CSV", "/x.csv".into())]);
        let rows: Vec<usize> = part.phases.iter().map(|phase| phase.rows.len()).collect();
        assert_eq!(rows, [37, 20]);
        assert_eq!(part.phases[0].rows[17][0], "September 2017");
        assert_eq!(part.phases[0].rows[17][1], "12.30");
        assert_eq!(part.phases[0].rows[17][5], "outside a limit");
        assert_eq!(part.phases[0].rows[17][6], "concern, high");
        assert!(part.phases[1].words.contains("rebased at 1 August 2019"));
        let html = shown(&part);
        assert_eq!(html.matches("<tbody>").count(), 2);
        assert_eq!(html.matches("<th scope=\"row\">").count(), points.len());
        assert_eq!(html.matches("<li>").count(), plot.noted().len());
        assert!(!html.contains(" style="), "pages allow no style in markup");
        let Ok(Answer::File(csv)) = listing(&plot).file() else {
            panic!("a file");
        };
        let csv = String::from_utf8(csv.bytes).expect("text");
        assert_eq!(csv.lines().count(), points.len() + 1, "{csv}");
        assert!(csv.contains("\n2017-09-01,12.3,"), "{csv}");
    }

    #[test]
    fn a_single_value_has_a_table_and_no_target_sign() {
        let chart = made(&harrowmere()[..1], Better::Neither, &[]);
        let part = ControlChart::of(&whole(&chart, &[]), Vec::new());
        assert_eq!(part.tiles.len(), 1);
        assert!(part.tiles[0].icon.contains("Variation: cannot tell"));
        assert!(part.tiles[0].words.starts_with("One value"));
        assert_eq!(part.key[0].words, "value");
        assert_eq!(part.phases[0].rows[0][3], "none");
    }

    /// Leaves them for eyes with `HANDBACK_CHART_SAMPLES=FOLDER`.
    #[test]
    fn every_sort_of_chart_is_shown() {
        let bands = ran();
        let points = harrowmere();
        let short = &points[..7];
        let none: &[Rebase] = &[];
        let charts = [
            ("whole", made(&points, Better::Down, &[came_back()])),
            ("neither", made(&points, Better::Neither, none)),
            ("up", made(&points, Better::Up, none)),
            ("trial", made(short, Better::Down, none)),
            ("two", made(&points[..2], Better::Down, none)),
            ("one", made(&points[..1], Better::Down, none)),
        ];
        let words = FileWords {
            title: "Service desk: time to resolve, Harrowmere City Council",
            source: "Source: monthly service reports, as at 26 March 2021, entry 4,812. Method: Making Data Count; extreme moves are left out of the limits.",
        };
        let mut pages = String::new();
        for (name, chart) in &charts {
            let mut plot = whole(chart, &bands);
            if *name == "neither" {
                plot.axis = crate::render::strip::Axis::around([
                    jiff::civil::date(2010, 1, 1),
                    jiff::civil::date(2021, 1, 1),
                ]);
            }
            let links = vec![
                ("PNG", "/x.png".into()),
                ("SVG", "/x.svg".into()),
                ("CSV", "/x.csv".into()),
            ];
            let html = shown(&ControlChart::of(&plot, links));
            assert_eq!(html.matches("<title>Control chart of").count(), 2, "{name}");
            assert_eq!(
                html.matches("<title>Target:").count(),
                usize::from(!["neither", "one"].contains(name)),
                "{name}"
            );
            assert_eq!(
                html.matches("<svg").count(),
                html.matches("</svg>").count(),
                "{name}"
            );
            assert_eq!(html.matches("href=").count(), 3, "{name}");
            let svg = file(&plot, words).expect("a file");
            pages += &html;
            if let Some(folder) = std::env::var_os("HANDBACK_CHART_SAMPLES") {
                let folder = std::path::PathBuf::from(folder);
                std::fs::write(folder.join(format!("{name}.svg")), &svg).expect("written");
                let picture = png(&svg).expect("a picture");
                std::fs::write(folder.join(format!("{name}.png")), picture).expect("written");
                let css = crate::web::assets::asset("app.css")
                    .expect("the styles")
                    .bytes;
                let page = format!(
                    "<!doctype html><html lang=\"en\" class=\"govuk-template\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Samples</title><style>{}</style><body class=\"govuk-template__body\"><main class=\"govuk-width-container\"><h1 class=\"govuk-heading-l\">Samples</h1>{pages}</main></body></html>",
                    String::from_utf8_lossy(css)
                );
                std::fs::write(folder.join("pages.html"), page).expect("written");
            }
        }
    }
}
