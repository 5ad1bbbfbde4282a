//! Small things that only a browser has: the page's element, local settings, the theme and language attributes.

use wasm_bindgen_futures::JsFuture;
use web_sys::Storage;

pub fn local_storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

pub fn setting(key: &str) -> Option<String> {
    local_storage()?.get_item(key).ok().flatten()
}

/// A browser that keeps nothing is not an error: the setting then holds for this tab only.
pub fn set_setting(key: &str, value: Option<&str>) {
    if let Some(storage) = local_storage() {
        let _ = match value {
            Some(value) => storage.set_item(key, value),
            None => storage.remove_item(key),
        };
    }
}

/// What only this tab knows, until it is closed.
pub fn tab_setting(key: &str) -> Option<String> {
    web_sys::window()?.session_storage().ok().flatten()?.get_item(key).ok().flatten()
}

/// As [`set_setting`], for [`tab_setting`].
pub fn set_tab_setting(key: &str, value: Option<&str>) {
    if let Some(storage) = web_sys::window().and_then(|w| w.session_storage().ok().flatten()) {
        let _ = match value {
            Some(value) => storage.set_item(key, value),
            None => storage.remove_item(key),
        };
    }
}

pub fn root_attribute(name: &str) -> Option<String> {
    web_sys::window()?.document()?.document_element()?.get_attribute(name)
}

pub fn set_root_attribute(name: &str, value: &str) {
    if let Some(root) = web_sys::window().and_then(|w| w.document()).and_then(|d| d.document_element()) {
        let _ = root.set_attribute(name, value);
    }
}

/// Whether keys are written the way of macOS.
pub fn is_mac() -> bool {
    web_sys::window().and_then(|w| w.navigator().platform().ok()).is_some_and(|p| p.starts_with("Mac"))
}

/// Shows the fault page of `boot.js`: a panic never leaves a blank page.
pub fn tell_panic(what: &str) {
    let Some(window) = web_sys::window() else { return };
    let init = web_sys::CustomEventInit::new();
    init.set_detail(&what.into());
    if let Ok(event) = web_sys::CustomEvent::new_with_event_init_dict("baton:panic", &init) {
        let _ = window.dispatch_event(&event);
    }
}

/// Switches between light and dark, and remembers it.
pub fn toggle_theme() {
    set_theme(Some(if root_attribute("data-theme").as_deref() == Some("dark") { "light" } else { "dark" }));
}

/// The chosen theme; None: the system's.
pub fn theme() -> Option<String> {
    setting("baton-theme")
}

/// `light` or `dark`; None follows the system from now on.
pub fn set_theme(theme: Option<&str>) {
    set_setting("baton-theme", theme);
    let dark = || Some(web_sys::window()?.match_media("(prefers-color-scheme: dark)").ok()??.matches());
    set_root_attribute("data-theme", theme.unwrap_or(if dark() == Some(true) { "dark" } else { "light" }));
}

/// What this origin keeps on the device, in bytes, and how much the browser would let it keep.
pub async fn stored() -> Option<(f64, f64)> {
    let asked = web_sys::window()?.navigator().storage().estimate().ok()?;
    let answer = JsFuture::from(asked).await.ok()?;
    let answer: web_sys::StorageEstimate = wasm_bindgen::JsCast::unchecked_into(answer);
    Some((answer.get_usage()?, answer.get_quota()?))
}

/// Whether the browser has promised not to clear it by itself.
pub async fn is_persisted() -> bool {
    let ask = || web_sys::window()?.navigator().storage().persisted().ok();
    let Some(asked) = ask() else { return false };
    JsFuture::from(asked).await.is_ok_and(|a| a.is_truthy())
}

/// Asks the browser not to clear it by itself; it may decide without asking the person.
pub async fn persist() -> bool {
    let ask = || web_sys::window()?.navigator().storage().persist().ok();
    let Some(asked) = ask() else { return false };
    JsFuture::from(asked).await.is_ok_and(|a| a.is_truthy())
}

/// Loads the page anew.
pub fn reload() {
    if let Some(window) = web_sys::window() {
        // Refused only while the page is being left, which is as good.
        let _ = window.location().reload();
    }
}

/// Fires an event on the window.
pub fn fire(name: &str) {
    if let (Some(window), Ok(event)) = (web_sys::window(), web_sys::Event::new(name)) {
        let _ = window.dispatch_event(&event);
    }
}

/// Puts a text on the clipboard; without permission nothing happens, the text stays on the page.
pub fn copy(text: &str) {
    if let Some(window) = web_sys::window() {
        let _ = window.navigator().clipboard().write_text(text);
    }
}

/// Offers a text as a file to keep.
pub fn download(name: &str, text: &str) {
    let make = || -> Option<()> {
        let parts = js_sys::Array::of1(&text.into());
        let blob = web_sys::Blob::new_with_str_sequence(&parts).ok()?;
        let url = web_sys::Url::create_object_url_with_blob(&blob).ok()?;
        let anchor = web_sys::window()?.document()?.create_element("a").ok()?;
        anchor.set_attribute("href", &url).ok()?;
        anchor.set_attribute("download", name).ok()?;
        wasm_bindgen::JsCast::dyn_ref::<web_sys::HtmlElement>(&anchor)?.click();
        web_sys::Url::revoke_object_url(&url).ok()
    };
    // A browser that cannot make files has the text on the page.
    let _ = make();
}
