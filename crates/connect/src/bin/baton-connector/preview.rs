//! `preview`: the first documents of a collection, mapped.

use std::process::ExitCode;

use baton_engine::model::Collection;
use baton_sync::connector::Place;
use baton_sync::selftest;
use serde_json::Value;

use crate::{Args, test, words};

const COUNT: u16 = 10;

pub async fn run(args: &Args) -> Result<ExitCode, String> {
    let name = args.collection.as_deref().unwrap_or_default();
    let place = place(name)?;
    let (connector, net) = test::session(args).await?;
    let (documents, nameless) = selftest::preview(&connector, &net, place, COUNT)
        .await
        .map_err(|problem| format!("{name}: status {}: {}", problem.status, problem.text))?;
    for remote in &documents {
        let mark = if remote.deleted { ", deleted" } else { "" };
        println!("── {} (revision {:?}{mark})", remote.id, remote.rev);
        let value: Value = serde_json::from_str(&remote.raw).map_err(|error| error.to_string())?;
        println!("{}", serde_json::to_string_pretty(&value).map_err(|error| error.to_string())?);
    }
    for text in &nameless {
        println!("── no document (no object, or no id): {text}");
    }
    println!("{}", words::many(documents.len(), "document"));
    Ok(ExitCode::SUCCESS)
}

fn place(name: &str) -> Result<Place, String> {
    if name == "claims" {
        return Ok(Place::Claims);
    }
    let names: Vec<&str> = Collection::ALL.iter().map(|c| c.name()).collect();
    let found = Collection::from_name(name).map(Place::Of);
    found.ok_or_else(|| format!("{name:?} is no collection; there are {} and claims", names.join(", ")))
}
