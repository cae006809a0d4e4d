//! From the register's picture and the facts' counts to the plain values that core judges.

use crate::data::Data;
use crate::extras::with_lines;
use crate::performance::{ServiceDesk, gathered, stepped};
use handback_core::basis::{Known as KnownAt, live_facts};
use handback_core::contract::exit::Registers;
use handback_core::dated::Period;
use handback_core::import::Part;
use handback_core::kinds;
use handback_core::money::YearBasis;
use handback_core::organisation::{Organisation, OrganisationRole};
use handback_core::performance::Asked;
use handback_core::performance::service_clock::RuleBook;
use handback_core::performance::verdict::Effort;
use handback_core::record::{Kind, RecordId};
use handback_core::statement::{Estate, PaidByDay, PaidUntil, Rules, Statement, statement};
use handback_facts::LivePart;
use handback_facts::question::{PaidByLabelAndYear, Scope, Sum, Totals};
use handback_register::{Known, Moment, Picture};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::sync::Arc;

/// Up to when knowledge counts, as a person writes it: an entry number, a day or a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownMoment {
    moment: Moment,
    words: String,
}

impl KnownMoment {
    /// Up to and with an entry.
    pub fn entry(number: u64) -> KnownMoment {
        KnownMoment {
            moment: Moment::Entry(number),
            words: number.to_string(),
        }
    }

    /// As the person wrote it.
    pub fn words(&self) -> &str {
        &self.words
    }
}

impl FromStr for KnownMoment {
    type Err = String;
    fn from_str(text: &str) -> Result<KnownMoment, String> {
        let entry = text.parse().ok().map(Moment::Entry);
        let day = || text.parse::<Date>().ok().map(Moment::Day);
        let time = || text.parse::<Timestamp>().ok().map(Moment::Time);
        let time_like = text.contains('T');
        let moment = if time_like {
            time()
        } else {
            entry.or_else(day)
        };
        let moment = moment.ok_or_else(|| {
            format!("{text:?} is no moment: write an entry number, a day (2019-08-01) or a time (2019-08-01T12:00:00Z)")
        })?;
        Ok(KnownMoment {
            moment,
            words: text.to_owned(),
        })
    }
}

/// The register at one entry.
pub struct View {
    picture: Arc<Picture>,
    entry: u64,
    words: Option<String>,
}

impl View {
    /// The register as known at a moment; the newest when none is named.
    pub fn at(data: &Data, known: Option<&KnownMoment>) -> View {
        let picture = data.register.picture();
        let moment = known.map_or(Moment::Newest, |known| known.moment);
        View {
            entry: picture.at(moment),
            words: known.map(|known| known.words.clone()),
            picture,
        }
    }

    /// The records as known at the entry.
    pub fn known(&self) -> Known<'_> {
        self.picture.known(self.entry)
    }

    /// The number of the last entry that counts.
    pub fn entry(&self) -> u64 {
        self.entry
    }

    /// The whole register as last read, later entries included.
    pub fn picture(&self) -> &Picture {
        &self.picture
    }

    /// Whether everything known now counts.
    pub fn is_newest(&self) -> bool {
        self.entry == self.picture.size()
    }

    /// The entry and tree head that figures rest on.
    pub fn basis(&self) -> KnownAt {
        let head = self.known().head();
        KnownAt {
            entry: self.entry,
            head: head.to_string(),
            moment: self.words.clone(),
        }
    }

    /// Every record, by kind.
    pub fn estate(&self) -> anyhow::Result<Estate> {
        Ok(Estate {
            authority: authority_of(&self.picture, self.entry)?.map(|(id, _)| id),
            organisations: self.all()?,
            services: self.all()?,
            arrangements: self.all()?,
            contracts: self.all()?,
            clauses: self.all()?,
            obligations: self.all()?,
            requests: self.all()?,
            variations: self.all()?,
            charges: self.all()?,
            index_figures: self.all()?,
            volumes: self.all()?,
            staff_movements: self.all()?,
            waves: self.all()?,
            blackouts: self.all()?,
            tasks: self.all()?,
            gates: self.all()?,
            readiness_statements: self.all()?,
            registers: Registers {
                assets: self.all()?,
                licences: self.all()?,
                third_party_contracts: self.all()?,
                data_holdings: self.all()?,
                credentials: self.all()?,
                knowledge: self.all()?,
                documents: self.all()?,
            },
            events: self.all()?,
            claims: self.all()?,
            recommendations: self.all()?,
            publications: self.all()?,
            problems: self.all()?,
            challenges: self.all()?,
            trials: self.all()?,
            benefits: self.all()?,
            names: self.all()?,
            scope_rules: self.all()?,
            treatments: self.all()?,
            published_totals: self.all()?,
            measures: self.all()?,
            rebases: self.all()?,
            working_calendars: self.all()?,
            rounds: self.all()?,
            releases: self.all()?,
            commitments: self.all()?,
            actions: self.all()?,
            work_arounds: self.all()?,
            updates: self.all()?,
            imports: self.all()?,
        })
    }

    fn all<K: Kind>(&self) -> anyhow::Result<BTreeMap<RecordId, K>> {
        self.known().all::<K>().map(|record| Ok(record?)).collect()
    }

    /// The stored items of a kind: version, bytes, record.
    pub fn items(&self, kind: &kinds::Registered) -> Vec<(RecordId, u16, Vec<u8>)> {
        let entries = self.known().entries_of(kind.name);
        entries
            .filter_map(|entry| Some((entry.record, entry.version, entry.item()?.to_vec())))
            .collect()
    }
}

/// The authority that the register speaks for at an entry: the first that was stated.
pub fn authority_of(
    picture: &Picture,
    entry: u64,
) -> anyhow::Result<Option<(RecordId, Organisation)>> {
    for record in picture.known(entry).all::<Organisation>() {
        let (id, organisation) = record?;
        if organisation.roles.contains(&OrganisationRole::Authority) {
            return Ok(Some((id, organisation)));
        }
    }
    Ok(None)
}

/// The parts that count, of every dataset.
pub fn live_parts(estate: &Estate) -> Vec<LivePart> {
    let parts = live_facts(&estate.imports).flat_map(|(id, import)| {
        let live = move |part: &Part| LivePart {
            import: id,
            dataset: import.dataset,
            file: import.file.clone(),
            part: part.clone(),
        };
        import.parts.iter().map(live)
    });
    parts.collect()
}

/// What was paid up to and on each day.
pub fn paid_until(
    data: &Data,
    estate: &Estate,
    days: BTreeSet<Date>,
    years: YearBasis,
) -> anyhow::Result<PaidUntil> {
    let live = live_parts(estate);
    let all = data.facts.ask(&Totals::default(), &live)?;
    let Some((first, last)) = all.first().and_then(|all| all.days) else {
        return Ok(days
            .into_iter()
            .map(|day| (day, PaidByDay::default()))
            .collect());
    };
    let changes = estate.days_of_change();
    let mut paid = PaidUntil::new();
    for day in days {
        paid.insert(
            day,
            paid_by(data, &live, &changes, years, (first, last), day)?,
        );
    }
    Ok(paid)
}

/// What was paid by one day, in the spans between changes of decision.
fn paid_by(
    data: &Data,
    live: &[LivePart],
    changes: &BTreeSet<Date>,
    years: YearBasis,
    (first, last): (Date, Date),
    day: Date,
) -> anyhow::Result<PaidByDay> {
    // Whole months are answered from sums by month, far faster than from single payments.
    let begin = first.first_of_month();
    let end = if day >= last {
        last.last_of_month()
    } else {
        day
    };
    if end < begin {
        return Ok(PaidByDay::default());
    }
    let scope = Scope::during(Period::new(begin, end));
    let inside = changes
        .iter()
        .copied()
        .filter(|change| *change > begin && *change <= end);
    let starts: Vec<Date> = std::iter::once(begin).chain(inside).collect();
    let mut parts = Vec::new();
    for (place, start) in starts.iter().enumerate() {
        let to = starts
            .get(place + 1)
            .map_or(end, |next| next.saturating_sub(1.day()));
        let begun = Some(Period::new(*start, to));
        let question = PaidByLabelAndYear {
            scope: scope.clone(),
            begun,
            years,
        };
        parts.extend(data.facts.ask(&question, live)?.iter().cloned());
    }
    let uncertain = match day {
        day if day >= last => Sum::default(),
        _ => data
            .facts
            .ask(&Totals { scope }, live)?
            .first()
            .map(|totals| totals.uncertain)
            .unwrap_or_default(),
    };
    Ok(PaidByDay {
        parts,
        uncertain_rows: uncertain.rows,
        uncertain: uncertain.pence,
        lines: Vec::new(),
    })
}

/// The statement of control for a day, as known at a moment.
pub fn statement_at(
    data: &Data,
    at: Date,
    known: Option<&KnownMoment>,
    rules: &Rules,
) -> anyhow::Result<Statement> {
    let view = View::at(data, known);
    let estate = view.estate()?;
    let paid = paid_until(data, &estate, estate.days_of_payments(at), rules.years)?;
    let paid = with_lines(data, &estate, paid, rules, at)?;
    let timing = |live: &[LivePart], book: &RuleBook| {
        Ok::<_, anyhow::Error>(Arc::new(ServiceDesk::of(data, live, book)?))
    };
    let measured = gathered(data, &estate, &timing)?;
    let answered =
        |asked: &Asked| Ok::<_, anyhow::Error>(Arc::new(asked.answered(Effort::default())));
    let performance = stepped(&estate, &measured, at, &answered)?;
    Ok(statement(
        &estate,
        &paid,
        performance,
        rules,
        at,
        view.basis(),
    ))
}
