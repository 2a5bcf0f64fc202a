//! Writes a component's code for each of the targets: `precompile COMPONENT FOLDER`.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use precompile::{TARGETS, file_name, precompile};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let [component, folder] = &arguments[..] else {
        return Err("which component, and into which folder?".into());
    };
    fs::create_dir_all(folder)?;
    for (target, code) in TARGETS.iter().zip(precompile(&fs::read(component)?)?) {
        fs::write(folder.join(file_name(target)), code)?;
    }
    Ok(())
}
