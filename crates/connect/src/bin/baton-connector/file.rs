//! The connector file: reading and checking it, and writing measured promises into it without touching anything else.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use baton_engine::time::Timestamp;
use baton_sync::Connector;
use baton_sync::connector::{Fault, Promises};
use serde_json::Value;
use serde_json::value::RawValue;

pub fn check(path: &Path) -> Result<ExitCode, String> {
    let shown = path.display();
    let text = text(path)?;
    match Connector::read(&text) {
        Ok(connector) => {
            let names: Vec<&str> = connector.collections().map(|c| c.name()).collect();
            println!("{shown}: {} is right; it has {}", connector.name, names.join(", "));
            Ok(ExitCode::SUCCESS)
        }
        Err(faults) => {
            print!("{}", lines(path, &faults));
            Ok(ExitCode::FAILURE)
        }
    }
}

/// The connector, and what stands before addresses that are paths.
///
/// # Errors
/// The file cannot be read, or its faults.
pub fn open(path: &Path, base: Option<&str>) -> Result<(Connector, String), String> {
    let mut text = text(path)?;
    let connector = Connector::read(&text).map_err(|faults| lines(path, &faults))?;
    let Some(base) = base else { return Ok((connector, String::new())) };
    if !connector.base().contains("://") {
        return Ok((connector, base.to_owned()));
    }
    if let Ok(mut file) = serde_json::from_str::<Value>(&text) {
        file["base"] = base.trim_end_matches('/').into();
        text = file.to_string();
    }
    let connector = Connector::read(&text).map_err(|faults| lines(path, &faults))?;
    Ok((connector, String::new()))
}

/// Puts the promises into the file's text; everything else stays as it was written.
///
/// # Errors
/// The file cannot be read or written.
pub fn write(path: &Path, promises: &Promises, tested: Timestamp) -> Result<(), String> {
    let failed = |what: String| format!("{}: {what}", path.display());
    let new = with_promises(&text(path)?, promises, tested).map_err(failed)?;
    Connector::read(&new).map_err(|faults| lines(path, &faults))?;
    std::fs::write(path, new).map_err(|error| failed(error.to_string()))
}

fn with_promises(text: &str, promises: &Promises, tested: Timestamp) -> Result<String, String> {
    let members: BTreeMap<&str, &RawValue> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let cas = serde_json::to_string(&promises.cas).map_err(|error| error.to_string())?;
    let Promises { create_once, since, .. } = promises;
    let new =
        format!("{{ \"cas\": {cas}, \"createOnce\": {create_once}, \"since\": {since}, \"tested\": \"{tested}\" }}");
    if let Some(old) = members.get("promises") {
        let from = old.get().as_ptr() as usize - text.as_ptr() as usize;
        return Ok(format!("{}{new}{}", &text[..from], &text[from + old.get().len()..]));
    }
    let end = text.rfind('}').ok_or("not an object")?;
    Ok(format!("{},\n  \"promises\": {new}\n{}", text[..end].trim_end(), &text[end..]))
}

fn text(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn lines(path: &Path, faults: &[Fault]) -> String {
    faults.iter().map(|fault| format!("{}#{}: {}\n", path.display(), fault.at, fault.what)).collect()
}

#[cfg(test)]
mod tests {
    use baton_engine::time::Timestamp;
    use baton_sync::connector::{Cas, Promises};

    use super::with_promises;

    #[test]
    fn only_the_promises_are_written() {
        let at = Timestamp::from_millis(1_795_335_000_000);
        let promises = Promises { cas: Cas::Atomic, create_once: true, since: true, ..Promises::default() };
        let said = format!(r#"{{ "cas": "atomic", "createOnce": true, "since": true, "tested": "{at}" }}"#);
        let without = "{\n  \"name\":   \"x\",\n  \"limit\": 1e2\n}\n";
        let with = with_promises(without, &promises, at).unwrap_or_default();
        assert_eq!(with, format!("{{\n  \"name\":   \"x\",\n  \"limit\": 1e2,\n  \"promises\": {said}\n}}\n"));
        let changed = with_promises(&with.replace("true", "false"), &promises, at);
        assert_eq!(changed.as_deref(), Ok(&*with));
        assert!(with_promises("[]", &promises, at).is_err());
    }
}
