//! Small things that only a browser has: the page's element, local settings, the theme and language attributes.

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

pub fn root_attribute(name: &str) -> Option<String> {
    web_sys::window()?.document()?.document_element()?.get_attribute(name)
}

pub fn set_root_attribute(name: &str, value: &str) {
    if let Some(root) = web_sys::window().and_then(|w| w.document()).and_then(|d| d.document_element()) {
        let _ = root.set_attribute(name, value);
    }
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
    let next = if root_attribute("data-theme").as_deref() == Some("dark") { "light" } else { "dark" };
    set_root_attribute("data-theme", next);
    set_setting("baton-theme", Some(next));
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
