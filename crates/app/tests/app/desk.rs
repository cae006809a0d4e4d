//! A folder of its own for each test, and the program run in it.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A folder in which the program is run.
pub struct Desk(TempDir);

/// What a run of the program came to.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Desk {
    pub fn new() -> Desk {
        Desk(tempfile::tempdir().expect("a temporary folder"))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Put a file on the desk.
    pub fn file(&self, name: &str, text: impl AsRef<[u8]>) -> &Desk {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
        self
    }

    /// Run `handback` with these words.
    pub fn run(&self, words: &[&str]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_handback"))
            .args(words)
            .current_dir(self.0.path())
            .env_remove("HANDBACK_DATA")
            .env_remove("HANDBACK_REGISTER")
            .output()
            .expect("the program starts");
        Run {
            code: output.status.code().expect("the program ends by itself"),
            out: String::from_utf8(output.stdout).expect("the program prints UTF-8"),
            err: String::from_utf8(output.stderr).expect("the program prints UTF-8"),
        }
    }

    /// Run `handback`, which must succeed.
    pub fn done(&self, words: &[&str]) -> String {
        let run = self.run(words);
        assert_eq!(
            run.code,
            0,
            "handback {}\n{}{}",
            words.join(" "),
            run.out,
            run.err
        );
        run.out
    }

    /// Run `handback`, which must print JSON, whatever its exit code.
    pub fn json(&self, words: &[&str]) -> Value {
        let run = self.run(words);
        serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("no JSON: {}{}", run.out, run.err))
    }
}

/// The repository.
pub fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
