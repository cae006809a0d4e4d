//! `handback routes`: every address that `handback serve` answers, and who may ask for it.

use super::{Outcome, print, print_json};
use crate::web::route::{Method, Needs, Route, routes};
use serde::Serialize;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line {
    method: &'static str,
    path: &'static str,
    /// What somebody must be allowed to do, in plain words; none where everybody may ask.
    needs: Option<&'static str>,
    /// Whether files may come with it.
    files: bool,
}

impl Line {
    fn of(route: &'static Route) -> Line {
        Line {
            method: match route.method {
                Method::Get => "GET",
                Method::Post => "POST",
            },
            path: route.path,
            needs: match route.needs {
                Needs::Nothing => None,
                Needs::May(action) => Some(action.word()),
            },
            files: route.files,
        }
    }
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let mut lines: Vec<Line> = routes().map(Line::of).collect();
    lines.sort_by_key(|line| (line.path, line.method));
    if arguments.json {
        print_json(&lines)?;
        return Ok(Outcome::Done);
    }
    let told = |line: &Line| {
        let needs = line.needs.unwrap_or("everybody may ask");
        format!("{:<4} {:<40} {needs}\n", line.method, line.path)
    };
    print(&lines.iter().map(told).collect::<String>())?;
    Ok(Outcome::Done)
}
