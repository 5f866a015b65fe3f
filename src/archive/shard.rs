//! Part of an archive: which machine does which files, without asking each other.

use std::path::Path;
use std::str::FromStr;

use super::{id, name, ArchiveError};

/// Shard `number` of `of`, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    number: u64,
    of: u64,
}

impl Default for Shard {
    fn default() -> Self {
        Self { number: 1, of: 1 }
    }
}

impl Shard {
    /// Its number, from 1.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// How many shards there are.
    pub fn of(&self) -> u64 {
        self.of
    }

    /// Whether a file belongs to this shard. Every file belongs to one, by a hash of its path below `root`: so it
    /// doesn't matter where a machine has the archive mounted, or what was added to it since.
    pub fn holds(&self, root: &Path, file: &Path) -> bool {
        let below = match file.strip_prefix(root) {
            Ok(below) if !below.as_os_str().is_empty() => below,
            // A file that was named itself.
            _ => file.file_name().map_or(file, Path::new),
        };
        let parts = below.components().map(|part| part.as_os_str());
        let parts: Vec<String> = parts.map(|part| name::to_text(Path::new(part))).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        (id::of(&parts) as u64) % self.of == self.number - 1
    }
}

impl FromStr for Shard {
    type Err = ArchiveError;

    /// `2/8`: the second of eight.
    fn from_str(text: &str) -> Result<Self, ArchiveError> {
        let fault = || ArchiveError::Shard(text.to_owned());
        let (number, of) = text.split_once('/').ok_or_else(fault)?;
        let parse = |text: &str| text.trim().parse::<u64>().map_err(|_| fault());
        let shard = Self {
            number: parse(number)?,
            of: parse(of)?,
        };
        match shard.number >= 1 && shard.number <= shard.of {
            true => Ok(shard),
            false => Err(fault()),
        }
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_in_one_shard_wherever_the_archive_is_mounted() {
        let mut sizes = [0; 4];
        for n in 0..400 {
            let (a, b) = (format!("/mnt/a/x/{n}.wav"), format!("/net/b/x/{n}.wav"));
            let holds = |shard: &Shard| {
                let here = shard.holds(Path::new("/mnt/a"), Path::new(&a));
                assert_eq!(here, shard.holds(Path::new("/net/b"), Path::new(&b)));
                here
            };
            let shards = (1..=4).map(|number| Shard { number, of: 4 });
            let held: Vec<usize> = shards
                .enumerate()
                .filter(|(_, s)| holds(s))
                .map(|(i, _)| i)
                .collect();
            assert_eq!(held.len(), 1);
            sizes[held[0]] += 1;
        }
        assert!(sizes.iter().all(|n| (60..140).contains(n)), "{sizes:?}");
    }

    #[test]
    fn a_shard_that_is_none_is_refused_with_an_example() {
        for wrong in ["0/4", "5/4", "4", "1/0", "a/b", "1/-1"] {
            let error = wrong.parse::<Shard>().unwrap_err().to_string();
            assert!(error.contains("1/8"), "{error}");
        }
        assert_eq!("2/8".parse::<Shard>().unwrap().to_string(), "2/8");
    }
}
