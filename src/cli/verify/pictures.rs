//! The pictures of a report.

use anyhow::Context;
use earwitness::report::evidence::Picture;
use earwitness::report::picture::{
    Beside, ClimbPicture, CombMark, Lane, LaneStep, PassPicture, Passage, PictureError,
    Spectrogram, Timeline,
};
use earwitness::spectrum::Overview;
use earwitness::verify::evidence::{Drawn, Evidence};
use earwitness::verify::physics::PassKind;
use earwitness::verify::{Nearest, REFERENCE_S};
use ndarray::ArrayView1;

/// Labels whose probability is drawn over time.
const LANES: usize = 4;
/// Combs whose movement is drawn.
const COMBS: usize = 2;

/// The pictures of one recording.
pub struct Pictures {
    /// `spectrogram.png`.
    pub spectrogram: Vec<u8>,
    /// Those of the page.
    pub page: Vec<Picture>,
}

/// Draws them.
///
/// # Errors
/// If one cannot be encoded.
pub fn draw(
    evidence: &Evidence,
    drawn: &Drawn,
    reference: Option<&Nearest>,
) -> anyhow::Result<Pictures> {
    all(evidence, drawn, reference).context("cannot draw the pictures")
}

fn all(
    evidence: &Evidence,
    drawn: &Drawn,
    reference: Option<&Nearest>,
) -> Result<Pictures, PictureError> {
    let combs: Vec<CombMark> = drawn.combs.iter().map(CombMark::of).collect();
    let identity = &evidence.identity;
    let below = format!("SHA-256 {}", identity.sha256);
    let spectrogram = Spectrogram {
        heading: &identity.name,
        below: &below,
        overview: &drawn.overview,
        starts_s: drawn.starts_s,
        combs: &combs,
        segments: &drawn.segments,
    };
    let picture = |section, markup, caption: &str| Picture {
        section,
        markup,
        caption: caption.to_owned(),
    };
    let mut page = vec![picture(
        "heard",
        spectrogram.svg()?,
        "Spectrogram. The strongest combs are drawn over it in dashes; the strip above says what each segment sounds most like. Lighter is louder.",
    )];
    if !drawn.segments.is_empty() {
        let timeline = Timeline {
            duration_s: drawn.overview.duration_s(),
            starts_s: drawn.starts_s,
            segments: &drawn.segments,
            lanes: &lanes(evidence, drawn),
        };
        let caption = "Probability of the likeliest labels by each segment of 2 s alone; the answer weighs all of them together.";
        page.push(picture("heard", timeline.svg()?, caption));
    }
    page.extend(movement(drawn)?);
    if let Some(reference) = reference {
        let markup = beside(evidence, drawn, combs.first(), reference)?;
        let caption = format!(
            "This recording beside a reference: {} in {}, rendered from published figures, not recorded. That both look alike proves nothing.",
            reference.airframe,
            reference.phase.name()
        );
        page.push(picture("reference", markup, &caption));
    }
    Ok(Pictures {
        spectrogram: spectrogram.png()?,
        page,
    })
}

/// The likeliest labels over time.
fn lanes(evidence: &Evidence, drawn: &Drawn) -> Vec<Lane> {
    let ranked = evidence.heard.ranked().into_iter().take(LANES);
    ranked
        .filter_map(|(label, _)| {
            let place = drawn.labels.iter().position(|l| l == label)?;
            let segments = drawn.segments.iter().zip(drawn.probabilities.rows());
            let steps = segments.map(|(segment, row)| LaneStep {
                from_s: segment.start_s,
                to_s: segment.end_s,
                probability: row.get(place).copied().unwrap_or(0.0).into(),
            });
            Some(Lane {
                label: label.to_owned(),
                steps: steps.collect(),
            })
        })
        .collect()
}

/// Passes and climbs of the strongest combs.
fn movement(drawn: &Drawn) -> Result<Vec<Picture>, PictureError> {
    let mut found = Vec::new();
    for (n, comb) in drawn.combs.iter().take(COMBS).enumerate() {
        let (track, starts_s) = (&comb.track, drawn.starts_s);
        if let Some(fit) = &comb.pass {
            let picture = PassPicture {
                fit,
                track,
                starts_s,
            };
            let caption = match fit.kind {
                PassKind::Through => format!("Comb {} as a pass, with the fit and what it leaves over.", n + 1),
                PassKind::Part => format!(
                    "Comb {} as part of a pass: speed and rest frequency are known only together, anywhere in the region drawn.",
                    n + 1
                ),
            };
            found.push(Picture {
                section: "physics",
                markup: picture.svg()?,
                caption,
            });
        }
        if let Some(climb) = &comb.climb {
            let picture = ClimbPicture {
                climb,
                track,
                starts_s,
            };
            found.push(Picture {
                section: "physics",
                markup: picture.svg()?,
                caption: format!("The largest climb of comb {}.", n + 1),
            });
        }
    }
    Ok(found)
}

/// The passage that sounds most like the likeliest airframe, beside the reference.
fn beside(
    evidence: &Evidence,
    drawn: &Drawn,
    comb: Option<&CombMark>,
    reference: &Nearest,
) -> Result<String, PictureError> {
    let place = drawn.labels.iter().position(|l| *l == reference.label);
    let of = |row: ArrayView1<f32>| place.and_then(|p| row.get(p)).copied().unwrap_or(0.0);
    let segments = drawn.segments.iter().zip(drawn.probabilities.rows());
    let best = segments.max_by(|a, b| of(a.1).total_cmp(&of(b.1)));
    let middle_s = best.map_or(0.0, |(s, _)| 0.5 * (s.start_s + s.end_s));
    let length_s = drawn.overview.duration_s();
    let start_s = (middle_s - 0.5 * REFERENCE_S).clamp(0.0, (length_s - REFERENCE_S).max(0.0));
    let rendered = Overview::of(&reference.samples);
    let heading = format!(
        "Rendered: {} in {}",
        reference.airframe,
        reference.phase.name()
    );
    let own = Beside {
        own: Passage {
            heading: &evidence.identity.name,
            overview: &drawn.overview,
            span_s: (start_s, (start_s + REFERENCE_S).min(length_s)),
            starts_s: drawn.starts_s,
            comb,
        },
        reference: Passage {
            heading: &heading,
            overview: &rendered,
            span_s: (0.0, rendered.duration_s()),
            starts_s: 0.0,
            comb: None,
        },
    };
    own.html()
}
