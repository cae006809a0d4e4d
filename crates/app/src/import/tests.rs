//! Who may see a record is decided by a person: no file that restates it decides otherwise.

use super::{Wishes, take_in};
use crate::data::{Author, Data, Location, Saying, operator};
use crate::estate::View;
use crate::transfer;
use handback_core::permission::Action;
use handback_core::record::{Change, ChangeAct, Visibility};
use handback_intake::source::{Memory, Source};
use handback_register::Error;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

const TABLES: [(&str, &str); 4] = [
    ("services.csv", "service,criticality\nNetwork,high\n"),
    (
        "arrangements.csv",
        "service,mode,provider,from\nNetwork,supplier,Northmere Ltd,2006\n",
    ),
    (
        "register.csv",
        "Contract Reference,Contract Title,Supplier Name,Start Date,End Date,Total Value\n\
         7,Network support,Northmere Ltd,2018-04-01,2021-03-31,1000\n",
    ),
    (
        "june.csv",
        "Date,Supplier,Amount,Category\n05/06/2019,Northmere Ltd,10.00,Computer software\n",
    ),
];

fn data(dir: &Path) -> Data {
    Data::open(&Location::of(dir.to_owned())).expect("a data directory")
}

fn take(data: &Data, name: &str, text: &str, wishes: &Wishes) {
    let file: Box<dyn Source> = Box::new(Memory {
        name: name.into(),
        bytes: text.as_bytes().to_vec(),
    });
    let mut watch = |_: &str, _| ControlFlow::Continue(());
    let taken = take_in(Some(data), &[file], wishes, &Author::operator(), &mut watch);
    let taken = taken.expect("taken in").remove(0);
    assert!(taken.is_whole(), "{name}: {:?}", taken.faults);
}

/// State every record again as it stands, with this visibility.
fn show_as(data: &Data, visibility: Visibility) {
    let saying = Saying::because("who may see this");
    let changed = data.change(&operator(Action::Publish), saying, |picture| {
        let known = picture.known(picture.size());
        let again = |kind: &'static handback_core::kinds::Registered| {
            known.entries_of(kind.name).map(move |entry| {
                let item = entry.item().expect("not erased").to_vec();
                let references = (kind.read)(entry.version, &item).expect("reads").references;
                let version = entry.version;
                Change {
                    kind: kind.name,
                    id: entry.record,
                    visibility,
                    act: ChangeAct::State {
                        version,
                        item,
                        references,
                    },
                }
            })
        };
        let changes = handback_core::kinds::ALL.iter().flat_map(again).collect();
        Ok::<_, Error>(((), changes))
    });
    changed.expect("stated again");
}

/// How many records of each kind stand with each visibility.
fn seen(data: &Data) -> BTreeMap<(String, Visibility), usize> {
    let view = View::at(data, None);
    let mut seen = BTreeMap::new();
    for kind in handback_core::kinds::ALL {
        for entry in view.known().entries_of(kind.name) {
            *seen
                .entry((kind.name.to_owned(), entry.visibility))
                .or_default() += 1;
        }
    }
    seen
}

#[test]
fn a_file_that_restates_records_leaves_who_sees_them() {
    for visibility in [Visibility::Published, Visibility::Restricted] {
        let folder = tempfile::tempdir().expect("a folder");
        let data = data(folder.path());
        for (name, text) in TABLES {
            take(&data, name, text, &Wishes::default());
        }
        show_as(&data, visibility);
        let before = data.register.picture().size();
        let named = Wishes {
            authority: Some("Harrowmere".into()),
            replaces: vec!["june.csv".into()],
            ..Wishes::default()
        };
        let [services, arrangements, register, payments] = TABLES;
        take(
            &data,
            services.0,
            &services.1.replace("high", "low"),
            &Wishes::default(),
        );
        let earlier = arrangements.1.replace("2006", "2005");
        take(&data, arrangements.0, &earlier, &Wishes::default());
        let longer = register.1.replace("2021-03-31", "2022-03-31");
        take(&data, register.0, &longer, &Wishes::default());
        take(
            &data,
            "june again.csv",
            &payments.1.replace("10.00", "11.00"),
            &named,
        );
        let picture = data.register.picture();
        let mut restated = BTreeMap::new();
        for entry in picture.between(before, picture.size()) {
            if picture.history(entry.record).len() > 1 {
                assert_eq!(
                    entry.visibility, visibility,
                    "{} {}",
                    entry.kind, entry.record
                );
                *restated.entry(entry.kind.to_string()).or_insert(0) += 1;
            }
        }
        let expected = [
            "arrangement",
            "contract",
            "import",
            "organisation",
            "service",
        ];
        assert_eq!(restated, expected.map(|kind| (kind.to_owned(), 1)).into());
    }
}

#[test]
fn an_export_takes_along_who_sees_what() {
    let folder = tempfile::tempdir().expect("a folder");
    let data_before = data(&folder.path().join("before"));
    for (name, text) in &TABLES[..2] {
        take(&data_before, name, text, &Wishes::default());
    }
    show_as(&data_before, Visibility::Restricted);
    let (name, text) = TABLES[2];
    take(&data_before, name, text, &Wishes::default());
    let export = folder.path().join("export");
    transfer::export(&data_before, &View::at(&data_before, None), &export).expect("exported");
    let data_after = data(&folder.path().join("after"));
    transfer::import(&data_after, &export).expect("imported");
    assert_eq!(seen(&data_after), seen(&data_before));
    let restricted = ("service".to_owned(), Visibility::Restricted);
    assert_eq!(seen(&data_after).get(&restricted), Some(&1));
}
