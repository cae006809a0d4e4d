//! Brings the official front-end packages from npm by their lock file, translates their templates,
//! compiles our styles, and writes what the program embeds. An unchanged tree does nothing.

#[path = "build/mod.rs"]
mod translation;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The official components that our pages use. Others are not embedded.
const COMPONENTS: &[&str] = &[
    "back-link",
    "breadcrumbs",
    "button",
    "character-count",
    "checkboxes",
    "date-input",
    "details",
    "error-message",
    "error-summary",
    "fieldset",
    "file-upload",
    "hint",
    "input",
    "inset-text",
    "label",
    "notification-banner",
    "pagination",
    "panel",
    "password-input",
    "radios",
    "select",
    "service-navigation",
    "skip-link",
    "summary-list",
    "table",
    "tabs",
    "tag",
    "task-list",
    "textarea",
    "warning-text",
];

fn main() {
    println!("cargo:rerun-if-env-changed=HANDBACK_NODE_MODULES");
    for watched in ["build", "build.rs", "frontend", "templates"] {
        println!("cargo:rerun-if-changed={watched}");
    }
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo says where to write"));
    let modules = modules(&out);
    println!(
        "cargo:rustc-env=HANDBACK_NODE_MODULES={}",
        modules.display()
    );
    let mut rust = String::new();
    templates(&mut rust);
    components(&modules, &mut rust);
    assets(&modules, &out, &mut rust);
    write(&out.join("frontend.rs"), rust.as_bytes());
    font(&modules, &out);
}

/// The font that pictures of charts are lettered with: as wide as Arial, under the SIL Open Font License.
fn font(modules: &Path, out: &Path) {
    let package = modules.join("@expo-google-fonts/arimo");
    let path = package.join("400Regular/Arimo_400Regular.ttf");
    assert!(path.is_file(), "{} is missing", path.display());
    let rust = format!("const FONT: &[u8] = include_bytes!({path:?});\n");
    write(&out.join("font.rs"), rust.as_bytes());
}

/// Where the npm packages are: where the environment says, or installed below the build's folder.
fn modules(out: &Path) -> PathBuf {
    if let Some(named) = env::var_os("HANDBACK_NODE_MODULES").filter(|named| !named.is_empty()) {
        return named.into();
    }
    let folder = out.join("npm");
    let lock = read(Path::new("frontend/package-lock.json"));
    let installed = folder.join("installed.json");
    if fs::read_to_string(&installed).is_ok_and(|before| before == lock) {
        return folder.join("node_modules");
    }
    fs::create_dir_all(&folder).expect("the build's folder can be written");
    for name in ["package.json", "package-lock.json"] {
        write(
            &folder.join(name),
            read(&Path::new("frontend").join(name)).as_bytes(),
        );
    }
    run(
        Command::new("npm")
            .args([
                "ci",
                "--ignore-scripts",
                "--omit=optional",
                "--no-audit",
                "--no-fund",
            ])
            .current_dir(&folder),
        "the pages are made with packages from npm: install Node.js 20.19 or later with npm, or set HANDBACK_NODE_MODULES to a folder that holds the packages of crates/app/frontend/package.json",
    );
    write(&installed, lock.as_bytes());
    folder.join("node_modules")
}

/// Our own templates.
fn templates(rust: &mut String) {
    let mut names: Vec<String> = fs::read_dir("templates/web")
        .expect("the folder of templates")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| name.ends_with(".html") || name.ends_with(".xml"))
        .collect();
    names.sort();
    rust.push_str(
        "/// Our own templates: names and sources.\npub const TEMPLATES: &[(&str, &str)] = &[\n",
    );
    let folder = env::current_dir()
        .expect("cargo runs this in the crate")
        .join("templates/web");
    for name in names {
        let path = folder.join(&name);
        let _ = writeln!(rust, "    ({name:?}, include_str!({path:?})),");
    }
    rust.push_str("];\n");
}

/// The official templates, translated.
fn components(modules: &Path, rust: &mut String) {
    let official = modules.join("govuk-frontend/dist");
    let read = |name: &str| fs::read_to_string(official.join(name)).ok();
    let files = COMPONENTS
        .iter()
        .map(|name| format!("govuk/components/{name}/macro.njk"));
    let sources = translation::translate(files, &read).unwrap_or_else(|refused| {
        eprintln!("{refused}");
        std::process::exit(1);
    });
    let _ = writeln!(
        rust,
        "/// The official components that can be used.\n#[cfg(test)]\npub const COMPONENTS: &[&str] = &{COMPONENTS:?};"
    );
    rust.push_str("/// The official templates, translated: names and sources.\npub const OFFICIAL: &[(&str, &str)] = &[\n");
    for (name, source) in sources {
        let _ = writeln!(rust, "    ({name:?}, {source:?}),");
    }
    rust.push_str("];\n");
}

/// Styles and scripts, each under a name that changes with its content.
fn assets(modules: &Path, out: &Path, rust: &mut String) {
    let css = out.join("app.css");
    run(
        Command::new("node")
            .arg(modules.join("sass/sass.js"))
            .args([
                "--no-source-map",
                "--style=compressed",
                "--quiet-deps",
                "--load-path",
            ])
            .arg(modules)
            .arg("frontend/app.scss")
            .arg(&css),
        "the styles could not be compiled",
    );
    let official = read(&modules.join("govuk-frontend/dist/govuk/govuk-frontend.min.js"));
    let official_name = hashed("govuk-frontend.js", official.as_bytes());
    let ours = read(Path::new("frontend/handback.js"));
    assert!(
        ours.contains("./govuk-frontend.js"),
        "frontend/handback.js imports the official script"
    );
    let review = read(Path::new("frontend/review.js"));
    let review_name = hashed("review.js", review.as_bytes());
    let ours = ours
        .replace("./govuk-frontend.js", &format!("./{official_name}"))
        .replace("./review.js", &format!("./{review_name}"));
    let [sjcl, bytes, blindrsa, answer] = answering(modules, out);
    let script = |(_, text): &(String, String)| {
        (text.clone().into_bytes(), "text/javascript; charset=utf-8")
    };
    let files: BTreeMap<&str, (Vec<u8>, &str)> = BTreeMap::from([
        ("sjcl.js", script(&sjcl)),
        ("blindrsa-bytes.js", script(&bytes)),
        ("blindrsa.js", script(&blindrsa)),
        ("answer.js", script(&answer)),
        (
            "answer.css",
            (
                read(Path::new("frontend/answer.css")).into_bytes(),
                "text/css; charset=utf-8",
            ),
        ),
        (
            "app.css",
            (
                fs::read(&css).expect("the compiled styles"),
                "text/css; charset=utf-8",
            ),
        ),
        (
            "font-licence.txt",
            (
                read(&modules.join("@expo-google-fonts/arimo/LICENSE_FONT")).into_bytes(),
                "text/plain; charset=utf-8",
            ),
        ),
        (
            "govuk-frontend.js",
            (official.into_bytes(), "text/javascript; charset=utf-8"),
        ),
        (
            "review.js",
            (review.into_bytes(), "text/javascript; charset=utf-8"),
        ),
        (
            "handback.js",
            (ours.into_bytes(), "text/javascript; charset=utf-8"),
        ),
    ]);
    rust.push_str("/// Styles and scripts: plain name, name by content, content type, bytes.\npub const ASSETS: &[(&str, &str, &str, &[u8])] = &[\n");
    for (name, (bytes, content_type)) in files {
        let path = out.join(format!("asset-{name}"));
        write(&path, &bytes);
        let by_content = hashed(name, &bytes);
        let _ = writeln!(
            rust,
            "    ({name:?}, {by_content:?}, {content_type:?}, include_bytes!({path:?})),"
        );
    }
    rust.push_str("];\n");
}

/// The scripts of the pages on which people answer, made small: the official blind signatures and ours, each under its name
/// by content, which the next one imports.
fn answering(modules: &Path, out: &Path) -> [(String, String); 4] {
    let official = modules.join("@cloudflare/blindrsa-ts/lib/src");
    let small = |name: &str, path: PathBuf, imports: &[(&str, &str)]| {
        let mut source = read(&path);
        for (from, to) in imports {
            assert!(source.contains(from), "{} imports {from}", path.display());
            source = source.replace(from, &format!("./{to}"));
        }
        let (before, after) = (
            out.join(format!("long-{name}")),
            out.join(format!("short-{name}")),
        );
        write(&before, source.as_bytes());
        run(
            Command::new("node")
                .arg(modules.join("terser/bin/terser"))
                .arg(&before)
                .args(["--module", "--compress", "--mangle", "--output"])
                .arg(&after),
            "a script could not be made small",
        );
        let text = read(&after);
        (hashed(name, text.as_bytes()), text)
    };
    let sjcl = small("sjcl.js", official.join("sjcl/index.js"), &[]);
    let bytes = small(
        "blindrsa-bytes.js",
        official.join("util.js"),
        &[("./sjcl/index.js", &sjcl.0)],
    );
    let imports = [("./sjcl/index.js", &*sjcl.0), ("./util.js", &*bytes.0)];
    let blindrsa = small("blindrsa.js", official.join("blindrsa.js"), &imports);
    let answer = small(
        "answer.js",
        Path::new("frontend/answer.js").to_owned(),
        &[("./blindrsa.js", &blindrsa.0)],
    );
    [sjcl, bytes, blindrsa, answer]
}

/// `app.css` as `app-1f2e3d4c5b6a7988.css`.
fn hashed(name: &str, bytes: &[u8]) -> String {
    let mut hash = DefaultHasher::new();
    hash.write(bytes);
    let (stem, ending) = name.rsplit_once('.').expect("an asset has an ending");
    format!("{stem}-{:016x}.{ending}", hash.finish())
}

fn run(command: &mut Command, failing: &str) {
    let ended = command.status();
    if !ended.as_ref().is_ok_and(|status| status.success()) {
        eprintln!("{failing}\n({command:?} ended with {ended:?})");
        std::process::exit(1);
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
