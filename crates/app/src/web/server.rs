//! The one asynchronous part: requests come in, are checked against the route table, and are answered
//! where waiting is allowed.

use super::answer::{Answer, Error, html, response};
use super::api::problem;
use super::fields::Fields;
use super::page::PageText;
use super::route::{Method, Needs, Route, routes};
use super::visit::{Dates, Upload, Visit};
use super::visitor::{Door, Visitor, bearer, cookie, to_hex};
use super::{Site, answering, assets};
use crate::clock;
use crate::estate::View;
use crate::words::Language;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{
    ConnectInfo, DefaultBodyLimit, FromRequest, Multipart, RawPathParams, Request,
};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::routing::{MethodFilter, on};
use futures_util::{Stream, StreamExt, stream};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use handback_core::permission::covers;
use handback_register::desk::Account;
use serde::Serialize;
use std::convert::Infallible;
use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::task::spawn_blocking;
use tower_http::compression::CompressionLayer;

/// The most bytes of a form without files.
const MOST_FORM: usize = 2 * 1024 * 1024;

/// How often somebody may try a password: by the name tried and by the address they come from.
pub struct Tries(DefaultKeyedRateLimiter<String>);

impl Default for Tries {
    /// Ten at once, then one every six seconds.
    fn default() -> Tries {
        let ten = NonZeroU32::new(10).expect("ten is not zero");
        Tries(RateLimiter::keyed(Quota::per_minute(ten)))
    }
}

impl Tries {
    /// Count a try; an error when there were too many.
    pub fn count(&self, who: &str) -> Result<(), Error> {
        self.0
            .check_key(&who.to_owned())
            .map_err(|_| Error::TooMany)
    }

    /// Forget those who have not tried for a while.
    pub fn forget(&self) {
        self.0.retain_recent();
    }
}

/// Every address of the site.
pub fn router(site: &Arc<Site>) -> Router {
    let mut router = Router::new();
    for route in routes() {
        let filter = match route.method {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
        };
        let site = Arc::clone(site);
        let answering = move |params: RawPathParams, request: Request| {
            let site = Arc::clone(&site);
            async move { answered(site, route, params, request).await }
        };
        router = router.route(route.path, on(filter, answering));
    }
    let nowhere = Arc::clone(site);
    router
        .route("/assets/{name}", on(MethodFilter::GET, asset))
        .fallback(move |request: Request| {
            let site = Arc::clone(&nowhere);
            async move { lost(site, request).await }
        })
        .method_not_allowed_fallback(|| async {
            response(
                StatusCode::METHOD_NOT_ALLOWED,
                "text/plain",
                Body::from("This address is not asked in this way.\n"),
            )
        })
        // Forms and files have limits of their own, of which this one knows nothing.
        .layer(DefaultBodyLimit::disable())
        .layer(CompressionLayer::new())
}

async fn asset(request: Request) -> Response<Body> {
    let name = request.uri().path().trim_start_matches("/assets/");
    let Some(asset) = assets::asset(name) else {
        return response(StatusCode::NOT_FOUND, "text/plain", Body::empty());
    };
    let mut response = response(StatusCode::OK, asset.content_type, Body::from(asset.bytes));
    let lasting = if asset.immutable {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=3600"
    };
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static(lasting));
    response
}

/// An address that nothing answers.
async fn lost(site: Arc<Site>, request: Request) -> Response<Body> {
    static NO_PAGE: Route = Route::get("", Needs::Nothing, |_| Err(Error::NotFound));
    static NO_API: Route = Route::get("/api/", Needs::Nothing, |_| Err(Error::NotFound));
    let path = request.uri().path().to_owned();
    let nowhere = if path.starts_with("/api/") {
        &NO_API
    } else {
        &NO_PAGE
    };
    let asked = Asked::of(&site, &request);
    let visit = spawn_blocking(move || {
        let visit = asked.visit(site, nowhere, Vec::new(), path)?;
        failed(&visit, &Error::NotFound)
    });
    match visit.await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => broken(&error),
        Err(_) => cut_short(),
    }
}

/// What of a request says who asks and for which dates.
struct Asked {
    headers: HeaderMap,
    query: Fields,
    address: String,
}

impl Asked {
    fn of(site: &Site, request: &Request) -> Asked {
        Asked {
            headers: request.headers().clone(),
            query: Fields::parse(request.uri().query().unwrap_or_default().as_bytes()),
            address: address(site, request),
        }
    }

    /// Who asks, as the desk knows it.
    fn visitor(&self, site: &Site, route: &Route) -> anyhow::Result<Visitor> {
        let now = clock::now();
        if route.is_answering() {
            return Ok(Visitor::default());
        }
        if route.is_api() {
            let Some(secret) = bearer(&self.headers) else {
                return Ok(Visitor {
                    bad_token: self.headers.contains_key(header::AUTHORIZATION),
                    ..Visitor::default()
                });
            };
            let found = site
                .data
                .wait(site.desk.token(secret.key(Door::Token), now))?;
            let nobody = || Visitor {
                bad_token: true,
                ..Visitor::default()
            };
            // A token may never do more than its holder still may.
            return Ok(found.map_or_else(nobody, |(token, account)| Visitor {
                secret: None,
                bad_token: false,
                grants: token
                    .grants
                    .into_iter()
                    .filter(|grant| covers(&account.grants, &[*grant]))
                    .collect(),
                account: Some(account),
            }));
        }
        let secret = cookie(&self.headers, site.settings.cookie());
        let Some(secret) = secret.as_deref().and_then(super::visitor::Secret::parse) else {
            return Ok(Visitor::default());
        };
        let found = site
            .data
            .wait(site.desk.session(secret.key(Door::Session), now))?;
        let account: Option<Account> = found.map(|(_, account)| account);
        Ok(Visitor {
            grants: account
                .as_ref()
                .map(|account| account.grants.clone())
                .unwrap_or_default(),
            bad_token: false,
            secret: Some(secret),
            account,
        })
    }

    fn visit(
        self,
        site: Arc<Site>,
        route: &'static Route,
        params: Vec<(String, String)>,
        path: String,
    ) -> anyhow::Result<Visit> {
        let visitor = self.visitor(&site, route)?;
        // A request for dates that make no sense still needs some for the page that says so.
        let dates = Dates::of(&self.query, clock::today()).unwrap_or_else(|_| Dates {
            at: clock::today(),
            pinned: false,
            known: None,
            language: Language::default(),
        });
        // Whoever is not signed in sees what is published now, and looks at no other moment.
        let dates = Dates {
            known: dates.known.filter(|_| visitor.is_signed_in()),
            ..dates
        };
        let view = View::at(&site.data, dates.known.as_ref());
        Ok(Visit {
            view,
            route,
            visitor,
            path,
            params: params.into_iter().collect(),
            query: self.query,
            form: Fields::default(),
            files: Vec::new(),
            body: Bytes::new(),
            dates,
            now: clock::now(),
            address: self.address,
            made: OnceLock::new(),
            site,
        })
    }
}

async fn answered(
    site: Arc<Site>,
    route: &'static Route,
    params: RawPathParams,
    request: Request,
) -> Response<Body> {
    let asked = Asked::of(&site, &request);
    let path = request.uri().path().to_owned();
    let params = params
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    // Whether somebody may ask is settled before any of the body is read.
    let checked = spawn_blocking(move || {
        let visit = asked.visit(site, route, params, path)?;
        let allowed = allowed(&visit);
        anyhow::Ok((visit, allowed))
    });
    let (mut visit, allowed) = match checked.await {
        Ok(Ok(checked)) => checked,
        Ok(Err(error)) => return broken(&error),
        Err(_) => return cut_short(),
    };
    let form = match (allowed, route.method) {
        (Ok(()), Method::Post) => taken(&mut visit, request).await,
        (allowed, _) => allowed,
    };
    let answered = spawn_blocking(move || {
        let outcome = form.and_then(|()| (route.answer)(&visit));
        if matches!(outcome, Err(_) | Ok(Answer::Invalid(_))) {
            forgotten(&visit.files);
        }
        let fresh = visit
            .made
            .get()
            .map(|secret| set_cookie(&visit.site, &secret.words()));
        let response = match outcome {
            Ok(answer) => given(answer),
            Err(error) => failed(&visit, &error).unwrap_or_else(|error| broken(&error)),
        };
        with_cookie(response, fresh)
    });
    answered.await.unwrap_or_else(|_| cut_short())
}

/// Whether the route is open to whoever asks.
fn allowed(visit: &Visit) -> Result<(), Error> {
    if visit.visitor.bad_token {
        let tried = format!("token at {}", visit.address);
        visit.site.tries.count(&tried)?;
    }
    Dates::of(&visit.query, clock::today())?;
    match visit.route.needs {
        Needs::Nothing => Ok(()),
        Needs::May(_) if !visit.visitor.is_signed_in() => Err(Error::SignIn),
        Needs::May(action) if visit.visitor.could(action) => Ok(()),
        Needs::May(_) => Err(handback_core::permission::Refusal::NoRole.into()),
    }
}

/// Take the form in, and its files into the inbox; then check its token.
async fn taken(visit: &mut Visit, request: Request) -> Result<(), Error> {
    let content_type = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    if visit.route.is_api() && visit.route.files {
        let name = visit.query.get("file").map(str::to_owned);
        let name =
            name.ok_or_else(|| Error::Wrong("say what the file is called: ?file=".into()))?;
        let mut chunks = request.into_body().into_data_stream();
        let file = stored(visit, "body".into(), &name, &mut chunks).await?;
        visit.files.push(file);
        return Ok(());
    }
    if visit.route.is_api() {
        visit.body = body(request).await?;
        return Ok(());
    }
    if content_type.starts_with("multipart/form-data") {
        if !visit.route.files {
            return Err(Error::Wrong("no files are taken here".into()));
        }
        let unreadable = |_| Error::Wrong("the form cannot be read".into());
        let mut parts = Multipart::from_request(request, &())
            .await
            .map_err(|_| Error::Wrong("the form cannot be read".into()))?;
        while let Some(mut part) = parts.next_field().await.map_err(unreadable)? {
            let field = part.name().unwrap_or_default().to_owned();
            match part.file_name().map(str::to_owned) {
                Some(name) if !name.is_empty() => {
                    // The token stands before the files, so that nobody fills the inbox without one.
                    checked(visit)?;
                    let file = stored(visit, field, &name, &mut part).await?;
                    visit.files.push(file);
                }
                Some(_) => {}
                None => {
                    let room = MOST_FORM.saturating_sub(visit.form.query().len());
                    let value = words(&mut part, room).await?;
                    visit.form.push(field, value);
                }
            }
        }
    } else {
        visit.form = Fields::parse(&body(request).await?);
    }
    checked(visit)
}

async fn body(request: Request) -> Result<Bytes, Error> {
    axum::body::to_bytes(request.into_body(), MOST_FORM)
        .await
        .map_err(|_| Error::Wrong("the form is too long or was cut short".into()))
}

/// Whether the form was made by a page of ours for this visitor.
fn checked(visit: &Visit) -> Result<(), Error> {
    if visit.route.is_answering() {
        return Ok(());
    }
    let token = visit.form.get("form-token").unwrap_or_default();
    let made = visit
        .visitor
        .secret
        .as_ref()
        .is_some_and(|secret| secret.made(token));
    if made {
        Ok(())
    } else {
        Err(Error::Wrong(
            "the page with this form was too old, or cookies are off: go back, load the page again, and send the form again".into(),
        ))
    }
}

/// What was typed into one field of a form with files, as long as there is room for it.
async fn words(
    part: &mut axum::extract::multipart::Field<'_>,
    room: usize,
) -> Result<String, Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part
        .chunk()
        .await
        .map_err(|_| Error::Wrong("the form cannot be read".into()))?
    {
        if bytes.len() + chunk.len() > room {
            return Err(Error::Wrong("the form is too long".into()));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| Error::Wrong("the form is not in UTF-8".into()))
}

/// Remove files that nothing will come of: the form was refused, or is shown again without them.
fn forgotten(files: &[Upload]) {
    for file in files {
        let _ = std::fs::remove_file(&file.path);
    }
}

/// Keep one uploaded file in the inbox.
async fn stored<E>(
    visit: &Visit,
    field: String,
    name: &str,
    chunks: &mut (impl Stream<Item = Result<Bytes, E>> + Unpin),
) -> Result<Upload, Error> {
    let inside = |error: std::io::Error| Error::Inside(error.into());
    let folder = &visit.site.settings.inbox;
    let file = tempfile::Builder::new()
        .prefix("upload-")
        .tempfile_in(folder)
        .map_err(inside)?;
    let (mut file, path) = file.keep().map_err(|error| inside(error.error))?;
    let most = visit.site.settings.most_upload;
    let mut size = 0;
    let outcome = loop {
        match chunks.next().await {
            Some(Ok(chunk)) => {
                size += chunk.len() as u64;
                if size > most {
                    break Err(Error::Wrong(format!(
                        "{name} is larger than {} MB, the most that may be sent here: take it in with handback import",
                        most / 1_000_000
                    )));
                }
                if let Err(error) = file.write_all(&chunk) {
                    break Err(inside(error));
                }
            }
            None => break Ok(()),
            Some(Err(_)) => break Err(Error::Wrong(format!("{name} was cut short on its way"))),
        }
    };
    if let Err(error) = outcome {
        let _ = std::fs::remove_file(&path);
        return Err(error);
    }
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name).to_owned();
    Ok(Upload {
        field,
        name,
        path,
        size,
    })
}

/// An answer as it leaves the program.
fn given(answer: Answer) -> Response<Body> {
    match answer {
        Answer::Page(page) => html(StatusCode::OK, page),
        Answer::Invalid(page) => html(StatusCode::UNPROCESSABLE_ENTITY, page),
        Answer::See(path) => {
            let mut response = response(StatusCode::SEE_OTHER, "text/plain", Body::empty());
            let location =
                HeaderValue::try_from(path).unwrap_or_else(|_| HeaderValue::from_static("/"));
            response.headers_mut().insert(header::LOCATION, location);
            response
        }
        Answer::File(file) => {
            let mut response = response(StatusCode::OK, file.content_type, Body::from(file.bytes));
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            let name: String = file
                .name
                .chars()
                .map(|c| if plain(c) { c } else { '-' })
                .collect();
            if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
                response
                    .headers_mut()
                    .insert(header::CONTENT_DISPOSITION, value);
            }
            response
        }
        Answer::Shown {
            content_type,
            bytes,
        } => response(StatusCode::OK, content_type, Body::from(bytes)),
        Answer::Json(value) => response(
            StatusCode::OK,
            "application/json",
            Body::from(value.to_string()),
        ),
        Answer::WithCookie(value, answer) => with_cookie(given(*answer), Some(value)),
        Answer::Events(next) => events(next),
    }
}

/// Server-sent events, asked for twice a second until there are no more.
fn events(next: Box<dyn FnMut() -> Option<String> + Send>) -> Response<Body> {
    let beats = stream::unfold(next, |mut next| async {
        let (event, next) = spawn_blocking(move || (next(), next)).await.ok()?;
        let event = event?;
        tokio::time::sleep(Duration::from_millis(500)).await;
        Some((Ok::<_, Infallible>(format!("data: {event}\n\n")), next))
    });
    response(
        StatusCode::OK,
        "text/event-stream",
        Body::from_stream(beats),
    )
}

/// The `Set-Cookie` value that gives a browser its secret.
pub fn set_cookie(site: &Site, secret: &str) -> String {
    let secure = if site.settings.is_secure() {
        "; Secure"
    } else {
        ""
    };
    format!(
        "{}={secret}; Path=/; HttpOnly; SameSite=Lax{secure}",
        site.settings.cookie()
    )
}

fn with_cookie(mut response: Response<Body>, cookie: Option<String>) -> Response<Body> {
    if let Some(value) = cookie.and_then(|cookie| HeaderValue::try_from(cookie).ok()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// The page, or for programs the JSON, that says why there is no answer.
fn failed(visit: &Visit, error: &Error) -> anyhow::Result<Response<Body>> {
    if matches!(error, Error::SignIn) && !visit.route.is_api() && visit.route.method == Method::Get
    {
        let mut next = Fields::default();
        let query = visit.query.query();
        let wanted = super::page::dated(&visit.path, &query);
        next.push("next", wanted);
        return Ok(given(Answer::See(format!("/sign-in?{}", next.query()))));
    }
    let reference = match error {
        Error::Inside(inside) => Some(logged(inside)),
        _ => None,
    };
    if visit.route.is_api() {
        return problem(error, reference);
    }
    if visit.route.is_answering() {
        return Ok(html(error.status(), answering::failure(visit, error)?));
    }
    #[derive(Serialize)]
    struct Failure {
        status: u16,
        title: &'static str,
        reason: String,
        reference: Option<String>,
    }
    let failure = Failure {
        status: error.status().as_u16(),
        title: error.title(),
        reason: error.reason(),
        reference,
    };
    Ok(html(
        error.status(),
        visit.site.pages.render("failure.html", visit, &failure)?,
    ))
}

/// Put what broke into the log, under a reference that tells nothing.
fn logged(error: &anyhow::Error) -> String {
    let mut bytes = [0; 4];
    clock::random(&mut bytes);
    let reference = to_hex(&bytes);
    tracing::error!(reference, "{error:#}");
    reference
}

/// When not even a page can be made.
fn broken(error: &anyhow::Error) -> Response<Body> {
    let reference = logged(error);
    html(
        StatusCode::INTERNAL_SERVER_ERROR,
        PageText(format!(
            "<!DOCTYPE html><html lang=\"en\"><title>Something broke</title><h1>Something broke on our side</h1><p>Reference {reference}</p></html>"
        )),
    )
}

/// When an answer panicked.
fn cut_short() -> Response<Body> {
    broken(&anyhow::anyhow!("the answer was cut short"))
}

/// Where a request comes from, for limits alone: never kept and never logged.
fn address(site: &Site, request: &Request) -> String {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip());
    // The last address is the one that our own proxy saw; those before it are the client's word.
    let told = request
        .headers()
        .get("x-forwarded-for")
        .filter(|_| site.settings.behind_proxy)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.rsplit(',').next())
        .and_then(|value| value.trim().parse::<IpAddr>().ok());
    told.or(peer)
        .map_or_else(|| "unknown".into(), |address| address.to_string())
}

/// Serve until the program is told to stop, then let the requests under way end.
pub async fn serve(site: Arc<Site>, listener: tokio::net::TcpListener) -> anyhow::Result<()> {
    let follower = tokio::spawn(follow(Arc::clone(&site)));
    let app = router(&site).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, app)
        .with_graceful_shutdown(told_to_stop())
        .await?;
    follower.abort();
    Ok(())
}

/// Read what other programs write into the register, once a second, and sweep what has expired.
async fn follow(site: Arc<Site>) {
    let mut beats: u64 = 0;
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        if let Err(error) = site.data.register.catch_up().await {
            tracing::error!("cannot follow the register: {error}");
        }
        beats += 1;
        if beats.is_multiple_of(60) {
            site.tries.forget();
            if let Err(error) = site.desk.sweep(clock::now()).await {
                tracing::error!("cannot sweep the desk: {error}");
            }
        }
    }
}

async fn told_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut told) => {
                told.recv().await;
            }
            Err(_) => std::future::pending::<()>().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}
