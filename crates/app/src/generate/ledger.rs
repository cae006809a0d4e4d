//! What the example authority paid: month by month, or as many payments as are asked for.

use super::Shape;
use super::layout::Payment;
use super::payee::{FIRST, LAST, Payee, payees};
use super::random::Random;
use jiff::civil::Date;
use jiff::{ToSpan, Unit};
use std::io;
use std::iter::repeat_n;

/// Everybody who is paid.
pub(super) struct Ledger {
    payees: Vec<Payee>,
    seed: u64,
}

impl Ledger {
    pub(super) fn of(shape: &Shape) -> Ledger {
        Ledger {
            payees: payees(shape.scale),
            seed: shape.seed,
        }
    }

    /// The payments of the month that begins on `month`, and after them `late` more.
    pub(super) fn month(
        &self,
        month: Date,
        late: u64,
        mut take: impl FnMut(Payment<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        let stream = i64::from(month.year()) * 12 + i64::from(month.month());
        let mut random = Random::stream(self.seed, stream as u64);
        let paid: Vec<&Payee> = self
            .payees
            .iter()
            .filter(|payee| payee.is_paid_on(month))
            .collect();
        let due = paid
            .iter()
            .flat_map(|payee| repeat_n(*payee, payee.monthly as usize));
        let days = month.days_in_month() as u64;
        let mut transaction = stream as u64 * 1_000_000;
        let mut pay = |payee: &Payee, random: &mut Random| {
            transaction += 1;
            let day = month.saturating_add((random.below(days) as i64).days());
            take(payee.payment(day, transaction, random))
        };
        for payee in due {
            pay(payee, &mut random)?;
        }
        for _ in 0..late {
            let any = random.below(paid.len() as u64) as usize;
            pay(paid[any], &mut random)?;
        }
        Ok(())
    }

    /// Exactly `wanted` payments, evenly over all days, each payee as often as its share.
    pub(super) fn spread_over(
        &self,
        wanted: u64,
        mut take: impl FnMut(&Payment<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut random = Random::stream(self.seed, 0);
        let weighted: Vec<&Payee> = self
            .payees
            .iter()
            .flat_map(|payee| repeat_n(payee, payee.monthly as usize))
            .collect();
        let days = 1 + FIRST
            .until((Unit::Day, LAST))
            .expect("the ledger's days are in order")
            .get_days() as u64;
        for row in 0..wanted {
            let offset = (u128::from(row) * u128::from(days) / u128::from(wanted)) as i64;
            let day = FIRST.saturating_add(offset.days());
            let payee = loop {
                let any = weighted[random.below(weighted.len() as u64) as usize];
                if any.is_paid_on(day) {
                    break any;
                }
            };
            take(&payee.payment(day, row, &mut random))?;
        }
        Ok(())
    }
}

/// The first days of the months that the ledger covers.
pub(super) fn months() -> impl Iterator<Item = Date> {
    FIRST.series(1.month()).take_while(|month| *month <= LAST)
}
