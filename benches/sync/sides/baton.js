// Baton's own sync in wasm. `benchFirst` syncs into an empty device; `benchCount`, in a new page, says what is readable.
const ready = wasm_bindgen({ module_or_path: "/bench_bg.wasm" });

globalThis.benchReady = () => ready.then(() => true);

globalThis.benchFirst = async () => {
  await ready;
  const begun = performance.now();
  await wasm_bindgen.firstSync();
  return performance.now() - begun;
};

globalThis.benchCount = async () => {
  await ready;
  const opened = await wasm_bindgen.Opened.open();
  await opened.rest();
  return opened.readable();
};

// 100,000 documents: stored a page at a time; in a new page opened to its front, then to everything.
globalThis.benchStore = async (pages) => {
  await ready;
  const texts = [];
  for (let page = 0; page < pages; page++) {
    texts.push(await (await fetch(`/lines?page=${page}`)).text());
  }
  const begun = performance.now();
  await wasm_bindgen.storeMany(texts);
  const stored = performance.now() - begun;
  await wasm_bindgen.putFront();
  return stored;
};

globalThis.benchReopen = async () => {
  await ready;
  const begun = performance.now();
  const opened = await wasm_bindgen.Opened.open();
  const first = opened.readable();
  const front = performance.now() - begun;
  await opened.rest();
  const whole = performance.now() - begun;
  return { front, first, whole, count: opened.readable() };
};
