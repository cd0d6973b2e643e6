//! Descriptions of an application: its name, and its hooks for the OpenAPI document.
//!
//! The output of `#[passkeys]` calls a macro of this crate, because the attribute does not know
//! which Cargo features the library has.

/// Expands to the hidden trait's methods that name the application and describe the hooks.
///
/// The name of its type within the module, unless it is generic. One line for each hook:
/// `hook ["its", "doc comment"] (Arguments) => Type;`, where the arguments are those that may be given
/// data, and the type is that of the request or response body.
#[cfg(feature = "openapi")]
#[doc(hidden)]
#[macro_export]
macro_rules! __describe {
    ([$($name:literal)?] $($(#[$cfg:meta])* $hook:ident [$($docs:expr),*] ($($argument:ty),*) $(=> $payload:ty)?;)*) => {
        $crate::__name!($($name)?);

        fn describe(hooks: &mut $crate::__private_0_1_0::Hooks) {
            #[allow(unused_imports)]
            use $crate::__private_0_1_0::{
                Content as _, NoData as _, Typed as _, TypedData as _, Unknown as _, Untyped as _,
                UntypedData as _,
            };
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
                    $(
                        let data = (&&&$crate::__private_0_1_0::Probe::<$argument>::OF).data();
                        hooks.add_data(::core::stringify!($hook), data);
                    )*
                }
            )*
        }
    };
}

/// Expands to the method that names the application, without the feature `openapi`.
#[cfg(not(feature = "openapi"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __describe {
    ([$($name:literal)?] $($hooks:tt)*) => {
        $crate::__name!($($name)?);
    };
}

/// Expands to the method that names the application: the path of its type.
#[doc(hidden)]
#[macro_export]
macro_rules! __name {
    () => {};
    ($name:literal) => {
        fn name() -> &'static ::core::primitive::str {
            ::core::concat!(::core::module_path!(), "::", $name)
        }
    };
}
