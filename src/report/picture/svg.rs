//! A scene becomes an SVG for a page.

use super::heat::Shades;
use super::scene::{Anchor, Ink, Item, Scene, Stand, Words};
use super::{png, PictureError};
use crate::report::markup::escaped as escape;
use base64::{engine::general_purpose::STANDARD, Engine};
use std::fmt::Write;

/// What the pictures' classes look like; must stand once in the page's `<style>`. Colours come from the page's `--ink`,
/// `--paper` and `--accent`, where it sets them.
///
/// Where a page is narrow, words grow and every second number at the axes is left out.
pub const STYLE: &str = "\
.ew-picture{display:block;width:100%;height:auto;overflow:visible}
.ew-picture text{font:14px system-ui,sans-serif;fill:var(--ink,#1a1a1a)}
.ew-picture text.t{font-weight:600}
.ew-picture path{fill:none;stroke:none;vector-effect:non-scaling-stroke;stroke-linejoin:round}
.ew-picture .plain{stroke:var(--ink,#1a1a1a);stroke-width:1}
.ew-picture .grid{stroke:var(--ink,#1a1a1a);stroke-width:1;opacity:.15}
.ew-picture .muted{stroke:var(--ink,#1a1a1a);stroke-width:1;opacity:.7}
.ew-picture .accent{stroke:var(--accent,#0b57a4);stroke-width:2}
.ew-picture .measured{stroke:var(--ink,#1a1a1a);stroke-width:1.5}
.ew-picture .over{stroke:#fff;stroke-width:1.5}
.ew-picture .edge{stroke:#000;stroke-width:3.5;opacity:.75}
.ew-picture .f{stroke:none}
.ew-picture .f.plain,.ew-picture .f.measured{fill:var(--ink,#1a1a1a)}
.ew-picture .f.muted{fill:var(--ink,#1a1a1a);opacity:.7}
.ew-picture .f.accent{fill:var(--accent,#0b57a4)}
.ew-picture .f.band{fill:var(--accent,#0b57a4);opacity:.28}
.ew-picture .f.paleband{fill:var(--ink,#1a1a1a);opacity:.12}
.ew-picture .f.night{fill:#26426e}
.ew-picture .f.paper{fill:var(--paper,#fff)}
.ew-picture text.muted{stroke:none;opacity:.75}
.ew-picture text.over{fill:#fff;stroke:#000;stroke-width:3;paint-order:stroke;font-weight:600}
.ew-pair .ew-picture text{font-size:14px}
.ew-pair .ew-picture .minor{display:inline}
.ew-pair{display:flex;flex-wrap:wrap;gap:1rem}
.ew-pair>*{flex:1 1 22rem;min-width:0}
@media screen and (max-width:600px){.ew-picture text{font-size:24px}.ew-picture .minor{display:none}}
";

impl Scene {
    /// The picture as SVG, to stand within a page.
    pub(super) fn svg(&self, picture: &'static str) -> Result<String, PictureError> {
        let mut out = String::new();
        let (title, description) = (escape(&self.title), escape(&self.description));
        put(
            &mut out,
            format_args!(
                "<svg class=\"ew-picture\" xmlns=\"http://www.w3.org/2000/svg\" \
                 viewBox=\"0 0 {} {}\" role=\"img\">\n<title>{title}</title>\n<desc>{description}</desc>\n",
                number(self.width),
                number(self.height)
            ),
        );
        for item in &self.items {
            match item {
                Item::Lines { runs, ink, dash } => {
                    let class = class(*ink);
                    let dash = dash.map_or(String::new(), |(on, off)| {
                        format!(" stroke-dasharray=\"{} {}\"", number(on), number(off))
                    });
                    let d: String = runs.iter().map(|run| path(run)).collect();
                    put(
                        &mut out,
                        format_args!("<path class=\"{class}\"{dash} d=\"{d}\"/>\n"),
                    );
                }
                Item::Area { points, ink } => put(
                    &mut out,
                    format_args!(
                        "<path class=\"f {}\" d=\"{}Z\"/>\n",
                        class(*ink),
                        path(points)
                    ),
                ),
                Item::Dots { at, radius, ink } => {
                    let r = number(*radius);
                    let across = number(2.0 * radius);
                    let mut d = String::new();
                    for (x, y) in at {
                        put(
                            &mut d,
                            format_args!(
                                "M{} {}a{r} {r} 0 1 0 {across} 0a{r} {r} 0 1 0 -{across} 0",
                                number(x - radius),
                                number(*y)
                            ),
                        );
                    }
                    put(
                        &mut out,
                        format_args!("<path class=\"f {}\" d=\"{d}\"/>\n", class(*ink)),
                    );
                }
                Item::Words(words) => write_words(&mut out, words),
                Item::Image { at, size, shades } => {
                    write_image(&mut out, *at, *size, shades, picture)?;
                }
            }
        }
        out.push_str("</svg>\n");
        Ok(out)
    }
}

fn write_words(out: &mut String, words: &Words) {
    let anchor = match words.anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    // In parts of the letters' size, which the page sets.
    let down = match words.stand {
        Stand::Below => " dy=\".75em\"",
        Stand::Beside => " dy=\".35em\"",
        Stand::Above => "",
    };
    let mut classes: Vec<&str> = Vec::new();
    if words.is_title {
        classes.push("t");
    }
    if words.is_minor {
        classes.push("minor");
    }
    if words.ink != Ink::Plain {
        classes.push(class(words.ink));
    }
    let class = match classes.is_empty() {
        true => String::new(),
        false => format!(" class=\"{}\"", classes.join(" ")),
    };
    let (x, y) = (number(words.at.0), number(words.at.1));
    let text = escape(&words.text);
    put(
        out,
        format_args!("<text{class} x=\"{x}\" y=\"{y}\"{down}{anchor}>{text}</text>\n"),
    );
}

fn write_image(
    out: &mut String,
    at: (f64, f64),
    size: (f64, f64),
    shades: &Shades,
    picture: &'static str,
) -> Result<(), PictureError> {
    if shades.shades.is_empty() {
        return Ok(());
    }
    let data = STANDARD.encode(png::shades(picture, shades)?);
    put(
        out,
        format_args!(
            "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" \
             href=\"data:image/png;base64,{data}\"/>\n",
            number(at.0),
            number(at.1),
            number(size.0),
            number(size.1)
        ),
    );
    Ok(())
}

fn class(ink: Ink) -> &'static str {
    match ink {
        Ink::Plain => "plain",
        Ink::Grid => "grid",
        Ink::Muted => "muted",
        Ink::Accent => "accent",
        Ink::Band => "band",
        Ink::PaleBand => "paleband",
        Ink::Measured => "measured",
        Ink::Over => "over",
        Ink::Edge => "edge",
        Ink::Night => "night",
        Ink::Paper => "paper",
    }
}

fn path(points: &[(f64, f64)]) -> String {
    let mut d = String::new();
    for (n, (x, y)) in points.iter().enumerate() {
        let to = if n == 0 { 'M' } else { 'L' };
        put(&mut d, format_args!("{to}{} {}", number(*x), number(*y)));
    }
    d
}

/// One decimal, none where it is nought: a tenth of a unit is less than can be seen.
fn number(value: f64) -> String {
    let text = super::axis::fixed(value, 1);
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

/// Writing to a string does not fail.
fn put(out: &mut String, text: std::fmt::Arguments) {
    let _ = out.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_from_outside_stay_words() {
        let hostile = "</text><script>alert('x')</script>&\u{1b}\u{0}";
        let mut scene = Scene::new(10.0, hostile.to_owned(), hostile.to_owned());
        scene.write(Words::new((1.0, 2.0), hostile));
        let svg = scene.svg("test").unwrap();
        assert!(!svg.contains("<script") && !svg.contains('\u{1b}') && !svg.contains('\0'));
        assert_eq!(svg.matches("&lt;script&gt;").count(), 3);
        assert_eq!(svg.matches("</text>").count(), 1);
    }

    #[test]
    fn numbers_are_as_short_as_they_can_be_and_none_is_minus_nought() {
        let all = [1.0, -0.04, 0.05, -12.34, 1234.56].map(number);
        assert_eq!(all, ["1", "0", "0.1", "-12.3", "1234.6"]);
    }

    #[test]
    fn what_is_not_a_number_is_not_drawn() {
        let mut scene = Scene::new(10.0, String::new(), String::new());
        scene.line((0.0, f64::NAN), (1.0, 1.0), Ink::Plain);
        scene.area(vec![(f64::INFINITY, 0.0); 5], Ink::Band);
        scene.dots(vec![(f64::NAN, f64::NAN)], 2.0, Ink::Plain);
        scene.write(Words::new((f64::NAN, 0.0), "x"));
        assert!(scene.items.is_empty());
    }
}
