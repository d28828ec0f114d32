//! Closed lists of words: what a sentence may name in one place is an enum, with the French of each
//! of its variants.

/// Declares an enum that a sentence takes as a parameter, as `{bearer}` for `in "bearer"`. The
/// words hold nothing that a regular expression would read otherwise.
macro_rules! words {
    (@regex $first:literal $(, $next:literal)*) => { concat!($first $(, "|", $next)*) };
    (
        $(#[$about:meta])*
        enum $name:ident in $parameter:literal { $($variant:ident => $words:literal),+ $(,)? }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum $name { $($variant),+ }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($words => Ok(Self::$variant),)+
                    _ => Err(format!("« {text} » is no {}", $parameter)),
                }
            }
        }

        impl cucumber::Parameter for $name {
            const REGEX: &'static str = words!(@regex $($words),+);
            const NAME: &'static str = $parameter;
        }
    };
}
pub(super) use words;
