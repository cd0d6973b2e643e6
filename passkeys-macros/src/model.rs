//! A block and its configuration, known to be right: what the expansion is made from.

use proc_macro2::Ident;
use syn::{Attribute, Expr, Generics, Type};

use crate::{args::CheckedArgs, hooks::Hook};

/// Everything that the expansion says.
pub(crate) struct Model {
    pub(crate) args: CheckedArgs,
    pub(crate) app: App,
    pub(crate) repositories: Vec<Repository>,
    pub(crate) hooks: Vec<HookFn>,
}

/// The annotated type.
pub(crate) struct App {
    pub(crate) generics: Generics,
    pub(crate) ty: Type,
    /// The `#[cfg]`s of the block.
    pub(crate) cfgs: Vec<Attribute>,
}

/// A `type Repository`. There is more than one only under `#[cfg]`.
pub(crate) struct Repository {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) ty: Type,
}

/// A hook's signature. There is more than one of a name only under `#[cfg]`.
pub(crate) struct HookFn {
    pub(crate) hook: Hook,
    pub(crate) name: Ident,
    pub(crate) cfgs: Vec<Attribute>,
    /// The lines of its documentation.
    pub(crate) docs: Vec<Expr>,
    pub(crate) is_async: bool,
    /// The arguments before the last one that the library gives.
    pub(crate) extractors: Vec<Type>,
    /// The extractor that reads the body, or what the library calls the hook with.
    pub(crate) last: Option<Type>,
    /// The type of its answer, `_` where that cannot be named.
    pub(crate) answer: Type,
}
