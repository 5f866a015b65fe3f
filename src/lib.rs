//! earwitness listens to a recording and says which aircraft it may be hearing.
pub mod evaluate;
pub mod model;
pub mod train;
