//! The words of recordings, one after the other.

/// The words of recordings that are numbered from 0, one after the other.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    /// One past the last word of each recording.
    ends: Vec<usize>,
    words: Vec<u32>,
}

impl Row {
    pub(super) fn push(&mut self, words: impl IntoIterator<Item = u32>) {
        self.words.extend(words);
        self.ends.push(self.words.len());
    }

    /// As [`push`](Self::push); the first recording's words are taken as they are.
    pub(super) fn push_own(&mut self, words: Vec<u32>) {
        match self.words.is_empty() {
            true => self.words = words,
            false => self.words.extend(words),
        }
        self.ends.push(self.words.len());
    }

    /// How many recordings.
    pub(super) fn recordings(&self) -> usize {
        self.ends.len()
    }

    /// The words of all.
    pub(super) fn words(&self) -> &[u32] {
        &self.words
    }

    /// The recording that has the word at this place.
    pub(super) fn holding(&self, place: u32) -> usize {
        self.ends.partition_point(|end| *end <= place as usize)
    }

    /// Where a recording's first word stands.
    pub(super) fn start(&self, recording: usize) -> usize {
        match recording {
            0 => 0,
            n => self.ends[n - 1],
        }
    }

    /// The words of one.
    pub(super) fn of(&self, recording: usize) -> &[u32] {
        &self.words[self.start(recording)..self.ends[recording]]
    }
}
