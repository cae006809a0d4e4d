//! What the program embeds: templates, styles and scripts.

include!(concat!(env!("OUT_DIR"), "/frontend.rs"));

/// A style sheet or a script.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    pub bytes: &'static [u8],
    pub content_type: &'static str,
    /// The name changes with the content, so browsers may keep it.
    pub immutable: bool,
}

/// The asset of a name, with or without the mark of its content.
pub fn asset(name: &str) -> Option<Asset> {
    let found = ASSETS
        .iter()
        .find(|(plain, by_content, ..)| *plain == name || *by_content == name);
    found.map(|(plain, _, content_type, bytes)| Asset {
        bytes,
        content_type,
        immutable: *plain != name,
    })
}

/// Where an asset is.
pub fn url(name: &str) -> Result<String, minijinja::Error> {
    let found = ASSETS.iter().find(|(plain, ..)| *plain == name);
    found
        .map(|(_, by_content, ..)| format!("/assets/{by_content}"))
        .ok_or_else(|| crate::render::refused(format!("no asset is called {name:?}")))
}
