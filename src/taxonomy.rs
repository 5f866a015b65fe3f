//! Which family and class each label belongs to.

/// Where a label stands: label, family, class.
pub type Place = (&'static str, &'static str, &'static str);

/// Every label that the project knows, as `docs` lists them.
///
/// Family: what sounds alike because it is built alike. Class: what a reader wants to know first.
pub const TAXONOMY: [Place; 16] = [
    ("harop", "rotary-uav", "military-uav"),
    ("hermes-450", "rotary-uav", "military-uav"),
    ("orbiter-1k", "electric-uav", "military-uav"),
    ("orbiter-2", "electric-uav", "military-uav"),
    ("orbiter-3", "electric-uav", "military-uav"),
    ("bayraktar-tb2", "geared-uav", "military-uav"),
    ("shahed-136", "piston-uav", "military-uav"),
    ("multirotor", "multirotor", "multirotor"),
    ("helicopter", "helicopter", "crewed-aircraft"),
    ("aeroplane", "aeroplane", "crewed-aircraft"),
    ("jet", "jet", "crewed-aircraft"),
    ("engine", "engine", "ground-machine"),
    ("siren", "siren", "ground-machine"),
    ("impulse", "impulse", "impulse"),
    ("background", "background", "background"),
    ("unknown", "unknown", "unknown"),
];

/// The class whose labels are munitions or military drones: what must not be alarmed falsely.
pub const MILITARY: &str = "military-uav";

/// Family and class of `label`; a label that the project doesn't know is a family and a class of
/// its own.
pub fn place(label: &str) -> (&str, &str) {
    TAXONOMY
        .iter()
        .find(|(l, _, _)| *l == label)
        .map_or((label, label), |&(_, family, class)| (family, class))
}

/// Words for what is answered, not for what is heard.
const DECISIONS: [&str; 5] = ["signature", "family", "class", "unknown", "unusable"];

/// Phases of flight that recordings can be labelled with, behind a label.
pub const PHASES: [&str; 2] = ["cruise", "dive"];

/// Classes whose labels don't fly.
const ON_THE_GROUND: [&str; 3] = ["ground-machine", "impulse", "background"];

/// Why nothing can be labelled `label`: answers use that word for something else. `None` for what may be a label.
pub fn reserved(label: &str) -> Option<String> {
    if DECISIONS.contains(&label) {
        return Some(format!("`{label}` is a word for answers, not a label"));
    }
    if PHASES.contains(&label) {
        return Some(format!(
            "`{label}` is a phase, not a label; write whose, such as harop/{label}"
        ));
    }
    if TAXONOMY.iter().any(|(own, _, _)| *own == label) {
        return None;
    }
    let of = |kind, place: fn(&Place) -> &'static str| {
        let members = TAXONOMY.iter().filter(|entry| place(entry) == label);
        let members: Vec<&str> = members.map(|(own, _, _)| *own).collect();
        let named = members.join(", ");
        (!members.is_empty()).then(|| format!("`{label}` is the {kind} of {named}, not a label"))
    };
    of("class", |(_, _, class)| class).or_else(|| of("family", |(_, family, _)| family))
}

/// Why nothing can be of the family `family`: a word for answers, a phase, or a class that is no family. `None` for what may be one.
pub fn reserved_family(family: &str) -> Option<String> {
    if DECISIONS.contains(&family) {
        return Some(format!("`{family}` is a word for answers, not a family"));
    }
    if PHASES.contains(&family) {
        return Some(format!("`{family}` is a phase, not a family"));
    }
    let is_family = TAXONOMY.iter().any(|(_, own, _)| *own == family);
    let is_class = TAXONOMY.iter().any(|(_, _, class)| *class == family);
    (is_class && !is_family).then(|| format!("`{family}` is a class, not a family"))
}

/// Whether `label` is of something that flies; what the project doesn't know may.
pub fn flies(label: &str) -> bool {
    !ON_THE_GROUND.contains(&place(label).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_unique_and_new_ones_stand_alone() {
        for (i, (label, _, _)) in TAXONOMY.iter().enumerate() {
            assert!(TAXONOMY[i + 1..].iter().all(|(other, _, _)| other != label));
        }
        assert_eq!(place("shahed-136"), ("piston-uav", MILITARY));
        assert_eq!(place("zeppelin"), ("zeppelin", "zeppelin"));
    }

    #[test]
    fn words_for_answers_are_no_labels_and_families_of_one_label_are() {
        for word in ["unknown", "unusable", "military-uav", "piston-uav", "dive"] {
            let why = reserved(word).unwrap_or_default();
            assert!(why.contains(word), "{word}: {why}");
        }
        assert!(reserved("rotary-uav").is_some_and(|why| why.contains("harop, hermes-450")));
        for label in ["siren", "multirotor", "background", "shahed-136", "lancet"] {
            assert_eq!(reserved(label), None);
        }
        for word in ["unknown", "military-uav", "ground-machine", "dive"] {
            assert!(reserved_family(word).is_some_and(|why| why.contains(word)));
        }
        for (_, family, _) in TAXONOMY.iter().filter(|(label, _, _)| *label != "unknown") {
            assert_eq!(reserved_family(family), None);
        }
        assert_eq!(reserved_family("delta-wing-uav"), None);
    }

    #[test]
    fn what_stays_on_the_ground_is_told_from_aircraft() {
        assert!(["harop", "helicopter", "jet", "lancet"]
            .into_iter()
            .all(flies));
        assert!(!["background", "engine", "impulse"].into_iter().any(flies));
    }
}
