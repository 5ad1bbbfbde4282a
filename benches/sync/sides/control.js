// The same idea in plain JavaScript: each page is read, and stored as one record of columns and texts while the next one is
// under way.
const PAGE = 2000;
const done = (request) =>
  new Promise((yes, no) => {
    request.onsuccess = () => yes(request.result);
    request.onerror = () => no(request.error);
  });
const open = () => {
  const request = indexedDB.open("control", 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("pages", { autoIncrement: true });
    request.result.createObjectStore("cursor");
  };
  return done(request);
};

globalThis.benchReady = async () => true;

globalThis.benchFirst = async () => {
  const begun = performance.now();
  const database = await open();
  const encoder = new TextEncoder();
  const replica = new Map();
  const ask = async (since) => (await fetch(`/api/cases?since=${since}&limit=${PAGE}`)).json();
  for (let page = ask("0"); page; ) {
    const answer = await page;
    const { next: cursor, more } = answer;
    page = more ? ask(cursor) : undefined;
    const texts = answer.items.map((item) => JSON.stringify(item));
    answer.items.forEach((item) => replica.set(item.id, item));
    const record = {
      ids: answer.items.map((item) => item.id).join("\n"),
      revs: answer.items.map((item) => item._rev).join("\n"),
      orders: Float64Array.from(answer.items, (item) => item._seq),
      lengths: Uint32Array.from(texts, (text) => text.length),
      text: encoder.encode(texts.join("\n")),
    };
    const transaction = database.transaction(["pages", "cursor"], "readwrite", { durability: "relaxed" });
    transaction.objectStore("pages").put(record);
    transaction.objectStore("cursor").put(cursor, "cases");
    await new Promise((yes, no) => {
      transaction.oncomplete = yes;
      transaction.onabort = () => no(transaction.error);
    });
  }
  return performance.now() - begun;
};

globalThis.benchCount = async () => {
  const database = await open();
  const pages = await done(database.transaction("pages").objectStore("pages").getAll());
  const decoder = new TextDecoder();
  const ids = new Set();
  for (const page of pages) {
    for (const line of decoder.decode(page.text).split("\n")) {
      ids.add(JSON.parse(line).id);
    }
  }
  return ids.size;
};
