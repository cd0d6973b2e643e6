//! Descriptions of an application's hooks: doc comments and body types.

use super::{
    hook_errors::HookErrors,
    payload::{DataPayload, Payload},
};

/// Descriptions of an application's hooks.
#[derive(Default)]
pub struct Hooks(Vec<Hook>);

struct Hook {
    name: &'static str,
    docs: String,
    payload: Option<Payload>,
    data: Vec<DataPayload>,
    errors: HookErrors,
}

impl Hooks {
    /// Adds a hook with the lines of its doc comment.
    pub fn add(&mut self, name: &'static str, docs: &[&str], payload: Option<Payload>) {
        let lines: Vec<_> = docs.iter().flat_map(|docs| docs.split('\n')).collect();
        // The space after `///` is not part of the text.
        let lines = lines
            .iter()
            .map(|line| line.strip_prefix(' ').unwrap_or(line));
        let docs = lines.collect::<Vec<_>>().join("\n").trim().to_owned();
        self.0.push(Hook {
            name,
            docs,
            payload,
            data: Vec::new(),
            errors: HookErrors::default(),
        });
    }

    /// Adds an argument of a hook, if it is the request's data.
    pub fn add_data(&mut self, name: &str, data: Option<DataPayload>) {
        if let Some(hook) = self.0.iter_mut().find(|hook| hook.name == name) {
            hook.data.extend(data);
        }
    }

    /// Sets the errors that a hook returns.
    pub fn add_errors(&mut self, name: &str, errors: HookErrors) {
        if let Some(hook) = self.0.iter_mut().find(|hook| hook.name == name) {
            hook.errors = errors;
        }
    }

    /// Returns the errors that a hook returns; none if there is no such hook.
    pub(crate) fn errors(&self, name: &str) -> Option<&HookErrors> {
        let hook = self.0.iter().find(|hook| hook.name == name)?;
        Some(&hook.errors)
    }

    /// Returns whether the errors of all hooks are described that respond with them.
    #[cfg(feature = "client")]
    pub(crate) fn errors_are_known(&self) -> bool {
        let responding = self.0.iter().filter(|hook| hook.name != "on_removed");
        responding.into_iter().all(|hook| hook.errors.are_known)
    }

    /// Returns a hook's doc comment, if it has one.
    pub(crate) fn docs(&self, name: &str) -> Option<&str> {
        let hook = self.0.iter().find(|hook| hook.name == name)?;
        Some(hook.docs.as_str()).filter(|docs| !docs.is_empty())
    }

    /// Takes the data that a hook reads of its request, once for each such argument.
    pub(crate) fn take_data(&mut self, name: &str) -> Vec<DataPayload> {
        let hook = self.0.iter_mut().find(|hook| hook.name == name);
        hook.map(|hook| std::mem::take(&mut hook.data))
            .unwrap_or_default()
    }

    /// Takes the body of a hook's request or response. Returns `None` if there is no such hook.
    pub(crate) fn take(&mut self, name: &str) -> Option<Payload> {
        let hook = self.0.iter_mut().find(|hook| hook.name == name)?;
        hook.payload.take()
    }
}
