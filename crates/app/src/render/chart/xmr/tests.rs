use super::draw::{NARROW, WIDE};
use super::file::PAINT;
use super::samples::{came_back, harrowmere, made, months, ran, whole};
use super::*;
use handback_core::dated::When;
use handback_core::performance::Better;
use handback_core::performance::Point;
use handback_core::performance::spc::Rebase;
use jiff::civil::date;
use proptest::prelude::*;

/// All that stands in attributes of a name.
fn values<'s>(svg: &'s str, name: &str) -> Vec<&'s str> {
    let start = format!(" {name}=\"");
    let rest = svg.split(start.as_str()).skip(1);
    rest.filter_map(|rest| rest.split('"').next()).collect()
}

fn count(svg: &str, class: &str) -> usize {
    values(svg, "class")
        .iter()
        .filter(|of| **of == class)
        .count()
}

/// Every coordinate is a number inside the frame, and the markup closes what it opens.
fn is_sound(svg: &str, width: f64, height: f64) -> Result<(), TestCaseError> {
    for name in ["x", "x1", "x2", "cx", "y", "y1", "y2", "cy", "points", "d"] {
        let down = name.contains('y');
        for value in values(svg, name) {
            for number in value
                .split([' ', ',', 'M', 'H', 'V'])
                .filter(|part| !part.is_empty())
            {
                let number: f64 = number
                    .parse()
                    .map_err(|_| TestCaseError::fail(format!("{name}=\"{value}\"")))?;
                let most = if name == "points" || name == "d" {
                    width.max(height)
                } else if down {
                    height
                } else {
                    width
                };
                prop_assert!(
                    (-0.1..=most + 0.1).contains(&number),
                    "{}=\"{}\"",
                    name,
                    value
                );
            }
        }
    }
    Ok(())
}

#[test]
fn every_value_has_a_sign_and_every_phase_its_own_limits() {
    let points = harrowmere();
    let chart = made(&points, Better::Down, &[came_back()]);
    let bands = ran();
    let plot = whole(&chart, &bands);
    let svg = draw::drawn(&plot, WIDE, true);
    let special = chart
        .points
        .iter()
        .filter(|point| point.variation != Variation::CommonCause)
        .count();
    assert!(special > 3, "the sample shows special causes");
    assert_eq!(count(&svg, "common"), points.len() - special);
    assert_eq!(
        count(&svg, "improving") + count(&svg, "concerning"),
        special
    );
    assert!(count(&svg, "concerning") > 0 && count(&svg, "improving") > 0);
    assert_eq!(count(&svg, "centre"), 2);
    assert_eq!(
        count(&svg, "limit"),
        4,
        "the old limits stay beside the new ones"
    );
    assert_eq!(count(&svg, "target"), 2);
    assert_eq!(
        count(&svg, "value"),
        3,
        "broken where months are missing and where limits change"
    );
    assert_eq!(
        count(&svg, "handover") + count(&svg, "rebase") + count(&svg, "event"),
        4
    );
    assert_eq!(count(&svg, "behind in-house"), 1);
    assert_eq!(svg.matches("<g><title>").count(), points.len());
    assert!(
        svg.contains(">2–3<"),
        "handover and rebase of one day share their label: {svg}"
    );
    is_sound(&svg, 700.0, 300.0).expect("sound");
    assert_eq!(page(&plot), page(&plot));
}

#[test]
fn trial_limits_are_dashed_and_one_value_has_none() {
    for (values, limits, trials, centres) in [
        (&[4.0][..], 0, 0, 1),
        (&[4.0, 5.0], 0, 2, 1),
        (
            &[4.0, 5.0, 4.0, 5.0, 4.0, 5.0, 4.0, 5.0, 4.0, 5.0, 4.0, 5.0],
            2,
            0,
            1,
        ),
        (&[-4.0, -4.0, -4.0], 0, 2, 1),
    ] {
        let chart = made(&months(values), Better::Neither, &[]);
        let svg = draw::drawn(&Plot::of("a", "b", &chart), WIDE, false);
        assert_eq!(count(&svg, "limit"), limits, "{values:?}");
        assert_eq!(count(&svg, "limit trial"), trials, "{values:?}");
        assert_eq!(count(&svg, "centre"), centres, "{values:?}");
        is_sound(&svg, 700.0, 300.0).expect("sound");
    }
}

#[test]
fn without_a_value_nothing_is_drawn() {
    let mut plot = Plot::of("a", "b", &made(&months(&[1.0]), Better::Up, &[]));
    plot.points.clear();
    assert_eq!(page(&plot), "");
    assert_eq!(
        file(
            &plot,
            FileWords {
                title: "a",
                source: "b"
            }
        ),
        None
    );
    assert_eq!(desc(&plot), "There are no values to show.");
    assert_eq!(key(&plot), []);
}

#[test]
fn charts_of_one_axis_lie_under_one_another() {
    let axis = Axis {
        from: date(2010, 1, 1),
        to: date(2025, 12, 31),
    };
    let first_of = |values: &[f64]| {
        let chart = made(&months(values), Better::Up, &[]);
        let plot = Plot {
            axis: Some(axis),
            ..Plot::of("a", "b", &chart)
        };
        let svg = draw::drawn(&plot, WIDE, false);
        values_of(&svg)
    };
    fn values_of(svg: &str) -> (String, String) {
        let year = svg
            .split(">2015<")
            .next()
            .and_then(|before| before.rsplit("x=\"").next());
        let first = values(svg, "cx")
            .first()
            .copied()
            .unwrap_or_default()
            .to_owned();
        (
            first,
            year.and_then(|x| x.split('"').next())
                .expect("a year")
                .to_owned(),
        )
    }
    assert_eq!(
        first_of(&[1.0, 2.0, 1.5]),
        first_of(&[-250_000.0, 0.001, 1e12])
    );
}

#[test]
fn what_lies_outside_the_axis_is_counted_not_drawn() {
    let chart = made(&months(&[1.0, 2.0, 3.0, 2.0]), Better::Up, &[]);
    let axis = Axis {
        from: date(2016, 5, 1),
        to: date(2016, 6, 30),
    };
    let plot = Plot {
        axis: Some(axis),
        ..Plot::of("a", "b", &chart)
    };
    assert_eq!(values(&draw::drawn(&plot, WIDE, false), "cx").len(), 2);
    assert!(
        desc(&plot).contains("2 more lie outside the time that is drawn"),
        "{}",
        desc(&plot)
    );
}

#[test]
fn a_chart_says_what_it_shows() {
    let points = harrowmere();
    let bands = ran();
    let chart = made(&points, Better::Down, &[came_back()]);
    let plot = whole(&chart, &bands);
    assert_eq!(
        title(&plot),
        "Control chart of Service desk: time to resolve, hours, April 2016 to March 2021"
    );
    let said = desc(&plot);
    for part in [
        "57 values, 3 missing between them.",
        "The last, of March 2021, is 4.70 hours.",
        "Lately it is better than chance explains: unusually low.",
        "worse",
        "rebased at 1 August 2019: run by the council again",
        "Corvane Group, from February 2018 until 1 August 2019.",
        "Marked 2, 1 August 2019: service desk came back.",
        "Target 6.00.",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("long after"));
}

#[test]
fn days_are_months_only_where_all_are_first() {
    let chart = |points: &[Point]| made(points, Better::Up, &[]);
    let of = |days: &[Date]| {
        let points: Vec<Point> = days
            .iter()
            .map(|&date| Point { date, value: 1.0 })
            .collect();
        month(&Plot::of("a", "b", &chart(&points)), days[0])
    };
    assert_eq!(of(&[date(2020, 1, 1), date(2020, 2, 1)]), "January 2020");
    assert_eq!(of(&[date(2020, 1, 1)]), "January 2020");
    assert_eq!(of(&[date(2020, 1, 1), date(2020, 1, 8)]), "1 January 2020");
    assert_eq!(
        of(&[date(2020, 1, 31), date(2020, 2, 29)]),
        "31 January 2020"
    );
}

#[test]
fn each_sign_differs_in_shape_and_is_drawn_once_in_the_key() {
    use Variation::{CommonCause, ConcernLow, ImprovementLow, NeutralHigh, NeutralLow};
    let signs = [
        CommonCause,
        ImprovementLow,
        ConcernLow,
        NeutralHigh,
        NeutralLow,
    ]
    .map(|variation| marker::marker(variation, (0.0, 0.0), 1.0));
    let shape = |sign: &String| sign.split("\" ").skip(1).collect::<Vec<_>>().join(" ");
    for (place, sign) in signs.iter().enumerate() {
        assert!(
            signs
                .iter()
                .skip(place + 1)
                .all(|other| shape(other) != shape(sign)),
            "{sign}"
        );
    }
    let chart = made(&harrowmere(), Better::Down, &[came_back()]);
    let bands = ran();
    let words: Vec<String> = key(&whole(&chart, &bands))
        .into_iter()
        .map(|key| key.words)
        .collect();
    assert_eq!(
        words,
        [
            "as usual",
            "better than chance explains",
            "worse than chance explains",
            "centre: the average",
            "limits of usual variation",
            "target",
            "handover",
            "limits counted afresh",
            "event",
            "Harrow Joint Services",
            "Corvane Group",
            "in-house"
        ]
    );
}

#[test]
fn icons_say_in_words_what_they_mean() {
    use Variation::{
        CommonCause, ConcernHigh, ConcernLow, ImprovementHigh, ImprovementLow, NeutralHigh,
        NeutralLow,
    };
    let mut icons: Vec<String> = [
        CommonCause,
        ConcernHigh,
        ConcernLow,
        ImprovementHigh,
        ImprovementLow,
        NeutralHigh,
        NeutralLow,
    ]
    .map(|variation| variation_icon(Some(variation)))
    .into();
    icons.push(variation_icon(None));
    icons.extend(
        [
            TargetIcon::Pass,
            TargetIcon::Fail,
            TargetIcon::Inconsistent,
            TargetIcon::None,
        ]
        .map(target_icon),
    );
    let drawings: std::collections::BTreeSet<&str> = icons
        .iter()
        .map(|icon| icon.split("</title>").nth(1).expect("a drawing"))
        .collect();
    assert_eq!(
        drawings.len(),
        icons.len() - 1,
        "no two look the same but those that say nothing"
    );
    assert!(
        variation_icon(Some(ConcernLow))
            .contains("role=\"img\" focusable=\"false\"><title>Variation: concern, low</title>")
    );
    assert!(target_icon(TargetIcon::Fail).contains("<title>Target: fail</title>"));
}

#[test]
fn hostile_words_stay_words() {
    let chart = made(&months(&[1.0, 2.0, 9.0]), Better::Up, &[]);
    let hostile = "<script>\" class=\"supplier\" & \u{0}\u{b}x";
    let bands = [Band {
        from: When::Unknown,
        until: None,
        class: "unknown".into(),
        words: "</text><b>".into(),
    }];
    let mut plot = Plot::of(hostile, hostile, &chart);
    plot.bands = &bands;
    plot.marks = vec![Noted {
        on: date(2016, 5, 1),
        what: What::Event,
        text: hostile.into(),
    }];
    let words = FileWords {
        title: hostile,
        source: hostile,
    };
    let file = file(&plot, words).expect("a file");
    for svg in [page(&plot), file.clone()] {
        assert!(
            !svg.contains("<script")
                && !svg.contains("<b>")
                && !svg.contains('\u{0}')
                && !svg.contains('\u{b}'),
            "{svg}"
        );
        assert_eq!(count(&svg, "supplier"), 0);
    }
    assert!(png(&file).is_ok(), "{file}");
}

#[test]
fn a_file_needs_no_style_sheet_and_has_its_colours() {
    let styles = include_str!("../../../../frontend/scss/_charts.scss");
    for (class, paint) in PAINT {
        if class.starts_with("on-") || *class == "band" {
            continue;
        }
        let rules = paint
            .replace("=\"", ": ")
            .replace("\" ", "; ")
            .replace('"', ";");
        let colour = values(&format!(" {paint}"), "fill").join("");
        let is_there = styles.contains(&format!(".{class} {{ {rules} }}"))
            || styles.contains(&format!("{class}: {colour}"));
        assert!(is_there, "{class} {{ {rules} }}");
    }
    let chart = made(&harrowmere(), Better::Down, &[came_back()]);
    let bands = ran();
    let words = FileWords {
        title: "Time to resolve",
        source: "Harrowmere City Council, as at 26 March 2021",
    };
    let file = file(&whole(&chart, &bands), words).expect("a file");
    assert!(file.starts_with("<?xml"));
    assert!(
        !file.contains("class=") && !file.contains("style"),
        "{file}"
    );
    assert_eq!(
        file.matches("fill=\"#7a2b78\"").count(),
        3,
        "behind, above and in the key"
    );
    let drawn = draw::drawn(&whole(&chart, &bands), WIDE, false);
    for class in values(&drawn, "class")
        .iter()
        .flat_map(|classes| classes.split(' '))
    {
        assert!(
            class.starts_with("on-") || PAINT.iter().any(|(name, _)| *name == class),
            "no paint for {class}"
        );
    }
}

/// How many pixels are not white between two heights.
fn inked(png: &[u8], from: u32, to: u32) -> usize {
    let pixels = resvg::tiny_skia::Pixmap::decode_png(png).expect("a picture");
    let width = pixels.width();
    let lines = &pixels.pixels()[(from * width) as usize..(to * width) as usize];
    lines.iter().filter(|pixel| pixel.red() < 128).count()
}

#[test]
fn a_picture_has_its_letters() {
    let chart = made(&harrowmere(), Better::Down, &[came_back()]);
    let bands = ran();
    let of = |title| {
        let words = FileWords {
            title,
            source: "Harrowmere City Council",
        };
        let svg = file(&whole(&chart, &bands), words).expect("a file");
        png(&svg).expect("a picture")
    };
    let (named, nameless) = (of("Ŵ Time to resolve − 95% “ok” £"), of("."));
    assert_eq!(&named[1..4], b"PNG");
    assert!(
        inked(&named, 40, 90) > inked(&nameless, 40, 90) + 1_000,
        "the title is lettered"
    );
}

fn odd() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -100.0..100.0f64,
        1 => Just(0.0),
        1 => prop::sample::select(vec![f64::MAX, f64::MIN, f64::MIN_POSITIVE, 1e15, -1e15, 1e-300, 5e-324]),
        1 => -1e12..1e12f64,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn odd_values_and_days_are_drawn_inside_the_frame(
        values in prop::collection::vec((odd(), 1..90i32), 1..60),
        target in prop::option::of(odd()),
        rebased in prop::option::of(0..60usize),
        axis in prop::option::of((-4_000..4_000i32, 0..6_000i32)),
    ) {
        let mut day = date(2016, 4, 1);
        let points: Vec<Point> = values.iter().map(|&(value, gap)| {
            day = day.saturating_add(gap.days());
            Point { date: day, value }
        }).collect();
        let rebases: Vec<Rebase> = rebased.filter(|at| *at < points.len()).map(|at| Rebase { on: points[at].date, reason: None }).into_iter().collect();
        let chart = made(&points, Better::Up, &rebases);
        let bands = ran();
        let mut plot = whole(&chart, &bands);
        plot.targets = vec![(None, target)];
        plot.axis = axis.map(|(from, long)| {
            let from = date(2016, 4, 1).saturating_add(from.days());
            Axis { from, to: from.saturating_add(long.days()) }
        });
        for size in [WIDE, NARROW] {
            is_sound(&draw::drawn(&plot, size, true), size.width, size.height)?;
        }
        let _ = desc(&plot);
        if let Some(svg) = file(&plot, FileWords { title: "a", source: "b" }) {
            prop_assert!(resvg::usvg::roxmltree::Document::parse(&svg).is_ok());
        }
    }
}
