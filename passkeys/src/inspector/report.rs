//! Text about one entry for a bug report: without secrets and names, and with shortened IDs.

use std::fmt::Write as _;

use super::{
    steps::Outcome,
    view::{self, Ceremony},
};
use crate::{
    Config,
    recorder::{Entry, shortened},
};

/// Returns the report, in Markdown.
pub(super) fn of(ceremony: &Ceremony, entry: &Entry, config: &Config) -> String {
    let mut text = String::new();
    // Writing to a `String` cannot fail.
    let _ = write_report(&mut text, ceremony, config);
    without_ids(text, entry)
}

fn write_report(
    text: &mut String,
    ceremony: &Ceremony,
    config: &Config,
) -> Result<(), std::fmt::Error> {
    let outcome = match ceremony.outcome {
        view::Outcome::Waiting => "waiting for the browser",
        view::Outcome::Succeeded => "succeeded",
        view::Outcome::Failed => "failed",
        view::Outcome::Rejected => "rejected before there was a ceremony",
    };
    writeln!(text, "### {}: {outcome}\n", ceremony.title)?;
    if let Some(reason) = ceremony.reason {
        writeln!(text, "Reason: `{reason}`\n")?;
    }
    if let Some(advice) = &ceremony.advice {
        writeln!(text, "{}. {}\n", advice.title, advice.cause)?;
        if let Some(detail) = &advice.detail {
            writeln!(text, "In the log: {detail}\n")?;
        }
    }
    writeln!(text, "**passkeys {}**\n", env!("CARGO_PKG_VERSION"))?;
    let origins: Vec<_> = config.accepted_origins().collect();
    let settings = [
        ("rp_id", config.rp_id().to_owned()),
        ("origins", origins.join(", ")),
        ("user_verification", config.user_verification().to_string()),
        ("resident_key", config.resident_key().to_string()),
        ("attestation", config.attestation().to_string()),
        ("sign_count", config.sign_count().to_string()),
        (
            "backup_eligibility",
            config.backup_eligibility().to_string(),
        ),
    ];
    for (name, value) in settings {
        writeln!(text, "- {name}: {value}")?;
    }
    if !ceremony.steps.is_empty() {
        writeln!(text, "\n**Level 3, {}**\n", ceremony.section)?;
    }
    for line in &ceremony.steps {
        let outcome = match line.outcome {
            Outcome::Passed => "passed",
            Outcome::Failed => "FAILED",
            Outcome::Reported => "reported",
            Outcome::NotReached => "not reached",
            // Says nothing about this ceremony.
            Outcome::NotOurs => continue,
        };
        match line.step {
            Some(step) => writeln!(text, "- {outcome}: step {step}, {}", line.name)?,
            None => writeln!(text, "- {outcome}: {}", line.name)?,
        }
    }
    for section in &ceremony.sections {
        writeln!(text, "\n**{}**\n", section.title)?;
        for row in &section.rows {
            let value = row.public.as_ref().unwrap_or(&row.value);
            if value.contains('\n') {
                writeln!(text, "```json\n{value}\n```")?;
            } else {
                writeln!(text, "- {}: {value}", row.name)?;
            }
        }
    }
    Ok(())
}

/// Shortens the IDs that the entry knows wherever a sentence quotes them.
fn without_ids(mut text: String, entry: &Entry) -> String {
    let begin = entry.begin.as_ref().and_then(|it| it.user_id.as_deref());
    let finish = entry.finish.as_ref();
    let stored = finish.and_then(|it| it.stored.as_ref());
    let events = entry.events.iter();
    let of_events = events.flat_map(|it| [it.user_id.as_deref(), it.credential_id.as_deref()]);
    let ids = [
        begin,
        stored.map(|it| it.user_id.as_str()),
        finish.and_then(|it| it.response.id.as_deref()),
        finish.and_then(|it| it.response.user_handle.as_deref()),
    ];
    let mut ids: Vec<&str> = ids.into_iter().chain(of_events).flatten().collect();
    ids.sort_unstable();
    ids.dedup();
    for id in ids.into_iter().filter(|id| !id.is_empty()) {
        let short = shortened(id);
        text = text.replace(&format!("`{id}`"), &format!("`{short}`"));
        text = text.replace(&format!("ser {id} "), &format!("ser {short} "));
        // Longer ones are not part of other words.
        if id.len() >= 16 {
            text = text.replace(id, &short);
        }
    }
    text
}
