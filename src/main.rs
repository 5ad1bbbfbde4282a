//! Mounts the desk. Nothing else may live here.

fn main() {
    baton::app::mount();
}
