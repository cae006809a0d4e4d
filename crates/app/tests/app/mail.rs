//! A mail server of the test.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

/// A mail server that takes every letter, or refuses every one.
pub struct Mail {
    pub url: String,
    letters: Receiver<String>,
}

impl Mail {
    pub fn start(refuses: bool) -> Mail {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("smtp://{}", listener.local_addr().expect("an address"));
        let (send, letters) = channel();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let Some(letter) = taken(&stream, refuses) else {
                    continue;
                };
                if send.send(letter).is_err() {
                    return;
                }
            }
        });
        Mail { url, letters }
    }

    pub fn all(&self) -> Vec<String> {
        self.letters.try_iter().collect()
    }
}

/// One conversation (RFC 5321), and the letter that came of it.
fn taken(stream: &TcpStream, refuses: bool) -> Option<String> {
    let mut out = stream;
    let mut lines = BufReader::new(stream).lines();
    out.write_all(b"220 test\r\n").ok()?;
    let mut letter = String::new();
    loop {
        let line = lines.next()?.ok()?;
        let word = line
            .split([' ', ':'])
            .next()
            .unwrap_or_default()
            .to_uppercase();
        let answer = match word.as_str() {
            "RCPT" if refuses => "550 nobody here",
            "DATA" => {
                out.write_all(b"354 go on\r\n").ok()?;
                for line in lines.by_ref() {
                    match line.ok()?.as_str() {
                        "." => break,
                        line => letter += &format!("{line}\n"),
                    }
                }
                "250 taken"
            }
            "QUIT" => {
                let _ = out.write_all(b"221 bye\r\n");
                break;
            }
            _ => "250 fine",
        };
        out.write_all(format!("{answer}\r\n").as_bytes()).ok()?;
    }
    (!letter.is_empty()).then_some(letter)
}
