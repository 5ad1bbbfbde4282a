//! The width of an element as a signal.

use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::ResizeObserver;

/// The design's own width, until the element has been measured.
const DESIGN: f64 = 712.0;

/// Follows the width of `node` in steps of four pixels, as long as the view lives.
pub fn follow_width(node: NodeRef<Div>) -> RwSignal<f64> {
    let width = RwSignal::new(DESIGN);
    Effect::new(move || {
        let Some(element) = node.get() else { return };
        let watched = element.clone();
        let measure = move || {
            let wide = (f64::from(watched.client_width()) / 4.0).floor() * 4.0;
            if wide > 0.0 && width.try_get_untracked().is_some_and(|w| w != wide) {
                let _ = width.try_set(wide);
            }
        };
        measure();
        let changed = Closure::<dyn FnMut()>::new(measure);
        let Ok(observer) = ResizeObserver::new(changed.as_ref().unchecked_ref()) else { return };
        observer.observe(&element);
        let kept = StoredValue::new_local((observer, changed));
        on_cleanup(move || {
            kept.try_with_value(|(observer, _)| observer.disconnect());
        });
    });
    width
}
