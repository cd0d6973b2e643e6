//! Descriptions of an application: its name, and its hooks for the OpenAPI document.
//!
//! The output of `#[passkeys]` calls a macro of this crate, because the attribute does not know
//! which Cargo features the library has.

/// Expands to the hidden trait's methods that name the application, read data for hooks, and describe
/// the hooks.
///
/// The name of its type within the module, unless it is generic. One line for each hook:
/// `hook ["its", "doc comment"] (Arguments) -> Returned => Type;`, where the arguments are those that may be
/// given data, and the last type is that of the request or response body.
#[cfg(feature = "openapi")]
#[doc(hidden)]
#[macro_export]
macro_rules! __describe {
    ([$($name:literal)?] $($(#[$cfg:meta])* $hook:ident [$($docs:expr),*] ($($argument:ty),*) -> $returned:ty $(=> $payload:ty)?;)*) => {
        $crate::__name!($($name)?);
        $($crate::__reads! { $(#[$cfg])* $hook $($argument),* })*

        fn describe(hooks: &mut $crate::__private_0_1_0::Hooks) {
            #[allow(unused_imports)]
            use $crate::__private_0_1_0::{
                Content as _, DescribedErrors as _, ErrorsWithoutBody as _, NoData as _, NoErrors as _,
                Typed as _, TypedData as _, UndescribedErrors as _, Unknown as _, UnknownErrors as _,
                Untyped as _, UntypedData as _,
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
                    let errors = (&&&&&$crate::__private_0_1_0::Probe::<$returned>::OF).errors();
                    hooks.add_errors(::core::stringify!($hook), errors);
                    $(
                        let data = (&&&$crate::__private_0_1_0::Probe::<$argument>::OF).data();
                        hooks.add_data(::core::stringify!($hook), data);
                    )*
                }
            )*
        }
    };
}

/// Expands to the methods that name the application and read data, without the feature `openapi`.
#[cfg(not(feature = "openapi"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __describe {
    ([$($name:literal)?] $($(#[$cfg:meta])* $hook:ident [$($docs:expr),*] ($($argument:ty),*) -> $returned:ty $(=> $payload:ty)?;)*) => {
        $crate::__name!($($name)?);
        $($crate::__reads! { $(#[$cfg])* $hook $($argument),* })*
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

/// Expands to the method that reads the data of a request for the arguments of a hook, of which these are
/// the types: `on_authenticated Session, Data<Wishes>`. Expands to nothing for hooks without data.
#[doc(hidden)]
#[macro_export]
macro_rules! __reads {
    ($(#[$cfg:meta])* on_authenticated $($argument:ty),+) => {
        $(#[$cfg])*
        fn read_authenticated(data: &mut $crate::__private_0_1_0::HookData) -> $crate::__private_0_1_0::Read {
            $crate::__read!(data $($argument),+)
        }
    };
    ($(#[$cfg:meta])* on_registered $($argument:ty),+) => {
        $(#[$cfg])*
        fn read_registered(data: &mut $crate::__private_0_1_0::HookData) -> $crate::__private_0_1_0::Read {
            $crate::__read!(data $($argument),+)
        }
    };
    ($($other:tt)*) => {};
}

/// Expands to the reading of data for arguments of these types.
#[doc(hidden)]
#[macro_export]
macro_rules! __read {
    ($data:ident $($argument:ty),+) => {{
        #[allow(unused_imports)]
        use $crate::__private_0_1_0::{ReadsData as _, ReadsNothing as _};
        $((&&$crate::__private_0_1_0::Reader::<$argument>::OF).read($data)?;)+
        ::core::result::Result::Ok(())
    }};
}
