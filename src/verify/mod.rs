//! One recording becomes evidence.

pub mod evidence;
pub mod physics;
