//! How refusals are declared.

/// Declares every refusal with its status, code, field and sentence, once.
macro_rules! refusals {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident $({ $($(#[doc = $fdoc:literal])+ $field:ident: $type:ty),+ $(,)? })?
            = $status:literal $code:literal, $about:expr, $message:tt;
    )+) => {
        /// Why a command is refused. Nothing is written then.
        #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
        pub enum Refusal {
            $(
                $(#[doc = $doc])+
                #[doc = concat!("\n\nHTTP ", $status, ", `", $code, "`.")]
                #[error($message)]
                $name $({ $($(#[doc = $fdoc])+ $field: $type),+ })?,
            )+
        }

        impl Refusal {
            /// Every code, for the table in the documentation.
            pub const ALL: &'static [RefusalCode] = &[$(
                RefusalCode {
                    code: $code,
                    status: $status,
                    meaning: concat!($($doc),+).trim_ascii(),
                }
            ),+];

            /// The stable code.
            pub const fn code(&self) -> &'static str {
                match self { $(Self::$name { .. } => $code,)+ }
            }

            /// The HTTP status.
            pub const fn status(&self) -> u16 {
                match self { $(Self::$name { .. } => $status,)+ }
            }

            pub(super) const fn about(&self) -> Option<&'static str> {
                match self { $(Self::$name { .. } => $about,)+ }
            }
        }
    };
}

pub(super) use refusals;
