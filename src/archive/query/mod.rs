//! Questions to a database: which rows, how many, and what they amount to.

mod changed;
mod expected;
mod filter;
mod findings;
mod overview;
mod reused;
mod sample;
mod sharing;
mod standing;
mod suggest;
mod tables;

pub use filter::Filter;
pub use findings::{
    Changed, Counts, ErrorCount, FolderCount, Histogram, Overview, Reused, Standing,
    TimedDetection, TopDetection, BINS,
};
pub use overview::overview;
pub use sample::{pick_evenly, Pick};
pub use sharing::KnownSounds;
pub use suggest::{suggest, Suggest};
pub use tables::{Column, Kind, Row, Table, Value};
