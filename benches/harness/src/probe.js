// Runs in every page before its own scripts and notes when it can be used, in ms since the navigation began: at the
// frame after which the log-in form, or the desk with its list, is on the screen.
"use strict";
if (window === top) {
  const seen = (globalThis.benchSeen = {});
  const on = (css) => [...document.querySelectorAll(css)].some((e) => e.checkVisibility({ visibilityProperty: true }) && !e.disabled);
  const look = () => {
    if (seen.login === undefined && on('[data-test="login-password"]')) seen.login = performance.now();
    if (seen.desk === undefined && on('[data-test="desk"], .app')) seen.desk = performance.now();
    if (seen.list === undefined && on('[data-test="row"]')) seen.list = performance.now();
    if (seen.list === undefined) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  addEventListener("submit", () => { seen.submit = performance.now(); }, true);

  const row = '[data-test="row"]';
  globalThis.bench = {
    rows: () => document.querySelectorAll(row).length,
    // The element that scrolls the list.
    box: () => {
      let e = document.querySelector(row);
      while (e && !(e.scrollHeight > e.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(e).overflowY))) e = e.parentElement;
      return e;
    },
    // How many rows the list would have if all of them were in the document, by its height.
    length: () => {
      const box = bench.box();
      return box ? Math.round(box.scrollHeight / document.querySelector(row).getBoundingClientRect().height) : bench.rows();
    },
    // Scrolls by `step` px (or, above 1, of the whole height by step-th parts) a frame; the ms between frames.
    scroll: (frames, step) => new Promise((done) => {
      const box = bench.box();
      const times = [];
      let last;
      let n = 0;
      const tick = (now) => {
        performance.mark("bench-frame");
        if (last !== undefined) times.push(now - last);
        last = now;
        const by = step === "far" ? Math.floor(box.scrollHeight / frames) : step;
        box.scrollTop += by;
        if (n++ < frames) requestAnimationFrame(tick); else done(times);
      };
      requestAnimationFrame(tick);
    }),
    // The same, and how often the middle of what was painted showed no row.
    blank: (frames, step) => new Promise((done) => {
      const box = bench.box();
      const { x, y, width, height } = box.getBoundingClientRect();
      let blank = 0;
      let n = 0;
      const tick = () => {
        const there = document.elementFromPoint(x + width / 2, y + height / 2);
        if (!there || !there.closest(row)) blank += 1;
        box.scrollTop += step === "far" ? Math.floor(box.scrollHeight / frames) : step;
        if (n++ < frames) requestAnimationFrame(tick); else done(blank);
      };
      requestAnimationFrame(tick);
    }),
    chosen: () => {
      const e = document.querySelector(`${row}[aria-selected="true"], ${row}[aria-current="true"], ${row} [aria-current="true"]`) || document.activeElement;
      const chosen = e && e.closest(row);
      return chosen ? chosen.dataset.id || chosen.id || chosen.textContent : null;
    },
    // From a press of the key to the frame that shows its effect, for each press, and whether the choice moved.
    watch: (key) => {
      const pressed = (bench.pressed = []);
      let before = bench.chosen();
      addEventListener("keydown", (event) => {
        if (event.key !== key) return;
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => {
            const after = bench.chosen();
            pressed.push([performance.now() - event.timeStamp, after !== before]);
            before = after;
          };
          port2.postMessage(0);
        });
      }, true);
    },
  };
}
