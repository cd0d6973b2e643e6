//! What the output of `#[passkeys]` has for rust-analyzer only.

/// Expands to references of the documented items of `attribute`, and to an implementation of its trait
/// `Hooks` for words that are being typed in the block.
///
/// Called under `cfg(rust_analyzer)` only. The lists are those of the attribute and of each profile: the
/// struct and the module that document the keys, the keys that are written, those that are not, and words
/// that are no keys. Then follow the items of the block, tokens for the implementation, and tokens beside
/// it.
#[doc(hidden)]
#[macro_export]
macro_rules! __in_editors {
    (
        [$(($keys:ident $module:ident [$($known:ident)*] [$($absent:ident)*] [$($unknown:ident)*]))*]
        [$($item:ident)*] [$($items:tt)*] [$($beside:tt)*]
    ) => {
        $(const _: () = {
            fn keys() {
                $crate::__private_0_1_0::attribute::$keys { $($known: loop {},)* ..loop {} };
            }
            // An unknown type is no error to rust-analyzer, an unknown field is.
            mod __absent {
                pub use $crate::__private_0_1_0::attribute::$module::{$($absent),*};
            }
            $(fn unknown(_: __absent::$unknown) {})*
        };)*
        const _: () = {
            struct __Application;
            impl $crate::__private_0_1_0::attribute::Hooks for __Application {
                $($items)*
            }
            fn items() {
                $($crate::__private_0_1_0::attribute::Item::$item;)*
            }
            $($beside)*
        };
    };
}
