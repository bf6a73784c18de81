//! Declaring commands on one case: what all of them have is written once.

/// Declares a command: its own fields, how they are checked, and an example of them.
macro_rules! on_case {
    (
        $(#[$doc:meta])*
        $name:ident { $($(#[$fdoc:meta])* $field:ident: $type:ty),* $(,)? }
        check |$body:pat_param, $check:pat_param| $checks:expr;
        example { $($example:tt)* }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name {
            $($(#[$fdoc])* pub $field: $type,)*
            /// From when it holds; by default from now. Not in the future. Only the court's
            /// staff give it.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub effective_at: Option<Timestamp>,
        }

        impl Body for $name {
            const NAME: &'static str = stringify!($name);

            fn check(&self, $check: &mut Check) {
                let $body = self;
                $checks
            }

            fn effective_at(&self) -> Option<Timestamp> {
                self.effective_at
            }
        }

        impl $name {
            /// A complete body.
            pub fn example() -> Value {
                json!({"type": Self::NAME, $($example)*})
            }
        }
    };
}

pub(super) use on_case;
