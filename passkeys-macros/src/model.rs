//! Model of a valid block and its configuration, from which the output is generated.

use proc_macro2::Ident;
use syn::{Attribute, Expr, Generics, Type};

use crate::{args::CheckedArgs, hooks::Hook};

/// Valid attribute and block.
pub(crate) struct Model {
    pub(crate) args: CheckedArgs,
    pub(crate) app: App,
    pub(crate) repositories: Vec<Repository>,
    pub(crate) hooks: Vec<HookFn>,
}

/// Annotated type.
pub(crate) struct App {
    pub(crate) generics: Generics,
    pub(crate) ty: Type,
    /// The `#[cfg]`s of the block.
    pub(crate) cfgs: Vec<Attribute>,
}

/// Item `type Repository`. There are several only under `#[cfg]`.
pub(crate) struct Repository {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) ty: Type,
}

/// Signature of a hook. There are several of the same name only under `#[cfg]`.
pub(crate) struct HookFn {
    pub(crate) hook: Hook,
    pub(crate) name: Ident,
    pub(crate) cfgs: Vec<Attribute>,
    /// Lines of its documentation comment.
    pub(crate) docs: Vec<Expr>,
    pub(crate) is_async: bool,
    /// Types of the extractors of the request's head.
    pub(crate) extractors: Vec<Type>,
    /// Type of the extractor of the body, or of the value from the library.
    pub(crate) last: Option<Type>,
    /// Return type, with `_` for a part that cannot be named.
    pub(crate) answer: Type,
}
