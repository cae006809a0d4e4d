use super::*;
use crate::source::Memory;

fn of(text: &str) -> Result<Series, String> {
    let source = Memory {
        name: "calls.csv".into(),
        bytes: text.as_bytes().to_vec(),
    };
    read(&source).map_err(|refused| refused.to_string())
}

fn points(text: &str) -> Vec<String> {
    let series = of(text).expect("a series");
    let print = |point: Point| format!("{} {}", point.date, point.value);
    series.points().into_iter().map(print).collect()
}

#[test]
fn dates_and_numbers_as_reports_print_them() {
    for (what, text, expected) in [
        (
            "plain",
            "date,value\n2019-04-01,1\n2019-05-01,2.5\n",
            ["2019-04-01 1", "2019-05-01 2.5"],
        ),
        (
            "months",
            "month,value\n2019-04,1\n2019-05,-2\n",
            ["2019-04-01 1", "2019-05-01 -2"],
        ),
        (
            "named months",
            "date,v\nApr-19,1\nMay-19,2\n",
            ["2019-04-01 1", "2019-05-01 2"],
        ),
        (
            "british days",
            "date,v\n25/04/2019,1\n26/04/2019,2\n",
            ["2019-04-25 1", "2019-04-26 2"],
        ),
        (
            "american days",
            "date,v\n04/25/2019,1\n05/06/2019,2\n",
            ["2019-04-25 1", "2019-05-06 2"],
        ),
        (
            "mark and blank lines",
            "\u{feff}date,v\r\n\r\n2019-04,1\r\n,\r\n2019-05,2\r\n",
            ["2019-04-01 1", "2019-05-01 2"],
        ),
        (
            "thousands",
            "date,v\n2019-04,\"1,204\"\n2019-05,\"£12,345,678.5\"\n",
            ["2019-04-01 1204", "2019-05-01 12345678.5"],
        ),
        (
            "percent",
            "date,v\n2019-04,91.5%\n2019-05,92 %\n",
            ["2019-04-01 91.5", "2019-05-01 92"],
        ),
        (
            "semicolons",
            "date;v\n2019-04;1\n2019-05;2\n",
            ["2019-04-01 1", "2019-05-01 2"],
        ),
        (
            "late first",
            "date,v\n2019-05,2\n2019-04,1\n",
            ["2019-04-01 1", "2019-05-01 2"],
        ),
    ] {
        assert_eq!(points(text), expected, "{what}");
    }
}

#[test]
fn what_cannot_be_read_for_certain_is_refused_by_its_line() {
    for (text, reason) in [
        (
            "date,v\n2019-04,1\n2019-04,2\n",
            "lines 2 and 3 are both of 2019-04",
        ),
        (
            "date,v\n2019-04,1\n\n01/04/2019,2\n",
            "lines 2 and 4 are both of 2019-04",
        ),
        (
            "date,v\n2019-04,1\n2019-04-07,2\n",
            "line 3 (2019-04-07) lies inside",
        ),
        (
            "date,v\n2019-04,1\nTotal,2\n",
            "line 3: “Total”: not a date",
        ),
        ("date,v\n2019-04,1\n,2\n", "line 3: “”: no date"),
        (
            "date,v\n2019-04,one\n",
            "line 2, column “v”: “one”: not a number",
        ),
        (
            "date;v\n2019-04;91,5\n",
            "“91,5”: thousands are separated in threes",
        ),
        (
            "date,v\n2019-04,91%\n2019-05,0.92\n",
            "a percent sign on line 2 and none on line 3",
        ),
        (
            "date,v\n2019-04,1,204\n",
            "line 2: it has 3 cells under 2 headings",
        ),
        ("2019-04,1\n2019-05,2\n", "begins with “2019-04”, a date"),
        ("date\n2019-04\n", "it has one column"),
        (
            "date,v,V\n2019-04,1,2\n",
            "two of its columns are headed “V”",
        ),
        (
            "date,v,\n2019-04,1,2\n",
            "line 2: it has 3 cells under 2 headings",
        ),
        ("date,v\n", "holds no number"),
        ("date,v\n2019-04,n/a\n", "holds no number"),
    ] {
        let refused = of(text).expect_err(text);
        assert!(
            refused.contains(reason) && refused.starts_with("calls.csv"),
            "{text:?}: {refused}"
        );
    }
}

#[test]
fn notes_name_their_lines() {
    for (text, note) in [
        (
            "date,v\n2019-04,1\n2019-05,\n2019-06,2\n",
            Some("“v” has no value on line 3."),
        ),
        (
            "date,v\n2019-04,1\n2019-05,2\n2019-07,2\n",
            Some("2019-06 is missing between lines 3 and 4."),
        ),
        (
            "date,v\n2019-04,1\n2019-05,2\n2019-06,2\n2019-10,2\n",
            Some("3 months are missing between lines 4 and 5: 2019-07 to 2019-09."),
        ),
        (
            "date,v\n2019-04-01,1\n2019-04-02,2\n2019-04-03,2\n2019-04-10,2\n",
            Some("Nothing is given for 7 days between lines 4 and 5 (2019-04-03 to 2019-04-10)."),
        ),
        (
            "date,v\n2019-04-05,1\n2019-04-08,2\n2019-04-09,2\n2019-04-10,2\n",
            None,
        ),
        (
            "date,v\n2019-04,1\n2019-06,2\n2019-05,2\n",
            Some(
                "Lines are not in the order of time, the first of them line 4: they were sorted by date.",
            ),
        ),
        ("date,v\n2019-06,1\n2019-05,2\n2019-04,2\n", None),
        (
            "date,v\n01/04/2019,1\n01/05/2019,2\n",
            Some(
                "Dates are read with the day first, as line 2, “01/04/2019”; nothing in the file shows the order. Write 2019-04-01 to be sure.",
            ),
        ),
    ] {
        let notes = of(text).expect(text).notes;
        assert_eq!(notes, note.into_iter().collect::<Vec<_>>(), "{text:?}");
    }
}

#[test]
fn further_columns_are_found_by_their_heading() {
    let series = of("date,v,Calls\n2019-04,1,10\n2019-05,2,\n").expect("a series");
    assert_eq!(series.columns, ["v", "Calls"]);
    let calls = series.column("calls").expect("a column");
    assert_eq!(
        calls.iter().map(|point| point.value).collect::<Vec<_>>(),
        [10.0]
    );
    assert_eq!(series.column("letters"), None);
}

#[test]
fn an_option_takes_a_day_or_a_month() {
    for (text, expected) in [
        ("2019-08-01", Some("2019-08-01")),
        ("2019-08", Some("2019-08-01")),
        ("Aug-19", Some("2019-08-01")),
        ("25/08/2019", Some("2019-08-25")),
        ("01/08/2019", None),
        ("soon", None),
    ] {
        assert_eq!(
            day(text).map(|date| date.to_string()).as_deref(),
            expected,
            "{text}"
        );
    }
}
