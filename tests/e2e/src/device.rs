//! What the desk keeps on the person's device, read past the desk: the outbox, the replica, the caches. Sealed records are
//! opened with the key that lies beside them, as whoever has the running browser could.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::desk::{Desk, hook};

/// One intent that waits on the device.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Waiting {
    /// The entry's id.
    pub id: String,
    pub collection: String,
    pub doc: String,
    /// `queued`, `settling`, `refused`, `dead`
    pub state: String,
}

/// `opener(db)`: a function that opens a sealed record of that database by store, key and value; what it cannot open it
/// gives back.
const OPENER: &str = "const done = (r) => new Promise((ok, no) => { r.onsuccess = () => ok(r.result); r.onerror = () => no(r.error); }); \
    const opener = async (db) => { \
        const seal = db.objectStoreNames.contains('seal') ? await done(db.transaction('seal').objectStore('seal').get('only')) : undefined; \
        return async (store, key, value) => { \
            if (!value?.iv || value.key !== seal?.id) return value; \
            const place = `baton/1/${store}/` + ({ segments: `${key}/${value.docs}`, front: value.until }[store] ?? key); \
            const cipher = { name: 'AES-GCM', iv: value.iv, additionalData: new TextEncoder().encode(place) }; \
            return new Uint8Array(await crypto.subtle.decrypt(cipher, seal.key, value.data)); \
        }; };";

/// `all(store)`: every record of a store of the person's database, opened, as bytes where it was sealed.
const DATABASE: &str = "const all = async (store) => { \
        const name = (await indexedDB.databases()).map((d) => d.name).find((n) => n.startsWith('baton/') && n.endsWith(args[0])); \
        if (!name) return []; \
        const db = await done(indexedDB.open(name)); \
        try { if (!db.objectStoreNames.contains(store)) return []; \
            const open = await opener(db), at = db.transaction(store).objectStore(store); \
            const [keys, values] = await Promise.all([done(at.getAllKeys()), done(at.getAll())]); \
            return await Promise.all(values.map((value, i) => open(store, keys[i], value))); \
        } finally { db.close(); } };";

impl Desk {
    /// How the name of the person's database ends; before it is the backend's.
    fn database(&self) -> Value {
        json!(format!("/{}", self.login()))
    }

    /// Which intents wait in this device's outbox, oldest first. Presence renews itself and is left out.
    #[track_caller]
    pub fn outbox(&self) -> Vec<Waiting> {
        let script = format!(
            "{OPENER} {DATABASE} return (await all('outbox')).map((bytes) => JSON.parse(new TextDecoder().decode(bytes)))"
        );
        let items = self.js_async(&script, &[self.database()]);
        let mut items: Vec<&Value> =
            items.as_array().into_iter().flatten().filter(|i| i["collection"] != "seats").collect();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        items.sort_by_key(|i| (i["seq"].as_u64(), text(&i["entry"]["id"])));
        let waiting = |item: &&Value| Waiting {
            id: text(&item["entry"]["id"]),
            collection: text(&item["collection"]),
            doc: text(&item["doc"]),
            state: text(&item["state"]["is"]),
        };
        items.iter().map(waiting).collect()
    }

    /// Ids of the entries that wait.
    #[track_caller]
    pub fn outbox_ids(&self) -> Vec<String> {
        self.outbox().into_iter().map(|w| w.id).collect()
    }

    /// Whether `text` is anywhere in what this site keeps in the browser (every database, cache and local storage), for
    /// whoever has the browser.
    #[track_caller]
    pub fn keeps(&self, text: &str) -> bool {
        self.finds(text, "await opener(db)")
    }

    /// The same for whoever has only a copy of the records.
    #[track_caller]
    pub fn shows(&self, text: &str) -> bool {
        self.finds(text, "(_store, _key, value) => value")
    }

    fn finds(&self, text: &str, open: &str) -> bool {
        // Documents are kept as bytes of text in columns.
        let script = "const found = []; \
            const plain = (_, v) => ArrayBuffer.isView(v) ? new TextDecoder().decode(v) : typeof v === 'bigint' ? String(v) : v; \
            const text = (values) => JSON.stringify(values, plain); \
            for (const { name } of await indexedDB.databases()) { \
                const db = await done(indexedDB.open(name)); \
                try { const open = OPEN; \
                    for (const store of db.objectStoreNames) { \
                        const at = db.transaction(store).objectStore(store); \
                        const [keys, values] = await Promise.all([done(at.getAllKeys()), done(at.getAll())]); \
                        const opened = await Promise.all(values.map((value, i) => open(store, keys[i], value))); \
                        if (text([keys, opened]).includes(args[0])) found.push(name + ' ' + store); \
                } } finally { db.close(); } } \
            for (const name of await caches.keys()) { const cache = await caches.open(name); \
                for (const request of await cache.keys()) { const answer = await cache.match(request); \
                    if (!/wasm|png/.test(answer.headers.get('content-type') || '') && (await answer.text()).includes(args[0])) found.push(request.url); } } \
            for (const storage of [localStorage, sessionStorage]) if (JSON.stringify({ ...storage }).includes(args[0])) found.push('web storage'); \
            return found;";
        let script = format!("{OPENER} {}", script.replace("OPEN;", &format!("{open};")));
        let found = self.js_async(&script, &[json!(text)]);
        !found.as_array().is_none_or(Vec::is_empty)
    }

    /// How many records lie in each store of the person's database that has some.
    #[track_caller]
    pub fn records(&self) -> BTreeMap<String, u64> {
        let script = "const name = (await indexedDB.databases()).map((d) => d.name).find((n) => n.startsWith('baton/') && n.endsWith(args[0])); \
            if (!name) return {}; const db = await done(indexedDB.open(name)); const found = {}; \
            try { for (const s of db.objectStoreNames) { const n = await done(db.transaction(s).objectStore(s).count()); if (n) found[s] = n; } } \
            finally { db.close(); } return found;";
        let found = self.js_async(&format!("{OPENER} {script}"), &[self.database()]);
        let count = |(store, n): (&String, &Value)| (store.clone(), n.as_u64().unwrap_or_default());
        found.as_object().into_iter().flatten().map(count).collect()
    }

    /// The service worker keeps the page, and everything that the person may see has been fetched once.
    #[track_caller]
    pub fn ready_to_start_offline(&self) {
        self.js_async("await navigator.serviceWorker.ready", &[]);
        self.online();
    }

    /// Connected, and the first sync is over.
    #[track_caller]
    pub fn online(&self) {
        let sync = hook("sync");
        self.until("the desk is online and in step", || {
            let online = self.attribute(&sync, "data-state").as_deref() == Some("online");
            // While it syncs the button counts collections: "3/6".
            (online && !self.text(&sync)?.contains('/')).then_some(())
        });
    }

    /// As somebody who does not want to wait for the next try.
    pub fn retry_connection(&self) {
        // By script: the button goes as soon as the desk is online, which may be between looking and clicking.
        self.js("document.querySelector(arguments[0])?.click()", &[hook("retry-now").into()]);
    }
}
