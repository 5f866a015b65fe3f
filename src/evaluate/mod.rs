//! Metrics with intervals, for protocols and cards.

pub mod bootstrap;
pub mod cllr;
pub mod confusion;
pub mod coverage;
pub mod error;
pub mod interval;
pub mod nested;
pub mod nested_cllr;
pub mod probability;
pub mod roc;
