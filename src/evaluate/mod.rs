//! Metrics with intervals, for protocols and cards.

pub mod bootstrap;
pub mod card;
pub mod cllr;
pub mod compare;
pub mod confusion;
pub mod coverage;
pub mod error;
pub mod f1;
pub mod failures;
pub mod figures;
pub mod floors;
pub mod interval;
pub mod learnt_from;
pub mod paired;
pub mod pictures;
pub mod probability;
pub mod protocols;
pub mod retraining;
pub mod roc;
mod special;
