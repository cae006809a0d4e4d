//! What the facts promise, tried through their public face with made-up payments.

mod analysts;
mod asking;
mod keeping;
mod made_up;
mod performing;
