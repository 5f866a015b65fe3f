//! What can be wrong with channel settings.

use thiserror::Error;

/// A fault in [`ChainParams`](super::ChainParams).
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ChannelError {
    /// A setting lies outside what the effect can do, or is not a number.
    #[error(
        "channel setting `{effect}.{field}` is {value}; set it between {min} and {max} \
         (both included)"
    )]
    OutOfRange {
        /// The effect's section in the recipe.
        effect: &'static str,
        /// The field in that section.
        field: &'static str,
        /// The value found.
        value: f64,
        /// The smallest value allowed.
        min: f64,
        /// The largest value allowed.
        max: f64,
    },
    /// An interval's ends are the wrong way round.
    #[error(
        "channel setting `{effect}.{field}` is [{low}, {high}]; write the smaller value first"
    )]
    Reversed {
        /// The effect's section in the recipe.
        effect: &'static str,
        /// The field in that section.
        field: &'static str,
        /// The first value found.
        low: f64,
        /// The second value found.
        high: f64,
    },
}
