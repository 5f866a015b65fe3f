//! The card as a page: the same text as the Markdown, with its pictures, in one file without scripts.

use super::{card, pictures, HELD_OUT};
use crate::evaluate::pictures::escape;
use crate::evaluate::protocols::HeldOut;
use crate::model::store::Model;

const STYLE: &str = ":root{color-scheme:light dark;--ink:#222;--paper:#fff;--soft:#f3f3f3;--line:#ccc;--dim:#555}\
@media(prefers-color-scheme:dark){:root{--ink:#ddd;--paper:#161616;--soft:#242424;--line:#444;--dim:#aaa}\
figure svg{filter:invert(1) hue-rotate(180deg)}}\
body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:var(--ink);background:var(--paper)}\
table{border-collapse:collapse;margin:1rem 0;font-size:13px;display:block;overflow-x:auto}\
td,th{border:1px solid var(--line);padding:.25rem .5rem;text-align:left}th{background:var(--soft)}\
code{overflow-wrap:anywhere}li,p{overflow-wrap:anywhere}\
pre{background:var(--soft);padding:1rem;overflow-x:auto}figure{display:inline-block;max-width:100%;margin:.5rem 1rem .5rem 0;vertical-align:top}\
figure svg{max-width:100%;height:auto}figcaption{font-size:13px;color:var(--dim);max-width:32rem}\
h2{border-bottom:1px solid var(--line);margin-top:2rem}@media print{figure,tr{break-inside:avoid}h2{break-after:avoid}}";

/// The card of a model as HTML.
pub fn card_html(model: &Model, held_out: &HeldOut) -> String {
    let body = to_html(&card(model, held_out, |_| String::new()), |title| {
        match title == HELD_OUT {
            true => figures(held_out),
            false => String::new(),
        }
    });
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>Model card: {}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n",
        escape(&model.header().id)
    )
}

fn figures(held_out: &HeldOut) -> String {
    let mut text = String::new();
    for picture in pictures(held_out) {
        text += &format!(
            "<figure>{}<figcaption>{}</figcaption></figure>\n",
            picture.svg,
            escape(picture.caption)
        );
    }
    text
}

/// The Markdown that cards are written in: headings, paragraphs, lists, tables, code. `after` gives what stands right below
/// a heading of the second level.
fn to_html(markdown: &str, after: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    let mut lines = markdown.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            out += &format!("<h2>{}</h2>\n{}", inline(title), after(title));
        } else if let Some(title) = line.strip_prefix("# ") {
            out += &format!("<h1>{}</h1>\n", inline(title));
        } else if line.starts_with("```") {
            let code: Vec<&str> = lines
                .by_ref()
                .take_while(|l| !l.starts_with("```"))
                .collect();
            out += &format!("<pre>{}</pre>\n", escape(&code.join("\n")));
        } else if line.starts_with('|') {
            out += "<table>\n";
            out += &row(line, "th");
            while let Some(next) = lines.next_if(|l| l.starts_with('|')) {
                if !next.starts_with("|---") {
                    out += &row(next, "td");
                }
            }
            out += "</table>\n";
        } else if let Some(item) = item(line) {
            out += &format!("<ul>\n<li>{}</li>\n", inline(item));
            while let Some(next) = lines.next_if(|l| self::item(l).is_some()) {
                out += &format!(
                    "<li>{}</li>\n",
                    inline(self::item(next).unwrap_or_default())
                );
            }
            out += "</ul>\n";
        } else if !line.trim().is_empty() {
            let mut text = vec![line];
            let goes_on = |l: &&str| {
                !l.trim().is_empty() && !l.starts_with(['|', '#', '`']) && self::item(l).is_none()
            };
            while let Some(next) = lines.next_if(goes_on) {
                text.push(next);
            }
            out += &format!("<p>{}</p>\n", inline(&text.join(" ")));
        }
    }
    out
}

fn item(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix("- ")
}

fn row(line: &str, cell: &str) -> String {
    let cells = line.trim_matches('|').split('|');
    let cells: String = cells
        .map(|c| format!("<{cell}>{}</{cell}>", inline(c.trim())))
        .collect();
    format!("<tr>{cells}</tr>\n")
}

/// Text with `code` in it.
fn inline(text: &str) -> String {
    let escaped = escape(text);
    let mut parts = escaped.split('`');
    let mut out = parts.next().unwrap_or_default().to_owned();
    let mut open = false;
    for part in parts {
        open = !open;
        out += if open { "<code>" } else { "</code>" };
        out += part;
    }
    out + if open { "</code>" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_markdown_of_cards_becomes_html() {
        let text = "# A <b>\n\nOne\ntwo `x`.\n\n## T\n\n| a | b |\n|---|---|\n| 1 | <2 |\n\n- p\n  - q\n\n```toml\na = 1\n```\n";
        let html = to_html(text, |title| format!("<!--{title}-->"));
        assert_eq!(
            html,
            "<h1>A &lt;b&gt;</h1>\n<p>One two <code>x</code>.</p>\n<h2>T</h2>\n<!--T--><table>\n\
             <tr><th>a</th><th>b</th></tr>\n<tr><td>1</td><td>&lt;2</td></tr>\n</table>\n\
             <ul>\n<li>p</li>\n<li>q</li>\n</ul>\n<pre>a = 1</pre>\n"
        );
    }
}
