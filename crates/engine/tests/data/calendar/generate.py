#!/usr/bin/env python3
"""The independent oracle of the calendar tests: writes cases.csv and zones.csv beside itself.

    python3 generate.py        (standard library only; Python 3.9 or later with a zoneinfo database)

It shares nothing with the engine but the hours in calendars.json, and reckons in another way: it walks over every
minute (for the calendar with hours to the second: every second) of the years, asks zoneinfo what the wall clock
shows, and marks the tick open or closed. Every answer is then found by counting ticks one by one. There are no
intervals, no prefix sums and no arithmetic on offsets.

A clock change is treated by the high-water mark of the wall clock, "the latest time it has shown so far": hours are
open while the mark lies in them. So a wall time that is skipped is reached at the end of the gap, and one that is
shown twice counts the first time.

cases.csv: calendar,function,argument,argument,answer. Instants and spans in milliseconds.
zones.csv: zone;POSIX rule;then "second of a change of offset:offset from then on" for 2024 to 2030.
The result depends on the seed and on the zoneinfo database only (America/New_York, Australia/Lord_Howe and
Asia/Shanghai have had the same rules since 2008).
"""

import json
import random
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

HERE = Path(__file__).parent
SEED = 20261101
YEARS = (date(2025, 1, 1), date(2028, 1, 1))
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ZONES = [
    "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Jerusalem", "Asia/Beirut", "UTC",
    "Europe/London", "Europe/Dublin", "Europe/Berlin", "Europe/Lisbon", "Atlantic/Azores", "America/New_York",
    "America/Los_Angeles", "America/St_Johns", "America/Santiago", "America/Havana", "America/Nuuk",
    "America/Sao_Paulo", "Australia/Sydney", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham",
]


class Walk:
    """One calendar, tick by tick."""

    def __init__(self, spec, holidays):
        self.name = spec["id"]
        self.zone = ZoneInfo(spec["zone"])
        self.always = spec.get("alwaysOpen", False)
        self.tick = 1 if "window" in spec else 60
        first, last = map(date.fromisoformat, spec["window"]) if "window" in spec else YEARS
        self.first, self.last = first, last
        self.week = {name: hours for names, hours in spec.get("weekly", {}).items() for name in names.split(",")}
        self.overrides = spec.get("overrides", {})
        self.off = set(holidays["off"]) if spec.get("holidays") else set()
        self.make_up = set(holidays["makeUp"]) if spec.get("holidays") else set()
        self.make_up_as = holidays["makeUpWorksAs"]
        # Start the walk early enough for hours that began before the first day.
        self.start = int(datetime(first.year, first.month, first.day, tzinfo=timezone.utc).timestamp()) - 4 * 86400
        self.end = int(datetime(last.year, last.month, last.day, tzinfo=timezone.utc).timestamp()) + 4 * 86400
        self.open = bytearray()
        self.midnights = {}  # local date -> first tick at which the mark has reached it
        self.mark_ticks()

    def hours(self, day):
        """Wall-clock hours that begin on a local day, by the order of precedence."""
        iso = day.isoformat()
        if self.always:
            return [["00:00", "24:00"]]
        if iso in self.overrides:
            return self.overrides[iso]
        if iso in self.make_up:
            return self.week.get(self.make_up_as, [])
        if iso in self.off:
            return []
        return self.week.get(WEEKDAYS[day.weekday()], [])

    def wall_hours(self, day):
        """Those hours as naive wall-clock datetimes."""
        midnight = datetime(day.year, day.month, day.day)
        for pair in self.hours(day):
            yield tuple(
                midnight + timedelta(seconds=sum(int(n) * unit for n, unit in zip(text.split(":"), (3600, 60, 1))))
                for text in pair
            )

    def mark_ticks(self):
        hour_fields = {}
        mark = datetime.min
        for second in range(self.start, self.end, self.tick):
            wall = datetime.fromtimestamp(second, self.zone).replace(tzinfo=None, fold=0)
            if wall > mark:
                mark = wall
            day = mark.date()
            if day not in hour_fields:
                hour_fields = {day: [h for back in (2, 1, 0) for h in self.wall_hours(day - timedelta(days=back))]}
                self.midnights[day] = second
            self.open.append(any(opens <= mark < closes for opens, closes in hour_fields[day]))

    # Every question is answered by stepping over ticks. Times are in milliseconds.

    def tick_of(self, ms):
        return (ms // 1000 - self.start) // self.tick

    def tick_start(self, index):
        return (self.start + index * self.tick) * 1000

    def is_open(self, ms):
        return self.open[self.tick_of(ms)]

    def next_open(self, ms):
        index = self.tick_of(ms)
        if self.open[index]:
            return ms
        while not self.open[index]:
            index += 1
        return self.tick_start(index)

    def add(self, ms, span):
        """Steps forward until the span is used up; None when the walk ends first."""
        index = self.tick_of(ms)
        while span > 0:
            if index >= len(self.open):
                return None
            end = self.tick_start(index + 1)
            if self.open[index]:
                used = min(span, end - ms)
                span -= used
                ms += used
                if span == 0:
                    return ms
            ms = end
            index += 1
        return ms

    def subtract(self, ms, span):
        index = self.tick_of(ms)
        if ms == self.tick_start(index):
            index -= 1
        while span > 0:
            if index < 0:
                return None
            begin = self.tick_start(index)
            if self.open[index]:
                used = min(span, ms - begin)
                span -= used
                ms -= used
                if span == 0:
                    break
            ms = begin
            index -= 1
        return ms

    def between(self, a, b):
        if b < a:
            return -self.between(b, a)
        total, index = 0, self.tick_of(a)
        while a < b:
            end = min(b, self.tick_start(index + 1))
            total += (end - a) if self.open[index] else 0
            a = end
            index += 1
        return total

    def working_days(self, ms, count):
        """Local 24:00 of the count-th day with hours of its own after the day of ms."""
        # The mark's day, not the wall's: they differ only where a clock goes back over midnight.
        day = max(d for d, second in self.midnights.items() if second * 1000 <= ms)
        if count == 0 and self.hours(day):
            return self.midnights[day + timedelta(days=1)] * 1000
        count = max(count, 1)
        while count:
            day += timedelta(days=1)
            count -= bool(self.hours(day))
        return self.midnights[day + timedelta(days=1)] * 1000

    # What to ask about.

    def interesting(self):
        """Instants where something changes: ticks where it opens or closes, clock changes, midnights."""
        changes = [self.tick_start(i) for i in range(1, len(self.open)) if self.open[i] != self.open[i - 1]]
        shifts, offset = [], None
        for second in range(self.start, self.end, 900):
            now = datetime.fromtimestamp(second, self.zone).utcoffset()
            if offset is not None and now != offset:
                shifts.append(second * 1000)
            offset = now
        return changes, shifts, [second * 1000 for second in self.midnights.values()]


def pick_instant(rng, walk, changes, shifts, midnights, low, high):
    while True:
        kind = rng.random()
        if shifts and kind < 0.45:
            ms = rng.choice(shifts) + rng.randrange(-36 * 3600, 36 * 3600) * 1000
            if changes and rng.random() < 0.4:
                ms = min(changes, key=lambda change: abs(change - ms)) + rng.choice([-60000, -1000, -1, 0, 1, 1000])
            elif rng.random() < 0.2:
                ms = rng.choice(shifts) + rng.choice([-3600000, -1, 0, 1, 3600000, 7200000])
        elif changes and kind < 0.7:
            ms = rng.choice(changes) + rng.choice([-1000, -1, 0, 1, 1000])
        elif kind < 0.8:
            ms = rng.choice(midnights) + rng.choice([-1, 0, 1])
        else:
            ms = rng.randrange(low, high)
        if kind > 0.5 and rng.random() < 0.3:
            ms += rng.randrange(-86400000, 86400000)
        if low <= ms < high:
            return ms


def pick_span(rng, longest):
    hour = 3600000
    kind = rng.random()
    if kind < 0.5:
        span = rng.choice([1, 60000, 15 * 60000, 20 * 60000, hour, 3 * hour, 6 * hour, 7 * hour, 8 * hour, 9 * hour,
                           13 * hour, 24 * hour, 48 * hour])
    elif kind < 0.8:
        span = rng.randrange(1, 30 * hour)
    else:
        span = rng.randrange(1, 150 * hour)
    return min(span, longest)


def write_cases(spec):
    rng = random.Random(SEED)
    rows = []
    for calendar in spec["calendars"]:
        walk = Walk(calendar, spec["holidays"])
        changes, shifts, midnights = walk.interesting()
        margin = 86400000 * (1 if walk.tick == 1 else 40)
        low, high = walk.midnights[walk.first] * 1000 + margin, walk.midnights[walk.last] * 1000 - margin
        longest = 20 * 3600000 if walk.tick == 1 else 150 * 3600000
        count = 120 if walk.always else 300 if walk.tick == 1 else 900

        def ask(function, a, b, answer):
            if answer is not None:
                rows.append(f"{walk.name},{function},{a},{b},{int(answer)}")

        for _ in range(count):
            instant = lambda: pick_instant(rng, walk, changes, shifts, midnights, low, high)
            kind = rng.random()
            if kind < 0.34:
                a, b = instant(), pick_span(rng, longest)
                ask("add", a, b, walk.add(a, b))
            elif kind < 0.54:
                a, b = instant(), pick_span(rng, longest)
                ask("subtract", a, b, walk.subtract(a, b))
            elif kind < 0.74:
                a = instant()
                b = min(max(low, a + rng.randrange(-10 * 86400000, 10 * 86400000)), high)
                ask("between", a, b, walk.between(a, b))
            elif kind < 0.82:
                a = instant()
                ask("next_open", a, 0, walk.next_open(a))
            elif kind < 0.92:
                a = instant()
                ask("is_open", a, 0, walk.is_open(a))
            else:
                a, b = instant(), rng.randrange(0, 2 if walk.tick == 1 else 16)
                ask("working_days", a, b, walk.working_days(a, b))
    (HERE / "cases.csv").write_text("\n".join(rows) + "\n")
    return len(rows)


def posix_rule(name):
    """The last line of the zone's file."""
    for folder in TZPATH:
        path = Path(folder) / name
        if path.exists():
            return path.read_bytes().rstrip(b"\n").rsplit(b"\n", 1)[1].decode()
    from importlib.resources import files  # the tzdata package, where the system has no database

    return files("tzdata").joinpath("zoneinfo", name).read_bytes().rstrip(b"\n").rsplit(b"\n", 1)[1].decode()


def write_zones():
    rows = []
    for name in ZONES:
        zone = ZoneInfo(name)
        offset_at = lambda second: int(datetime.fromtimestamp(second, zone).utcoffset().total_seconds())
        begin, end = (int(datetime(year, 1, 1, tzinfo=timezone.utc).timestamp()) for year in (2024, 2031))
        changes = [f"{begin}:{offset_at(begin)}"]
        for hour in range(begin, end, 3600):
            if offset_at(hour) != offset_at(hour + 3600):
                second = next(s for s in range(hour, hour + 3601) if offset_at(s) != offset_at(hour))
                changes.append(f"{second}:{offset_at(second)}")
        rows.append(f'{name};{posix_rule(name)};{" ".join(changes)}')
    (HERE / "zones.csv").write_text("\n".join(rows) + "\n")


if __name__ == "__main__":
    calendars = json.loads((HERE / "calendars.json").read_text())
    print(write_cases(calendars), "cases")
    write_zones()
