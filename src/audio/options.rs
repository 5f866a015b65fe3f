//! What of a recording is read, and by what.

use super::passage::Passage;

/// How recordings are read.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ReadOptions {
    /// Use the ffmpeg on the `PATH` for what has no decoder here.
    pub ffmpeg: bool,
    /// The part that is read; all of it by default.
    pub passage: Passage,
    /// The audio track that is read, counted from 1 over all audio tracks; the file's default one if `None`.
    pub track: Option<usize>,
    /// The channel that is heard, counted from 1; the average of all (one of those that cancel) if `None`.
    pub channel: Option<usize>,
}

impl ReadOptions {
    /// Sets [`ReadOptions::ffmpeg`].
    pub fn with_ffmpeg(mut self, ffmpeg: bool) -> Self {
        self.ffmpeg = ffmpeg;
        self
    }

    /// Sets [`ReadOptions::passage`].
    pub fn with_passage(mut self, passage: Passage) -> Self {
        self.passage = passage;
        self
    }

    /// Sets [`ReadOptions::track`].
    pub fn with_track(mut self, track: Option<usize>) -> Self {
        self.track = track;
        self
    }

    /// Sets [`ReadOptions::channel`].
    pub fn with_channel(mut self, channel: Option<usize>) -> Self {
        self.channel = channel;
        self
    }
}
