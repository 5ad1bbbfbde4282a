// The control: the engine's idea in plain JavaScript, as fast as its author could make it. Open intervals of seven
// years in typed arrays, the open time before each, and two tables of buckets that lead to an interval without a search.
// It shares no code with the engine: local time comes from Intl.
"use strict";
{
  const DAY = 86_400_000;
  const NAMES = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
  const YEARS = [2024, 2031];

  // Minutes and so on that the zone's wall clock is ahead of UTC at `ms`, in ms.
  const offsets = (zone) => {
    const format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
    });
    return (ms) => {
      const part = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
      return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) - Math.floor(ms / 1000) * 1000;
    };
  };

  // The first instant at which the wall clock shows `wall` (ms, as if it were UTC) or a later time.
  const instants = (zone) => {
    const offset = offsets(zone);
    return (wall) => {
      const [before, after] = [offset(wall - DAY), offset(wall + DAY)];
      if (before === after) return wall - before;
      const shown = [wall - before, wall - after].filter((ms) => ms + offset(ms) === wall);
      if (shown.length) return Math.min(...shown);
      let [low, high] = [wall - DAY, wall + DAY]; // skipped: the moment of the change
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if (offset(middle) === before) low = middle; else high = middle;
      }
      return high;
    };
  };

  const intervals = (file, id) => {
    const calendar = file.calendars.find((one) => one.id === id);
    const week = {};
    for (const [names, hours] of Object.entries(calendar.weekly)) for (const name of names.split(",")) week[name] = hours;
    const off = new Set(calendar.holidays ? file.holidays.off : []);
    const makeUp = new Set(calendar.holidays ? file.holidays.makeUp : []);
    const instant = instants(calendar.zone);
    const list = [];
    const [from, until] = YEARS.map((year) => Date.UTC(year, 0, 1));
    for (let midnight = from; midnight < until; midnight += DAY) {
      const date = new Date(midnight).toISOString().slice(0, 10);
      const usual = () => week[NAMES[new Date(midnight).getUTCDay()]] || [];
      const hours = makeUp.has(date) ? week[file.holidays.makeUpWorksAs] : off.has(date) ? [] : usual();
      for (const pair of hours) {
        const [open, close] = pair.map((text) => {
          const [hour, minute, second = 0] = text.split(":").map(Number);
          return instant(midnight + ((hour * 60 + minute) * 60 + second) * 1000);
        });
        if (close > open) list.push([open, close]);
      }
    }
    list.sort((a, b) => a[0] - b[0]);
    const merged = [];
    for (const [open, close] of list) {
      const last = merged.at(-1);
      if (last && open <= last[1]) last[1] = Math.max(last[1], close);
      else merged.push([open, close]);
    }
    return { list: merged, from: instant(from), until: instant(until) };
  };

  // The largest power of two up to `length`: dividing by it is exact, so a bucket never begins beside its boundary.
  const bucket = (length) => 2 ** Math.floor(Math.log2(length));

  globalThis.benchMake = globalThis.benchMakeControl = (file, id, starts, spans) => {
    const { list, from, until } = intervals(file, id);
    const count = list.length;
    // Open time before interval i; what is to be taken from an instant inside it to have the open time before that.
    const before = new Float64Array(count + 2);
    const lag = new Float64Array(count + 1);
    const end = new Float64Array(count + 1);
    list.forEach(([open, close], i) => {
      lag[i] = open - before[i];
      end[i] = close;
      before[i + 1] = before[i] + (close - open);
    });
    const total = before[count];
    [end[count], lag[count], before[count + 1]] = [Infinity, Infinity, Infinity];

    // At most one interval ends in a bucket, so its first interval or the next one is the one looked for.
    const least = (lengths) => bucket(lengths.reduce((a, b) => Math.min(a, b)));
    const byElapsed = least(list.slice(1).map(([, close], i) => close - list[i][1]));
    const byOpen = least(list.map(([open, close]) => close - open));
    const table = (size, whole, ends) => {
      const first = new Uint16Array(Math.ceil(whole / size) + 2);
      for (let b = 0, i = 0; b < first.length; b++) {
        while (i < count && ends(i) <= b * size) i++;
        first[b] = i;
      }
      return first;
    };
    const elapsedTable = table(byElapsed, until - from, (i) => end[i] - from);
    const openTable = table(byOpen, total, (i) => before[i + 1]);
    const [perElapsed, perOpen] = [1 / byElapsed, 1 / byOpen];

    const due = new Float64Array(starts.length);
    const run = () => {
      for (let n = 0; n < due.length; n++) {
        const t = starts[n];
        const span = spans[n];
        if (!(t >= from && t < until && span > 0)) { due[n] = span === 0 ? t : NaN; continue; }
        let i = elapsedTable[((t - from) * perElapsed) | 0];
        i += +(end[i] <= t);
        const opened = t - lag[i];
        const target = (opened > before[i] ? opened : before[i]) + span;
        if (target > total) { due[n] = NaN; continue; }
        let j = openTable[((target - 1) * perOpen) | 0];
        j += +(before[j + 1] < target);
        due[n] = target + lag[j];
      }
    };
    return { run, due: () => due };
  };
}
