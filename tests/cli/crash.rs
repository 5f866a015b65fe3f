//! Training and promoting that end before they are done: the model in use stays as it was.
#![cfg(unix)]

use super::retrain::{base, letter, text};
use super::small_corpus::write;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Instant;

/// Moments at which a run is killed.
const KILLS: u32 = 8;

fn command(config: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("earwitness"));
    command.env("EARWITNESS_CONFIG", config).args(arguments);
    command
}

fn run(config: &Path, arguments: &[&str]) -> Output {
    command(config, arguments).output().unwrap()
}

/// All files below a folder, but for hidden ones, which are what a run has not finished.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if !path.file_name().unwrap().to_string_lossy().starts_with('.') {
            found.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    found
}

/// A base in use, in a configuration of its own, and new recordings.
fn in_use(dir: &Path) -> (PathBuf, PathBuf) {
    let config = dir.join("config");
    let model = base(dir);
    let promoted = run(
        &config,
        &["model", "promote", "--force", model.to_str().unwrap()],
    );
    assert!(promoted.status.success(), "{}", text(&promoted.stderr));
    let add = dir.join("new");
    for i in 0..4 {
        let path = add.join(format!("multirotor/{}.wav", letter(i)));
        write(&path, 1100.0 * (1.0 + 0.05 * f64::from(i)));
    }
    (config, add)
}

/// How long it takes, and the same killed at moments spread over that time; `check` is called after each.
fn kill_at_moments(
    arguments: &[&str],
    config: &Path,
    prepare: impl Fn(),
    mut check: impl FnMut(),
) -> u32 {
    prepare();
    let start = Instant::now();
    let output = run(config, arguments);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let mut whole = start.elapsed();
    let mut killed = 0;
    for n in 0..3 * KILLS {
        if killed == KILLS {
            break;
        }
        prepare();
        let mut child = command(config, arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // More often towards the end, where files are written.
        let share = 1.0 - 0.6f64.powi((n % KILLS) as i32 + 1);
        let moment = whole.mul_f64(share);
        std::thread::sleep(moment);
        child.kill().unwrap();
        match child.wait().unwrap().success() {
            // It was faster than the run that was timed, beside which the machine did something else.
            true => whole = moment,
            false => killed += 1,
        }
        check();
    }
    killed
}

#[test]
fn a_training_that_is_killed_leaves_all_models_as_they_were() {
    let dir = tempfile::tempdir().unwrap();
    let (config, add) = in_use(dir.path());
    let before = files(&config);
    let old = std::fs::read(dir.path().join("base.earwitness")).unwrap();
    let mine = dir.path().join("mine.model");
    let arguments = [
        "train",
        "--base",
        "default",
        "--add",
        add.to_str().unwrap(),
        "-o",
        mine.to_str().unwrap(),
        "--no-curve",
        "-q",
    ];
    let prepare = || std::fs::write(&mine, &old).unwrap();
    let killed = kill_at_moments(&arguments, &config, prepare, || {
        assert!(files(&config) == before);
        // The output is the old model or the new one, whole.
        let shown = run(&config, &["model", "show", mine.to_str().unwrap()]);
        assert!(shown.status.success(), "{}", text(&shown.stderr));
    });
    assert!(killed > KILLS / 2, "{killed} were killed in time");
    let shown = text(&run(&config, &["model", "show"]).stdout);
    assert!(!shown.contains("multirotor"), "{shown}");
}

#[test]
fn a_promotion_that_is_killed_leaves_the_old_model_or_the_new_one_in_use() {
    let dir = tempfile::tempdir().unwrap();
    let (config, add) = in_use(dir.path());
    let mine = dir.path().join("mine.model");
    let trained = run(
        &config,
        &[
            "train",
            "--base",
            "default",
            "--add",
            add.to_str().unwrap(),
            "-o",
            mine.to_str().unwrap(),
            "--no-curve",
            "-q",
        ],
    );
    assert!(trained.status.success(), "{}", text(&trained.stderr));
    let current = std::fs::read(config.join("current")).unwrap();
    let arguments = ["model", "promote", "--force", mine.to_str().unwrap()];
    let prepare = || std::fs::write(config.join("current"), &current).unwrap();
    let mut seen = [0, 0];
    kill_at_moments(&arguments, &config, prepare, || {
        let shown = run(&config, &["model", "show"]);
        assert!(shown.status.success(), "{}", text(&shown.stderr));
        seen[usize::from(text(&shown.stdout).contains("multirotor"))] += 1;
    });
    assert!(seen[0] + seen[1] >= KILLS, "{seen:?}");
}

/// A file system of its own, taken down at the end.
#[cfg(target_os = "linux")]
struct Disk(PathBuf);

#[cfg(target_os = "linux")]
impl Disk {
    /// `None` where nothing can be mounted.
    fn new(place: &Path, size: &str) -> Option<Self> {
        std::fs::create_dir_all(place).unwrap();
        let size = format!("size={size}");
        let done = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(place)
            .stderr(Stdio::null())
            .status();
        if done.is_ok_and(|status| status.success()) {
            return Some(Self(place.to_owned()));
        }
        eprintln!("skipped: nothing can be mounted here");
        None
    }

    /// Writes until nothing more fits.
    fn fill(&self) {
        use std::io::Write;
        let mut file = std::fs::File::create(self.0.join("filler")).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
    }
}

#[cfg(target_os = "linux")]
impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_the_model_in_use_and_the_output_as_they_were() {
    let dir = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::new(&dir.path().join("disk"), "20m") else {
        return;
    };
    let (elsewhere, add) = in_use(dir.path());
    let config = disk.0.join("config");
    let base = dir.path().join("base.earwitness");
    let promoted = run(
        &config,
        &["model", "promote", "--force", base.to_str().unwrap()],
    );
    assert!(promoted.status.success(), "{}", text(&promoted.stderr));
    let train = |output: &Path| {
        run(
            &config,
            &[
                "train",
                "--base",
                "default",
                "--add",
                add.to_str().unwrap(),
                "-o",
                output.to_str().unwrap(),
                "--no-curve",
                "-q",
            ],
        )
    };
    let mine = disk.0.join("mine.model");
    assert!(train(&mine).status.success());
    disk.fill();
    let before = files(&disk.0);
    let failed = train(&mine);
    assert_eq!(failed.status.code(), Some(1));
    let said = text(&failed.stderr);
    assert!(said.contains("No space left on device"), "{said}");
    let promoted = run(
        &config,
        &["model", "promote", "--force", mine.to_str().unwrap()],
    );
    assert_eq!(promoted.status.code(), Some(1));
    assert!(files(&disk.0) == before);
    let shown = text(&run(&config, &["model", "show"]).stdout);
    assert!(!shown.contains("multirotor"), "{shown}");
    drop(elsewhere);
}
