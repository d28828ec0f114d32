//! `etalon init`: a commented minimal target file to start from, with its schema beside it for
//! editors. Reaches nothing.

use std::path::Path;

use super::fail;
use crate::exit::Exit;
use crate::output::listed;

const SCHEMA: &str = include_str!("../../../docs/schemas/target.schema.json");
const TEMPLATE: &str = include_str!("init/target.toml");
/// What stands for the name of the schema in the template.
const SCHEMA_NAME: &str = "target.schema.json";

pub(crate) fn run(path: &Path) -> Exit {
    if path.exists() {
        let error = format!("{} exists: give another name", path.display());
        return fail(Exit::Usage, &error);
    }
    let schema = path.with_extension("schema.json");
    let name = schema.file_name().unwrap_or_default().to_string_lossy();
    let text = TEMPLATE.replace(SCHEMA_NAME, &name);
    for (path, text) in [(path, text.as_str()), (&schema, SCHEMA)] {
        if let Err(error) = reference_hub::private::write(path, text) {
            return fail(Exit::Usage, &format!("{} cannot be written: {error}", path.display()));
        }
    }
    listed(path.display());
    listed(schema.display());
    listed(format_args!("etalon doctor --target {}", path.display()));
    Exit::Success
}
