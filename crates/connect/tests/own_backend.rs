//! The self-test against Baton's own backend, over HTTP, as its own connector file says.
#![allow(clippy::unwrap_used)]

mod support;

use baton_connect::{HttpNet, SystemClock, SystemRng, log_in};
use baton_engine::model::Collection;
use baton_sync::auth::{Authorized, LogInError};
use baton_sync::connector::Cas;
use baton_sync::selftest::{self, CheckId, Fact, Options, Verdict};
use support::{Patient, Server, connector};

#[tokio::test]
async fn it_keeps_every_promise_of_its_file() {
    let server = Server::start().await;
    let (connector, net) = (connector(), HttpNet::new(&server.base).unwrap());
    let session = log_in(&connector, &net, "lead", "correct horse").await.unwrap();
    let net = Authorized::new(net, session.headers);
    let report = selftest::run(&connector, &net, &SystemClock, &SystemRng, &Options::default(), &Patient).await;
    let text = serde_json::to_string_pretty(&report).unwrap();
    assert_eq!(report.verdict(), Verdict::Passed, "{text}");
    assert_eq!(report.promises.cas, Cas::Atomic);
    assert_eq!(report.promises, report.declared);
    assert_eq!(report.place, Some(Collection::Messages));
    assert!(report.left.is_empty());
}

#[tokio::test]
async fn who_may_not_delete_leaves_ended_documents() {
    let server = Server::start().await;
    let (connector, net) = (connector(), HttpNet::new(&server.base).unwrap());
    let session = log_in(&connector, &net, "agent", "correct horse").await.unwrap();
    let net = Authorized::new(net, session.headers);
    let options = Options { rounds: 3, ..Options::default() };
    let report = selftest::run(&connector, &net, &SystemClock, &SystemRng, &options, &Patient).await;
    let cleaned = report.check(CheckId::CleanUp).unwrap();
    assert!(matches!(cleaned.found[..], [Fact::Ended { .. }]), "{cleaned:?}");
    assert!(report.left.is_empty());
}

#[tokio::test]
async fn a_wrong_password_is_told() {
    let server = Server::start().await;
    let (connector, net) = (connector(), HttpNet::new(&server.base).unwrap());
    assert_eq!(log_in(&connector, &net, "lead", "wrong").await, Err(LogInError::Wrong));
    let nowhere = HttpNet::new("http://127.0.0.1:9").unwrap();
    assert!(matches!(log_in(&connector, &nowhere, "lead", "x").await, Err(LogInError::Offline(_))));
}
