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
}
