//! The page itself: its Content-Security-Policy, and starting with no network.

use baton_e2e::{Browser, Site};

/// What an attacker would like to have run, and what the browser answers.
#[test]
fn injected_script_and_style_do_nothing_and_are_noticed() {
    let site = Site::quiet();
    let browser = Browser::start("page-anybody");
    browser.open(&site.url());
    assert_eq!(browser.faults(), Vec::<String>::new(), "the page itself violates nothing");
    // Run as the page's own scripts would run: through the DOM. (A DevTools script would be above the policy.)
    browser.js(
        "const script = document.createElement('script'); \
         try { script.text = 'window.stolen = true' } catch { script.append('window.stolen = true') } \
         document.body.append(script); \
         const styled = document.createElement('p'); styled.id = 'styled'; styled.textContent = 'x'; \
         styled.setAttribute('style', 'color: rgb(1, 2, 3)'); document.body.append(styled); \
         const sheet = document.createElement('style'); sheet.textContent = '#styled { color: rgb(1, 2, 3) }'; \
         document.body.append(sheet);",
        &[],
    );
    browser.until("three violations are reported", || {
        let count = browser.js("return __e2e.violations.length", &[]);
        (count.as_u64() >= Some(3)).then_some(())
    });
    let noticed = browser.faults();
    let told = |by: &str| noticed.iter().any(|fault| fault.contains(by));
    // The other stories rely on both of these to see a violation.
    assert!(told("trusted-types-sink") && told("style-src"), "the probe saw {noticed:#?}");
    assert!(told("Content Security Policy"), "the console said {noticed:#?}");
    assert_eq!(browser.js("return window.stolen === undefined", &[]), true, "the script did not run");
    let colour = browser.js("return getComputedStyle(document.querySelector('#styled')).color", &[]);
    assert_ne!(colour, "rgb(1, 2, 3)", "neither style was applied");
    for attempt in [
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.stolen = true\">')",
        "eval('window.stolen = true')",
        "setTimeout('window.stolen = true')",
        "document.body.append(Object.assign(document.createElement('a'), { href: 'javascript:window.stolen = true', id: 'bait' })); \
         document.querySelector('#bait').click()",
    ] {
        // In a task of its own, where DevTools' leave to evaluate has ended. Refused by an exception or in silence:
        // either is right. A second turn lets run what was put off.
        let tried = format!(
            "await new Promise((done) => setTimeout(() => {{ try {{ {attempt} }} catch {{}} setTimeout(done); }}))"
        );
        browser.js_async(&tried, &[]);
    }
    assert_eq!(browser.js("return window.stolen === undefined", &[]), true, "nothing foreign ever ran");
}

#[test]
fn the_page_starts_without_a_network() {
    let site = Site::quiet();
    let browser = Browser::start("page-anybody");
    browser.open(&site.url());
    browser.js_async("await navigator.serviceWorker.ready", &[]);
    site.kill();
    browser.reload();
    browser.until("the app starts", || {
        browser.js("return document.body.innerText.trim().length > 0", &[]).as_bool()?.then_some(())
    });
    browser.open(&format!("{}/some/deep/link", site.url()));
    browser.until("a deep link starts it too", || {
        browser.js("return document.body.innerText.trim().length > 0", &[]).as_bool()?.then_some(())
    });
    assert!(!browser.is_visible(".boot-fault"), "the fault page is shown");
}
