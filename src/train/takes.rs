//! The forms in which training recordings are heard: as they are, through random channels, and not at all.

use super::corpus::{Heard, Progress, BACKGROUND};
use super::recipe::Augmentation;
use super::rendered::RenderedClip;
use crate::channel::{ambient_noise, augment, Chain, ValidChainParams};
use crate::features::Extractor;
use crate::SAMPLE_RATE;
use ndarray::Array2;
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How a recording is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// As it is; rendered sound, which is nowhere as it is, over a background and through a random channel.
    AsItIs,
    /// The copy of this number, from 1 on: through a random channel.
    Copy(usize),
    /// What a phone hears where there is nothing to hear, in place of the recording: its own noise, and
    /// wind. The channel adds both to any label, so neither may speak for one.
    Noise,
}

/// One row of features.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Index into [`super::corpus::Corpus::recordings`].
    pub recording: usize,
    /// How it was heard.
    pub take: Take,
    /// The recording that was mixed in beneath it, if one was; training memories of an earlier make do not say.
    pub beneath: Option<usize>,
    /// Where its segment starts, in samples.
    pub start: usize,
}

impl Row {
    /// This row where recordings have other numbers, `None` for those that are not there; of the one beneath it only the
    /// number is lost then.
    pub fn renumbered(self, number: impl Fn(usize) -> Option<usize>) -> Option<Self> {
        Some(Self {
            recording: number(self.recording)?,
            beneath: self.beneath.and_then(&number),
            ..self
        })
    }
}

/// A segment that holds sound: where it starts, in samples, and its features.
pub(super) type Measured = (usize, Vec<f32>);

/// The sound of a training recording, 16 kHz mono.
pub(super) enum Sound {
    /// Read from a file.
    Recorded(Vec<f32>),
    /// Rendered whenever it is needed: kept, the samples of all clips would fill the memory.
    Rendered(Box<RenderedClip>),
}

/// What is needed to hear any recording in any way.
pub(super) struct Takes<'a> {
    pub labels: &'a [String],
    pub recordings: &'a [Heard],
    pub sounds: &'a [Sound],
    pub augmentation: &'a Augmentation,
    pub channel: &'a ValidChainParams,
    /// The channel of rendered sound.
    pub rendered_channel: &'a ValidChainParams,
    pub seed: u64,
    /// Number of the first recording: draws go by the numbers, so that recordings that come later have draws of their own.
    pub first: usize,
    /// Segments of each label that were heard before these recordings; none if empty.
    pub segments_before: &'a [usize],
    /// Whether noise is made where a channel asks for a background and there is none.
    pub makes_backgrounds: bool,
}

/// Measures every recording in every way that it shall be heard: rows in the order of the recordings, with their
/// features.
pub(super) fn measure_takes(takes: &Takes, progress: Progress) -> (Vec<Row>, Array2<f32>) {
    let jobs = takes.all();
    let done = AtomicUsize::new(0);
    let measured: Vec<(Option<usize>, Vec<Measured>)> = jobs
        .par_iter()
        .map(|&(recording, take)| {
            let rows = takes.features(recording, take);
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            progress("measuring", done, jobs.len());
            (takes.beneath(recording, take), rows)
        })
        .collect();
    let width = crate::features::schema().len();
    let (mut rows, mut values) = (Vec::new(), Vec::new());
    for (&(recording, take), (beneath, own)) in jobs.iter().zip(&measured) {
        for (start, row) in own {
            values.extend_from_slice(row);
            rows.push(Row {
                recording,
                take,
                beneath: *beneath,
                start: *start,
            });
        }
    }
    // The rows all have the width of the schema, so the shape always fits.
    let features = Array2::from_shape_vec((rows.len(), width), values).unwrap_or_default();
    (rows, features)
}

impl Takes<'_> {
    /// Every recording in every way that it shall be heard.
    pub fn all(&self) -> Vec<(usize, Take)> {
        let copies = self.copies_per_label();
        let background = self.background();
        let each = self.recordings.iter().zip(self.sounds).enumerate();
        let each = each.flat_map(|(recording, (heard, sound))| {
            let copies = match sound {
                Sound::Recorded(_) => copies[heard.label],
                Sound::Rendered(_) => 0,
            };
            let noise = Some(heard.label) == background && self.draws_noise(recording);
            let takes = std::iter::once(Take::AsItIs)
                .chain((1..=copies).map(Take::Copy))
                .chain(noise.then_some(Take::Noise));
            takes.map(move |take| (recording, take))
        });
        each.collect()
    }

    /// The features of every segment that holds sound.
    pub fn features(&self, recording: usize, take: Take) -> Vec<Measured> {
        let segments = match &self.sounds[recording] {
            Sound::Rendered(clip) => Extractor::measure_all(&self.in_the_world(recording, clip)),
            Sound::Recorded(samples) => match take {
                Take::AsItIs => Extractor::measure_all(samples),
                Take::Copy(number) => {
                    let seed = self.seed_of(recording, number);
                    let recorded = self.background_for(recording, seed);
                    let made = match recorded {
                        None if self.makes_backgrounds => ambient_noise(samples.len(), !seed),
                        _ => Vec::new(),
                    };
                    let made = (!made.is_empty()).then_some(made.as_slice());
                    let background = recorded.map(|(_, samples)| samples).or(made);
                    Extractor::measure_all(&augment(samples, background, self.channel, seed))
                }
                Take::Noise => {
                    let seed = self.seed_of(recording, 0);
                    let noise = ambient_noise(samples.len(), seed);
                    Extractor::measure_all(&augment(&noise, None, self.channel, seed))
                }
            },
        };
        let sounding = segments.into_iter();
        sounding
            .filter_map(|s| Some((s.start, s.features?)))
            .collect()
    }

    /// A rendered clip as a phone would have recorded it: over a background of its fold, and through a random
    /// channel. Without a background there is only the noise of the channel.
    fn in_the_world(&self, recording: usize, clip: &RenderedClip) -> Vec<f32> {
        let seed = self.seed_of(recording, 0);
        let background = self.background_for(recording, seed);
        let background = background.map(|(_, samples)| samples);
        augment(&clip.render(), background, self.rendered_channel, seed)
    }

    /// The background recording that is mixed in beneath a take.
    fn beneath(&self, recording: usize, take: Take) -> Option<usize> {
        let (channel, number) = match (&self.sounds[recording], take) {
            (Sound::Rendered(_), _) => (self.rendered_channel, 0),
            (Sound::Recorded(_), Take::Copy(number)) => (self.channel, number),
            (Sound::Recorded(_), Take::AsItIs | Take::Noise) => return None,
        };
        let seed = self.seed_of(recording, number);
        let is_mixed = Chain::draw(channel, seed).mixes();
        let background = self.background_for(recording, seed);
        background.filter(|_| is_mixed).map(|(number, _)| number)
    }

    fn background(&self) -> Option<usize> {
        self.labels.iter().position(|label| label == BACKGROUND)
    }

    fn draws_noise(&self, recording: usize) -> bool {
        let draw = (self.seed_of(recording, 0) >> 11) as f64 / (1u64 << 53) as f64;
        draw < self.augmentation.noise_share
    }

    /// A background recording of the same fold, never the recording itself: its number and its samples.
    fn background_for(&self, recording: usize, draw: u64) -> Option<(usize, &[f32])> {
        let label = self.background()?;
        let fold = self.recordings[recording].fold;
        let each = self.recordings.iter().zip(self.sounds).enumerate();
        let candidates: Vec<(usize, &[f32])> = each
            .filter(|(i, (r, _))| *i != recording && r.label == label && r.fold == fold)
            .filter_map(|(i, (_, sound))| match sound {
                Sound::Recorded(samples) => Some((i, samples.as_slice())),
                Sound::Rendered(_) => None,
            })
            .collect();
        let pick = (draw >> 20) as usize % candidates.len().max(1);
        candidates.get(pick).copied()
    }

    /// Copies of each recording of a label, so that the label reaches its number of segments.
    fn copies_per_label(&self) -> Vec<usize> {
        let mut segments = self.segments_before.to_vec();
        segments.resize(self.labels.len(), 0);
        for (recording, sound) in self.recordings.iter().zip(self.sounds) {
            if let Sound::Recorded(samples) = sound {
                segments[recording.label] += (samples.len() / SAMPLE_RATE as usize).max(2) - 1;
            }
        }
        let wanted = self.augmentation.segments_per_label as f64;
        let copies = segments
            .iter()
            .map(|&n| match self.augmentation.max_copies {
                0 => 0,
                most => ((wanted / n.max(1) as f64).round() as usize).clamp(1, most),
            });
        copies.collect()
    }

    /// A seed of its own for each copy of each recording (SplitMix64's finaliser).
    fn seed_of(&self, recording: usize, copy: usize) -> u64 {
        let mut z = self.seed
            ^ (((self.first + recording) as u64) << 16)
            ^ (copy as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::{ChainParams, MixParams};

    fn heard(label: usize) -> Heard {
        Heard::plain(0, label, 0, 0)
    }

    /// Three seconds of background, three and two of siren, all in one fold, and what is heard of them.
    fn with_takes(channel: ChainParams, check: impl Fn(&Takes)) {
        let labels = ["background", "siren"].map(String::from);
        let recordings = [heard(0), heard(1), heard(1)];
        let tone = |n: usize| (0..n).map(|i| (i as f32 * 0.2).sin()).collect();
        let sounds = [48_000, 48_000, 32_000].map(|n| Sound::Recorded(tone(n)));
        let augmentation = Augmentation {
            segments_per_label: 4,
            max_copies: 9,
            weight: 0.1,
            noise_share: 1.0,
            channel,
        };
        let channel = augmentation.channel.clone().check().unwrap();
        check(&Takes {
            labels: &labels,
            recordings: &recordings,
            sounds: &sounds,
            augmentation: &augmentation,
            channel: &channel,
            rendered_channel: &channel,
            seed: 1,
            first: 0,
            segments_before: &[],
            makes_backgrounds: false,
        });
    }

    #[test]
    fn recordings_are_heard_as_the_recipe_says() {
        with_takes(ChainParams::none(), |takes| {
            let rows = takes.all();
            let count = |recording, wanted: fn(&Take) -> bool| {
                let own = rows.iter().filter(|(of, _)| *of == recording);
                own.filter(|(_, take)| wanted(take)).count()
            };
            // Two segments of background, two and one of siren: copies for four each.
            assert_eq!(count(0, |t| matches!(t, Take::Copy(_))), 2);
            assert_eq!(count(1, |t| matches!(t, Take::Copy(_))), 1);
            // Only background stands for nothing at all.
            let noises = [0, 1, 2].map(|i| count(i, |t| *t == Take::Noise));
            assert_eq!(noises, [1, 0, 0]);
            let of = |take| takes.features(1, take);
            assert_ne!(of(Take::Noise), of(Take::AsItIs));
            // A channel without effects changes nothing.
            assert_eq!(of(Take::Copy(1)), of(Take::AsItIs));
        });
    }

    #[test]
    fn a_take_says_which_recording_is_heard_beneath_it() {
        let mixed = |probability| ChainParams {
            mix: Some(MixParams {
                probability,
                ..MixParams::default()
            }),
            ..ChainParams::none()
        };
        with_takes(mixed(1.0), |takes| {
            let (rows, _) = measure_takes(takes, &|_, _, _| ());
            let copies = rows.iter().filter(|r| matches!(r.take, Take::Copy(_)));
            for row in copies.clone() {
                // There is no other background that the background itself could be mixed with.
                let wanted = (row.recording > 0).then_some(0);
                assert_eq!(row.beneath, wanted, "{row:?}");
            }
            assert!(copies.count() > 2);
            let mut others = rows.iter().filter(|r| !matches!(r.take, Take::Copy(_)));
            assert!(others.all(|r| r.beneath.is_none()));
        });
        with_takes(mixed(0.0), |takes| {
            let (rows, _) = measure_takes(takes, &|_, _, _| ());
            assert!(rows.iter().all(|r| r.beneath.is_none()));
        });
    }

    #[test]
    fn a_row_is_renumbered_with_what_lies_beneath_it() {
        let row = Row {
            recording: 2,
            take: Take::AsItIs,
            beneath: Some(5),
            start: 0,
        };
        let moved = row.renumbered(|i| Some(i + 1)).unwrap();
        assert_eq!((moved.recording, moved.beneath), (3, Some(6)));
        let alone = row.renumbered(|i| (i < 5).then_some(i)).unwrap();
        assert_eq!((alone.recording, alone.beneath), (2, None));
        assert_eq!(row.renumbered(|i| (i > 2).then_some(i)), None);
    }
}
