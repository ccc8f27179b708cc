//! Single signs that typewriters do not have: unseen blanks, typographic marks, full-width letters.
//!
//! Pure.

use super::ward::Ward;
use super::{Damage, Step};
use crate::columns::is_blank;

/// The next thing to do about the signs of a text.
pub(super) fn step(ward: Ward, text: &str) -> Option<Step> {
    if text.is_ascii() {
        return None;
    }
    if ward == Ward::Secret {
        return text.chars().any(|sign| is_widthless(sign) || is_odd_blank(sign)).then_some(UNSEEN);
    }
    // Other scripts need their joiners and have full-width signs of their own.
    if ward != Ward::Name || is_latin(text) {
        let narrow = replaced(text, narrow);
        let step = narrow.map(|mended| Step::Mend(Damage::FullWidth, mended)).or_else(|| unseen(text));
        if step.is_some() {
            return step;
        }
    }
    odd_blanks(ward, text).or_else(|| dashes(ward, text)).or_else(|| quotes(ward, text))
}

const UNSEEN: Step = Step::Leave(Damage::UnseenBlank);

/// Signs without width go.
fn unseen(text: &str) -> Option<Step> {
    let kept: String = text.chars().filter(|sign| !is_widthless(*sign)).collect();
    (kept != text).then_some(Step::Mend(Damage::UnseenBlank, kept))
}

/// Blanks of other kinds become plain ones where there may be blanks.
/// In an address they may stand for a dot or for nothing, so that nobody knows.
fn odd_blanks(ward: Ward, text: &str) -> Option<Step> {
    if !text.contains(is_odd_blank) {
        return None;
    }
    match ward {
        Ward::Number | Ward::Name => replaced(text, |sign| is_odd_blank(sign).then_some(' '))
            .map(|mended| Step::Mend(Damage::UnseenBlank, mended)),
        _ => Some(UNSEEN),
    }
}

fn dashes(ward: Ward, text: &str) -> Option<Step> {
    let plain = |sign| match sign {
        '\u{2010}'..='\u{2013}' | '\u{2212}' => Some('-'),
        // A word processor makes one of two hyphens, which an address may have.
        '\u{2014}' if matches!(ward, Ward::Number | Ward::Name) => Some('-'),
        _ => None,
    };
    replaced(text, plain).map(|mended| Step::Mend(Damage::SmartDash, mended))
}

/// Marks around the text go where it can have none; inside they become plain ones.
fn quotes(ward: Ward, text: &str) -> Option<Step> {
    let is_smart = |sign: char| "‘’‚‛“”„‟«»".contains(sign);
    let mended = match ward {
        Ward::Name => replaced(text, plain_quote),
        _ => {
            let inner = text.trim_matches(is_smart);
            (inner != text && !inner.is_empty())
                .then(|| inner.to_owned())
                .or_else(|| if ward == Ward::Email { replaced(text, plain_quote) } else { None })
        }
    };
    mended.map(|mended| Step::Mend(Damage::SmartQuote, mended))
}

fn plain_quote(sign: char) -> Option<char> {
    match sign {
        '‘' | '’' | '‛' => Some('\''),
        '“' | '”' | '„' | '‟' => Some('"'),
        _ => None,
    }
}

/// The plain sign of a full-width one.
fn narrow(sign: char) -> Option<char> {
    match sign {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(sign as u32 - 0xfee0),
        _ => None,
    }
}

/// A sign that takes no room.
fn is_widthless(sign: char) -> bool {
    is_blank(sign) && !sign.is_whitespace()
}

/// A blank that is neither the blank of the keyboard nor the end of a line.
fn is_odd_blank(sign: char) -> bool {
    sign.is_whitespace() && !sign.is_ascii() && !matches!(sign, '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether no letter is beyond Latin, full-width ones aside.
fn is_latin(text: &str) -> bool {
    let beyond = |sign: char| sign.is_alphabetic() && sign > '\u{24f}' && narrow(sign).is_none();
    // Marks of Indic scripts are no letters everywhere.
    !text.chars().any(|sign| beyond(sign) || matches!(sign, '\u{590}'..='\u{1dff}' | '\u{3000}'..='\u{9fff}'))
}

/// The text with some signs for others; `None` where none is.
fn replaced(text: &str, plain: impl Fn(char) -> Option<char>) -> Option<String> {
    let mended: String = text.chars().map(|sign| plain(sign).unwrap_or(sign)).collect();
    (mended != text).then_some(mended)
}
