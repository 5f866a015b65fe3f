//! Metrics with intervals, for protocols and cards.
