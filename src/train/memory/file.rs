//! The file of a training memory.
//!
//! ```text
//! 8 bytes   magic, "EARWMEM\x01"
//! 8 bytes   length of the header, little-endian
//! ...       the header, JSON
//! 8 bytes   length of the payload, little-endian
//! ...       the payload, MessagePack, deflated (RFC 1951)
//! 32 bytes  SHA-256 of everything before
//! ```
//! Loading runs no code from the file and checks every size and number before it is used.

use super::MemoryError;
use crate::whole_file;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use sha2::{Digest, Sha256};
use std::path::Path;

const MAGIC: &[u8; 8] = b"EARWMEM\x01";
/// Largest file that is read, and largest payload in it: far above any real memory.
const SIZE_LIMIT: u64 = 1 << 29;
/// How hard a payload is deflated, 0 to 10. Harder wins little: zlib's hardest makes the default's 0.3 % smaller.
const LEVEL: u8 = 6;
const DIGEST: usize = 32;

/// Reads the whole file at `path`.
///
/// # Errors
/// [`MemoryError::Absent`] if there is none, [`MemoryError::Io`] if it cannot be read, [`MemoryError::Damaged`] if it is too large.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, MemoryError> {
    let name = path.display().to_string();
    let io = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => MemoryError::Absent { name: name.clone() },
        _ => MemoryError::Io {
            name: name.clone(),
            error,
        },
    };
    let size = std::fs::metadata(path).map_err(io)?.len();
    if size > SIZE_LIMIT {
        return Err(MemoryError::damaged(
            &name,
            format!("it has {size} bytes, too many for a training memory"),
        ));
    }
    std::fs::read(path).map_err(io)
}

/// Header and payload of `bytes`, the payload as it is stored; `name` is what messages call it.
///
/// # Errors
/// [`MemoryError::Damaged`] for anything that is not a whole, unchanged memory.
pub(super) fn take_apart<'a>(
    name: &str,
    bytes: &'a [u8],
) -> Result<(&'a [u8], &'a [u8]), MemoryError> {
    let fault = |fault: &str| MemoryError::damaged(name, fault.to_owned());
    if !bytes.starts_with(MAGIC) {
        return Err(fault("it is not a training memory of earwitness"));
    }
    let (body, digest) = bytes.split_at(bytes.len().saturating_sub(DIGEST));
    if body.len() < MAGIC.len() || Sha256::digest(body).as_slice() != digest {
        return Err(fault("its checksum is wrong: it was cut off or changed"));
    }
    let mut rest = &body[MAGIC.len()..];
    let header = take_block(&mut rest).ok_or_else(|| fault("its header is cut off"))?;
    let payload = take_block(&mut rest).ok_or_else(|| fault("its payload is cut off"))?;
    Ok((header, payload))
}

/// Takes a length and as many bytes off the front of `rest`.
fn take_block<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk::<8>()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let (block, after) = after.split_at_checked(length)?;
    *rest = after;
    Some(block)
}

/// What was deflated into `payload`.
///
/// # Errors
/// [`MemoryError::Damaged`] if it is not deflated, or too large.
pub(super) fn inflate(name: &str, payload: &[u8]) -> Result<Vec<u8>, MemoryError> {
    let limit = usize::try_from(SIZE_LIMIT).unwrap_or(usize::MAX);
    decompress_to_vec_with_limit(payload, limit)
        .map_err(|error| MemoryError::damaged(name, format!("its payload: {error}")))
}

/// A header and a payload, which is deflated, as one file. The same payload gives the same bytes on every machine.
pub(super) fn join(header: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    let payload = compress_to_vec(payload, LEVEL);
    for block in [header, &payload] {
        bytes.extend((block.len() as u64).to_le_bytes());
        bytes.extend(block);
    }
    let digest = Sha256::digest(&bytes);
    bytes.extend(digest);
    bytes
}

/// Writes `bytes` to `path`, whole or not at all.
///
/// # Errors
/// [`MemoryError::Io`] if it cannot be written.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), MemoryError> {
    whole_file::write(path, bytes).map_err(|error| MemoryError::Io {
        name: path.display().to_string(),
        error,
    })
}
