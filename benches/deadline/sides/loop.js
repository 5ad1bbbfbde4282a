// What every side in JavaScript shares, in Node and in a page. A side is made by a maker (file, calendar, starts,
// spans), where `file` is calendars.json and the lists are Float64Arrays in ms; it has run(), which reckons every
// deadline, and due(), a list of the last run's deadlines (NaN where it has none).
"use strict";

globalThis.benchLoad = (make, file, ask) => {
  globalThis.benchSide = make(file, ask.calendar, Float64Array.from(ask.starts), Float64Array.from(ask.spans));
  benchSide.run();
  return { due: Array.from(benchSide.due(), (ms) => (Number.isFinite(ms) ? ms : null)) };
};

// Pieces of whole batches, each long enough for a coarse timer, for at least `millis`. The median piece counts: it was
// not interrupted by whatever else the machine had to do.
globalThis.benchTime = (millis) => {
  const side = globalThis.benchSide;
  const pieces = [];
  const begun = performance.now();
  let now = begun;
  while (now - begun < millis) {
    const from = now;
    let batches = 0;
    while (now - from < 4) {
      side.run();
      batches += 1;
      now = performance.now();
    }
    pieces.push((now - from) / batches);
  }
  pieces.sort((a, b) => a - b);
  return { nanos: pieces[Math.floor(pieces.length / 2)] * 1e6, rows: side.due().length };
};

// Hours by day of the week; what runs over midnight is cut there, for libraries that think in days.
globalThis.benchWeek = (file, id) => {
  const names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
  const week = new Map();
  const put = (day, start, end) => week.set(day, [...(week.get(day) || []), [start, end]].sort());
  for (const [days, hours] of Object.entries(file.calendars.find((one) => one.id === id).weekly)) {
    for (const day of days.split(",")) {
      for (const [open, close] of hours) {
        const [hour, minute] = close.split(":").map(Number);
        const clock = (h) => `${String(h).padStart(2, "0")}:${String(minute).padStart(2, "0")}:00`;
        if (hour * 60 + minute <= 1440) put(day, `${open}:00`, clock(hour));
        else {
          put(day, `${open}:00`, "24:00:00");
          put(names[(names.indexOf(day) + 1) % 7], "00:00:00", clock(hour - 24));
        }
      }
    }
  }
  return week;
};
