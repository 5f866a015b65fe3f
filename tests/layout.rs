//! Folders of the sources import only what CONTRIBUTING.md says stands left of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// For each folder those that it may import.
type Order = BTreeMap<String, BTreeSet<String>>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The order that the lines `a, b -> c` of a text state.
fn order(text: &str) -> Order {
    let mut order = Order::new();
    let lines = text.lines().filter(|line| line.starts_with("    "));
    for line in lines.filter(|line| line.contains(" -> ")) {
        let steps: Vec<Vec<&str>> = line
            .split(" -> ")
            .map(|step| step.split(',').map(str::trim).collect())
            .collect();
        for room in steps.iter().flatten() {
            order.entry((*room).to_owned()).or_default();
        }
        for pair in steps.windows(2) {
            for room in &pair[1] {
                let left = order.entry((*room).to_owned()).or_default();
                left.extend(pair[0].iter().map(|room| (*room).to_owned()));
            }
        }
    }
    // What stands left of those that stand left, as often as there are folders.
    for _ in 0..order.len() {
        let before = order.clone();
        for left in order.values_mut() {
            let further: Vec<String> = left
                .iter()
                .flat_map(|room| &before[room])
                .cloned()
                .collect();
            left.extend(further);
        }
    }
    order
}

/// What a source imports from the root of the library, but for its constants.
fn imports(source: &str) -> BTreeSet<String> {
    let code = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let named = code.flat_map(|line| line.split("crate::").skip(1));
    let names = named.map(|rest| {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
        rest[..end.unwrap_or(rest.len())].to_owned()
    });
    names
        .filter(|name| !name.starts_with(char::is_uppercase))
        .collect()
}

/// All sources at or below a path.
fn sources(path: &Path) -> Vec<PathBuf> {
    if path.is_dir() {
        let entries = fs::read_dir(path).unwrap();
        return entries
            .flat_map(|entry| sources(&entry.unwrap().path()))
            .collect();
    }
    let is_source = path.extension().is_some_and(|extension| extension == "rs");
    is_source.then(|| path.to_owned()).into_iter().collect()
}

#[test]
fn folders_import_only_what_stands_left_of_them() {
    let order = order(&fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap());
    let mut wrong = Vec::new();
    for entry in fs::read_dir(root().join("src")).unwrap() {
        let path = entry.unwrap().path();
        let room = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if ["lib", "main"].contains(&room.as_str()) {
            continue;
        }
        let left = order.get(&room);
        assert_eq!(
            left.is_some(),
            path.is_dir(),
            "{room} has no place in CONTRIBUTING.md"
        );
        for file in sources(&path) {
            let imported = imports(&fs::read_to_string(&file).unwrap());
            // Names that are no folder are of a file beside the folders.
            let imported = imported.into_iter().filter(|name| order.contains_key(name));
            let allowed = |name: &String| *name == room || left.is_some_and(|l| l.contains(name));
            let faults = imported.filter(|name| !allowed(name));
            wrong.extend(faults.map(|name| format!("{} imports {name}", file.display())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_order_goes_one_way_and_imports_are_seen() {
    let of = order("text -> none\n    a -> b, c -> d\n    e -> c\n");
    assert_eq!(of["d"], ["a", "b", "c", "e"].map(String::from).into());
    assert_eq!(of["b"], ["a".to_owned()].into());
    let own = order(&fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap());
    assert!(own.len() > 10);
    assert!(own.iter().all(|(room, left)| !left.contains(room)));
    let source = "use crate::a::B;\nlet x = crate::c(crate::D);\n// crate::e\npub(in crate::f) g\n";
    assert_eq!(imports(source), ["a", "c", "f"].map(String::from).into());
}
