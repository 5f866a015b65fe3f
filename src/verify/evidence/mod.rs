//! What is known of one recording, and on what each statement rests: what `report.json` holds, field by field.

mod agreement;
mod alternatives;
mod asked;
mod gather;
mod heard;
mod identity;
mod measured;
mod reference;
mod strength;
mod summary;

pub use agreement::{Agreement, Concord};
pub use alternatives::Alternative;
pub use gather::{gather, Drawn, Gathered, VerifyError, VerifyOptions};
pub use heard::{Heard, Stretch};
pub use identity::Identity;
pub use measured::{CombEvidence, Measured};
pub use reference::{Counted, HeldOut, OfThisFitness, Reference};
pub use strength::{verbal, SCALE};
pub use summary::LIMITS;

use crate::audio::{Fitness, Quality};
use crate::fingerprint::search::Against;
use crate::model::compare::Compared;
use crate::verify::audible::Audible;
use crate::verify::condition::Condition;
use serde::{Deserialize, Serialize};

/// Version of [`Evidence`] as it is written to JSON.
pub const EVIDENCE_SCHEMA: &str = "earwitness.evidence/1";

/// Everything about one recording.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// What was found, in plain sentences, the most important first.
    pub summary: Vec<String>,
    /// Which file this is.
    pub identity: Identity,
    /// What it is fit for.
    pub fitness: FitFor,
    /// What the classifier hears.
    pub heard: Heard,
    /// The question that was asked, if one was.
    pub asked: Option<Compared>,
    /// What its lines say, independent of the classifier.
    pub physics: Measured,
    /// Whether the two agree.
    pub agreement: Agreement,
    /// Where nothing is heard: how far this recording would have let each signature be heard.
    pub audible: Option<Audible>,
    /// On what the knowledge of each label rests, the likeliest first.
    pub references: Vec<Reference>,
    /// Share of the recording's features outside the range (0.1 to 99.9 %) of all that was learnt from: 0.002 on average for
    /// recordings like those; more says that the answer is given far from what is known.
    pub outside: f64,
    /// Earlier recordings that hold the same sound, if any were given.
    pub reuse: Option<Against>,
}

/// What a recording is fit for.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FitFor {
    /// For an answer of the classifier.
    pub overall: Fitness,
    /// Measured on the sound.
    pub quality: Quality,
    /// What was repaired, doubtful or should be known.
    pub warnings: Vec<String>,
    /// What the sound says of its own condition, with a verdict per question.
    pub condition: Condition,
}
