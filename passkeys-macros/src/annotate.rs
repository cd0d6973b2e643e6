use proc_macro2::TokenStream;

use crate::{
    args::Args, block::Block, editor, errors::Errors, expand, fallback, glue::Glue, validate,
};

/// Expands the attribute. Takes tokens of `proc_macro2`, so that tests can run it outside of the
/// compiler.
pub(crate) fn annotate(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let args = Args::parse(arguments.clone(), &mut errors);
    let krate = args.krate().cloned();
    let glue = Glue::new(krate.as_ref());
    let block = match Block::parse(item, &glue, &mut errors) {
        Ok(block) => block,
        Err(mut tokens) => {
            args.check(false, &mut errors);
            tokens.extend(editor::references(arguments, None, &glue));
            tokens.extend(errors.into_items());
            return tokens;
        }
    };
    let needs = args.needs();
    let references = editor::references(arguments, Some(&block), &glue);
    let generated = match validate::validate(args, &block, &mut errors) {
        Some(model) => expand::expand(&model, &needs, &glue),
        None => fallback::fallback(&block, &glue, &needs, errors),
    };
    let mut tokens = block.inherent;
    tokens.extend(references);
    tokens.extend(generated);
    tokens
}
