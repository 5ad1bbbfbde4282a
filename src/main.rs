//! The Baton desk: mounts the app. Nothing else may live here.

use leptos::prelude::*;

fn main() {
    mount_to_body(|| view! { <p>"Baton"</p> });
}
