//! How much sound a WAV file holds, whatever its header says.

use super::super::warning::{Warning, WarningKind};

/// Sizes from here on stand for "unknown": ffmpeg writes 0xFFFFFFFF into a pipe, sox
/// 0x7FFFFFFF less its header, others these rounded down to whole frames.
pub(super) const PLACEHOLDER: u32 = 0x7FFF_0000;

/// The true extent of the sound.
#[derive(Debug)]
pub(super) struct DataSize {
    /// Bytes of sound in the file.
    pub(super) len: u64,
    /// Bytes that the header promises beyond the end of the file.
    pub(super) missing: u64,
    pub(super) repair: Option<Warning>,
}

/// Compares the `declared` size of the data chunk with the bytes `available` from its start to
/// the end of the file. `followed_by_chunk`: another chunk, or the end of the file, stands where
/// the declared size ends.
pub(super) fn settle(
    declared: u64,
    available: u64,
    bytes_per_second: u64,
    followed_by_chunk: bool,
) -> DataSize {
    let to_the_end = |missing, kind, message: String| DataSize {
        len: available,
        missing,
        repair: Some(Warning::new(kind, message)),
    };
    let as_declared = DataSize {
        len: declared.min(available),
        missing: 0,
        repair: None,
    };
    if declared > available {
        if (u64::from(PLACEHOLDER)..=u64::from(u32::MAX)).contains(&declared) {
            return to_the_end(
                0,
                WarningKind::StreamedSize,
                "the header was written before the length was known; all of the file was read"
                    .into(),
            );
        }
        return DataSize {
            missing: declared - available,
            ..as_declared
        };
    }
    if followed_by_chunk && declared > 0 {
        return as_declared;
    }
    if declared == 0 {
        if available == 0 || (followed_by_chunk && available < bytes_per_second / 2) {
            return as_declared;
        }
        return to_the_end(
            0,
            WarningKind::StreamedSize,
            "the header gives a length of 0 (the recorder was cut off); all of the file was read"
                .into(),
        );
    }
    let rest = available - declared;
    // A 32-bit size that ran over: the file is longer by a multiple of 4 GiB.
    let wrapped = rest >> 32 != 0 && rest & 0xFFFF_FFFF < 1 << 16;
    // A little that follows is padding or a tag; more than that is sound left uncounted.
    if wrapped || rest > bytes_per_second / 10 {
        return to_the_end(
            0,
            WarningKind::WrongDataSize,
            format!(
                "the header counts {declared} bytes of sound, and {available} are there; all were read"
            ),
        );
    }
    as_declared
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 32_000;

    fn kind(size: &DataSize) -> Option<WarningKind> {
        size.repair.as_ref().map(|w| w.kind)
    }

    #[test]
    fn a_right_size_is_taken_as_it_is() {
        let size = settle(SECOND, SECOND + 500, SECOND, true);
        assert_eq!((size.len, size.missing, kind(&size)), (SECOND, 0, None));
    }

    #[test]
    fn a_size_beyond_the_file_is_clamped_and_the_rest_is_missing() {
        let size = settle(3 * SECOND, SECOND, SECOND, true);
        assert_eq!((size.len, size.missing), (SECOND, 2 * SECOND));
    }

    #[test]
    fn placeholders_mean_all_of_the_file() {
        for declared in [0xFFFF_FFFF, 0x7FFF_FFFF - 36, 0xFFFF_FFFF - 44] {
            let size = settle(declared, SECOND, SECOND, true);
            assert_eq!((size.len, size.missing), (SECOND, 0));
            assert_eq!(kind(&size), Some(WarningKind::StreamedSize));
        }
    }

    #[test]
    fn zero_means_all_of_the_file_when_sound_follows() {
        let size = settle(0, SECOND, SECOND, false);
        assert_eq!(
            (size.len, kind(&size)),
            (SECOND, Some(WarningKind::StreamedSize))
        );
        assert_eq!(settle(0, 26, SECOND, true).len, 0);
    }

    #[test]
    fn uncounted_sound_is_read_and_a_short_tail_is_not() {
        let size = settle(SECOND, 10 * SECOND, SECOND, false);
        assert_eq!(
            (size.len, kind(&size)),
            (10 * SECOND, Some(WarningKind::WrongDataSize))
        );
        assert_eq!(settle(SECOND, SECOND + 128, SECOND, false).len, SECOND);
    }

    #[test]
    fn a_size_that_ran_over_32_bits_is_completed() {
        let available = (1 << 32) + SECOND;
        let size = settle(SECOND, available, SECOND, false);
        assert_eq!(size.len, available);
    }
}
