//! Numbering of télédossiers, a duty of the OSL (contract §6, "Numbering"; PRES-2021 "Création d'un
//! TD" step 2; divergence D5). Parses a number into its three parts; says nothing of whether it was
//! used before.

use crate::ids::IdError;

/// Longest external id of a folder, in characters.
pub const LONGEST_NUMBER: usize = 30;
const FREE_NUMBER: usize = 13;
const LONGEST_CODE: usize = 5;

/// A folder number of the strict form of PRES-2021: OSL code, démarche code, free number, with `-`
/// between them or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrictFolderNumber {
    /// Codes of the OSL and of the démarche; together when no separator tells them apart.
    pub codes: String,
    /// The free number, 13 characters.
    pub free_number: String,
}

const EXPECTED: &str =
    "OSL code (1 to 5) + démarche code (1 to 5) + free number (13), such as DILA-AEC-1000000013734";

impl TryFrom<&str> for StrictFolderNumber {
    type Error = IdError;

    fn try_from(text: &str) -> Result<Self, IdError> {
        let refuse = || IdError::new("folder number", text, EXPECTED);
        let is_code = |code: &str, longest| {
            (1..=longest).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        let (codes, free_number) = match text.split('-').collect::<Vec<_>>()[..] {
            [osl, process, free]
                if is_code(osl, LONGEST_CODE) && is_code(process, LONGEST_CODE) =>
            {
                (format!("{osl}{process}"), free)
            }
            [whole] if whole.is_ascii() && whole.len() > FREE_NUMBER => {
                let (codes, free) = whole.split_at(whole.len() - FREE_NUMBER);
                (codes.to_owned(), free)
            }
            _ => return Err(refuse()),
        };
        let codes_fit = (2..=2 * LONGEST_CODE).contains(&codes.len())
            && codes.bytes().all(|b| b.is_ascii_alphanumeric());
        if codes_fit && free_number.len() == FREE_NUMBER && is_code(free_number, FREE_NUMBER) {
            Ok(Self { codes, free_number: free_number.to_owned() })
        } else {
            Err(refuse())
        }
    }
}

/// Whether a case number is derived from its folder's: the folder's, `-`, two characters.
pub fn is_derived(case_number: &str, folder_number: &str) -> bool {
    case_number
        .strip_prefix(folder_number)
        .and_then(|rest| rest.strip_prefix('-'))
        .is_some_and(|rank| rank.chars().count() == 2)
}

/// The folder number of a run: prefix of OSL and démarche, then the run (8 characters) and a
/// counter (5).
///
/// The counter is written in base 36, so that a run may create 60 million folders.
pub fn free_number(run: &str, counter: u32) -> String {
    let mut digits = [b'0'; 5];
    let mut rest = counter;
    for digit in digits.iter_mut().rev() {
        *digit = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(rest % 36) as usize];
        rest /= 36;
    }
    format!("{run}{}", String::from_utf8_lossy(&digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strict_form_takes_separators_or_none() {
        for number in ["DILA-AEC-1000000013734", "DILAAEC1000000013734", "CNAF-SGR-AB12CD34EF56G"] {
            assert!(StrictFolderNumber::try_from(number).is_ok(), "{number}");
        }
    }

    #[test]
    fn codes_too_long_or_numbers_too_short_are_not_strict() {
        for number in [
            "DGS-CERTDC-0000000000001",
            "DILA-AEC-100000001373",
            "",
            "DILA-AEC",
            "DILA--1000000013734",
            "é000000000000000",
        ] {
            assert!(StrictFolderNumber::try_from(number).is_err(), "{number}");
        }
    }

    #[test]
    fn a_case_number_continues_its_folder_number() {
        assert!(is_derived("CNAF-SGR-1000000013734-01", "CNAF-SGR-1000000013734"));
        assert!(!is_derived("CNAF-SGR-1000000013734-1", "CNAF-SGR-1000000013734"));
        assert!(!is_derived("CNAF-SGR-2000000013734-01", "CNAF-SGR-1000000013734"));
    }

    #[test]
    fn a_free_number_has_thirteen_characters() {
        assert_eq!(free_number("RUN4E7KQ", 36), "RUN4E7KQ00010");
    }
}
