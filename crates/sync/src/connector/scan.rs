//! Reading parts of a JSON text without making a tree of the rest: slices of the text itself, by JSON Pointer.
//!
//! A list of ten thousand documents is cut into their texts in one pass, which also finds their ids and revisions. What is
//! cut is whole JSON: every byte is checked against RFC 8259, only numbers and escapes are not made into values.

use std::borrow::Cow;

use serde_json::Value;

/// A text that is no JSON, from this byte on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotJson(pub usize);

type Outcome<T = ()> = Result<T, NotJson>;

/// A list answer, cut up; what is made of each item is the reader's choice.
pub(super) struct Envelope<'a, T> {
    whole: &'a str,
    pub items: Vec<T>,
    /// The other members of the envelope.
    rest: Vec<(Cow<'a, str>, &'a str)>,
}

/// Members of an object by the places of their names; None is what it lacks.
pub(super) type Members<'a, const N: usize> = [Option<&'a str>; N];

impl<'a, T> Envelope<'a, T> {
    /// Cuts the list at `pointer` out of `text`; `item` reads one item.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub(super) fn cut(
        text: &'a str,
        pointer: &str,
        mut item: impl FnMut(&mut Scan<'a>) -> Outcome<T>,
    ) -> Result<Envelope<'a, T>, String> {
        let tokens = tokens(pointer);
        let (mut items, mut rest) = (None, Vec::new());
        let mut scan = Scan::new(text);
        let read = match tokens.split_first() {
            None => scan.list(&mut item).map(|list| items = list),
            Some((first, way)) => scan
                .object(|scan, name| {
                    if name == *first {
                        items = scan.find(way, &mut |scan| scan.list(&mut item))?;
                    } else {
                        rest.push((name, scan.value()?));
                    }
                    Ok(())
                })
                .map(drop),
        };
        if let Err(NotJson(at)) = read.and_then(|()| scan.end()) {
            return Err(format!("the list is not JSON at byte {at}"));
        }
        let items = items.ok_or_else(|| format!("no list at {pointer:?}"))?;
        Ok(Envelope { whole: text, items, rest })
    }

    /// A value of the envelope.
    pub(super) fn value(&self, pointer: &str) -> Option<Value> {
        let tokens = tokens(pointer);
        let (first, way) = tokens.split_first()?;
        let found = match self.rest.iter().find(|(name, _)| name == first) {
            Some((_, raw)) => walk(raw, way),
            None if way.is_empty() => None,
            // It lies beside the list.
            None => walk(self.whole, &tokens),
        };
        serde_json::from_str(found?).ok()
    }
}

/// The part of a JSON text at `pointer`.
pub(super) fn at<'a>(text: &'a str, pointer: &str) -> Option<&'a str> {
    walk(text, &tokens(pointer))
}

/// A revision for documents that have none: a digest of the text, whatever its spaces and line breaks.
pub(super) fn digest(text: &str) -> String {
    let (mut hash, mut in_text, mut escaped) = (0xCBF2_9CE4_8422_2325_u64, false, false);
    for byte in text.bytes() {
        if !in_text && byte.is_ascii_whitespace() {
            continue;
        }
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
        in_text = if byte == b'"' && !escaped { !in_text } else { in_text };
        escaped = in_text && byte == b'\\' && !escaped;
    }
    format!("{hash:016x}")
}

/// What a JSON string says, if this is one.
pub(super) fn text(raw: &str) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') { serde_json::from_str(raw).ok().map(Cow::Owned) } else { Some(Cow::Borrowed(inner)) }
}

fn tokens(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|t| t.replace("~1", "/").replace("~0", "~")).collect()
}

fn walk<'a>(text: &'a str, way: &[String]) -> Option<&'a str> {
    Scan::new(text).find(way, &mut |scan| scan.value().map(Some)).ok().flatten()
}

/// Goes through a JSON text once.
pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
    /// The brackets that are still to be closed.
    open: Vec<u8>,
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str) -> Scan<'a> {
        Scan { text, at: 0, open: Vec::new() }
    }

    /// The next value, as it is written.
    pub(super) fn value(&mut self) -> Outcome<&'a str> {
        self.at = blank(self.text.as_bytes(), self.at);
        let from = self.at;
        self.skip()?;
        Ok(self.since(from))
    }

    /// The next value as it is written and, if it is an object, its members of these names; the last one of a name counts.
    pub(super) fn members<const N: usize>(&mut self, names: &[&str; N]) -> Outcome<(&'a str, Option<Members<'a, N>>)> {
        self.at = blank(self.text.as_bytes(), self.at);
        let from = self.at;
        let mut found = [None; N];
        let is_object = self.object(|scan, name| {
            let value = scan.value()?;
            // One member may serve several purposes.
            for (found, _) in found.iter_mut().zip(names).filter(|(_, wanted)| name == **wanted) {
                *found = Some(value);
            }
            Ok(())
        })?;
        Ok((self.since(from), is_object.then_some(found)))
    }

    /// What `read` makes of the value at the end of the way; None if the way leads nowhere. The last one of a name counts.
    fn find<T>(
        &mut self,
        way: &[String],
        read: &mut impl FnMut(&mut Scan<'a>) -> Outcome<Option<T>>,
    ) -> Outcome<Option<T>> {
        let Some((first, way)) = way.split_first() else { return read(self) };
        let (mut found, mut place) = (None, 0);
        if self.is_list() {
            let wanted = first.parse::<usize>().ok();
            self.list(&mut |scan: &mut Scan<'a>| {
                if wanted == Some(place) {
                    found = scan.find(way, read)?;
                } else {
                    scan.skip()?;
                }
                place += 1;
                Ok(())
            })?;
        } else {
            self.object(|scan, name| {
                if name == *first {
                    found = scan.find(way, read)?;
                } else {
                    scan.skip()?;
                }
                Ok(())
            })?;
        }
        Ok(found)
    }

    /// The next value item by item; None if it is no list.
    fn list<T>(&mut self, item: &mut impl FnMut(&mut Scan<'a>) -> Outcome<T>) -> Outcome<Option<Vec<T>>> {
        if !self.eat(b'[') {
            return self.skip().map(|()| None);
        }
        let mut items = Vec::new();
        if self.eat(b']') {
            return Ok(Some(items));
        }
        loop {
            items.push(item(self)?);
            if self.eat(b']') {
                return Ok(Some(items));
            }
            self.must(b',')?;
        }
    }

    /// The next value member by member; `member` goes over the value. False if it is no object.
    fn object(&mut self, mut member: impl FnMut(&mut Scan<'a>, Cow<'a, str>) -> Outcome) -> Outcome<bool> {
        if !self.eat(b'{') {
            return self.skip().map(|()| false);
        }
        if self.eat(b'}') {
            return Ok(true);
        }
        loop {
            let name = self.value()?;
            let name = text(name).ok_or(NotJson(self.at))?;
            self.must(b':')?;
            member(self, name)?;
            if self.eat(b'}') {
                return Ok(true);
            }
            self.must(b',')?;
        }
    }

    /// Goes over the next value, however deep.
    fn skip(&mut self) -> Outcome {
        let bytes = self.text.as_bytes();
        // What closes the innermost object or list; 0 outside of all.
        let (mut at, mut closes) = (self.at, 0);
        loop {
            at = blank(bytes, at);
            match byte(bytes, at) {
                b'"' => at = string(bytes, at + 1)?,
                opens @ (b'{' | b'[') => {
                    // Either is two before what closes it.
                    self.open.push(closes);
                    closes = opens + 2;
                    at = blank(bytes, at + 1);
                    if byte(bytes, at) != closes {
                        if closes == b'}' {
                            at = name(bytes, at)?;
                        }
                        continue;
                    }
                }
                b't' => at = word(bytes, at, b"true")?,
                b'f' => at = word(bytes, at, b"false")?,
                b'n' => at = word(bytes, at, b"null")?,
                _ => at = number(bytes, at)?,
            }
            // After a value, or before the end of an empty one.
            loop {
                if closes == 0 {
                    self.at = at;
                    return Ok(());
                }
                at = blank(bytes, at);
                let here = byte(bytes, at);
                at += 1;
                if here == closes {
                    closes = self.open.pop().unwrap_or(0);
                } else if here != b',' {
                    return Err(NotJson(at - 1));
                } else {
                    if closes == b'}' {
                        at = name(bytes, at)?;
                    }
                    break;
                }
            }
        }
    }

    fn is_list(&mut self) -> bool {
        self.at = blank(self.text.as_bytes(), self.at);
        byte(self.text.as_bytes(), self.at) == b'['
    }

    /// Nothing but blanks is left.
    fn end(&mut self) -> Outcome {
        self.at = blank(self.text.as_bytes(), self.at);
        if self.at == self.text.len() { Ok(()) } else { Err(NotJson(self.at)) }
    }

    fn since(&self, from: usize) -> &'a str {
        &self.text[from..self.at]
    }

    /// Whether this byte comes after blanks; goes over it.
    fn eat(&mut self, wanted: u8) -> bool {
        self.at = blank(self.text.as_bytes(), self.at);
        let found = byte(self.text.as_bytes(), self.at) == wanted;
        self.at += usize::from(found);
        found
    }

    fn must(&mut self, wanted: u8) -> Outcome {
        if self.eat(wanted) { Ok(()) } else { Err(NotJson(self.at)) }
    }
}

// Each of these goes over something that begins at a place, and gives the place behind it.

/// 0, which nothing of JSON begins with, at the end.
#[inline(always)]
fn byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}

#[inline(always)]
fn blank(bytes: &[u8], mut at: usize) -> usize {
    while matches!(byte(bytes, at), b' ' | b'\n' | b'\r' | b'\t') {
        at += 1;
    }
    at
}

/// A member's name and its colon.
fn name(bytes: &[u8], at: usize) -> Outcome<usize> {
    let at = blank(bytes, at);
    if byte(bytes, at) != b'"' {
        return Err(NotJson(at));
    }
    let at = blank(bytes, string(bytes, at + 1)?);
    if byte(bytes, at) == b':' { Ok(at + 1) } else { Err(NotJson(at)) }
}

/// A string from behind its first quote.
fn string(bytes: &[u8], mut at: usize) -> Outcome<usize> {
    loop {
        // Eight bytes at once, as long as none of them is a quote, a backslash or a control character.
        while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
            let found = special(u64::from_le_bytes(*eight));
            at += (found.trailing_zeros() / 8) as usize;
            if found != 0 {
                break;
            }
        }
        match byte(bytes, at) {
            b'"' => return Ok(at + 1),
            b'\\' => at = escape(bytes, at)?,
            0x20.. => at += 1,
            _ => return Err(NotJson(at)),
        }
    }
}

fn escape(bytes: &[u8], at: usize) -> Outcome<usize> {
    match byte(bytes, at + 1) {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(at + 2),
        b'u' => match bytes.get(at + 2..at + 6) {
            Some(hex) if hex.iter().all(u8::is_ascii_hexdigit) => Ok(at + 6),
            _ => Err(NotJson(at)),
        },
        _ => Err(NotJson(at)),
    }
}

fn number(bytes: &[u8], mut at: usize) -> Outcome<usize> {
    at += usize::from(byte(bytes, at) == b'-');
    at = if byte(bytes, at) == b'0' { at + 1 } else { digits(bytes, at)? };
    if byte(bytes, at) == b'.' {
        at = digits(bytes, at + 1)?;
    }
    if matches!(byte(bytes, at), b'e' | b'E') {
        at += 1;
        at = digits(bytes, at + usize::from(matches!(byte(bytes, at), b'+' | b'-')))?;
    }
    Ok(at)
}

fn digits(bytes: &[u8], from: usize) -> Outcome<usize> {
    let mut at = from;
    while byte(bytes, at).is_ascii_digit() {
        at += 1;
    }
    if at > from { Ok(at) } else { Err(NotJson(from)) }
}

fn word(bytes: &[u8], at: usize, word: &[u8]) -> Outcome<usize> {
    if bytes[at..].starts_with(word) { Ok(at + word.len()) } else { Err(NotJson(at)) }
}

/// Of eight bytes those that end or break a plain piece of a string: the lowest bit that is set is in the first of them.
fn special(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES << 7;
    let zero = |x: u64| x.wrapping_sub(ONES) & !x;
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (zero(word ^ (ONES * 0x22)) | zero(word ^ (ONES * 0x5C)) | control) & HIGHS
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_cut_out_of_any_envelope() {
        let texts = |body, pointer| {
            let envelope = Envelope::cut(body, pointer, Scan::value)?;
            Ok::<_, String>(envelope.items.into_iter().map(str::to_owned).collect::<Vec<_>>())
        };
        assert_eq!(texts("[1, {\"a\" : 2}]", ""), Ok(vec!["1".into(), "{\"a\" : 2}".into()]));
        assert_eq!(texts(r#"{"x":{"y":[7]}}"#, "/x/y"), Ok(vec!["7".into()]));
        assert_eq!(texts(r#"[0,{"y":[7]}]"#, "/1/y").unwrap_err(), "no list at \"/1/y\"");
        for body in ["{}", "7", r#"{"x":7}"#, r#"{"x":{"y":{}}}"#] {
            assert!(texts(body, "/x/y").unwrap_err().starts_with("no list"), "{body}");
        }
        for body in ["", "<html>", r#"{"x":{"y":[7]}"#, r#"{"x":{"y":[7]}} x"#] {
            assert!(texts(body, "/x/y").unwrap_err().starts_with("the list is not JSON"), "{body}");
        }
    }

    #[test]
    fn the_rest_of_an_envelope_is_at_hand() {
        let envelope = Envelope::cut(r#"{"n":1,"x":{"y":[7],"z":2},"a~/b":{"c":[3]}}"#, "/x/y", Scan::value).unwrap();
        assert_eq!(envelope.value("/n"), Some(1.into()));
        assert_eq!(envelope.value("/x/z"), Some(2.into()));
        assert_eq!(envelope.value("/a~0~1b/c/0"), Some(3.into()));
        assert_eq!(envelope.value("/nope"), None);
    }

    #[test]
    fn members_of_hostile_texts() {
        let found = |text: &str| {
            let (whole, found) = Scan::new(text).members(&["id", "_rev", "id"]).ok()?;
            assert_eq!(whole, text);
            found.map(|found| found.map(|raw| raw.map(str::to_owned)))
        };
        assert_eq!(found(r#"{"id":1,"x":[],"id":"a"}"#), Some([Some("\"a\"".into()), None, Some("\"a\"".into())]));
        assert_eq!(found(r#"{"\u0069d":"a"}"#).unwrap()[0].as_deref(), Some("\"a\""));
        assert_eq!((found("[]"), found("7"), found(""), found("{\"id\"")), (None, None, None, None));
        let deep = format!("{{\"x\":{}{},\"id\":1}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(found(&deep).unwrap()[0].as_deref(), Some("1"));
    }

    #[test]
    fn texts_are_read_as_a_json_reader_reads_them() {
        let texts = [
            "0",
            "-1.5e+10",
            "1E5",
            "true",
            "null",
            "\"\"",
            "\"eight or more, and 中文\"",
            "\"\\u00e9\\\"\\n\"",
            "[]",
            " [ 1 , {} ] ",
            "{\"a\" : {\"b\":[[],{\"c\":\"d\"}]}, \"e\":false}",
            "",
            " ",
            "-",
            "01",
            "1.",
            ".5",
            "1e",
            "+1",
            "tru",
            "nul",
            "truex",
            "\"",
            "\"a",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"1234567\n\"",
            "\"12345678\u{1}\"",
            "[",
            "]",
            "[1",
            "[1,",
            "[1,]",
            "[,]",
            "[1 2]",
            "[1}",
            "{",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1",
            "{\"a\":1,}",
            "{\"a\" 1}",
            "{a:1}",
            "{\"a\":1]",
            "{1:1}",
            "1 1",
            "{\"a\":1}}",
            "\u{feff}1",
        ];
        for text in texts {
            let mut scan = Scan::new(text);
            let ours = scan.value().and_then(|_| scan.end());
            assert_eq!(ours.is_ok(), serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(), "{text:?} {ours:?}");
        }
    }

    #[test]
    fn a_string_of_any_length_ends_at_its_quote() {
        for before in 0..20 {
            for inside in ["", "\\\"", "\\\\", "é", "\u{7f}", "\u{10ffff}"] {
                let text = format!("\"{}{inside}{}\"", "x".repeat(before), "y".repeat(20 - before));
                let list = format!("[{text},{text}]");
                let cut = Envelope::cut(&list, "", Scan::value).unwrap();
                assert_eq!(cut.items, [&text, &text]);
            }
        }
    }

    #[test]
    fn a_digest_minds_values_and_not_spaces() {
        assert_eq!(digest("{\"a\": \"b c\\\" d\"}"), digest("{ \"a\":\n\"b c\\\" d\" }"));
        assert_ne!(digest("{\"a\":\"b c\"}"), digest("{\"a\":\"bc\"}"));
        assert_ne!(digest("{\"a\":\"b\\\\\" }"), digest("{\"a\":\"b\\\\ \"}"));
    }
}
