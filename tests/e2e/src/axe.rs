//! axe-core in the page: what it finds, in words that lead to the element.

use std::fs;
use std::sync::OnceLock;

use serde_json::Value;

use crate::browser::Browser;
use crate::setup::setup;

/// One violated rule with the elements that violate it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub rule: String,
    pub impact: String,
    pub help: String,
    /// CSS path and axe's own explanation.
    pub elements: Vec<(String, String)>,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}): {}", self.rule, self.impact, self.help)?;
        for (path, why) in &self.elements {
            write!(f, "\n      {path}\n        {}", why.replace('\n', "\n        "))?;
        }
        Ok(())
    }
}

/// Everything that axe calls a violation on the present page.
#[track_caller]
pub fn violations(browser: &Browser) -> Vec<Finding> {
    static AXE: OnceLock<String> = OnceLock::new();
    let axe = AXE.get_or_init(|| fs::read_to_string(&setup().axe).expect("axe-core can be read"));
    if browser.js("return typeof axe", &[]) != "object" {
        // Over DevTools: the page's own policy forbids foreign scripts, as it should.
        browser.cdp("Runtime.evaluate", serde_json::json!({ "expression": axe }));
    }
    // What is fading in has the wrong colours for a moment.
    let script = "await Promise.allSettled(document.getAnimations().map((a) => a.finished)); \
        const found = await axe.run(document, { resultTypes: ['violations'] }); \
        return found.violations.map((v) => ({ rule: v.id, impact: v.impact, help: v.help, \
        elements: v.nodes.map((n) => [n.target.flat().join(' '), n.failureSummary]) }))";
    let found = browser.js_async(script, &[]);
    found.as_array().into_iter().flatten().map(finding).collect()
}

fn finding(value: &Value) -> Finding {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Finding {
        rule: text(&value["rule"]),
        impact: text(&value["impact"]),
        help: text(&value["help"]),
        elements: value["elements"].as_array().into_iter().flatten().map(|e| (text(&e[0]), text(&e[1]))).collect(),
    }
}
