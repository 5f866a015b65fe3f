//! Source groups as they count: those that are given, else guessed, and clips that continue each other together. Whatever
//! trains, tests or counts settles them here, so that none goes by other groups than the rest.

use super::guess::{apply_guesses, guess_groups, in_numbered_series, Guess};
use super::{join_neighbours, made, regroup, split_at_breaks, Recording};

/// Gives `listed` recordings the groups that they count as, and says which were guessed, a sentence each; nothing is guessed
/// where groups are `given`. `sound` gives the samples (16 kHz mono) of those that [`needs_sound`] picks; without them
/// numbered files stay apart.
pub fn settle_groups<'a>(
    listed: &mut [Recording],
    given: bool,
    sound: impl Fn(usize) -> Option<&'a [f32]>,
) -> Vec<String> {
    let mut guesses = Vec::new();
    if !given {
        guesses = guess_groups(listed, &made(listed), &sound);
        apply_guesses(listed, &guesses);
    }
    regroup_neighbours(listed, sound);
    guesses.iter().map(Guess::sentence).collect()
}

/// Which recordings have to be heard to settle their groups: numbered ones.
pub fn needs_sound(listed: &[Recording], given: bool) -> Vec<bool> {
    let mut needed = match given {
        true => vec![false; listed.len()],
        false => in_numbered_series(listed),
    };
    let runs = join_neighbours(listed).into_iter();
    for place in runs.filter(|run| run.len() > 1).flatten() {
        needed[place] = true;
    }
    needed
}

/// Puts clips that continue each other into one source group, whatever groups the list gives them.
pub(super) fn regroup_neighbours<'a>(
    listed: &mut [Recording],
    sound: impl Fn(usize) -> Option<&'a [f32]>,
) {
    let runs = join_neighbours(listed);
    let parts: Vec<Vec<usize>> = runs
        .iter()
        .filter(|run| run.len() > 1)
        .flat_map(|run| split_at_breaks(run, |place| sound(place).unwrap_or_default()))
        .collect();
    regroup(listed, &parts);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(paths: [&str; 3]) -> Vec<Recording> {
        let recording = |path: &str| Recording {
            path: path.into(),
            label: "siren".into(),
            phase: None,
            is_not: false,
            range: None,
            group: path.into(),
            source: "s".into(),
            note: String::new(),
        };
        paths.map(recording).to_vec()
    }

    #[test]
    fn groups_are_guessed_where_none_are_given_and_nowhere_else() {
        let pieces = ["a/raid_part1.wav", "a/raid_part2.wav", "a/other.wav"];
        let mut guessed = list(pieces);
        let said = settle_groups(&mut guessed, false, |_| None);
        assert_eq!(said.len(), 1);
        assert_eq!(guessed[0].group, guessed[1].group);
        assert_ne!(guessed[0].group, guessed[2].group);
        let mut given = list(pieces);
        assert!(settle_groups(&mut given, true, |_| None).is_empty());
        assert_eq!(given, list(pieces));
        assert_eq!(needs_sound(&given, false), [false; 3]);
    }
}
