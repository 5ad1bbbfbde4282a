//! Places in a JSON text: where the value lies that a JSON Pointer names, its line, and writing one member without touching
//! the rest, so that the file stays as a person wrote it. Pure; knows nothing of connectors.

use std::ops::Range;

/// Bytes of the value that `pointer` (RFC 6901) names; of its nearest ancestor that is there, if it is missing itself.
/// None if the text is not JSON up to there.
pub fn place(text: &str, pointer: &str) -> Option<Range<usize>> {
    let mut scan = Scan { text: text.as_bytes(), at: 0 };
    scan.spaces();
    let mut start = scan.at;
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        let found = match scan.peek()? {
            b'{' => scan.member(&step)?,
            b'[' => scan.element(step.parse().ok())?,
            _ => None,
        };
        match found {
            Some(value) => (start, scan.at) = (value, value),
            None => break,
        }
    }
    scan.at = start;
    scan.value()?;
    Some(start..scan.at)
}

/// The line of a byte, from 0.
pub fn line(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|b| *b == b'\n').count()
}

/// The byte where a line (from 1) and column (from 1, in bytes) of a parser's message lie.
pub fn offset(text: &str, line: usize, column: usize) -> usize {
    let start = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
    let mut at = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The text with member `name` of the object at `pointer` set to `value` (a JSON text); everything else stays as it is
/// written. None if there is no such object.
pub fn with_member(text: &str, pointer: &str, name: &str, value: &str) -> Option<String> {
    let whole = place(text, pointer)?;
    let mut scan = Scan { text: text.as_bytes(), at: whole.start };
    if scan.peek()? != b'{' {
        return None;
    }
    if let Some(start) = scan.member(name)? {
        scan.at = start;
        scan.value()?;
        return Some(format!("{}{value}{}", &text[..start], &text[scan.at..]));
    }
    let body = text[..whole.end - 1].trim_end();
    let comma = if body.ends_with('{') { "" } else { "," };
    // On a line of its own where the others are.
    let indent = "  ".repeat(pointer.matches('/').count());
    let (before, after) = match text[whole.start..whole.end].contains('\n') || pointer.is_empty() {
        true => (format!("\n{indent}  "), format!("\n{indent}")),
        false => (" ".to_owned(), " ".to_owned()),
    };
    Some(format!("{body}{comma}{before}\"{name}\": {value}{after}}}{}", &text[whole.end..]))
}

/// Reads just enough of JSON to know where values begin and end. A fault gives None.
struct Scan<'a> {
    text: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn spaces(&mut self) {
        while self.peek().is_some_and(|b| b.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn take(&mut self, wanted: u8) -> Option<()> {
        (self.peek()? == wanted).then(|| self.at += 1)
    }

    /// Over a string; its content.
    fn string(&mut self) -> Option<String> {
        let start = self.at;
        self.take(b'"')?;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        serde_json::from_slice(self.text.get(start..self.at)?).ok()
    }

    /// Over a value of any kind. Nesting is counted, not recursed into: a hostile file may be deep.
    fn value(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            self.spaces();
            match self.peek()? {
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                b'"' => drop(self.string()?),
                b',' | b':' if depth > 0 => self.at += 1,
                _ => {
                    let start = self.at;
                    while self.peek().is_some_and(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b)) {
                        self.at += 1;
                    }
                    if self.at == start {
                        return None;
                    }
                }
            }
            if depth == 0 {
                return Some(());
            }
        }
    }

    /// Where the member's value begins, standing at an object.
    fn member(&mut self, name: &str) -> Option<Option<usize>> {
        self.take(b'{')?;
        loop {
            self.spaces();
            if self.peek()? == b'}' {
                return Some(None);
            }
            let here = self.string()?;
            self.spaces();
            self.take(b':')?;
            self.spaces();
            if here == name {
                return Some(Some(self.at));
            }
            self.value()?;
            self.spaces();
            if self.peek()? == b',' {
                self.at += 1;
            }
        }
    }

    /// Where the element begins, standing at a list.
    fn element(&mut self, index: Option<usize>) -> Option<Option<usize>> {
        self.take(b'[')?;
        for i in 0.. {
            self.spaces();
            if self.peek()? == b']' {
                break;
            }
            if Some(i) == index {
                return Some(Some(self.at));
            }
            self.value()?;
            self.spaces();
            if self.peek()? == b',' {
                self.at += 1;
            }
        }
        Some(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\n  \"a\": { \"b/c\": [1, \"x]\\\"\", true] },\n  \"d\": \"e\"\n}\n";

    fn at(pointer: &str) -> Option<&'static str> {
        place(TEXT, pointer).map(|range| &TEXT[range])
    }

    #[test]
    fn a_pointer_leads_to_its_value_or_to_what_lacks_it() {
        assert_eq!(at("/a/b~1c/1"), Some("\"x]\\\"\""));
        assert_eq!(at("/a/b~1c/2"), Some("true"));
        assert_eq!(at("/d"), Some("\"e\""));
        assert_eq!(at("/a/none/deeper"), at("/a"), "what is missing is missing there");
        assert_eq!(at("/a/b~1c/9"), at("/a/b~1c"));
        assert_eq!(at("/d/into"), at("/d"));
        assert_eq!(at(""), Some(TEXT.trim_end()));
        assert_eq!(place("{\"a\": ", "/a"), None);
        assert_eq!(place("", ""), None);
        assert_eq!(place(&"[".repeat(100_000), ""), None, "deep and unfinished, and no stack is used up");
    }

    #[test]
    fn lines_and_columns_are_those_of_the_parser() {
        assert_eq!(line(TEXT, place(TEXT, "/d").unwrap_or_default().start), 2);
        let broken = "{\n  \"a\": 1,\n  \"名\": x\n}";
        let error = serde_json::from_str::<serde_json::Value>(broken).err();
        let (l, c) = error.map(|e| (e.line(), e.column())).unwrap_or_default();
        assert_eq!(line(broken, offset(broken, l, c)), 2);
        assert_eq!(offset("ab", 9, 9), 2);
    }

    #[test]
    fn one_member_is_written_and_the_rest_stays() {
        let changed = with_member(TEXT, "", "d", "{\"x\": 1}");
        assert_eq!(changed.as_deref(), Some(TEXT.replace("\"e\"", "{\"x\": 1}").as_str()));
        let added = with_member(TEXT, "", "new", "true");
        assert_eq!(added.as_deref(), Some(TEXT.replace("\"e\"\n}", "\"e\",\n  \"new\": true\n}").as_str()));
        let inside = with_member(TEXT, "/a", "z", "0");
        assert_eq!(inside.as_deref(), Some(TEXT.replace("true] }", "true], \"z\": 0 }").as_str()));
        assert_eq!(with_member("{}", "", "a", "1").as_deref(), Some("{\n  \"a\": 1\n}"));
        assert_eq!(with_member("[]", "", "a", "1"), None);
    }
}
