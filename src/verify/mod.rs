//! One recording becomes evidence.

pub mod condition;
pub mod physics;
