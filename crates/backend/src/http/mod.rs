//! The HTTP server: routes and their order of layers, start and stop. Each handler lives in the module of its subject.

mod app;
mod auth;
mod changes;
pub mod config;
mod connect;
mod documents;
mod finish;
mod input;
mod problem;
mod session;
mod site;
mod users;

use std::fs::{File, TryLockError};
use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use axum::extract::State;
use axum::routing::get;
use axum::serve::ListenerExt;
use axum::{Json, Router, middleware};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use crate::{Error, Result};
use app::App;
use config::Config;
use problem::Problem;

/// A body must keep arriving: this long between two pieces of it.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// How long requests under way may take after the server was told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until `shutdown` resolves, then finishes the requests under way (for at most 10 s), ends the change feeds and empties the
/// write-ahead log into the database file.
///
/// # Errors
/// The configuration contradicts itself; the listener or the database failed.
pub async fn serve(
    config: Config,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    config.check()?;
    let store = config.store.clone();
    let _alone = lock(store.path())?;
    let (stop, stopping) = watch::channel(false);
    let app = App::new(config, stopping.clone())?;
    let listener = listener.tap_io(|stream| {
        // Events are small and wanted at once.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "set_nodelay");
        }
    });
    let service = router(app).into_make_service_with_connect_info::<SocketAddr>();
    let mut stopped = stopping.clone();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move {
        shutdown.await;
        let _ = stop.send(true);
    });
    let out_of_patience = async move {
        if stopped.wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        result = async { server.await } => result?,
        () = out_of_patience => tracing::warn!("requests under way were cut off"),
    }
    match tokio::task::spawn_blocking(move || store.checkpoint()).await {
        Ok(result) => Ok(result?),
        Err(error) => Err(std::io::Error::other(error).into()),
    }
}

/// Keeps a second server from using the same database: its change feeds would not hear of this one's writes. Held until dropped.
fn lock(database: &Path) -> Result<File> {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    let file = File::create(name)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Config(format!("another server uses {}", database.display()))),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

fn router(app: App) -> Router {
    let api = Router::new()
        .route("/health", get(health))
        .route("/session", get(session::who_am_i).post(session::log_in).delete(session::log_out))
        .route("/changes", get(changes::changes))
        .route("/users", get(users::list).post(users::create))
        .route("/users/{id}", get(users::get).put(users::update))
        .route("/{collection}", get(documents::list).post(documents::create))
        .route("/{collection}/{id}", get(documents::get).put(documents::put).delete(documents::delete))
        .fallback(nothing)
        .layer(middleware::from_fn_with_state(app.clone(), auth::identify));
    Router::new()
        .nest("/api", api)
        .fallback(site::site)
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(CatchPanicLayer::new())
        .layer(RequestBodyTimeoutLayer::new(BODY_TIMEOUT))
        .layer(middleware::from_fn_with_state(app.clone(), finish::finish))
        .with_state(app)
}

async fn nothing() -> Problem {
    Problem::plain(axum::http::StatusCode::NOT_FOUND)
}

/// `GET /api/health`, for everybody.
async fn health(State(app): State<App>) -> Json<Value> {
    let store = &app.config.store;
    Json(json!({
        "ok": true,
        "now": crate::store::rfc3339(store.now()),
        "version": env!("CARGO_PKG_VERSION"),
        "seq": store.head(),
    }))
}
