//! One recording becomes evidence.

pub mod physics;
