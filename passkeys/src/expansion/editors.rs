//! Items that the output of `#[passkeys]` refers to in rust-analyzer only.

/// Expands to references of the documented items of `attribute`, and to an implementation of its trait
/// `Hooks` for words that are being typed in the block.
///
/// Called under `cfg(rust_analyzer)` only. The lists are those of the attribute and of each profile: the
/// struct and the module that document the keys, the keys that are written, words that are no keys, and the
/// keys that are not written. Then follow the items of the block, tokens for the implementation, and tokens beside
/// it.
#[doc(hidden)]
#[macro_export]
macro_rules! __in_editors {
    (
        [$(($keys:ident $module:ident [$($known:ident)*] [$($unknown:ident)*] [$($absent:tt)*]))*]
        [$($item:ident)*] [$($items:tt)*] [$($beside:tt)*]
    ) => {
        $(const _: () = {
            fn keys(other: $crate::__private_0_1_0::attribute::$keys) {
                $crate::__private_0_1_0::attribute::$keys { $($known: loop {},)* ..other };
            }
            // An unknown type is no error to rust-analyzer, an unknown field is.
            $(fn unknown(_: __absent::$unknown) {})*
            mod __absent {
                pub use $crate::__private_0_1_0::attribute::$module::$($absent)*;
            }
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
