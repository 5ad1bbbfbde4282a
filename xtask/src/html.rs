//! Just enough reading of HTML for the page that the build itself made: tags, attributes, inline scripts. Not a parser.

/// Without its comments.
pub fn without_comments(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find("<!--") {
        out.push_str(&rest[..start]);
        rest = rest[start..].find("-->").map_or("", |end| &rest[start + end + 3..]);
    }
    out.push_str(rest);
    out
}

/// Every `<name …>` tag, as it stands.
pub fn tags<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let open = format!("<{name}");
    html.match_indices(&open)
        .filter(|(at, _)| html[at + open.len()..].starts_with([' ', '>', '\n', '/']))
        .filter_map(|(at, _)| html[at..].find('>').map(|end| &html[at..=at + end]))
        .collect()
}

/// The value of an attribute of one tag, in double quotes or none.
pub fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let start = tag.find(&format!(" {name}="))? + name.len() + 2;
    let value = &tag[start..];
    value.strip_prefix('"').map_or_else(|| value.split([' ', '>']).next(), |quoted| quoted.split('"').next())
}

/// The text of every script that has no `src`: what a Content-Security-Policy wants the hash of.
pub fn inline_scripts(html: &str) -> Vec<&str> {
    tags(html, "script")
        .into_iter()
        .filter(|tag| attribute(tag, "src").is_none())
        .filter_map(|tag| {
            let start = tag.as_ptr() as usize - html.as_ptr() as usize + tag.len();
            html[start..].find("</script").map(|end| &html[start..start + end])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<head><!-- <script>no</script> --><script src=\"/boot.js\"></script>\n<link rel=\"stylesheet\" href=\"/a.css\"/><link rel=icon href=/i.svg>\n<script type=\"module\">go()</script></head>";

    #[test]
    fn inline_scripts_are_those_without_an_address() {
        assert_eq!(inline_scripts(&without_comments(PAGE)), ["go()"]);
    }

    #[test]
    fn attributes_with_and_without_quotes() {
        let links = tags(PAGE, "link");
        assert_eq!(attribute(links[0], "href"), Some("/a.css"));
        assert_eq!(attribute(links[1], "rel"), Some("icon"));
        assert_eq!(attribute(links[1], "href"), Some("/i.svg"));
        assert_eq!(attribute(links[0], "integrity"), None);
    }

    #[test]
    fn an_unclosed_comment_swallows_the_rest() {
        assert_eq!(without_comments("a<!--b-->c<!--d"), "ac");
    }
}
