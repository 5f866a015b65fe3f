//! Which model is used where none is named: the one that was promoted, or the built-in one.

use std::path::{Path, PathBuf};

use anyhow::Context;
use earwitness::model::promoted::Promoted;
use earwitness::model::store::{Model, ModelError};
use earwitness::train::memory::Memory;
use etcetera::{BaseStrategy, HomeDirError};

/// Names another folder for promoted models.
const FOLDER_VARIABLE: &str = "EARWITNESS_CONFIG";
/// What `--base` calls the model in use, and the one that is built in.
const DEFAULT: &str = "default";
const BUILT_IN: &str = "built-in";

/// The user's promoted models; `None` where there is no home to keep them in.
pub fn promoted() -> Option<Promoted> {
    let own = std::env::var_os(FOLDER_VARIABLE).filter(|folder| !folder.is_empty());
    let folder = own.map(PathBuf::from).or_else(|| {
        let strategy: Result<_, HomeDirError> = etcetera::choose_base_strategy();
        Some(strategy.ok()?.config_dir().join("earwitness"))
    });
    folder.map(Promoted::new)
}

/// The file of the model: the one named, or else the promoted one; `None` for the one that is built in.
///
/// # Errors
/// If what was promoted cannot be found out.
pub fn in_use(path: Option<&Path>) -> Result<Option<PathBuf>, ModelError> {
    match path {
        Some(path) => Ok(Some(path.to_owned())),
        None => Ok(promoted().map(|p| p.current()).transpose()?.flatten()),
    }
}

/// The model in the file named, or else the promoted one, or else the one that is built in.
///
/// # Errors
/// [`ModelError`]: each names the file, the fault and the remedy.
pub fn open_model(path: Option<&Path>) -> Result<Model, ModelError> {
    match in_use(path)? {
        Some(path) => Model::load(&path),
        None => Model::embedded(),
    }
}

/// The base model that `name` means, and its training memory: beside it, or the file `memory`.
///
/// # Errors
/// If either cannot be read, or they do not belong together.
pub fn open_base(name: &str, memory: Option<&Path>) -> anyhow::Result<(Model, Memory)> {
    let current = match name {
        DEFAULT => in_use(None)?,
        BUILT_IN => None,
        path => Some(PathBuf::from(path)),
    };
    let model = match &current {
        Some(path) => Model::load(path)?,
        None => Model::embedded()?,
    };
    let memory = match (memory, current) {
        (Some(memory), _) => memory.to_owned(),
        (None, Some(model)) => model.with_extension("memory"),
        (None, None) => memory_of_the_built_in(),
    };
    let known = Memory::load(&memory)?;
    known.belongs_to(&model, &memory.display().to_string())?;
    Ok((model, known))
}

/// The training memory of the base model that `name` means, if there is one.
pub fn find_memory(name: &str, memory: Option<&Path>) -> anyhow::Result<Option<(Model, Memory)>> {
    match open_base(name, memory) {
        Ok(found) => Ok(Some(found)),
        Err(error) if memory.is_none() && is_absent(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_absent(error: &anyhow::Error) -> bool {
    use earwitness::train::memory::MemoryError;
    matches!(error.downcast_ref(), Some(MemoryError::Absent { .. }))
        || matches!(error.downcast_ref(), Some(ModelError::NotEmbedded))
}

/// Where the training memory of the built-in model may lie: the folder that EARWITNESS_CONFIG names, beside the program, or in the
/// source tree that it was built from or is run in.
fn memory_of_the_built_in() -> PathBuf {
    let name = Path::new("models").join("default.memory");
    let own = std::env::var_os(FOLDER_VARIABLE)
        .map(|folder| PathBuf::from(folder).join("default.memory"));
    let program = std::env::current_exe().ok();
    let beside = program
        .as_ref()
        .and_then(|p| Some(p.parent()?.join("default.memory")));
    let built_from = Path::new(env!("CARGO_MANIFEST_DIR")).join(&name);
    let places = [own, beside, Some(name.clone()), Some(built_from)];
    let found = places.into_iter().flatten().find(|place| place.is_file());
    found.unwrap_or(name)
}

/// The folder of promoted models, where one is needed.
///
/// # Errors
/// If the user has no home.
pub fn promoted_or_fail() -> anyhow::Result<Promoted> {
    promoted().with_context(|| format!("there is no home folder; name one with {FOLDER_VARIABLE}"))
}
