//! `handback serve`: the pages and the API.

use super::{Outcome, print};
use crate::clock;
use crate::data::{Data, Location};
use crate::web::visitor::{Door, Secret};
use crate::web::{Settings, Site, server};
use anyhow::Context;
use handback_core::permission::{Grant, Role, Within};
use handback_register::desk::{Link, Purpose};
use jiff::ToSpan;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    serving: Serving,
}

/// How the pages are served.
#[derive(Clone, Debug, clap::Args)]
pub struct Serving {
    /// The address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The address that people type, when a proxy with TLS stands in front: https://handback.example.gov.uk
    #[arg(long, value_name = "URL", env = "HANDBACK_PUBLIC_URL")]
    public_url: Option<String>,
    /// A proxy in front says who asks, in X-Forwarded-For
    #[arg(long)]
    behind_proxy: bool,
    /// The largest upload, in megabytes
    #[arg(long, value_name = "MB", default_value_t = 1_000)]
    most_upload: u64,
    /// Whom people tell when a page does not work for them: a name, an address, a telephone number
    #[arg(
        long,
        value_name = "WHO",
        env = "HANDBACK_CONTACT",
        default_value = "whoever runs Handback for your authority"
    )]
    contact: String,
    #[command(flatten)]
    mail: crate::mail::Flags,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let data = Data::open(&arguments.location)?;
    serve(data, &arguments.location, &arguments.serving, None)
}

/// Serve until told to stop. A demo says where to look first.
pub fn serve(
    data: Data,
    location: &Location,
    serving: &Serving,
    demo: Option<&str>,
) -> anyhow::Result<Outcome> {
    let mailing = serving.mail.mailing()?;
    crate::transfer::clear_away(&data)?;
    let listener = data
        .wait(TcpListener::bind(serving.listen))
        .with_context(|| {
            format!(
                "cannot listen on {}: is another program there? Name another address with --listen",
                serving.listen
            )
        })?;
    let address = listener.local_addr()?;
    let settings = Settings {
        public_url: serving.public_url.as_deref().map_or_else(
            || format!("http://{address}"),
            |url| url.trim_end_matches('/').to_owned(),
        ),
        behind_proxy: serving.behind_proxy,
        most_upload: serving.most_upload * 1_000_000,
        inbox: location.dir.join("inbox"),
        contact: serving.contact.clone(),
        mailing,
        demo: demo.is_some(),
    };
    let url = settings.public_url.clone();
    let site = Arc::new(Site::new(data, settings)?);
    print(&format!("Handback is at {url}{}\n", demo.unwrap_or("/")))?;
    if let Some(secret) = setup_link(&site)? {
        print(&format!(
            "Nobody has an account yet. Open this link once, within a day, to make the first one:\n  {url}/setup/{}\n",
            secret.words()
        ))?;
    }
    print("Stop it with Ctrl-C.\n")?;
    let worker = crate::worker::start(Arc::clone(&site));
    let served = site.data.wait(server::serve(Arc::clone(&site), listener));
    worker.stop();
    served?;
    Ok(Outcome::Done)
}

/// A one-time link for the first account, when there is none.
fn setup_link(site: &Site) -> anyhow::Result<Option<Secret>> {
    if !site.data.wait(site.desk.is_empty())? {
        return Ok(None);
    }
    let secret = Secret::fresh();
    let now = clock::now();
    let link = Link {
        key: secret.key(Door::Link),
        purpose: Purpose::Setup,
        actor: None,
        grants: vec![Grant {
            role: Role::Administrator,
            within: Within::Everything,
        }],
        for_name: "the first administrator".into(),
        issued_at: now,
        expires_at: now + 24.hours(),
    };
    site.data.wait(site.desk.issue_link(&link))?;
    Ok(Some(secret))
}
