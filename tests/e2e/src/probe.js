// Injected into every page before its own scripts. Notes policy violations, faults and what is written to the console.
(() => {
  if (window.__e2e) return;
  const seen = { violations: [], errors: [] };
  Object.defineProperty(window, "__e2e", { value: seen });
  addEventListener("securitypolicyviolation", (event) => {
    seen.violations.push(`${event.effectiveDirective} refused ${event.blockedURI} at ${event.sourceFile || "the page"}:${event.lineNumber} ${event.sample || ""}`);
  }, true);
  addEventListener("error", (event) => {
    if (/^ResizeObserver loop/.test(event.message || "")) return;
    const target = event.target;
    seen.errors.push(target && target !== window ? `not loaded: ${target.src || target.href}` : String(event.message));
  }, true);
  addEventListener("unhandledrejection", (event) => seen.errors.push(`unhandled: ${event.reason && (event.reason.stack || event.reason)}`));
})();
