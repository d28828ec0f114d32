//! `etalon token`: an access token of one of a target's credentials, on standard output, for the
//! `curl` commands of the reports.

use std::sync::Arc;
use std::time::Duration;

use scenarios::client::ClientError;
use scenarios::run::draw_run_id;
use scenarios::session::Session;

use super::{fail, read_target};
use crate::arguments::TokenArguments;
use crate::exit::Exit;
use crate::output::{redactor, secret_result};

pub(crate) fn run(arguments: &TokenArguments) -> Exit {
    match ask(arguments) {
        Ok(token) => {
            secret_result(&token);
            Exit::Success
        }
        Err(exit) => exit,
    }
}

fn ask(arguments: &TokenArguments) -> Result<String, Exit> {
    let target = Arc::new(read_target(&arguments.target)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| fail(Exit::Bug, &error))?;
    let silent = Arc::new(|_| ());
    let session = Session::new(draw_run_id(), target, Duration::ZERO, redactor().clone(), silent);
    let session = session.map_err(|error| fail(Exit::Usage, &error))?;
    let all = session.credentials.all();
    let Some(credential) = all.iter().find(|one| one.name == arguments.name) else {
        let names: Vec<_> = all.iter().map(|one| one.name.as_str()).collect();
        let error = format!(
            "no credential is called \"{}\": the target file has {}",
            arguments.name,
            names.join(", ")
        );
        return Err(fail(Exit::Usage, &error));
    };
    runtime.block_on(session.client.token_of(credential, None)).map_err(|error| {
        let exit = match error {
            ClientError::Unreachable { .. } => Exit::Unreachable,
            _ => Exit::Usage,
        };
        fail(exit, &error)
    })
}
