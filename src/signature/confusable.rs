//! Which signatures can't be told apart by where their lines lie.
//!
//! The rule, for an airframe in a phase against another in a phase:
//!
//! 1. The combs that carry are those of the blades and of the firings. A comb of one and a comb of
//!    the other *meet* if the ranges in which their fundamentals can be heard, Doppler included,
//!    share a frequency. Airframes of which no two combs meet are never confused.
//! 2. [`Overlap::OneComb`]: some comb of the one meets some comb of the other, not necessarily of
//!    the same kind: who hears a single comb does not know whose it is.
//! 3. [`Overlap::AllCombs`]: there are figures within both sheets with which *all* lines coincide.
//!    Engine and blades hang on one shaft, so their frequencies stand in a ratio `r` (`f g / b`, for
//!    a motor `p g / b`) that Doppler does not change. All lines coincide if
//!    - the engine combs meet and `r` can be the same within [`RATIO_TOLERANCE`](super::RATIO_TOLERANCE), or
//!    - both are *nested* and their fundamentals meet. Nested: `r` or `1/r` is a whole number, so
//!      that one comb holds all lines of the other and there is but one comb to hear. So it is with
//!      every direct drive whose firings and blades divide each other, and with an electric
//!      drone, whose motor hardly carries; or
//!    - engine combs meet blade combs crosswise and one `r` is the inverse of the other.
//!
//! The rule knows where lines lie, not how strong they are, and it says what *can* happen within the
//! sheets, not how likely it is: ranges that are presumed widely overlap widely.
//! [`Separator`] says what is left to tell them apart.

use super::coincidence::{coincidence, meet, ratios, Coincidence};
use super::{Lines, Phase, Signature, Span};

/// How far the lines of two signatures can coincide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Overlap {
    /// One comb of each, so they can't be told apart if only one is heard.
    OneComb,
    /// All combs at once, so they can't be told apart by frequencies at all.
    AllCombs,
}

impl Overlap {
    /// Its name in output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OneComb => "one-comb",
            Self::AllCombs => "all-combs",
        }
    }
}

/// What can still tell two signatures apart whose lines overlap.
#[derive(Debug, Clone, PartialEq)]
pub enum Separator {
    /// The ratio of engine to blade frequency, where both combs are heard; every ratio that either
    /// can have.
    Ratio {
        /// Of the signature asked about.
        own: Vec<Span>,
        /// Of the other.
        other: Vec<Span>,
    },
    /// Which lines of the one comb are strong, as the ratio of engine to blade frequency differs:
    /// blades and engine fall on other lines of it. Weaker than [`Ratio`](Self::Ratio): strengths
    /// depend on the direction, the ground and the microphone.
    Strength {
        /// Ratios of the signature asked about.
        own: Vec<Span>,
        /// Of the other.
        other: Vec<Span>,
    },
    /// Both combs heard at once: only one of the two can have both where they are.
    BothCombs,
    /// Only one of them fires, where its firings can be heard beside its blades.
    Firing {
        /// Whether the one asked about does.
        own: bool,
    },
    /// The blade-pass frequencies at rest don't meet: a pass that is heard whole gives them.
    RestFrequency,
    /// One cruises and the other dives: a level pass falls in pitch, a dive climbs or stands, and
    /// ends at once.
    Course,
}

/// A comb of either, where both can be heard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Meeting {
    /// Which comb of the signature asked about.
    pub own: Comb,
    /// Which comb of the other.
    pub other: Comb,
    /// Where both can be heard, in Hz.
    pub heard: Span,
}

/// Which comb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comb {
    /// Multiples of the blade-pass frequency.
    BladePass,
    /// Multiples of the firing rate.
    Firing,
}

impl Comb {
    /// Its name in output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BladePass => "blade-pass",
            Self::Firing => "firing",
        }
    }
}

/// Another signature that can be mistaken for the one asked about.
#[derive(Debug, Clone, PartialEq)]
pub struct Confusion<'a> {
    /// The other.
    pub other: &'a Signature,
    /// In this phase.
    pub other_phase: Phase,
    /// How far.
    pub overlap: Overlap,
    /// Which combs meet, and where; at least one.
    pub meetings: Vec<Meeting>,
    /// What could still tell them apart; may be empty, and then frequencies can't.
    pub separators: Vec<Separator>,
}

/// All of `others` that `signature` in `phase` can't be told from, those with
/// [`Overlap::AllCombs`] first, else in the order given. The same airframe in its other phase
/// counts as another. Empty if it does not fly the phase.
pub fn confusable<'a>(
    signature: &Signature,
    phase: Phase,
    others: impl IntoIterator<Item = &'a Signature>,
) -> Vec<Confusion<'a>> {
    let mut found = Vec::new();
    for other in others {
        for (other_phase, _) in other.phases() {
            if other.id() != signature.id() || other_phase != phase {
                found.extend(confusion(signature, phase, other, other_phase));
            }
        }
    }
    found.sort_by_key(|c| std::cmp::Reverse(c.overlap));
    found
}

/// Whether one signature can be taken for another, by the rule of this module.
pub fn confusion<'a>(
    own: &Signature,
    own_phase: Phase,
    other: &'a Signature,
    other_phase: Phase,
) -> Option<Confusion<'a>> {
    let (a, b) = (own.lines(own_phase)?, other.lines(other_phase)?);
    let meetings = meetings(&a, &b);
    if meetings.is_empty() {
        return None;
    }
    let fires = |s: &Signature| s.engine().cycle.value.fires();
    let coincidence = coincidence(own, &a, other, &b);
    let mut separators = Vec::new();
    if fires(own) != fires(other) {
        separators.push(Separator::Firing { own: fires(own) });
    } else if coincidence != Coincidence::Same {
        let (own, other) = (ratios(own), ratios(other));
        let alike = own.iter().any(|x| other.iter().any(|y| meet(*x, *y)));
        separators.push(match coincidence {
            _ if alike => Separator::BothCombs,
            Coincidence::Nested => Separator::Strength { own, other },
            _ => Separator::Ratio { own, other },
        });
    }
    let at_rest = a.blade_pass.at_rest.overlap(b.blade_pass.at_rest);
    if at_rest.is_none() {
        separators.push(Separator::RestFrequency);
    }
    if own_phase != other_phase {
        separators.push(Separator::Course);
    }
    Some(Confusion {
        other,
        other_phase,
        overlap: match coincidence {
            Coincidence::None => Overlap::OneComb,
            Coincidence::Nested | Coincidence::Same => Overlap::AllCombs,
        },
        meetings,
        separators,
    })
}

/// Every pair of combs that meets.
fn meetings(a: &Lines, b: &Lines) -> Vec<Meeting> {
    let combs = |lines: &Lines| {
        let blades = Some((Comb::BladePass, lines.blade_pass.heard));
        let firing = lines.firing.map(|line| (Comb::Firing, line.heard));
        [blades, firing].into_iter().flatten().collect::<Vec<_>>()
    };
    let mut found = Vec::new();
    for (own, own_heard) in combs(a) {
        for (other, other_heard) in combs(b) {
            let heard = own_heard.overlap(other_heard);
            found.extend(heard.map(|heard| Meeting { own, other, heard }));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::Catalogue;
    use super::*;

    fn catalogue() -> Catalogue {
        Catalogue::built_in().unwrap_or_else(|e| panic!("{e}"))
    }

    fn between(a: &str, b: &str) -> Option<(Overlap, Vec<Separator>)> {
        let catalogue = catalogue();
        let get = |id: &str| catalogue.get(id).unwrap_or_else(|e| panic!("{e}"));
        let found = confusion(get(a), Phase::Cruise, get(b), Phase::Cruise);
        found.map(|c| (c.overlap, c.separators))
    }

    #[test]
    fn the_twins_are_told_apart_by_nothing() {
        let nothing = Some((Overlap::AllCombs, vec![]));
        assert_eq!(between("harop", "hermes-450"), nothing);
        assert_eq!(between("orbiter-1k", "orbiter-2"), nothing);
        assert_eq!(between("orbiter-2", "orbiter-3"), nothing);
    }

    #[test]
    fn a_rotary_and_a_boxer_are_one_comb_each_with_other_lines_strong() {
        let (overlap, separators) = between("harop", "shahed-136").expect("their combs meet");
        assert_eq!(overlap, Overlap::AllCombs);
        let strength = Separator::Strength {
            own: vec![Span::of(1.0 / 3.0), Span::of(0.5)],
            other: vec![Span::of(1.0), Span::of(2.0)],
        };
        assert_eq!(separators, [strength]);
    }

    #[test]
    fn a_gearbox_gives_itself_away_where_both_combs_are_heard() {
        let (overlap, separators) = between("shahed-136", "bayraktar-tb2").expect("they meet");
        assert_eq!(overlap, Overlap::OneComb);
        let ratio = Separator::Ratio {
            own: vec![Span::of(1.0), Span::of(2.0)],
            other: vec![Span::of(2.2727), Span::of(2.4286)],
        };
        assert_eq!(separators, [ratio, Separator::RestFrequency]);
    }

    #[test]
    fn an_electric_drone_lacks_the_firing_comb() {
        let (overlap, separators) = between("harop", "orbiter-2").expect("their blades meet");
        assert_eq!(overlap, Overlap::AllCombs);
        assert_eq!(separators, [Separator::Firing { own: true }]);
        let (overlap, _) = between("bayraktar-tb2", "orbiter-3").expect("their blades meet");
        assert_eq!(overlap, Overlap::OneComb);
    }

    #[test]
    fn the_rule_does_not_depend_on_who_is_asked() {
        let catalogue = catalogue();
        for a in catalogue.iter() {
            for (phase, _) in a.phases() {
                for found in confusable(a, phase, catalogue.iter()) {
                    let back = confusion(found.other, found.other_phase, a, phase);
                    let back = back.map(|c| (c.overlap, c.meetings.len()));
                    assert_eq!(back, Some((found.overlap, found.meetings.len())));
                }
            }
        }
    }

    #[test]
    fn what_has_no_propeller_is_taken_for_nothing() {
        let catalogue = catalogue();
        let lora = catalogue.get("lora").unwrap_or_else(|e| panic!("{e}"));
        assert!(confusable(lora, Phase::Cruise, catalogue.iter()).is_empty());
        for signature in catalogue.iter() {
            let found = confusable(signature, Phase::Cruise, catalogue.iter());
            assert!(found.iter().all(|c| c.other.id() != "lora"));
        }
    }
}
