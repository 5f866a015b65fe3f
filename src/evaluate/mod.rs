//! Metrics with intervals, for protocols and cards.

pub mod bootstrap;
pub mod card;
pub mod cllr;
pub mod confusion;
pub mod coverage;
pub mod error;
pub mod figures;
pub mod floors;
pub mod interval;
pub mod nested_cllr;
pub mod probability;
pub mod protocols;
pub mod roc;
