//! `baton-policy` as its users meet it: the examples of docs/policy-packs.md are run, so that they stay true.
#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs the tool at the top of the repository.
fn tool(args: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_baton-policy"))
        .args(args)
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // `check` does not read its input; it may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn lines(output: &Output) -> Vec<String> {
    String::from_utf8(output.stdout.clone()).unwrap().lines().map(str::to_owned).collect()
}

/// A block of the document that a comment marks as an example.
fn example(name: &str) -> String {
    let text = std::fs::read_to_string(root().join("docs/policy-packs.md")).unwrap();
    let mark = format!("<!-- example: {name} -->\n```json\n");
    let start = text.find(&mark).unwrap_or_else(|| panic!("no {mark}")) + mark.len();
    let length = text[start..].find("\n```").unwrap();
    text[start..start + length].to_owned()
}

/// Everything that `part` shows stands in `whole`.
fn shows(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(key, value)| whole.get(key).is_some_and(|w| shows(w, value)))
        }
        _ => whole == part,
    }
}

fn scratch(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn the_example_of_due_answers_as_the_document_says() {
    let output = tool(&["due"], &example("due input"));
    assert!(output.status.success(), "{output:?}");
    let (told, expected) = (lines(&output), example("due output"));
    let expected: Vec<&str> = expected.lines().collect();
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, expected) in told.iter().zip(expected) {
        let (told, expected): (Value, Value) =
            (serde_json::from_str(told).unwrap(), serde_json::from_str(expected).unwrap());
        assert!(shows(&told, &expected), "told {told:#}\ndocument {expected:#}");
    }
}

#[test]
fn the_example_pack_is_right_and_rules_the_clock() {
    let file = scratch("our-house.json", &example("pack"));
    let output = tool(&["check", file.to_str().unwrap()], "");
    assert!(output.status.success(), "{output:?}");
    assert!(lines(&output)[0].contains("our-house 2026.1 is right"), "{output:?}");

    let line = example("due input").lines().next().unwrap().replace("china-mobile-td", file.to_str().unwrap());
    let told: Value = serde_json::from_str(&lines(&tool(&["due"], &line))[0]).unwrap();
    assert_eq!(told["dueLocal"], "2026-11-23T15:00:00+08:00");
    assert_eq!(told["explanation"]["limit"], "PT6H");
}

#[test]
fn every_fault_is_printed_with_its_place_and_the_code_is_one() {
    let text = example("pack").replace("PT6H", "6 hours").replace("loopLimit", "loopLimits");
    let file = scratch("faulty.json", &text);
    let name = file.to_str().unwrap();
    let output = tool(&["check", name], "");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(lines(&output).len(), 2, "{output:?}");
    assert!(lines(&output)[0].starts_with(&format!("{name}#/rules/0/limit: \"6 hours\" is no duration")));
    assert!(lines(&output)[1].starts_with(&format!("{name}#/clocks/loopLimits: the key \"loopLimits\" is not known")));

    let due = tool(&["due"], &format!("{{\"pack\": \"{name}\", \"now\": \"2026-11-23T11:00:00Z\", \"intents\": []}}"));
    assert_eq!(due.status.code(), Some(1));
    let told: Value = serde_json::from_str(&lines(&due)[0]).unwrap();
    assert_eq!(told["faults"][0]["pointer"], "/rules/0/limit");
}

#[test]
fn a_line_that_cannot_be_read_does_not_stop_the_others() {
    let good = example("due input").lines().nth(1).unwrap().to_owned();
    let input = format!("nonsense\n{{\"pack\": 1}}\n\n{good}\n");
    let output = tool(&["due"], &input);
    assert_eq!(output.status.code(), Some(1));
    let told: Vec<Value> = lines(&output).iter().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(told.iter().map(|t| t["line"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 2, 4]);
    assert!(told[0]["error"].is_string() && told[2]["clock"] == "callback");
}

#[test]
fn without_a_file_or_with_a_strange_option_it_says_how_to_use_it() {
    for args in [&["check"][..], &[], &["due", "--fast"], &["check", "nowhere.json"]] {
        let output = tool(args, "");
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(!output.stderr.is_empty(), "{args:?}");
    }
}
