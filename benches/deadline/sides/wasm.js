// The engine in wasm, as the desk uses it: the corpus lies in wasm's memory, one call reckons the whole batch.
"use strict";
globalThis.benchMake = globalThis.benchMakeWasm = (_file, calendar, starts, spans) => {
  wasm_bindgen.initSync({ module: globalThis.benchWasm });
  const side = new wasm_bindgen.Side(calendar, starts, spans);
  let due = null;
  return {
    run: () => { side.run(); due = null; },
    due: () => (due ??= side.due()),
  };
};
