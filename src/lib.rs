//! earwitness listens to a recording and says which aircraft it may be hearing.

pub mod channel;
pub mod fingerprint;
