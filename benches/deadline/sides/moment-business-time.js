// moment-business-time, in a process whose time zone is the calendar's. It knows holidays but no working days in
// exchange for them.
"use strict";
globalThis.benchMake = (file, id, starts, spans) => {
  const moment = benchRequire("moment-business-time");
  const week = Object.fromEntries([0, 1, 2, 3, 4, 5, 6].map((day) => [day, null]));
  const number = { sun: 0, mon: 1, tue: 2, wed: 3, thu: 4, fri: 5, sat: 6 };
  for (const [day, hours] of benchWeek(file, id)) week[number[day]] = hours.flat();
  const holidays = file.calendars.find((one) => one.id === id).holidays ? file.holidays.off : [];
  moment.updateLocale(moment.locale(), { workinghours: week, holidays });
  const due = new Float64Array(starts.length);
  // The coarsest unit that is exact: it walks in hours' minutes, or in the unit given.
  const add = (start, span) => {
    const [n, unit] = span % 60_000 === 0 ? [span / 60_000, "minute"] : span % 1000 === 0 ? [span / 1000, "second"] : [span, "millisecond"];
    return moment(start).addWorkingTime(n, unit).valueOf();
  };
  return {
    run: () => { for (let i = 0; i < due.length; i++) due[i] = add(starts[i], spans[i]); },
    due: () => due,
  };
};
