//! How the expansion of `#[passkeys]` hands over what the OpenAPI document says of the hooks.
//!
//! By a macro of the library's, because the attribute does not know the library's features.

/// Makes the hidden trait's method that describes the hooks: `hook ["its", "documentation"] =>
/// Type;`, where the type is what goes over the network.
#[cfg(feature = "openapi")]
#[doc(hidden)]
#[macro_export]
macro_rules! __describe {
    ($($(#[$cfg:meta])* $hook:ident [$($docs:expr),*] $(=> $payload:ty)?;)*) => {
        fn describe(hooks: &mut $crate::__private_0_1_0::Hooks) {
            #[allow(unused_imports)]
            use $crate::__private_0_1_0::{Content as _, Typed as _, Unknown as _, Untyped as _};
            $(
                $(#[$cfg])*
                {
                    let payload = ::core::option::Option::None;
                    $(
                        let payload = payload.or(::core::option::Option::Some(
                            (&&&&$crate::__private_0_1_0::Probe::<$payload>::OF).payload(),
                        ));
                    )?
                    hooks.add(::core::stringify!($hook), &[$($docs),*], payload);
                }
            )*
        }
    };
}

/// Without the document there is nobody to tell.
#[cfg(not(feature = "openapi"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __describe {
    ($($hooks:tt)*) => {};
}
