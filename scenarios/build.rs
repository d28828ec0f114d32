//! Embeds the features, of hubs and of clients, so that the binary certifies wherever it is copied.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() -> std::io::Result<()> {
    let out = std::env::var("OUT_DIR").map_err(std::io::Error::other)?;
    for kind in ["hub", "client"] {
        let list = list(kind)?;
        std::fs::write(Path::new(&out).join(format!("{kind}_features.rs")), list)?;
    }
    Ok(())
}

/// The features of one kind, as a Rust expression: path and text of each.
fn list(kind: &str) -> std::io::Result<String> {
    // Read when it runs: what was compiled in may be of a checkout that is elsewhere now.
    let here = std::env::var("CARGO_MANIFEST_DIR").map_err(std::io::Error::other)?;
    let features = Path::new(&here).join("../features").join(kind);
    println!("cargo::rerun-if-changed={}", features.display());
    let mut files: Vec<PathBuf> = std::fs::read_dir(&features)?
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "feature"));
    files.sort();
    let mut list = String::from("&[\n");
    for path in files {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let _ = writeln!(
            list,
            "    ({:?}, include_str!({:?})),",
            format!("features/{kind}/{name}"),
            path
        );
    }
    list.push(']');
    Ok(list)
}
