//! What a recording's lines say of what made them, independent of any classifier: the combs and how they move, the pass or
//! climb that this may be, and each airframe's published figures against it.
//!
//! ```
//! use earwitness::signature::Catalogue;
//! use earwitness::verify::physics::{examine, PhysicsParams};
//! let silence = vec![0.0; 16_000];
//! let params = PhysicsParams::default().check()?;
//! let found = examine(&silence, params, &Catalogue::built_in()?);
//! assert!(found.combs.is_empty() && found.candidates.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod candidates;
mod check;
mod climb;
mod estimate;
mod examine;
mod pass;
mod ratio;
mod reading;

pub use candidates::{Candidate, Implied};
pub use check::{Check, Parameter, Verdict};
pub use climb::Climb;
pub use estimate::{Estimate, Range};
pub use examine::{
    examine, Comb, Examiner, HeardLine, Physics, PhysicsError, PhysicsParams, ValidPhysicsParams,
};
pub use pass::{fit, AirError, AirParams, JointRow, PassFit, PassKind, PassPoint, ValidAir};
pub use ratio::{CombRatio, RatioKind};
pub use reading::Reading;
