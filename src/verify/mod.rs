//! One recording becomes evidence.

pub mod audible;
pub mod condition;
pub mod physics;
