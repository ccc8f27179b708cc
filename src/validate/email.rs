//! E-mail addresses: right or a message with the mend.
//!
//! Pure. Syntax only; nobody is asked whether the address takes mail.

use email_address::{EmailAddress, Options};

use super::signs;
use super::words::{is_formula_error, quoted};
use crate::columns::is_blank;

/// The longest address that SMTP can carry (RFC 5321, 4.5.3.1.3, with its brackets taken off).
const LONGEST: usize = 254;

const OPTIONS: Options =
    Options { minimum_sub_domains: 2, allow_domain_literal: false, allow_display_text: false };

/// Whether an e-mail cell is right.
pub fn is_right(text: &str) -> bool {
    is_plain(text) || is_valid(text)
}

/// What is wrong with an e-mail cell, and the mend.
pub(super) fn explain(text: &str) -> String {
    let shown = quoted(text);
    if is_formula_error(text) {
        return format!("{shown} is what a formula that failed leaves; enter the address itself");
    }
    if text.contains(|character| character != ' ' && is_blank(character)) {
        return format!("{shown} has an unseen character in it; type the address anew");
    }
    if text.matches('@').count() > 1 && text.contains([';', ',', ' ']) {
        return format!("{shown} holds more than one address; keep one");
    }
    if let Some(address) = address_within(text) {
        return format!("{shown} is more than an address; write {address}");
    }
    let mend = match text.rsplit_once('@') {
        None => "there is no @ in it",
        Some((_, domain)) if !domain.contains('.') => "after the @ a domain like example.com is needed",
        _ if text.len() > LONGEST => "it is longer than 254 characters",
        _ if text.contains(' ') => "there is a blank in it",
        _ => "look for missing, doubled or strange characters",
    };
    format!("{shown} is no e-mail address; {mend}")
}

fn is_valid(text: &str) -> bool {
    let domain = text.rsplit_once('@').map_or("", |(_, domain)| domain);
    // The crate takes `exa_mple.com` and `192.0.2.1`, which no mail domain can be called.
    has_lettered_top(domain)
        && domain.chars().all(|character| character.is_alphanumeric() || "-.".contains(character))
        && text.len() <= LONGEST
        && EmailAddress::parse_with_options(text, OPTIONS).is_ok()
}

/// Whether the address is of the plainest kind, which nearly all are: much quicker than the whole grammar.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some(at) = end_of_plain_words(bytes) else { return false };
    at <= 64 && bytes.len() <= LONGEST && is_plain_domain(&bytes[at + 1..])
}

/// The place of the @ behind words with dots between.
fn end_of_plain_words(bytes: &[u8]) -> Option<usize> {
    let mut last = b'.';
    for (place, byte) in bytes.iter().enumerate() {
        match byte {
            b'@' if last != b'.' => return Some(place),
            b'.' if last != b'.' => {}
            byte if signs::is(*byte, signs::ADDRESS) => {}
            _ => return None,
        }
        last = *byte;
    }
    None
}

/// Whether labels with dots between are a domain whose last one has more than digits.
fn is_plain_domain(bytes: &[u8]) -> bool {
    let (mut last, mut length, mut dots, mut lettered) = (b'.', 0, 0, false);
    for byte in bytes {
        match byte {
            b'.' if last != b'.' && last != b'-' => (length, dots, lettered) = (0, dots + 1, false),
            b'-' if last == b'.' => return false,
            byte if signs::is(*byte, signs::LABEL) => {
                length += 1;
                lettered |= !byte.is_ascii_digit();
            }
            _ => return false,
        }
        if length > 63 {
            return false;
        }
        last = *byte;
    }
    last != b'.' && last != b'-' && dots > 0 && lettered
}

fn has_lettered_top(domain: &str) -> bool {
    domain.rsplit_once('.').is_some_and(|(_, top)| top.bytes().any(|byte| !byte.is_ascii_digit()))
}

/// The address in `Asha Rao <asha@example.com>` or `mailto:asha@example.com`.
fn address_within(text: &str) -> Option<&str> {
    let bracketed = text.split_once('<').and_then(|(_, rest)| rest.strip_suffix('>'));
    let linked = text.get(..7).filter(|start| start.eq_ignore_ascii_case("mailto:")).map(|_| &text[7..]);
    bracketed.or(linked).map(str::trim).filter(|address| is_valid(address))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Cases of the isemail test suite (3.05, isemail.info, by Dominic Sayers and Michael Rushton) of the
    /// category `ISEMAIL_ERR`: they must be refused.
    const ISEMAIL_ERRORS: [&str; 64] = [
        "",
        "test",
        "@",
        "test@",
        "@io",
        "@iana.org",
        ".test@iana.org",
        "test.@iana.org",
        "test..iana.org",
        "test_exa-mple.com",
        "test\\@test@iana.org",
        "test@-iana.org",
        "test@iana-.com",
        "test@.iana.org",
        "test@iana.org.",
        "test@iana..com",
        "\"\"\"@iana.org",
        "\"\\\"@iana.org",
        "test\"@iana.org",
        "\"test@iana.org",
        "\"test\"test@iana.org",
        "test\"text\"@iana.org",
        "\"test\"\"test\"@iana.org",
        "\"test\0\"@iana.org",
        "test@a[255.255.255.255]",
        "((comment)test@iana.org",
        "test(comment)test@iana.org",
        "test@iana.org\n",
        "test@iana.org-",
        "(test@iana.org",
        "test@(iana.org",
        "test@[1.2.3.4",
        "\"test\\\"@iana.org",
        "(comment\\)test@iana.org",
        "test@iana.org(comment\\)",
        "test@iana.org(comment\\",
        "test@[RFC-5322]-domain-literal]",
        "test@[RFC-5322-[domain-literal]",
        "test@[RFC-5322-domain-literal\\]",
        "test@[RFC-5322-domain-literal\\",
        "\u{7f}@iana.org",
        "test@\u{7f}.org",
        "test@iana.org\r",
        "\rtest@iana.org",
        "\"\rtest\"@iana.org",
        "(\r)test@iana.org",
        "test@iana.org(\r)",
        "\ntest@iana.org",
        "\"\n\"@iana.org",
        "(\n)test@iana.org",
        "\u{7}@iana.org",
        "test@\u{7}.org",
        "\r\ntest@iana.org",
        "\r\n \r\ntest@iana.org",
        " \r\ntest@iana.org",
        " \r\n \r\ntest@iana.org",
        " \r\n\r\ntest@iana.org",
        " \r\n\r\n test@iana.org",
        "test@iana.org\r\n",
        "test@iana.org\r\n \r\n",
        "test@iana.org \r\n",
        "test@iana.org \r\n \r\n",
        "test@iana.org \r\n\r\n ",
        "\"test\\©\"@iana.org",
    ];

    /// Cases of its categories `ISEMAIL_VALID_CATEGORY` and `ISEMAIL_DNSWARN`: they must pass.
    const ISEMAIL_VALID: [&str; 20] = [
        "test@iana.org",
        "test@nominet.org.uk",
        "test@about.museum",
        "a@iana.org",
        "test@e.com",
        "test@iana.a",
        "test.test@iana.org",
        "!#$%&`*+/=?^`{|}~@iana.org",
        "123@iana.org",
        "test@123.com",
        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghiklm@iana.org",
        "test@abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghikl.com",
        "test@mason-dixon.com",
        "test@c--n.com",
        "test@iana.co-uk",
        "a@a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z.a.b.c.d.e.f.g.h.i.j.k",
        "test@xn--hxajbheg2az3al.xn--jxalpdlp",
        "xn--test@iana.org",
        "test@test.com",
        "test@nic.no",
    ];

    /// Cases that pass in that suite and not here: a bare or numeric top-level domain, addresses of machines, comments, folds.
    const REFUSED_HERE: [&str; 11] = [
        "test@io",
        "test@org",
        "test@iana.123",
        "test@255.255.255.255",
        "test@[255.255.255.255]",
        "(comment)test@iana.org",
        "test@(comment)iana.org",
        "test@iana/icann.org",
        " test @iana.org",
        "\r\n test@iana.org",
        "test . test@iana.org",
    ];

    #[test]
    fn the_isemail_suite_is_obeyed() {
        for text in ISEMAIL_ERRORS.into_iter().chain(REFUSED_HERE) {
            assert!(!is_right(text), "{text:?}");
        }
        for text in ISEMAIL_VALID {
            assert!(is_right(text), "{text:?}");
        }
    }

    #[test]
    fn a_fault_tells_the_mend() {
        for (text, part) in [
            ("asha.example.com", "there is no @"),
            ("#N/A", "\"#N/A\" is what a formula that failed leaves"),
            ("asha@example", "a domain like example.com"),
            ("asha@localhost", "a domain like example.com"),
            ("Asha Rao <asha@example.com>", "write asha@example.com"),
            ("mailto:asha@example.com", "write asha@example.com"),
            ("asha@example.com; ravi@example.com", "keep one"),
            ("asha@example.com,ravi@example.com", "keep one"),
            ("asha\u{200b}@example.com", "unseen character"),
            ("asha rao@example.com", "there is a blank"),
            ("asha@@example.com", "is no e-mail address"),
            ("asha@exa_mple.com", "is no e-mail address"),
            ("asha@[127.0.0.1]", "is no e-mail address"),
        ] {
            let told = explain(text);
            assert!(!is_right(text) && told.contains(part), "{text}: {told}");
        }
        let long = format!("{}@{}.com", "a".repeat(64), ["b".repeat(62).as_str(); 3].join("."));
        assert!(long.len() == 257 && !is_right(&long) && explain(&long).contains("254"), "{long}");
    }

    proptest! {
        #[test]
        fn the_quick_way_agrees_with_the_grammar(text in "[a-zA-Z0-9._+@-]{0,12}@[a-z0-9.-]{0,12}(\\.[a-z]{1,3})?") {
            prop_assert!(!is_plain(&text) || is_valid(&text), "{}", text);
        }

        #[test]
        fn common_addresses_take_the_quick_way(text in "[a-z0-9_+-]{1,9}(\\.[a-z]{1,9})?@[a-z0-9]{1,9}(-[a-z]{1,3})?(\\.[a-z]{2,3}){1,2}") {
            prop_assert!(is_plain(&text), "{}", text);
        }
    }
}
