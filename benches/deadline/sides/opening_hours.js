// opening_hours (OpenStreetMap), in a process whose time zone is the calendar's. It adds no time itself: its iterator
// walks from change to change until the span is used up. Holidays and make-up days are rules of the text.
"use strict";
globalThis.benchMake = (file, id, starts, spans) => {
  const exported = benchRequire("opening_hours");
  const OpeningHours = exported.default || exported;
  const calendar = file.calendars.find((one) => one.id === id);
  const short = { mon: "Mo", tue: "Tu", wed: "We", thu: "Th", fri: "Fr", sat: "Sa", sun: "Su" };
  const times = (hours) => hours.map(([open, close]) => `${open}-${close}`).join(",");
  const rules = Object.entries(calendar.weekly).map(([days, hours]) => `${days.split(",").map((day) => short[day]).join(",")} ${times(hours)}`);
  if (calendar.holidays) {
    const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const day = (date) => `${date.slice(0, 4)} ${months[Number(date.slice(5, 7)) - 1]} ${date.slice(8)}`;
    const exchanged = Object.entries(calendar.weekly).find(([days]) => days.split(",").includes(file.holidays.makeUpWorksAs));
    rules.push(...file.holidays.off.map((date) => `${day(date)} off`));
    rules.push(...file.holidays.makeUp.map((date) => `${day(date)} ${times(exchanged[1])}`));
  }
  const hours = new OpeningHours(rules.join("; "), null);
  const add = (start, span) => {
    const walk = hours.getIterator(new Date(start));
    let at = start;
    let left = span;
    for (;;) {
      const open = walk.getState();
      if (!walk.advance()) return open ? at + left : NaN;
      const next = walk.getDate().getTime();
      if (open) {
        if (left <= next - at) return at + left;
        left -= next - at;
      }
      at = next;
    }
  };
  const due = new Float64Array(starts.length);
  return {
    run: () => { for (let i = 0; i < due.length; i++) due[i] = add(starts[i], spans[i]); },
    due: () => due,
  };
};
