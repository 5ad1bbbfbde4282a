//! How times, lengths and numbers are written. Three fields are a length (0:32:24), two are a time of day (15:30);
//! from one day on: 1 天 9 时. Telephone numbers are masked unless somebody asked to see one.

use baton_engine::calendar::Zone;
use baton_engine::time::{Span, Timestamp, Weekday};

use super::Lang;

/// `0:32:24`, or `1 天 9 时` from one day. The sign is left to the caller (overdue is written 超 / +).
pub fn length(span: Span, lang: Lang) -> String {
    let secs = span.millis().unsigned_abs() / 1000;
    let (days, hours) = (secs / 86_400, secs / 3600 % 24);
    if days > 0 {
        return match lang {
            Lang::Zh => format!("{days} 天 {hours} 时"),
            Lang::En => format!("{days} d {hours} h"),
        };
    }
    format!("{}:{:02}:{:02}", secs / 3600, secs / 60 % 60, secs % 60)
}

/// A length in words for rules: `8 小时`, `30 分钟`, `15 天`.
pub fn rule_length(span: Span, lang: Lang) -> String {
    let secs = span.millis() / 1000;
    let unit = |n: i64, zh: &str, en: &str| match lang {
        Lang::Zh => format!("{n} {zh}"),
        Lang::En => format!("{n} {en}"),
    };
    match secs {
        s if s != 0 && s % 86_400 == 0 && s >= 3 * 86_400 => unit(s / 86_400, "天", "days"),
        s if s != 0 && s % 3600 == 0 => unit(s / 3600, "小时", "h"),
        s if s % 60 == 0 => unit(s / 60, "分钟", "min"),
        s => unit(s, "秒", "s"),
    }
}

/// `15:30`
pub fn clock_time(at: Timestamp, zone: &Zone) -> String {
    let (_, millis) = zone.local(at);
    format!("{:02}:{:02}", millis / 3_600_000, millis / 60_000 % 60)
}

/// `14:57:36`
pub fn clock_time_secs(at: Timestamp, zone: &Zone) -> String {
    let (_, millis) = zone.local(at);
    format!("{:02}:{:02}:{:02}", millis / 3_600_000, millis / 60_000 % 60, millis / 1000 % 60)
}

/// `15:30` today, `明日 10:00` / `Tue 10:00` tomorrow, `12-08 10:00` else.
pub fn moment(at: Timestamp, now: Timestamp, zone: &Zone, lang: Lang) -> String {
    let (day, _) = zone.local(at);
    let (today, _) = zone.local(now);
    let time = clock_time(at, zone);
    if day == today {
        time
    } else if day == today.plus_days(1) {
        match lang {
            Lang::Zh => format!("明日 {time}"),
            Lang::En => format!("{} {time}", weekday(day.weekday(), lang)),
        }
    } else {
        format!("{:02}-{:02} {time}", day.month(), day.day())
    }
}

/// `12,400`
pub fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `11 月 23 日 周一` / `Mon 23 Nov`
pub fn long_date(at: Timestamp, zone: &Zone, lang: Lang) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (day, _) = zone.local(at);
    let week = weekday(day.weekday(), lang);
    match lang {
        Lang::Zh => format!("{} 月 {} 日 {week}", day.month(), day.day()),
        Lang::En => format!("{week} {} {}", day.day(), MONTHS[(day.month().clamp(1, 12) - 1) as usize]),
    }
}

/// `12-08`
pub fn short_date(at: Timestamp, zone: &Zone) -> String {
    let (day, _) = zone.local(at);
    format!("{:02}-{:02}", day.month(), day.day())
}

fn weekday(day: Weekday, lang: Lang) -> &'static str {
    let at = day.num_days_from_monday() as usize;
    match lang {
        Lang::Zh => ["周一", "周二", "周三", "周四", "周五", "周六", "周日"][at],
        Lang::En => ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][at],
    }
}

/// `138 **** 6027`: the middle is hidden; short numbers lose all but the last two digits.
pub fn masked(number: &str) -> String {
    let digits: Vec<char> = number.chars().filter(|c| !c.is_whitespace()).collect();
    let n = digits.len();
    if n >= 9 {
        let head: String = digits[..3].iter().collect();
        let tail: String = digits[n - 4..].iter().collect();
        return format!("{head} **** {tail}");
    }
    let shown = n.min(2);
    let tail: String = digits[n - shown..].iter().collect();
    format!("{}{tail}", "*".repeat(n - shown))
}

/// `138 0000 6027`
pub fn spaced(number: &str) -> String {
    let digits: Vec<char> = number.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 11 {
        return digits.into_iter().collect();
    }
    let part = |a: usize, b: usize| digits[a..b].iter().collect::<String>();
    format!("{} {} {}", part(0, 3), part(3, 7), part(7, 11))
}

/// What people say of a case number: `0418` of `CS-1123-0418`.
pub fn case_number(number: &str) -> &str {
    number.rsplit('-').next().unwrap_or(number)
}

/// `¥86.40` from fen.
pub fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    if fen.is_multiple_of(100) {
        format!("{sign}¥{}", fen / 100)
    } else {
        format!("{sign}¥{}.{:02}", fen / 100, fen % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::case_number;

    #[test]
    fn people_say_the_end_of_a_case_number() {
        assert_eq!(case_number("CS-1123-0418"), "0418");
        assert_eq!(case_number("0418"), "0418");
    }
}
