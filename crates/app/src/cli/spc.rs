//! `handback spc`: whether a measure is stable and meets its target, from a file of dates and values.

use super::{Outcome, file, print, print_json};
use crate::refused::Refused;
use crate::render::clock::day;
use crate::render::spc as words;
use handback_core::performance::Better;
use handback_core::performance::spc::{Asked, Chart, Charted, Profile, Rebase, chart};
use handback_intake::series::Series;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The values: first column the date, second the value; docs/measures/control-chart.md
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    /// Which way is better: up, down or neither
    #[arg(long, value_name = "WAY", default_value = "neither", value_parser = better)]
    better: Better,
    /// The value to reach, in the unit of the file
    #[arg(long, value_name = "X", allow_negative_numbers = true, value_parser = number)]
    target: Option<f64>,
    /// Take the limits from the first N points
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..))]
    baseline: Option<u32>,
    /// Count limits afresh from a known change on; may be given again
    #[arg(long, value_name = "DATE[=REASON]", value_parser = rebase)]
    rebase: Vec<Rebase>,
    /// Leave extreme moves out of the limits: yes or no
    #[arg(long, value_name = "YES|NO", default_value = "yes", action = clap::ArgAction::Set, value_parser = yes)]
    screen: bool,
    /// How long a run counts: nhs (7 and 7) or eight-and-six
    #[arg(long, value_name = "NAME", default_value = "nhs", value_parser = profile)]
    profile: Profile,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

fn better(text: &str) -> Result<Better, String> {
    match text {
        "up" => Ok(Better::Up),
        "down" => Ok(Better::Down),
        "neither" => Ok(Better::Neither),
        _ => Err("say up, down or neither".into()),
    }
}

fn number(text: &str) -> Result<f64, String> {
    file::number(text).ok_or_else(|| "write a number, as in 95 or 4.5".into())
}

fn rebase(text: &str) -> Result<Rebase, String> {
    let (date, reason) = match text.split_once('=') {
        Some((date, reason)) => (date, Some(reason.trim().to_owned())),
        None => (text, None),
    };
    let on = file::date(date)?;
    Ok(Rebase { on, reason })
}

fn yes(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("say yes or no".into()),
    }
}

fn profile(text: &str) -> Result<Profile, String> {
    let known = [Profile::NHS, Profile::EIGHT_AND_SIX];
    let named = known.into_iter().find(|profile| profile.name == text);
    named.ok_or_else(|| "say nhs or eight-and-six".into())
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let series = file::series(&arguments.file)?;
    let asked = Asked {
        better: arguments.better,
        target: arguments.target,
        baseline: arguments.baseline.map(|points| points as usize),
        rebases: arguments.rebase.clone(),
        screen: arguments.screen,
        profile: arguments.profile,
    };
    let refused = |error| Refused(format!("{}: {error}", arguments.file.display()));
    let chart = chart(&series.points(), &asked).map_err(refused)?;
    match arguments.json {
        true => print_json(&answer(&chart, &asked, &series))?,
        false => print(&text(&chart, &asked, &series))?,
    }
    Ok(Outcome::Done)
}

fn answer(chart: &Chart, asked: &Asked, series: &Series) -> Value {
    let point = |point: &Charted| {
        let segment = &chart.segments[point.segment];
        json!({
            "date": point.date,
            "value": point.value,
            "centre": segment.centre,
            "lower": segment.limits.map(|limits| limits.lower),
            "upper": segment.limits.map(|limits| limits.upper),
            "near_lower": segment.limits.map(|limits| limits.near_lower),
            "near_upper": segment.limits.map(|limits| limits.near_upper),
            "rules": point.rules,
            "variation": point.variation,
            "segment": point.segment,
        })
    };
    json!({
        "measure": series.columns[0],
        "points": chart.points.iter().map(point).collect::<Vec<_>>(),
        "segments": chart.segments,
        "trial": chart.segments.last().is_some_and(|segment| segment.trial),
        "screen": chart.screen,
        "profile": chart.profile,
        "better": asked.better,
        "notes": series.notes,
        "variation": chart.variation,
        "target_value": asked.target,
        "target": chart.target,
    })
}

fn text(chart: &Chart, asked: &Asked, series: &Series) -> String {
    let decimals = words::decimals(chart);
    let mut text = format!(
        "{}: {}\n",
        series.columns[0],
        words::lately(chart.variation)
    );
    if let Some(target) = asked.target {
        let means = match asked.better {
            Better::Neither => {
                "Say which way is better, with --better, to hold it against the target."
            }
            Better::Up | Better::Down => words::target_means(chart.target),
        };
        let _ = writeln!(text, "Target {target}: {means}");
    }
    text.push('\n');
    for segment in &chart.segments {
        text += &words::segment(segment, decimals, day);
    }
    text += &words::screening(chart, decimals);
    for note in &series.notes {
        let _ = writeln!(text, "Note: {note}");
    }
    let _ = writeln!(
        text,
        "\n{:10} {:>12} {:>12} {:>12} {:>12}  {:18} rules",
        "date", "value", "centre", "lower", "upper", "variation"
    );
    for point in &chart.points {
        let segment = &chart.segments[point.segment];
        let limit = |limit: Option<f64>| {
            limit.map_or_else(|| "-".into(), |limit| format!("{limit:.decimals$}"))
        };
        let rules: Vec<&str> = point.rules.iter().map(|rule| words::rule(*rule)).collect();
        let line = format!(
            "{:10} {:>12.decimals$} {:>12.decimals$} {:>12} {:>12}  {:18} {}",
            point.date.to_string(),
            point.value,
            segment.centre,
            limit(segment.limits.map(|limits| limits.lower)),
            limit(segment.limits.map(|limits| limits.upper)),
            words::variation(point.variation),
            rules.join(", ")
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let _ = writeln!(text, "\ntarget: {}", words::target(chart.target));
    text
}
