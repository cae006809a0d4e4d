//! The site from outside: the real program serving, and people with browsers of their own.

use crate::desk::Desk;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use ureq::Agent;

/// A program that serves pages until it is dropped.
pub struct Site {
    child: Child,
    watch: Child,
    /// `http://127.0.0.1:40123`
    pub url: String,
    /// What it printed before it served, the one-time link among it.
    pub printed: String,
    pub desk: Desk,
}

impl Site {
    /// `handback demo`: the made-up authority with its accounts.
    pub fn demo() -> Site {
        Site::start(Desk::new(), &["demo", "--dir", "demo"])
    }

    /// `handback serve` over an empty data directory.
    pub fn empty() -> Site {
        Site::start(Desk::new(), &["serve", "--data", "data"])
    }

    /// The program with these words, on a free port.
    pub fn start(desk: Desk, words: &[&str]) -> Site {
        Site::begin(desk, words, Stdio::inherit(), None)
    }

    /// The same, with everything it can log in the file `log` of its desk.
    pub fn logging(desk: Desk, words: &[&str]) -> Site {
        let log = std::fs::File::create(desk.path("log")).expect("a file");
        Site::begin(desk, words, log.into(), Some("trace"))
    }

    /// The same for people who reach it at another address, through a proxy with TLS.
    pub fn published(desk: Desk, words: &[&str], public_url: &str) -> Site {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = free.local_addr().expect("an address").to_string();
        drop(free);
        let more = ["--listen", &address, "--public-url", public_url];
        let words: Vec<&str> = words.iter().copied().chain(more).collect();
        let mut site = Site::begin(desk, &words, Stdio::inherit(), None);
        site.url = format!("http://{address}");
        site
    }

    fn begin(desk: Desk, words: &[&str], errors: Stdio, log: Option<&str>) -> Site {
        let mut command = Command::new(env!("CARGO_BIN_EXE_handback"));
        command
            .args(words)
            .current_dir(desk.path("."))
            .env_remove("HANDBACK_DATA")
            .env_remove("HANDBACK_REGISTER")
            .env_remove("HANDBACK_TEMPLATES")
            .stdout(Stdio::piped())
            .stderr(errors);
        if !words.contains(&"--listen") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        if let Some(level) = log {
            command.env("HANDBACK_LOG", level);
        }
        let mut child = command.spawn().expect("the program starts");
        let watch = watch(&child, &desk);
        let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut printed = String::new();
        while !printed.contains("Stop it with Ctrl-C.") {
            let read = out
                .read_line(&mut printed)
                .expect("the program prints text");
            assert!(read > 0, "the program ended before it served: {printed}");
        }
        // What is printed later is read away, so that the program never waits for us.
        std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        let url = printed
            .lines()
            .find_map(|line| line.strip_prefix("Handback is at "))
            .and_then(|url| {
                url.match_indices('/')
                    .nth(2)
                    .map(|(end, _)| url[..end].to_owned())
            })
            .expect("the program says where it is");
        Site {
            child,
            watch,
            url,
            printed,
            desk,
        }
    }

    /// Somebody who is not signed in.
    pub fn visitor(&self) -> Person {
        Person {
            agent: Agent::config_builder()
                .http_status_as_error(false)
                .max_redirects(0)
                .build()
                .new_agent(),
            url: self.url.clone(),
        }
    }

    /// One of the demo's people, signed in: `director`, `reader` …
    pub fn sign_in(&self, login: &str) -> Person {
        let person = self.visitor();
        let fields = [("login", login), ("password", "harrowmere example")];
        let answer = person.post_from("/sign-in", "/sign-in", &fields);
        assert_eq!(answer.status, 303, "{login} signs in: {}", answer.text);
        person
    }

    /// Kill the program at once, as a power cut does, and start it again on the same folder.
    pub fn restart(mut self, words: &[&str]) -> Site {
        self.child.kill().expect("it ran");
        self.child.wait().expect("it ends");
        let desk = std::mem::replace(&mut self.desk, Desk::new());
        Site::start(desk, words)
    }
}

/// Who ends a site that a `static` keeps: those are never dropped, yet the pipe closes with the tests.
fn watch(child: &Child, desk: &Desk) -> Child {
    Command::new("sh")
        .args(["-c", "read line; kill -9 $1; rm -rf \"$2\"", "sh"])
        .arg(child.id().to_string())
        .arg(desk.path(""))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell")
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.watch.kill();
        let _ = self.watch.wait();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Somebody with a browser, which keeps cookies and follows nothing by itself.
pub struct Person {
    pub agent: Agent,
    pub url: String,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub text: String,
    /// Where to look next.
    pub location: String,
    pub headers: Vec<(String, String)>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(held, _)| held == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// The address of the first link with this text.
    pub fn link(&self, text: &str) -> String {
        let end = format!("\">{text}</a>");
        let found = self.text.split_once(&end);
        let (before, _) = found.unwrap_or_else(|| panic!("no link {text:?} in {}", self.text));
        let (_, href) = before.rsplit_once("href=\"").expect("an address");
        href.replace("&#x2f;", "/").replace("&amp;", "&")
    }

    /// The page says this.
    pub fn says(&self, words: &str) -> &Answer {
        assert!(self.text.contains(words), "no {words:?} in {}", self.text);
        self
    }

    /// The page does not say this.
    pub fn lacks(&self, words: &str) -> &Answer {
        assert!(!self.text.contains(words), "{words:?} in {}", self.text);
        self
    }

    /// The value of the first field of this name.
    pub fn field(&self, name: &str) -> Option<String> {
        let mark = format!("name=\"{name}\" value=\"");
        let (_, rest) = self.text.split_once(&mark)?;
        rest.split('"').next().map(str::to_owned)
    }
}

impl Person {
    pub fn get(&self, path: &str) -> Answer {
        let sent = self.agent.get(format!("{}{path}", self.url)).call();
        read(sent)
    }

    /// Send the form that stands at the same address.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_from(path, path, fields)
    }

    /// Send a form that stands on another page.
    pub fn post_from(&self, page: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.get(page).field("form-token").unwrap_or_default();
        let mut form = vec![("form-token", token.as_str())];
        form.extend_from_slice(fields);
        read(
            self.agent
                .post(format!("{}{path}", self.url))
                .send_form(form),
        )
    }

    /// Send a form without its token, as another site would.
    pub fn forge(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let sent = self
            .agent
            .post(format!("{}{path}", self.url))
            .send_form(fields.iter().copied());
        read(sent)
    }

    /// Send files with a form that stands on another page.
    pub fn upload(
        &self,
        page: &str,
        path: &str,
        fields: &[(&str, &str)],
        files: &[&Path],
    ) -> Answer {
        let token = self.get(page).field("form-token").unwrap_or_default();
        const EDGE: &str = "----handback-test";
        let mut body = Vec::new();
        let all = [("form-token", token.as_str())];
        for (name, value) in all.iter().chain(fields) {
            body.extend_from_slice(
                format!(
                    "--{EDGE}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                )
                .as_bytes(),
            );
        }
        for file in files {
            let name = file.file_name().expect("a file").to_string_lossy();
            body.extend_from_slice(
                format!("--{EDGE}\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n").as_bytes(),
            );
            body.extend_from_slice(&std::fs::read(file).expect("a file"));
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{EDGE}--\r\n").as_bytes());
        let sent = self
            .agent
            .post(format!("{}{path}", self.url))
            .header(
                "content-type",
                format!("multipart/form-data; boundary={EDGE}"),
            )
            .send(&body[..]);
        read(sent)
    }
}

fn read(sent: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut answer = sent.expect("the program answers");
    let headers: Vec<(String, String)> = answer
        .headers()
        .iter()
        .map(|(name, value)| {
            (
                name.to_string(),
                value.to_str().unwrap_or_default().to_owned(),
            )
        })
        .collect();
    let mut bytes = Vec::new();
    answer
        .body_mut()
        .as_reader()
        .read_to_end(&mut bytes)
        .expect("a whole answer");
    let mut answer = Answer {
        status: answer.status().as_u16(),
        text: String::from_utf8_lossy(&bytes).into_owned(),
        location: String::new(),
        headers,
    };
    answer.location = answer.header("location").to_owned();
    answer
}

impl Person {
    /// A token with all the rights of whoever is signed in.
    pub fn token(&self) -> String {
        let page = self.get("/account").text;
        let grants: Vec<String> = page
            .split("name=\"grant\" value=\"")
            .skip(1)
            .filter_map(|piece| piece.split('"').next())
            .map(|grant| grant.replace("&quot;", "\""))
            .collect();
        let mut fields = vec![("label", "a program"), ("days", "30")];
        fields.extend(grants.iter().map(|grant| ("grant", grant.as_str())));
        let made = self.post_from("/account", "/account/tokens", &fields);
        let (_, rest) = made
            .text
            .split_once("class=\"hb-code\">")
            .unwrap_or_else(|| panic!("no token: {}", made.text));
        rest.split('<').next().unwrap_or_default().to_owned()
    }
}

/// A program that shows a token.
pub struct Program {
    agent: Agent,
    url: String,
    pub token: String,
}

impl Site {
    /// A program that shows this token; an empty one is none.
    pub fn program(&self, token: String) -> Program {
        Program {
            agent: self.visitor().agent,
            url: self.url.clone(),
            token,
        }
    }
}

impl Program {
    pub fn get(&self, path: &str) -> Answer {
        let asked = self.agent.get(format!("{}{path}", self.url));
        read(match self.token.as_str() {
            "" => asked.call(),
            token => asked
                .header("authorization", format!("Bearer {token}"))
                .call(),
        })
    }

    pub fn post(&self, path: &str, body: impl AsRef<[u8]>) -> Answer {
        let asked = self.agent.post(format!("{}{path}", self.url));
        read(match self.token.as_str() {
            "" => asked.send(body.as_ref()),
            token => asked
                .header("authorization", format!("Bearer {token}"))
                .send(body.as_ref()),
        })
    }
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }
}

/// A page that somebody is shown.
pub fn ok(person: &Person, path: &str) -> Answer {
    let answer = person.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer
}
