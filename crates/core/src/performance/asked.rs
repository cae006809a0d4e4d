//! Which question is asked of a measure: at which handover of its service, beside which other events.

use super::verdict::{Effort, Question, Verdict, means, verdict};
use super::{Better, Measure, Point};
use crate::dated::When;
use jiff::civil::Date;

/// A question about a measure at a handover of its service, with everything that belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    pub points: Vec<Point>,
    /// The day of the handover; its first where the month is known.
    pub at: Date,
    pub better: Better,
    pub smallest: Option<f64>,
    pub transition: u32,
    pub compared: Vec<Vec<Point>>,
    pub redefined: Vec<Date>,
    pub events: Vec<(Date, String)>,
}

/// Why nothing is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAsked {
    /// No file has a value of it.
    NoValues,
    /// The service did not change hands.
    NoHandover,
    /// Nobody knows in which month it did.
    HandoverNotDated(When),
    /// A rising measure is as good as a falling one: a volume, say.
    NeitherWay,
    /// It was counted in another way from some time on, and nobody knows from which month.
    RedefinedSometime(When),
}

impl Asked {
    /// The question about values that had ended by the day on which it is asked.
    ///
    /// # Errors
    /// [`NotAsked`] says what is missing.
    pub fn of(
        measure: &Measure,
        points: Vec<Point>,
        handover: Option<When>,
        compared: Vec<Vec<Point>>,
        events: &[(When, String)],
    ) -> Result<Asked, NotAsked> {
        if points.is_empty() {
            return Err(NotAsked::NoValues);
        }
        let handover = handover.ok_or(NotAsked::NoHandover)?;
        let at = to_the_month(handover).ok_or(NotAsked::HandoverNotDated(handover))?;
        if measure.better == Better::Neither {
            return Err(NotAsked::NeitherWay);
        }
        let redefined = measure
            .redefined()
            .map(|(from, _)| to_the_month(from).ok_or(NotAsked::RedefinedSometime(from)));
        // An event that is known to the year alone cannot be set beside months.
        let dated = |(on, text): &(When, String)| Some((to_the_month(*on)?, text.clone()));
        Ok(Asked {
            at,
            better: measure.better,
            smallest: measure.smallest,
            // Where only the month is known, nobody can say to whom it belongs.
            transition: match handover {
                When::Day(_) => measure.transition,
                _ => measure.transition.max(1),
            },
            compared,
            redefined: redefined.collect::<Result<_, _>>()?,
            events: events.iter().filter_map(dated).collect(),
            points,
        })
    }

    /// The mean of the months before the handover, and of those after the transition; none without any.
    pub fn means(&self) -> (Option<f64>, Option<f64>) {
        means(&self.question())
    }

    pub fn answered(&self, effort: Effort) -> Verdict {
        verdict(&self.question(), effort)
    }

    fn question(&self) -> Question<'_> {
        Question {
            points: &self.points,
            at: self.at,
            better: self.better,
            smallest: self.smallest,
            transition: self.transition,
            compared: &self.compared,
            redefined: &self.redefined,
            events: &self.events,
        }
    }
}

/// The first day of what is known to the day or the month.
fn to_the_month(when: When) -> Option<Date> {
    match when {
        When::Day(_) | When::Month(..) => when.earliest(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dated::Dated;
    use jiff::civil::date;

    fn measure() -> Measure {
        let mut definition = Dated::default();
        definition.state(When::Unknown, "Calls answered".to_owned());
        Measure {
            name: "Calls answered".into(),
            service: None,
            unit: "%".into(),
            better: Better::Up,
            definition,
            target: Dated::default(),
            approaching: None,
            requires_improvement: None,
            printed: Vec::new(),
            counted: None,
            tickets_of: Vec::new(),
            is_primary: true,
            smallest: Some(2.0),
            transition: 0,
            compared: Vec::new(),
            chart: None,
            owner: None,
            source: None,
        }
    }

    /// A value for each month of 2019 that had ended by a day.
    fn points(until: Date) -> Vec<Point> {
        let ended = (1..=12).filter(|month| date(2019, *month, 1).last_of_month() <= until);
        let point = |month: i8| Point {
            date: date(2019, month, 1),
            value: f64::from(month),
        };
        ended.map(point).collect()
    }

    fn asked(measure: &Measure, handover: Option<When>, until: Date) -> Result<Asked, NotAsked> {
        let events = [
            (When::Month(2019, 3), "A flood".to_owned()),
            (When::Year(2019), "An election".to_owned()),
        ];
        Asked::of(measure, points(until), handover, Vec::new(), &events)
    }

    #[test]
    fn what_ended_by_the_day_is_asked_about_beside_events_of_a_known_month() {
        let day = When::Day(date(2019, 6, 1));
        let asked = asked(&measure(), Some(day), date(2019, 9, 30)).expect("a question");
        assert_eq!(asked.points.len(), 9);
        assert_eq!((asked.at, asked.transition), (date(2019, 6, 1), 0));
        assert_eq!(asked.events, [(date(2019, 3, 1), "A flood".to_owned())]);
    }

    #[test]
    fn a_month_that_belongs_to_nobody_is_left_out() {
        let month = Some(When::Month(2019, 6));
        let end = date(2019, 12, 31);
        let first = asked(&measure(), month, end).expect("a question");
        assert_eq!((first.at, first.transition), (date(2019, 6, 1), 1));
        let three = Measure {
            transition: 3,
            ..measure()
        };
        assert_eq!(
            asked(&three, month, end).map(|asked| asked.transition),
            Ok(3)
        );
    }

    #[test]
    fn nothing_is_asked_where_something_is_missing() {
        let (day, end) = (When::Day(date(2019, 6, 1)), date(2019, 12, 31));
        let neither = Measure {
            better: Better::Neither,
            ..measure()
        };
        let mut redefined = measure();
        redefined
            .definition
            .state(When::Year(2018), "Calls counted otherwise".to_owned());
        for (measure, handover, until, missing) in [
            (measure(), Some(day), date(2018, 12, 31), NotAsked::NoValues),
            (measure(), None, end, NotAsked::NoHandover),
            (
                measure(),
                Some(When::Year(2019)),
                end,
                NotAsked::HandoverNotDated(When::Year(2019)),
            ),
            (neither, Some(day), end, NotAsked::NeitherWay),
            (
                redefined,
                Some(day),
                end,
                NotAsked::RedefinedSometime(When::Year(2018)),
            ),
        ] {
            assert_eq!(asked(&measure, handover, until), Err(missing));
        }
    }
}
