//! The line in front of each server does to a request what it was told to do.

use std::time::Duration;

use baton_servers::{Fate, Kind, Line, Server, until};
use reqwest::Client;

use crate::furnished::dialect;

pub async fn story(kind: Kind) {
    let server = Server::start(kind).await;
    let line = Line::to(server.port()).await;
    let client = Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
    let headers = server.log_in("ann").await;
    let (path, ..) = dialect(kind, "cases", "");
    let ask = |origin: String| {
        let mut call = client.get(format!("{origin}{path}"));
        for (name, value) in &headers {
            call = call.header(name, value);
        }
        async move { call.send().await?.error_for_status()?.text().await }
    };
    let plain = ask(server.origin()).await.unwrap();
    assert_eq!(ask(line.origin()).await.unwrap(), plain);

    line.always(Fate::Slow { pieces: 3, pause: Duration::from_millis(30) });
    assert_eq!(ask(line.origin()).await.unwrap(), plain);

    let html = "<html>欢迎</html>".to_owned();
    line.always(Fate::Answer { status: 200, kind: "text/html", body: html.clone() });
    assert_eq!(ask(line.origin()).await.unwrap(), html);

    for fate in [Fate::Reset, Fate::LoseReply, Fate::HalfReply] {
        let before = line.seen();
        line.script(|_| true, vec![fate.clone()]);
        assert!(ask(line.origin()).await.is_err(), "{fate:?}");
        // No second try behind our back.
        assert_eq!(line.seen(), before + 1);
        assert_eq!(ask(line.origin()).await.unwrap(), plain, "after {fate:?}");
    }

    line.always(Fate::Hold);
    let held = tokio::task::spawn_local(ask(line.origin()));
    line.holds(1).await;
    assert!(!held.is_finished());
    line.always(Fate::Pass);
    line.release();
    assert_eq!(until("it is let go", || async { held.is_finished().then_some(()) }).await, ());
    assert_eq!(held.await.unwrap().unwrap(), plain);
}
