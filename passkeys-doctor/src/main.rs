//! The program `passkeys-doctor`: see `passkeys-doctor --help`.

use std::{io::Write as _, process::ExitCode};

use clap::Parser as _;
use passkeys_doctor::{Arguments, examine};

/// The exit status where the site cannot be examined; also that of `clap` for wrong arguments.
const NOT_EXAMINED: u8 = 2;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let outcome = runtime
        .map_err(|error| error.to_string())
        .and_then(|runtime| runtime.block_on(run(&arguments)));
    match outcome {
        Ok((text, has_errors)) => {
            // A reader that has seen enough, such as `head`, is no error.
            let _ = writeln!(std::io::stdout(), "{text}");
            if has_errors {
                ExitCode::FAILURE
            } else {
                ExitCode::SUCCESS
            }
        }
        Err(problem) => {
            let _ = writeln!(
                std::io::stderr(),
                "error: {problem}\n\nFor more information, try '--help'."
            );
            ExitCode::from(NOT_EXAMINED)
        }
    }
}

/// Returns the report as text, and whether it has errors.
async fn run(arguments: &Arguments) -> Result<(String, bool), String> {
    let options = arguments.options().map_err(|mistake| mistake.to_string())?;
    let report = examine(&options).await.map_err(|error| error.to_string())?;
    let text = if arguments.json {
        report.to_json()
    } else {
        report.to_string().trim_end().to_owned()
    };
    Ok((text, report.errors().next().is_some()))
}
