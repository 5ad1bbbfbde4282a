// Runs at the start of a page, as a function of ({ title, number }): as soon as the desk is there it takes a case in and
// writes notes on it, through the page's own controls and as fast as they take it, until the browser is killed. On the
// way it tells the console what the page shows as kept: an entry that is listed in the outbox page.
async ({ title, number }) => {
  const css = (name) => `[data-test="${name}"]`;
  const seen = (selector) => [...document.querySelectorAll(selector)].find((e) => e.checkVisibility() && !e.disabled);
  const turn = () => new Promise((done) => setTimeout(done));
  const there = async (selector) => { for (;;) { const e = seen(selector); if (e) return e; await turn(); } };
  const type = (field, text) => { field.value = text; field.dispatchEvent(new Event("input", { bubbles: true })); };
  const press = (code) => document.body.dispatchEvent(new KeyboardEvent("keydown", { code, bubbles: true }));
  const submit = async () => { (await there(css("dialog-submit"))).click(); while (seen(css("dialog"))) await turn(); };

  await there(css("nav-desk"));
  const told = new Set();
  const tell = () => {
    for (const item of document.querySelectorAll(css("outbox-item"))) {
      const { entry, state } = item.dataset;
      if (told.has(entry + state)) continue;
      told.add(entry + state);
      console.log(state === "failed" ? `refused ${entry} ${item.textContent}` : `kept ${entry}`);
    }
  };
  new MutationObserver(tell).observe(document.body, { childList: true, subtree: true, attributes: true });

  press("KeyO");
  type(await there(css("intake-number")), number);
  await there(css("intake-known"));
  const category = await there(css("intake-category"));
  category.value = "NETWORK.signal";
  category.dispatchEvent(new Event("change", { bubbles: true }));
  type(await there(css("intake-title")), title);
  await submit();
  await there(css("case-title"));
  location.hash = "#/outbox";
  await there(css("outbox-page"));
  for (let n = 1; ; n++) {
    press("KeyI");
    type(await there(css("field-text")), String(n));
    await submit();
  }
}
