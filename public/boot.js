// Runs before the first paint, from the page's head. It does four things and nothing of the desk's own:
// theme and language, the Trusted Types policy, the service worker, and a page for when something breaks.
//
// What the app may rely on:
//   localStorage "baton-theme" ("light" | "dark") and "baton-lang" ("zh-CN" | "en") are read here.
//   window "baton:update-ready"   a new version waits (also <html data-update="ready">, for a late listener).
//   window "baton:apply-update"   dispatch it to switch to the new version and reload this tab.
//   window "baton:panic"          dispatch it with detail = text to show the fault page; nothing works any more.
"use strict";
(() => {
  const root = document.documentElement;
  const saved = (key) => { try { return localStorage.getItem(key); } catch { return null; } };

  // 1. Theme and language: asked for in the address, else saved, else the system's.
  const asked = new URLSearchParams(location.search);
  const theme = [asked.get("theme"), saved("baton-theme")].find((t) => t === "light" || t === "dark");
  root.dataset.theme = theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const lang = [asked.get("lang"), saved("baton-lang")].find((l) => l === "zh-CN" || l === "en");
  root.lang = lang || "zh-CN";

  // 2. Trusted Types. Views built by the app are compiled-in markup and never carry scripts; text from people
  //    and backends is set as text. So markup that could run something is a fault, and is refused.
  const runs = /<\s*(?:script|iframe|object|embed|base|link|meta)\b|<[^>]*\s(?:on[a-z]+|srcdoc)\s*=|javascript:/i;
  if (window.trustedTypes) {
    trustedTypes.createPolicy("default", {
      createHTML: (html) => {
        if (runs.test(html)) throw new TypeError("markup refused: it could run a script");
        return html;
      },
      createScriptURL: (url) => {
        if (new URL(url, location.href).href !== new URL("/sw.js", location.href).href) {
          throw new TypeError("script address refused: " + url);
        }
        return url;
      },
    });
  }

  // 3. The service worker. A new version waits until the person asks for it, or until every tab is closed.
  const ready = () => {
    root.dataset.update = "ready";
    dispatchEvent(new CustomEvent("baton:update-ready"));
  };
  if ("serviceWorker" in navigator) {
    const workers = navigator.serviceWorker;
    const hadWorker = Boolean(workers.controller);
    let registration = null;
    let reloading = false;
    workers.addEventListener("controllerchange", () => {
      if (reloading) location.reload();
      else if (hadWorker) ready(); // another tab switched: this one goes on with what it has loaded
    });
    addEventListener("baton:apply-update", () => {
      reloading = true;
      if (registration && registration.waiting) registration.waiting.postMessage("SKIP_WAITING");
      else location.reload();
    });
    const start = async () => {
      registration = await workers.register("/sw.js", { updateViaCache: "none" });
      const watch = (worker) => worker && worker.addEventListener("statechange", () => {
        if (worker.state === "installed" && workers.controller) ready();
      });
      if (registration.waiting && workers.controller) ready();
      watch(registration.installing);
      registration.addEventListener("updatefound", () => watch(registration.installing));
      const look = () => { if (navigator.onLine) registration.update().catch(() => {}); };
      setInterval(look, 30 * 60 * 1000);
      addEventListener("online", look);
    };
    addEventListener("load", () => start().catch((error) => console.warn("no start without a network:", error)));
  }

  // 4. The fault page. `fatal` means that the app cannot go on; otherwise the person may close the page again.
  const words = {
    title: ["出了点问题，您的工作没有丢", "Something broke. Your work is safe"],
    body: ["尚未发送的内容已保存在本机，重新载入后会继续发送。", "Your unsent work is stored on this device and will be sent after a reload."],
    start: ["接力台没能启动", "Baton could not start"],
    startBody: ["应用文件没有完整载入，或此浏览器太旧（需要 Chromium 109 或更新）。请检查网络后重新载入。已保存在本机的内容不受影响。", "The app's files did not load completely, or this browser is too old (Chromium 109 or later is needed). Check the network, then reload. Whatever was stored on this device is still there."],
  };
  let started = false;
  let shown = null;
  addEventListener("TrunkApplicationStarted", () => { started = true; });

  const make = (tag, text, language) => {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    if (language) element.lang = language;
    return element;
  };
  const button = (text, act) => {
    const element = make("button", text);
    element.type = "button";
    element.addEventListener("click", () => act(element));
    return element;
  };

  function fault(detail, fatal) {
    const text = new Date().toISOString() + "\n" + detail + "\n" + location.pathname + "\n" + navigator.userAgent;
    if (shown) { // the first fault is the cause: later ones only add to it
      shown.details.textContent = (shown.details.textContent + "\n\n" + text).slice(0, 20000);
      if (fatal && shown.goOn) { shown.goOn.remove(); shown.goOn = null; }
      return;
    }
    if (!document.body) { addEventListener("DOMContentLoaded", () => fault(detail, fatal)); return; }
    const page = make("dialog"); // modal: whatever is behind it can be neither clicked nor typed into
    page.className = "boot-fault";
    page.setAttribute("role", "alertdialog");
    page.setAttribute("aria-labelledby", "boot-fault-title");
    page.addEventListener("cancel", (event) => { if (!shown || !shown.goOn) event.preventDefault(); });
    page.addEventListener("close", () => { page.remove(); shown = null; });
    const box = make("div");
    const english = root.lang === "en" ? 1 : 0;
    for (const i of [english, 1 - english]) {
      const language = i ? "en" : "zh-CN";
      const title = make(i === english ? "h1" : "h2", (started ? words.title : words.start)[i], language);
      if (i === english) title.id = "boot-fault-title";
      box.append(title, make("p", (started ? words.body : words.startBody)[i], language));
    }
    const details = make("pre", text);
    details.tabIndex = 0;
    details.setAttribute("aria-label", "详情 Details");
    const reload = button("重新载入 Reload", () => location.reload());
    const copy = button("复制详情 Copy details", async (self) => {
      try {
        await navigator.clipboard.writeText(details.textContent);
        self.textContent = "已复制 Copied";
      } catch { // no permission: select the text, so that Ctrl+C copies it
        getSelection().selectAllChildren(details);
        self.textContent = "已选中，请按 Ctrl+C · Selected, press Ctrl+C";
      }
    });
    box.append(details, reload, copy);
    shown = { page, details, goOn: null };
    if (!fatal) {
      shown.goOn = button("继续工作 Keep working", () => page.close());
      box.append(shown.goOn);
    }
    page.append(box);
    document.body.append(page);
    page.showModal();
    reload.focus();
  }

  const describe = (reason) => String((reason && (reason.stack || reason.message)) || reason);
  const wasm = (reason) => reason instanceof WebAssembly.RuntimeError;
  const harmless = /^ResizeObserver loop/; // a browser's notice, not a fault
  const ours = (file) => !file || file.startsWith(location.origin); // a browser extension's faults are its own

  addEventListener("error", (event) => {
    const target = event.target;
    if (target && target !== window) { // a file that did not load: without any one of its own the app is not whole
      const file = target.src || target.href || "the start script";
      if (!started && (target.tagName === "SCRIPT" || /\.(?:js|wasm|css)$/.test(file))) fault("not loaded: " + file, true);
      return;
    }
    if (harmless.test(event.message) || !ours(event.filename)) return;
    fault(event.message + "\n" + describe(event.error), !started || wasm(event.error));
  }, true);
  addEventListener("unhandledrejection", (event) => {
    if (event.reason && event.reason.name === "AbortError") return; // someone gave up waiting, on purpose
    fault(describe(event.reason), !started || wasm(event.reason));
  });
  addEventListener("baton:panic", (event) => { started = true; fault(String(event.detail), true); });
  if (typeof WebAssembly !== "object") fault("this browser has no WebAssembly", true);
})();
