//! Validation of the parsed attribute and block.

use passkeys_rules::wording::nearest;
use quote::ToTokens;
use syn::Type;

use crate::{
    args::Args,
    block::{Block, Function, cfgs},
    errors::Errors,
    hooks::{Hook, HookSpec},
    model::{App, HookFn, Model, Repository},
    names, signature,
};

/// Returns the model of a block. Reports every error, and returns `None` if there is one.
pub(crate) fn validate(args: Args, block: &Block, errors: &mut Errors) -> Option<Model> {
    let is_tenant = |function: &&Function| function.name() == Hook::RelyingParty.spec().name;
    let tenant = block.functions.iter().find(is_tenant);
    let args = args.check(tenant.is_some(), errors);
    let app = app(block, errors);
    let repositories = repositories(block, errors);
    let hooks = hooks(block, errors);
    let model = Model {
        args: args?,
        app,
        repositories,
        hooks,
    };
    errors.is_empty().then_some(model)
}

/// Checks the annotated type, which may have type and const parameters, but no lifetimes.
fn app(block: &Block, errors: &mut Errors) -> App {
    let declared = block.generics.lifetimes().map(ToTokens::to_token_stream);
    for lifetime in declared.chain(names::elided_lifetime(&block.self_ty)) {
        errors.on(
            lifetime,
            "the application outlives every request, so it cannot borrow; own the data, or share it \
             in an `Arc`",
        );
    }
    if let Some(again) = &block.again {
        errors.on(
            again,
            "the block is annotated twice; remove one `#[passkeys]`, or give each its own \
             `cfg_attr` condition",
        );
    }
    App {
        generics: block.generics.clone(),
        ty: block.self_ty.clone(),
        cfgs: cfgs(&block.attrs),
    }
}

/// Checks `type Repository`, of which there may be several under `#[cfg]`.
fn repositories(block: &Block, errors: &mut Errors) -> Vec<Repository> {
    let mut repositories: Vec<Repository> = Vec::new();
    let mut meant = false;
    for item in &block.types {
        let name = item.name.to_string();
        if name != "Repository" {
            let near = nearest(&name, ["Repository"]).is_some() || name == "Repo";
            let hint = if near {
                "; did you mean `Repository`?"
            } else {
                "; remove it"
            };
            errors.on(
                &item.name,
                format_args!("the block takes one type, `Repository`, and not `{name}`{hint}"),
            );
            meant |= near;
            continue;
        }
        meant = true;
        let attrs = item.attrs.clone();
        let Some(ty) = item.ty.clone() else {
            errors.on(
                &item.name,
                "`Repository` is a plain type; write `type Repository = SqliteRepository;`",
            );
            continue;
        };
        if names::is_object_of(&ty, "CredentialRepository") {
            errors.on(
                &ty,
                "`CredentialRepository` cannot be a `dyn` type; write \
                 `type Repository = passkeys::store::BoxedRepository;`, which is any repository, and make \
                 one by `BoxedRepository::new(repository)`",
            );
            continue;
        }
        if let Type::ImplTrait(_) = ty {
            errors.on(
                &ty,
                "`type Repository` names the type itself; write it instead of `impl ..`, or \
                 `type Repository = passkeys::store::BoxedRepository;`, which is any repository",
            );
            continue;
        }
        let unconditional = cfgs(&attrs).is_empty();
        if repositories
            .iter()
            .any(|one| unconditional || cfgs(&one.attrs).is_empty())
        {
            errors.on(
                &item.name,
                "`type Repository` is given twice; remove one, or give each its own `#[cfg]`",
            );
        }
        repositories.push(Repository { attrs, ty });
    }
    if !meant {
        errors.on(
            &block.self_ty,
            "`type Repository`, which stores the passkeys, is missing; add \
             `type Repository = SqliteRepository;` of `passkeys::store` (with the Cargo feature \
             `sqlite`), or `MemoryRepository` for a first try",
        );
    }
    repositories
}

/// Checks the hooks among the block's functions.
fn hooks(block: &Block, errors: &mut Errors) -> Vec<HookFn> {
    let mut hooks: Vec<HookFn> = Vec::new();
    for function in &block.functions {
        let name = function.name();
        if let Some(hook) = Hook::from_name(&name) {
            let checked = signature::check(hook, function, errors);
            // The compiler reports two functions of the same name.
            let again =
                |one: &HookFn| one.hook == hook && (one.cfgs.is_empty() || checked.cfgs.is_empty());
            if !hooks.iter().any(again) {
                hooks.push(checked);
            }
        }
    }
    for hook in Hook::ALL {
        if !hooks.iter().any(|one| one.hook == hook) {
            absent(hook.spec(), block, errors);
        }
    }
    without_account(&hooks, block, errors);
    conditional_tenants(&hooks, errors);
    hooks
}

/// Reports `relying_party` under `#[cfg]`: without the hook, the attribute has no configuration.
fn conditional_tenants(hooks: &[HookFn], errors: &mut Errors) {
    let conditional = |one: &&HookFn| one.hook == Hook::RelyingParty && !one.cfgs.is_empty();
    if let Some(hook) = hooks.iter().find(conditional) {
        errors.on(
            &hook.name,
            "`relying_party` cannot depend on a `#[cfg]`, since the attribute has `rp_id` and `origins` without \
             it; remove the `#[cfg]`, or write two blocks, each with its attribute",
        );
    }
}

/// Reports `sign_up` without `on_registered`, with which no account would ever be created.
fn without_account(hooks: &[HookFn], block: &Block, errors: &mut Errors) {
    let spec = Hook::OnRegistered.spec();
    let Some(sign_up) = hooks.iter().find(|one| one.hook == Hook::SignUp) else {
        return;
    };
    let is_there = hooks.iter().any(|one| one.hook == spec.hook);
    // A function of a similar name has been reported.
    if is_there || block.illegible || block.functions.iter().any(|one| is_meant(spec, one)) {
        return;
    }
    errors.on(
        &sign_up.name,
        format_args!(
            "`sign_up` only describes the account, and `on_registered`, which creates it once the \
             passkey is stored, is missing; add it, with your own extractors and types:\n\n    \
             {} {{ .. }}",
            spec.signature
        ),
    );
}

/// Reports a missing hook, or a function whose name is like the hook's.
fn absent(spec: &HookSpec, block: &Block, errors: &mut Errors) {
    let name = spec.name;
    if let Some(function) = block.functions.iter().find(|one| is_meant(spec, one)) {
        let written = function.name();
        let way_out = if spec.required {
            ""
        } else {
            " If not, move it to another `impl` block."
        };
        errors.on(
            &function.signature.ident,
            format_args!("`{written}` is not a hook; did you mean `{name}`?{way_out}"),
        );
        return;
    }
    if !spec.required || block.illegible {
        return;
    }
    let note = if block.has_macros {
        "\n\nA macro in the block is expanded only after this one, so its functions cannot be hooks."
    } else {
        ""
    };
    errors.on(
        &block.self_ty,
        format_args!(
            "the hook `{name}`, which {}, is missing in this block; add it, with your own extractors and types:\n\n    \
             {} {{ .. }}{note}",
            spec.purpose, spec.signature
        ),
    );
}

/// Returns whether the name of a function suggests that it was meant to be this hook.
fn is_meant(spec: &HookSpec, function: &Function) -> bool {
    let name = function.name();
    let others = Hook::ALL.iter().map(|hook| hook.spec().name);
    let near = nearest(&name, others) == Some(spec.name);
    near && !spec.unlike.contains(&name.as_str()) || spec.aliases.iter().any(|alias| *alias == name)
}
