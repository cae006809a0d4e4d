//! A data directory: the register, the facts and the vault of one installation.

use crate::clock;
use crate::refused::{Refused, unless};
use anyhow::Context;
use handback_core::money::technology::Technology;
use handback_core::permission::{
    Action, Actor, Grant, Permit, Refusal, Role, Subject, Within, may,
};
use handback_core::record::{Change, RecordId};
use handback_facts::{Facts, Marks};
use handback_register::answer_box::{AnswerBox, Comments};
use handback_register::{Changed, Circumstances, Error, Picture, Place, Register, Vault};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tokio::runtime::Runtime;

/// Where an installation keeps what it knows.
#[derive(Clone, Debug, clap::Args)]
pub struct Location {
    /// The data directory; made when it is not there
    #[arg(
        long = "data",
        value_name = "DIR",
        env = "HANDBACK_DATA",
        default_value = "handback-data"
    )]
    pub dir: PathBuf,
    /// A PostgreSQL database for the register, instead of a file in the data directory
    #[arg(
        long,
        value_name = "URL",
        env = "HANDBACK_REGISTER",
        hide_env_values = true
    )]
    pub register: Option<String>,
    /// Where the keys of rounds and comments are: outside the data directory and in no backup; the data directory's
    /// name with -keys after it when not given
    #[arg(long, value_name = "DIR", env = "HANDBACK_KEYS")]
    pub keys: Option<PathBuf>,
}

impl Location {
    /// A data directory with its register in it.
    pub fn of(dir: PathBuf) -> Location {
        Location {
            dir,
            register: None,
            keys: None,
        }
    }

    /// Where the register is.
    pub fn place(&self) -> Place {
        match &self.register {
            Some(url) => Place::Postgres(url.clone()),
            None => Place::Sqlite(self.dir.join("register.sqlite")),
        }
    }

    fn keys(&self) -> PathBuf {
        self.keys.clone().unwrap_or_else(|| {
            let mut beside = self.dir.clone().into_os_string();
            beside.push("-keys");
            beside.into()
        })
    }

    fn vault(&self) -> PathBuf {
        self.dir.join("vault")
    }

    /// Where the parts of facts are.
    pub fn facts(&self) -> PathBuf {
        self.dir.join("facts")
    }
}

/// An open data directory.
pub struct Data {
    pub register: Register,
    pub facts: Facts,
    pub vault: Vault,
    runtime: Runtime,
    location: Location,
    answers: OnceLock<(AnswerBox, Comments)>,
}

impl Data {
    /// Open a data directory, making an empty one where there is none.
    pub fn open(location: &Location) -> anyhow::Result<Data> {
        std::fs::create_dir_all(&location.dir).with_context(|| {
            format!("cannot make the data directory {}", location.dir.display())
        })?;
        let runtime = runtime()?;
        let register = runtime.block_on(Register::open(&location.place()))?;
        let (wanted, never) = Technology::default().phrases();
        let marks = Marks {
            wanted: wanted.into_iter().collect(),
            never: never.into_iter().collect(),
        };
        let facts = Facts::open(&location.facts())?.marking(marks);
        let vault = Vault::open(&location.vault())?;
        Ok(Data {
            register,
            facts,
            vault,
            runtime,
            location: location.clone(),
            answers: OnceLock::new(),
        })
    }

    /// Open a data directory that must be there already.
    pub fn existing(location: &Location) -> anyhow::Result<Data> {
        let there = location.register.is_some() || location.dir.join("register.sqlite").exists();
        unless(there, || {
            let dir = location.dir.display();
            format!(
                "{dir} holds no Handback data: import files into it first, or name another folder with --data"
            )
        })?;
        Data::open(location)
    }

    /// Write what a rule asks for, all or nothing.
    pub fn change<T, E: From<Error>>(
        &self,
        permit: &Permit,
        saying: Saying,
        rule: impl FnOnce(&Picture) -> Result<(T, Vec<Change>), E>,
    ) -> Result<Changed<T>, E> {
        let circumstances = Circumstances {
            now: clock::now(),
            reason: saying.reason,
            source: saying.source,
            authority: saying.authority,
            base: saying.base,
            random: &mut clock::random,
        };
        self.runtime
            .block_on(self.register.change(permit, circumstances, rule))
    }

    /// The answer box, made when it is first asked for.
    pub fn answer_box(&self) -> anyhow::Result<&AnswerBox> {
        Ok(&self.answers()?.0)
    }

    /// What people wrote, made when it is first asked for.
    pub fn comments(&self) -> anyhow::Result<&Comments> {
        Ok(&self.answers()?.1)
    }

    fn answers(&self) -> anyhow::Result<&(AnswerBox, Comments)> {
        if let Some(opened) = self.answers.get() {
            return Ok(opened);
        }
        let (dir, keys) = (&self.location.dir, self.location.keys());
        let opened = self.wait(async {
            let answers =
                AnswerBox::open(&dir.join("answers.sqlite"), &keys, clock::random).await?;
            let comments =
                Comments::open(&dir.join("comments.sqlite"), &keys, clock::random).await?;
            Ok::<_, Error>((answers, comments))
        })?;
        Ok(self.answers.get_or_init(|| opened))
    }

    /// Run the register's own work to its end.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }
}

/// A runtime for the register.
pub fn runtime() -> anyhow::Result<Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder
        .worker_threads(1)
        .enable_all()
        .build()
        .context("cannot start the register's runtime")
}

/// What is said with a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Saying {
    /// Why, in the person's words.
    pub reason: String,
    /// Where the content comes from, if from somewhere.
    pub source: Option<String>,
    /// The organisation for which the log speaks, once one is stated.
    pub authority: Option<RecordId>,
    /// The entry at which the person read what they change: newer entries about it are a conflict.
    pub base: Option<u64>,
}

impl Saying {
    /// Only why.
    pub fn because(reason: impl Into<String>) -> Saying {
        Saying {
            reason: reason.into(),
            ..Saying::default()
        }
    }
}

/// Somebody who states and decides, and what they are allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    pub actor: Actor,
    pub grants: Vec<Grant>,
}

impl Author {
    /// Whoever has the files has every right: the command line acts as a recorded operator.
    pub fn operator() -> Author {
        Author {
            actor: Actor("operator".into()),
            grants: vec![Grant {
                role: Role::Administrator,
                within: Within::Everything,
            }],
        }
    }

    /// The permit to do this to that, or why not.
    pub fn permit(&self, action: Action, subject: &Subject) -> Result<Permit, Refusal> {
        may(&self.actor, &self.grants, action, subject)
    }
}

/// The operator's permit.
pub fn operator(action: Action) -> Permit {
    Author::operator()
        .permit(action, &Subject::default())
        .expect("an administrator may do everything")
}

/// A record id nobody has used.
pub fn fresh_id() -> RecordId {
    let mut bytes = [0; 16];
    clock::random(&mut bytes);
    RecordId(bytes)
}

/// The name of a file without its folders.
pub fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// A cell as a spreadsheet may open it: text that a spreadsheet would run as a formula is kept from
/// it by an apostrophe, as OWASP advises against CSV injection. Amounts and dates pass as they are.
pub fn harmless(cell: &str) -> String {
    let runs = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let number = cell
        .trim_start_matches(['+', '-'])
        .chars()
        .all(|c| c.is_ascii_digit() || c == '.' || c == ',');
    if runs && !(number && cell.len() > 1) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// A file that was not there before: what somebody filled in is never overwritten.
pub fn new_file(path: &Path) -> anyhow::Result<File> {
    File::create_new(path).map_err(|error| {
        let path = path.display();
        let why = match error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                format!("{path} is there already: name a new file")
            }
            _ => format!("cannot write {path}: {error}"),
        };
        Refused(why).into()
    })
}
