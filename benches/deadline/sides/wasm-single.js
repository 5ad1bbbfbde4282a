// The engine in wasm, one call from JavaScript for each deadline: what not batching costs.
"use strict";
globalThis.benchMake = (_file, calendar, starts, spans) => {
  wasm_bindgen.initSync({ module: globalThis.benchWasm });
  const side = new wasm_bindgen.Side(calendar, starts, spans);
  const due = new Float64Array(starts.length);
  return {
    run: () => { for (let i = 0; i < due.length; i++) due[i] = side.one(starts[i], spans[i]); },
    due: () => due,
  };
};
