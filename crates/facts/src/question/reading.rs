//! Reading the engine's columns into values of the trade.

use super::Sum;
use crate::columns::tickets::instant;
use crate::columns::{PENCE, day};
use crate::error::Problem;
use crate::parts::IMPORT;
use crate::rollup::{MONTH, MONTH_TO, ROWS};
use datafusion::arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, PrimitiveArray, RecordBatch, StringViewArray,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float64Type, Int32Type, Int64Type,
    TimestampMicrosecondType,
};
use datafusion::arrow::error::ArrowError;
use handback_core::dated::Period;
use handback_core::pence::Pence;
use handback_core::record::RecordId;
use jiff::Timestamp;
use jiff::civil::Date;

fn column(answer: &RecordBatch, name: &str, data_type: &DataType) -> Result<ArrayRef, Problem> {
    let missing = || ArrowError::SchemaError(format!("the answer has no column {name}"));
    Ok(cast(
        answer.column_by_name(name).ok_or_else(missing)?,
        data_type,
    )?)
}

fn numbers<T: ArrowPrimitiveType>(
    answer: &RecordBatch,
    name: &str,
) -> Result<PrimitiveArray<T>, Problem> {
    Ok(column(answer, name, &T::DATA_TYPE)?
        .as_primitive::<T>()
        .clone())
}

/// A text column; what was blank in the source reads as the empty text.
pub(crate) struct Texts(StringViewArray);

impl Texts {
    pub(crate) fn get(&self, row: usize) -> String {
        if self.0.is_null(row) {
            String::new()
        } else {
            self.0.value(row).to_owned()
        }
    }

    /// Whether a row holds this text; a blank is the empty one.
    pub(crate) fn is(&self, row: usize, text: &str) -> bool {
        match self.0.is_null(row) {
            true => text.is_empty(),
            false => self.0.value(row) == text,
        }
    }
}

pub(crate) fn texts(answer: &RecordBatch, name: &str) -> Result<Texts, Problem> {
    Ok(Texts(
        column(answer, name, &DataType::Utf8View)?
            .as_string_view()
            .clone(),
    ))
}

/// The import that each row is from.
pub(crate) fn imports(answer: &RecordBatch) -> Result<Vec<RecordId>, Problem> {
    let import = texts(answer, IMPORT)?;
    let id = |row| {
        import
            .get(row)
            .parse()
            .expect("the column was filled with record ids for this question")
    };
    Ok((0..answer.num_rows()).map(id).collect())
}

pub(crate) fn lines(answer: &RecordBatch, name: &str) -> Result<Vec<u64>, Problem> {
    Ok(numbers::<Int64Type>(answer, name)?
        .values()
        .iter()
        .map(|line| line.unsigned_abs())
        .collect())
}

/// Amounts, where there are any.
pub(crate) fn amounts(answer: &RecordBatch, name: &str) -> Result<Vec<Option<Pence>>, Problem> {
    Ok(numbers::<Int64Type>(answer, name)?
        .iter()
        .map(|pence| pence.map(Pence))
        .collect())
}

/// Numbers with decimals, where there are any.
pub(crate) fn decimals(answer: &RecordBatch, name: &str) -> Result<Vec<Option<f64>>, Problem> {
    Ok(numbers::<Float64Type>(answer, name)?.iter().collect())
}

/// Instants; a row without one cannot occur in a part that this program wrote.
pub(crate) fn instants(answer: &RecordBatch, name: &str) -> Result<Vec<Timestamp>, Problem> {
    let read = |micros: &i64| {
        let beyond = || ArrowError::CastError(format!("{micros} microseconds are no time"));
        Timestamp::from_microsecond(*micros).map_err(|_| beyond().into())
    };
    let whole = column(answer, name, &instant())?;
    whole
        .as_primitive::<TimestampMicrosecondType>()
        .values()
        .iter()
        .map(read)
        .collect()
}

pub(crate) fn truths(answer: &RecordBatch, name: &str) -> Result<Vec<bool>, Problem> {
    let truths = column(answer, name, &DataType::Boolean)?;
    Ok(truths
        .as_boolean()
        .iter()
        .map(|truth| truth.unwrap_or(false))
        .collect())
}

/// Days; a row without one cannot occur in a part that this program wrote.
pub(crate) fn days(answer: &RecordBatch, name: &str) -> Result<Vec<Date>, Problem> {
    numbers::<Date32Type>(answer, name)?
        .values()
        .iter()
        .map(|&days| day(days).ok_or_else(|| no_day(days)))
        .collect()
}

/// Months as periods: the month paid in, or the months of a longer period where no month is printed.
pub(crate) fn months(answer: &RecordBatch) -> Result<Vec<Period>, Problem> {
    let first = |month: i32| {
        let year = i16::try_from(month.div_euclid(12)).map_err(|_| no_day(month))?;
        let month_of_year =
            i8::try_from(month.rem_euclid(12) + 1).expect("a month of the year is 1 to 12");
        Date::new(year, month_of_year, 1).map_err(|_| no_day(month))
    };
    let from = numbers::<Int32Type>(answer, MONTH)?;
    let to = numbers::<Int32Type>(answer, MONTH_TO)?;
    from.values()
        .iter()
        .zip(to.values())
        .map(|(&from, &to)| {
            Ok(Period {
                from: first(from)?,
                to: first(to)?.last_of_month(),
            })
        })
        .collect()
}

pub(crate) fn years(answer: &RecordBatch, name: &str) -> Result<Vec<i16>, Problem> {
    let years = numbers::<Int32Type>(answer, name)?;
    let year = |&year: &i32| i16::try_from(year).map_err(|_| no_day(year));
    years.values().iter().map(year).collect()
}

/// Small numbers that are places in a list; none is negative.
pub(crate) fn places(answer: &RecordBatch, name: &str) -> Result<Vec<usize>, Problem> {
    let places = numbers::<Int32Type>(answer, name)?;
    Ok(places
        .values()
        .iter()
        .map(|&place| usize::try_from(place).unwrap_or_default())
        .collect())
}

/// Sums of amounts; nothing where there was none to add. A sum too large for [`Pence`] is an error.
pub(crate) fn wide_amounts(answer: &RecordBatch, name: &str) -> Result<Vec<Pence>, Problem> {
    let amounts = column(answer, name, &DataType::Decimal128(38, 0))?;
    let amount = |pence: Option<i128>| {
        let pence = i64::try_from(pence.unwrap_or_default());
        pence.map(Pence).map_err(|_| Problem::TooMuchMoney)
    };
    let amounts = amounts.as_primitive::<Decimal128Type>();
    amounts.iter().map(amount).collect()
}

/// How many payments and how much money; a sum too large for [`Pence`] is an error.
pub(crate) fn sums(answer: &RecordBatch) -> Result<Vec<Sum>, Problem> {
    let rows = numbers::<Int64Type>(answer, ROWS)?;
    let pence = column(answer, PENCE, &DataType::Decimal128(38, 0))?;
    rows.values()
        .iter()
        .zip(pence.as_primitive::<Decimal128Type>().values())
        .map(|(rows, &pence)| {
            let pence = i64::try_from(pence).map_err(|_| Problem::TooMuchMoney)?;
            Ok(Sum {
                rows: rows.unsigned_abs(),
                pence: Pence(pence),
            })
        })
        .collect()
}

fn no_day(number: i32) -> Problem {
    Problem::Arrow(ArrowError::CastError(format!(
        "{number} is no day of the years 1 to 9999"
    )))
}
