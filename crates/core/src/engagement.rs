//! What is the technology like to work with? People's answers, and what may be shown of them.

pub mod happiness;
pub mod question;
pub mod release;
pub mod response;
pub mod round;
pub mod suppression;
pub mod way;
