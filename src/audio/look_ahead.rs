//! The first stretch of sound, decoded ahead to decide on the channels, and the check of what was decoded.

use std::collections::VecDeque;

use super::decoder::{Decoder, Frames};
use super::error::AudioError;
use super::source::Source;
use super::{remedy, MAX_CHANNELS, SAMPLE_RATES};

/// What is decoded before the first block, to decide how channels are mixed: 2 seconds ...
const LOOKAHEAD_S: usize = 2;

/// ... and never more than this many samples over all channels.
const LOOKAHEAD_SAMPLES: usize = 1 << 20;

/// Decodes until there is enough to decide on the channels; `false` if that was all. Leaves one
/// stretch of frames, two if the format changes within it, none if there is no sound at all.
pub(super) fn look_ahead(
    source: &Source,
    decoder: &mut dyn Decoder,
    ahead: &mut VecDeque<Frames>,
) -> Result<bool, AudioError> {
    let mut first = Frames::default();
    while first.is_empty() {
        if !decoder.decode(&mut first)? {
            return Ok(false);
        }
    }
    check(source, &first)?;
    let wanted = match first.channels() {
        1 => 0,
        n => (LOOKAHEAD_S * first.rate() as usize).min(LOOKAHEAD_SAMPLES / n),
    };
    let mut more = Frames::default();
    let mut goes_on = true;
    while goes_on && first.len() < wanted {
        goes_on = decoder.decode(&mut more)?;
        if !more.is_empty() && !first.is_like(&more) {
            break;
        }
        first.append(&more);
        more.clear();
    }
    ahead.push_back(first);
    if !more.is_empty() {
        ahead.push_back(more);
    }
    Ok(goes_on)
}

/// What was decoded is believed; what the header said is not.
pub(super) fn check(source: &Source, frames: &Frames) -> Result<(), AudioError> {
    let (rate, channels) = (frames.rate(), frames.channels());
    if !SAMPLE_RATES.contains(&rate) {
        return Err(AudioError::BadSampleRate {
            name: source.name(),
            rate,
            command: remedy::ffmpeg_line(source),
        });
    }
    if channels > MAX_CHANNELS {
        return Err(AudioError::BadChannelCount {
            name: source.name(),
            channels,
            command: remedy::ffmpeg_line(source),
        });
    }
    Ok(())
}
