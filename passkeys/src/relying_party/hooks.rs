//! What the macro hands over of the hooks: their documentation, and the types that go over the
//! network.

use super::payload::Payload;

/// The hooks of an application, as far as the document tells of them.
#[derive(Default)]
pub struct Hooks(Vec<Hook>);

struct Hook {
    name: &'static str,
    docs: String,
    payload: Option<Payload>,
}

impl Hooks {
    /// Adds a hook, with the lines of its documentation.
    pub fn add(&mut self, name: &'static str, docs: &[&str], payload: Option<Payload>) {
        let lines: Vec<_> = docs.iter().flat_map(|docs| docs.split('\n')).collect();
        // `/// like this`: the space is not meant.
        let lines = lines
            .iter()
            .map(|line| line.strip_prefix(' ').unwrap_or(line));
        let docs = lines.collect::<Vec<_>>().join("\n").trim().to_owned();
        self.0.push(Hook {
            name,
            docs,
            payload,
        });
    }

    pub(crate) fn docs(&self, name: &str) -> Option<&str> {
        let hook = self.0.iter().find(|hook| hook.name == name)?;
        Some(hook.docs.as_str()).filter(|docs| !docs.is_empty())
    }

    /// What a hook takes or answers. `None` if there is no such hook.
    pub(crate) fn take(&mut self, name: &str) -> Option<Payload> {
        let hook = self.0.iter_mut().find(|hook| hook.name == name)?;
        hook.payload.take()
    }
}
