//! A table of words: each is written once, with its two languages side by side, and one that lacks
//! a language does not compile. Holds no word itself.

/// Makes the struct of the words of one language, and what gives it for a language:
/// `words! { Labels: rule: "Règle", "Rule"; … }`.
macro_rules! words {
    (
        $(#[$about:meta])* $table:ident:
        $($(#[$doc:meta])* $word:ident: $fr:literal, $en:literal;)*
    ) => {
        $(#[$about])*
        #[derive(Debug)]
        pub(crate) struct $table {
            $($(#[$doc])* pub(crate) $word: &'static str,)*
        }

        impl $table {
            /// All of them, to look for a word of the other language.
            #[cfg(test)]
            pub(crate) fn all(&self) -> Vec<&'static str> {
                vec![$(self.$word),*]
            }

            /// The words of a language.
            pub(crate) fn of(lang: Lang) -> &'static Self {
                match lang {
                    Lang::Fr => &Self { $($word: $fr,)* },
                    Lang::En => &Self { $($word: $en,)* },
                }
            }
        }
    };
}
