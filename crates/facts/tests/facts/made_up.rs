//! Made-up payments.

use handback_core::import::{Dataset, Part, Payment, Payments};
use handback_core::pence::Pence;
use handback_core::record::RecordId;
use handback_facts::{Facts, LivePart};
use jiff::civil::{Date, date};
use std::path::PathBuf;
use tempfile::TempDir;

/// A payment that prints everything.
pub const PAID: Payment<'static> = Payment {
    line: 2,
    date: date(2019, 4, 3),
    date_to: date(2019, 4, 3),
    amount: Pence(120_000),
    vat: Some(Pence(24_000)),
    gross: Some(Pence(144_000)),
    supplier: "Larkfield Systems Ltd",
    supplier_number: "S-17",
    company_number: "00000017",
    department: "Resources",
    service: "Technology",
    category: "Software",
    description: "Payroll licences, year 2",
    transaction: "T-1",
};

/// Five payments: a credit, a blank, a quarter without a month, two names.
pub fn five() -> Vec<Payment<'static>> {
    let blank = Payment {
        line: 3,
        date: date(2019, 4, 30),
        date_to: date(2019, 4, 30),
        amount: Pence(-2_050),
        vat: None,
        gross: None,
        supplier: "",
        supplier_number: "",
        company_number: "",
        department: "",
        service: "",
        category: "",
        description: "",
        transaction: "",
    };
    let quarter = Payment {
        line: 4,
        date: date(2019, 4, 1),
        date_to: date(2019, 6, 30),
        amount: Pence(900),
        ..PAID
    };
    let other = Payment {
        line: 5,
        date: date(2019, 5, 1),
        date_to: date(2019, 5, 1),
        supplier: "Aldermoor Roads",
        service: "",
        description: "Gritting",
        ..PAID
    };
    let again = Payment {
        line: 6,
        date: date(2019, 6, 2),
        date_to: date(2019, 6, 2),
        amount: Pence(80_000),
        ..PAID
    };
    vec![PAID, blank, quarter, other, again]
}

pub fn on(day: Date) -> Payment<'static> {
    Payment {
        date: day,
        date_to: day,
        ..PAID
    }
}

pub fn batch<'a>(payments: impl IntoIterator<Item = Payment<'a>>) -> Payments {
    let mut batch = Payments::default();
    for payment in payments {
        batch.push(&payment);
    }
    batch
}

/// Facts in a directory that goes away.
pub struct Desk {
    pub directory: TempDir,
    pub facts: Facts,
}

impl Desk {
    pub fn new() -> Desk {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let facts = Facts::open(directory.path()).expect("facts open");
        Desk { directory, facts }
    }

    /// The same directory, opened by another program.
    pub fn reopened(&self) -> Facts {
        Facts::open(self.directory.path()).expect("facts open again")
    }

    pub fn parts(&self, batches: impl IntoIterator<Item = Payments>) -> Vec<Part> {
        let mut writer = self.facts.write_payments();
        for batch in batches {
            writer.push(batch).expect("payments are written");
        }
        writer.finish().expect("parts are finished")
    }

    /// One import of these payments.
    pub fn import<'a>(
        &self,
        id: u8,
        payments: impl IntoIterator<Item = Payment<'a>>,
    ) -> Vec<LivePart> {
        live(id, self.parts([batch(payments)]))
    }

    pub fn path(&self, part: &Part) -> PathBuf {
        self.directory
            .path()
            .join("payments")
            .join(format!("{}.parquet", part.hash))
    }

    pub fn files(&self) -> Vec<String> {
        let files =
            std::fs::read_dir(self.directory.path().join("payments")).expect("the folder is there");
        let mut names: Vec<String> = files
            .map(|file| {
                file.expect("a file")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }
}

pub fn live(id: u8, parts: Vec<Part>) -> Vec<LivePart> {
    let import = RecordId([id; 16]);
    parts
        .into_iter()
        .map(|part| LivePart {
            import,
            dataset: Dataset::Payments,
            file: format!("payments-{id}.csv"),
            part,
        })
        .collect()
}
