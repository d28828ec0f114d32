//! What `--version` says: the version, the commit it was built from when that is known, and the
//! catalogue of rules that it judges by.

use std::sync::LazyLock;

use contract::rules::Catalogue;

/// The commit that this program was built from; not known in an archive without its history.
const COMMIT: Option<&str> = option_env!("ETALON_COMMIT");

static SHORT: LazyLock<String> = LazyLock::new(|| match COMMIT {
    Some(commit) => format!("{} ({commit})", env!("CARGO_PKG_VERSION")),
    None => env!("CARGO_PKG_VERSION").to_owned(),
});

static LONG: LazyLock<String> = LazyLock::new(|| {
    let edition = Catalogue::bundled().edition();
    let digest = Catalogue::bundled_digest();
    format!("{}\ncatalogue of rules: edition {edition}, sha256 {digest}", *SHORT)
});

/// In a line.
pub(crate) fn short() -> &'static str {
    &SHORT
}

/// With the catalogue.
pub(crate) fn long() -> &'static str {
    &LONG
}
