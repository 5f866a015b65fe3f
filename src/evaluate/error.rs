//! Why a metric has no value.

use thiserror::Error;

/// Why a metric has no value.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum MetricError {
    /// Two inputs that belong together have different lengths.
    #[error("{metric}: {left} {what} for {right} answers; give one of each per answer")]
    Lengths {
        /// The metric.
        metric: &'static str,
        /// What is counted on the left.
        what: &'static str,
        /// Number of those.
        left: usize,
        /// Number of answers.
        right: usize,
    },
    /// There is nothing to measure, or only one of the two sides that the metric compares.
    #[error("{metric} needs {needs}; give more recordings, or leave this metric out")]
    Undefined {
        /// The metric.
        metric: &'static str,
        /// What it needs.
        needs: &'static str,
    },
    /// A number is NaN, infinite or outside its range.
    #[error("{metric}: {what} must be {range}")]
    Range {
        /// The metric.
        metric: &'static str,
        /// Which input.
        what: &'static str,
        /// Values allowed.
        range: &'static str,
    },
}

pub(crate) fn same_length(
    metric: &'static str,
    what: &'static str,
    left: usize,
    right: usize,
) -> Result<(), MetricError> {
    if left == right {
        return Ok(());
    }
    Err(MetricError::Lengths {
        metric,
        what,
        left,
        right,
    })
}

pub(crate) fn within(
    ok: bool,
    metric: &'static str,
    what: &'static str,
    range: &'static str,
) -> Result<(), MetricError> {
    if ok {
        return Ok(());
    }
    Err(MetricError::Range {
        metric,
        what,
        range,
    })
}
