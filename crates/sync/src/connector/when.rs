//! Moments as backends write them: RFC 3339 and its relatives, HTTP dates, numbers. All are UTC unless they say more.

use baton_engine::time::Timestamp;
use serde_json::Value;

use super::scan::text;

/// How a document says a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// RFC 3339, also with a space instead of the `T`, or without a zone.
    Text,
    Millis,
    Seconds,
}

impl Form {
    pub(super) fn read(self, value: &Value) -> Option<Timestamp> {
        let number = |factor: i64| value.as_i64()?.checked_mul(factor);
        let millis = match self {
            Form::Text => return moment(value.as_str()?),
            Form::Millis => number(1),
            Form::Seconds => number(1000),
        };
        // What no moment can stand for is none.
        millis.filter(|ms| Timestamp::from_millis(*ms).millis() == *ms).map(Timestamp::from_millis)
    }

    /// The same of a value as it is written.
    pub(super) fn read_raw(self, raw: &str) -> Option<Timestamp> {
        match (self, text(raw)) {
            (Form::Text, text) => moment(&text?),
            (_, None) => self.read(&serde_json::from_str(raw).ok()?),
            _ => None,
        }
    }

    pub(super) fn write(self, now_ms: i64) -> Value {
        match self {
            Form::Text => Timestamp::from_millis(now_ms).to_string().into(),
            Form::Millis => now_ms.into(),
            Form::Seconds => (now_ms / 1000).into(),
        }
    }
}

/// RFC 3339; a space may stand for the `T`, and what has no zone is UTC.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(moment) = text.parse() {
        return Some(moment);
    }
    if text.len() < 19 || text.len() > 40 || !text.is_ascii() {
        return None;
    }
    let mut fixed = text.replacen(' ', "T", 1);
    if !fixed.ends_with(['Z', 'z']) && !fixed[19..].contains(['+', '-']) {
        fixed.push('Z');
    }
    fixed.parse().ok()
}

/// `text`, a moment, less so many milliseconds, in the same form.
pub(super) fn earlier(text: &str, by_ms: i64) -> Option<String> {
    let moved = moment(text)?.millis().saturating_sub(by_ms).max(0);
    Some(like(text, Timestamp::from_millis(moved)))
}

/// A moment in the form in which `text` says another one.
pub(super) fn like(text: &str, moment: Timestamp) -> String {
    let plain = moment.to_string();
    if text.as_bytes().get(10) == Some(&b' ') { plain.replacen('T', " ", 1) } else { plain }
}

/// The form of HTTP's headers: `Sun, 22 Nov 2026 08:27:41 GMT`.
pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut words = text.split_once(", ")?.1.split(' ');
    let (day, month, year, time) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let month = MONTHS.iter().position(|m| *m == month)? + 1;
    format!("{year}-{month:02}-{day:0>2}T{time}Z").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_all_backends() {
        let second = "2026-11-22T08:27:41.000Z".parse().ok();
        assert_eq!(http_date("Sun, 22 Nov 2026 08:27:41 GMT"), second);
        assert_eq!(http_date("Sunday"), None);
        assert_eq!(moment("2026-11-22 08:27:41Z"), second);
        assert_eq!(moment("2026-11-22T08:27:41"), second);
        assert_eq!(moment("2026-11-22T16:27:41.000000+08:00"), second);
        assert_eq!((moment(""), moment("2026"), moment("接力接力接力接力接力接力")), (None, None, None));
        assert_eq!(Form::Seconds.read(&1_795_336_061.into()), second);
        assert_eq!(Form::Millis.read(&i64::MAX.into()), None);
    }

    #[test]
    fn earlier_moments_keep_their_form() {
        assert_eq!(earlier("2026-11-22 08:29:29.565Z", 30_000).as_deref(), Some("2026-11-22 08:28:59.565Z"));
        let micros = earlier("2026-11-22T08:29:29.565123+00:00", 30_000);
        assert_eq!(micros.as_deref(), Some("2026-11-22T08:28:59.565Z"));
        assert_eq!(earlier("soon", 1), None);
    }
}
