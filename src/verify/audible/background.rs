//! Pieces of a recording's own background, however long it is.

use crate::SAMPLE_RATE;

/// Samples of a piece: two segments, 3 s.
pub(super) const PIECE: usize = 3 * SAMPLE_RATE as usize;
/// The most pieces that are held: 12 s.
const MOST: usize = 4;
/// The least that a shorter recording must hold, 0.5 s.
const LEAST: usize = SAMPLE_RATE as usize / 2;
/// Root mean square under which a piece is silence: nothing can be laid over it at a stated ratio.
const SILENT: f64 = 1e-5;

/// Takes a recording block by block and keeps up to four pieces of 3 s, evenly spread over it.
#[derive(Debug, Default)]
pub struct Background {
    pieces: Vec<Vec<f32>>,
    /// How often the distance from one piece that is kept to the next was doubled.
    doublings: u32,
    /// Pieces that went by.
    passed: u64,
    current: Vec<f32>,
}

impl Background {
    /// At the start of a recording.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes samples: 16 kHz, mono.
    pub fn push(&mut self, mut samples: &[f32]) {
        while !samples.is_empty() {
            let (now, rest) = samples.split_at(samples.len().min(PIECE - self.current.len()));
            self.current.extend_from_slice(now);
            samples = rest;
            if self.current.len() == PIECE {
                self.complete();
            }
        }
    }

    fn complete(&mut self) {
        let piece = std::mem::take(&mut self.current);
        let is_kept = self.passed.is_multiple_of(1 << self.doublings);
        self.passed += 1;
        if !is_kept {
            return;
        }
        if self.pieces.len() == MOST {
            // Every other one goes, and half as many come from now on.
            let mut place = 0;
            self.pieces.retain(|_| {
                place += 1;
                place % 2 == 1
            });
            self.doublings += 1;
        }
        self.pieces.push(piece);
    }

    /// The pieces that hold sound; of a recording shorter than one, all of it.
    pub(super) fn into_pieces(mut self) -> Vec<Vec<f32>> {
        if self.pieces.is_empty() && self.current.len() >= LEAST {
            self.pieces.push(self.current);
        }
        self.pieces.retain(|piece| {
            let sum: f64 = piece.iter().map(|x| f64::from(*x) * f64::from(*x)).sum();
            (sum / piece.len() as f64).sqrt() > SILENT
        });
        self.pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pieces of a recording in which each sample says in which piece it stands.
    fn kept(pieces: usize, block: usize) -> Vec<usize> {
        let mut background = Background::new();
        let samples: Vec<f32> = (0..pieces * PIECE)
            .map(|i| (1 + i / PIECE) as f32)
            .collect();
        samples.chunks(block).for_each(|b| background.push(b));
        let kept = background.into_pieces().into_iter();
        kept.map(|p| {
            assert!(p.len() == PIECE && p.iter().all(|&x| x == p[0]));
            p[0] as usize - 1
        })
        .collect()
    }

    #[test]
    fn pieces_are_spread_over_the_recording() {
        assert_eq!(kept(3, 8192), [0, 1, 2]);
        assert_eq!(kept(4, 1000), [0, 1, 2, 3]);
        assert_eq!(kept(5, 8192), [0, 2, 4]);
        assert_eq!(kept(17, 100_000), [0, 8, 16]);
    }

    #[test]
    fn a_short_recording_is_one_piece_and_silence_is_none() {
        let mut background = Background::new();
        background.push(&[0.1; 20_000]);
        assert_eq!(background.into_pieces()[0].len(), 20_000);
        let mut background = Background::new();
        background.push(&[0.0; 200_000]);
        assert!(background.into_pieces().is_empty());
    }
}
