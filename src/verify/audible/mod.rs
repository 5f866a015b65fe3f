//! Not heard is not absent: at what signal-to-noise ratio, and out to what range, this very recording would have let
//! each signature be heard.
//!
//! Short clips of each signature are rendered, cut off where the recording's band ends, laid over pieces of the
//! recording's own sound at falling levels, and put to the model itself. What comes of it holds as far as the renderer is
//! right, for 3 s of sound by themselves (a recording that holds more of an aircraft has more chances), and if the
//! recording held no aircraft already. Rendering takes most of the time: two clips of each of ten signatures, and six trials
//! of each signature, take 1 to 1.5 s on one core of a server, however long the recording is.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use earwitness::audio::{self, ReadOptions, Source};
//! use earwitness::model::store::Model;
//! use earwitness::signature::Catalogue;
//! use earwitness::verify::audible::{audible, Background};
//! let mut reader = audio::open(&Source::Path("street.mp4".into()), &ReadOptions::default())?;
//! let mut background = Background::new();
//! while let Some(block) = reader.next_block()? {
//!     background.push(block);
//! }
//! let bandwidth_hz = reader.finish().quality.bandwidth_hz;
//! let model = Model::embedded()?;
//! let prior = model.header().hierarchical_prior()?;
//! let found = audible(&model, &prior, &Catalogue::built_in()?, background, bandwidth_hz)?;
//! for row in found.signatures {
//!     println!("{}/{}: {:?} dB", row.label, row.phase, row.heard_from_snr_db);
//! }
//! # Ok(())
//! # }
//! ```

mod background;
mod trials;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::channel::ChannelError;
use crate::model::prior::Prior;
use crate::model::store::Model;
use crate::render::{audible_range_m, RenderError, AMBIENT_DB};
use crate::signature::Catalogue;
use trials::Trials;

pub use background::Background;

/// What is said of every result.
const CAVEAT: &str = "Rendered sound of 3 s over this recording's own background, answered by the model itself. It holds as far \
    as the renderer is right. The ranges rest on presumed source levels, spherical spreading and absorption, and on stated ambient levels: \
    the recording's own level in dB SPL is unknown, and so is what its gain control would have done.";

/// Why nothing can be said.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AudibleError {
    /// A clip can't be rendered.
    #[error("a signature can't be rendered ({0}); mend its sheet")]
    Render(#[from] RenderError),
    /// A clip can't be laid over the background.
    #[error("a clip can't be laid over the recording ({0}); this is a fault in earwitness, please report it")]
    Channel(#[from] ChannelError),
}

/// What would have been heard in a recording.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Audible {
    /// Each signature that has lines and that the model knows, in the order of the catalogue; empty if the recording holds no
    /// background to lay it over.
    pub signatures: Vec<AudibleSignature>,
    /// Pieces of 3 s of the recording that were used.
    pub pieces: usize,
    /// The ratios tried, dB: mean square of the aircraft over that of the recording, over the whole band.
    pub snrs_db: Vec<f64>,
    /// Share of the recording's own pieces that the model answers as a munition or military drone with nothing laid over
    /// them: if this is not 0, nothing below can be believed.
    pub alarms_without: f64,
    /// What must be said with it.
    pub caveat: String,
}

/// What would have been heard of one signature.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AudibleSignature {
    /// The airframe.
    pub label: String,
    /// `cruise` or `dive`.
    pub phase: String,
    /// Rendered clips: flights that differ in all that is not published. They are few, so the result is an order of magnitude.
    pub clips: usize,
    /// Trials: each clip is laid over up to three pieces.
    pub trials: usize,
    /// Trials answered as a munition or military drone at any level (airframe, family or class) at each of the ratios tried;
    /// what is answered at one is taken to be answered at all higher ones.
    pub heard: Vec<usize>,
    /// The lowest ratio at which half of the trials, and half at each higher one, are answered so, dB; `None` if that is at none.
    pub heard_from_snr_db: Option<f64>,
    /// Whether that is the lowest ratio tried, so that less may do.
    pub at_the_lowest: bool,
    /// Presumed levels of the source at 1 m, dB re 20 uPa: lowest and highest of the clips.
    pub source_db_spl: [f64; 2],
    /// Out to which slant range it would have been heard at each of the ambient levels; empty where `heard_from_snr_db` is `None`.
    pub ranges: Vec<AudibleRange>,
}

/// How far a signature would have been heard.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AudibleRange {
    /// Presumed ambient level where the recording was made, dB re 20 uPa.
    pub ambient_db_spl: f64,
    /// Slant range in m for the lowest and the highest source level.
    pub range_m: [f64; 2],
}

/// Asks of each signature how far it would have been heard in a recording whose sound ends at `bandwidth_hz`
/// ([`Quality::bandwidth_hz`](crate::audio::Quality::bandwidth_hz)). The model answers under `prior`, which
/// should be that of the recording's own answer: what was unlikely beforehand has to be louder. The same recording, model, prior
/// and catalogue give the same answer.
///
/// # Errors
/// [`AudibleError`] if a signature of the catalogue can't be rendered.
pub fn audible(
    model: &Model,
    prior: &Prior,
    catalogue: &Catalogue,
    background: Background,
    bandwidth_hz: f64,
) -> Result<Audible, AudibleError> {
    let pieces = background.into_pieces();
    let trials = Trials::new(model, prior, &pieces, bandwidth_hz)?;
    let mut signatures = Vec::new();
    let known = |label: &str| model.header().labels.iter().any(|l| l.label == label);
    let flying = catalogue.iter().filter(|s| s.propeller().is_some());
    for signature in flying.filter(|s| known(s.label())) {
        for (phase, _) in signature.phases() {
            if pieces.is_empty() || signature.lines(phase).is_none() {
                continue;
            }
            let seed = signatures.len() as u64;
            let (heard, source_db_spl) = trials.of(signature, phase, seed)?;
            let place = trials::half(&heard, trials.count());
            let heard_from_snr_db = place.map(|place| trials::SNRS_DB[place]);
            signatures.push(AudibleSignature {
                label: signature.label().to_owned(),
                phase: phase.name().to_owned(),
                clips: trials::CLIPS,
                trials: trials.count(),
                heard,
                heard_from_snr_db,
                at_the_lowest: place == Some(0),
                source_db_spl,
                ranges: heard_from_snr_db.map_or_else(Vec::new, |snr| ranges(source_db_spl, snr)),
            });
        }
    }
    Ok(Audible {
        signatures,
        pieces: pieces.len(),
        snrs_db: trials::SNRS_DB.to_vec(),
        alarms_without: trials.alarms_without(),
        caveat: CAVEAT.to_owned(),
    })
}

fn ranges(source_db_spl: [f64; 2], snr_db: f64) -> Vec<AudibleRange> {
    let of = |ambient_db_spl: f64| AudibleRange {
        ambient_db_spl,
        range_m: source_db_spl.map(|source| audible_range_m(source, ambient_db_spl, snr_db)),
    };
    AMBIENT_DB.map(of).to_vec()
}

#[cfg(test)]
mod tests;
