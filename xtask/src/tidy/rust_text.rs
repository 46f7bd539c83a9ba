//! Just enough of Rust's grammar to tell code from comments and literals, and to find functions.

use std::ops::Range;

/// Rust source in which comments and literals are blanks, byte for byte.
#[derive(Debug)]
pub(super) struct RustText {
    code: Vec<u8>,
}

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) name: String,
    /// Of its `fn`, counted from 1.
    pub(super) line: usize,
    /// From `fn` to the closing brace.
    pub(super) lines: usize,
}

impl RustText {
    pub(super) fn new(text: &str) -> RustText {
        let mut code = text.as_bytes().to_vec();
        let mut at = 0;
        while at < code.len() {
            let end = skip(&code, at);
            match end {
                Some(end) => {
                    blank(&mut code, at..end);
                    at = end;
                }
                None => at += 1,
            }
        }
        RustText { code }
    }

    /// The code, with `#[cfg(test)]` items blanked too.
    pub(super) fn without_tests(mut self) -> RustText {
        while let Some(at) = find(&self.code, b"#[cfg(test)]", 0) {
            let end = match self.code[at..].iter().position(|&b| b == b'{' || b == b';') {
                Some(offset) if self.code[at + offset] == b'{' => self.closing(at + offset),
                Some(offset) => at + offset + 1,
                None => self.code.len(),
            };
            blank(&mut self.code, at..end);
        }
        self
    }

    /// The lines on which `needle` stands in code.
    pub(super) fn lines_with(&self, needle: &str) -> Vec<usize> {
        let mut lines = Vec::new();
        let mut from = 0;
        while let Some(at) = find(&self.code, needle.as_bytes(), from) {
            lines.push(self.line_of(at));
            from = at + needle.len();
        }
        lines
    }

    /// Names behind a keyword: `mod`, `fn`.
    pub(super) fn names_after(&self, keyword: &str) -> Vec<(String, usize)> {
        self.keyword_positions(keyword)
            .map(|at| (self.word_at(self.skip_blanks(at + keyword.len())), at))
            .collect()
    }

    pub(super) fn line_of(&self, at: usize) -> usize {
        1 + self.code[..at].iter().filter(|&&b| b == b'\n').count()
    }

    pub(super) fn functions(&self) -> Vec<Function> {
        let bodies = self
            .names_after("fn")
            .into_iter()
            .filter(|(name, _)| !name.is_empty());
        bodies
            .filter_map(|(name, at)| {
                let open = self.body(at)?;
                let (line, last) = (self.line_of(at), self.line_of(self.closing(open) - 1));
                Some(Function {
                    name,
                    line,
                    lines: last - line + 1,
                })
            })
            .collect()
    }

    fn keyword_positions<'a>(&'a self, keyword: &'a str) -> impl Iterator<Item = usize> + 'a {
        let word = |at: usize| {
            self.code
                .get(at)
                .is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
        };
        let mut from = 0;
        std::iter::from_fn(move || {
            loop {
                let at = find(&self.code, keyword.as_bytes(), from)?;
                from = at + keyword.len();
                let inside = (at > 0 && word(at - 1)) || word(from);
                if !inside {
                    return Some(at);
                }
            }
        })
    }

    fn skip_blanks(&self, at: usize) -> usize {
        at + self.code[at..]
            .iter()
            .take_while(|b| b.is_ascii_whitespace())
            .count()
    }

    fn word_at(&self, at: usize) -> String {
        let word = self.code[at..]
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_');
        word.map(|&b| char::from(b)).collect()
    }

    /// The brace that opens the body of the function at `at`; none for a declaration or a type.
    fn body(&self, at: usize) -> Option<usize> {
        let mut depth = 0i32;
        for (offset, &byte) in self.code[at..].iter().enumerate() {
            match byte {
                b'(' | b'[' => depth += 1,
                b')' | b']' => depth -= 1,
                b'{' if depth == 0 => return Some(at + offset),
                b';' if depth == 0 => return None,
                _ => {}
            }
            if depth < 0 {
                return None;
            }
        }
        None
    }

    /// One past the brace that closes the one at `open`.
    fn closing(&self, open: usize) -> usize {
        let mut depth = 0usize;
        for (offset, &byte) in self.code[open..].iter().enumerate() {
            match byte {
                b'{' => depth += 1,
                b'}' => {
                    depth -= 1;
                    if depth == 0 {
                        return open + offset + 1;
                    }
                }
                _ => {}
            }
        }
        self.code.len()
    }
}

fn blank(code: &mut [u8], range: Range<usize>) {
    code[range]
        .iter_mut()
        .filter(|b| **b != b'\n')
        .for_each(|b| *b = b' ');
}

fn find(code: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    code.get(from..)?
        .windows(needle.len())
        .position(|window| window == needle)
        .map(|at| at + from)
}

/// Where the comment or literal that begins at `at` ends; `None` for code.
fn skip(code: &[u8], at: usize) -> Option<usize> {
    let rest = &code[at..];
    match rest {
        [b'/', b'/', ..] => Some(at + rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len())),
        [b'/', b'*', ..] => Some(at + block_comment(rest)),
        [b'"', ..] => Some(at + quoted(rest, b'"')),
        [b'r', b'"' | b'#', ..] if !follows_word(code, at) => {
            raw_string(rest).map(|length| at + length)
        }
        [b'\'', ..] => character(rest).map(|length| at + length),
        _ => None,
    }
}

/// `r` behind a letter is part of a name, except in `br"…"` and `cr"…"`.
fn follows_word(code: &[u8], at: usize) -> bool {
    let word = |at: usize| code[at].is_ascii_alphanumeric() || code[at] == b'_';
    at > 0 && word(at - 1) && !(matches!(code[at - 1], b'b' | b'c') && (at == 1 || !word(at - 2)))
}

fn block_comment(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0usize, 0);
    while at < rest.len() {
        match &rest[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn quoted(rest: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b if b == quote => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

fn raw_string(rest: &[u8]) -> Option<usize> {
    let hashes = rest[1..].iter().take_while(|&&b| b == b'#').count();
    if rest.get(1 + hashes) != Some(&b'"') {
        return None;
    }
    let mut close = vec![b'"'];
    close.resize(1 + hashes, b'#');
    Some(find(rest, &close, 2 + hashes).map_or(rest.len(), |at| at + close.len()))
}

/// A character literal, told from a lifetime by its closing quote.
fn character(rest: &[u8]) -> Option<usize> {
    match rest.get(1)? {
        b'\\' => Some(quoted(rest, b'\'')),
        first => {
            let length = match first {
                0..0x80 => 1,
                0x80..0xE0 => 2,
                0xE0..0xF0 => 3,
                _ => 4,
            };
            (rest.get(1 + length) == Some(&b'\'')).then_some(length + 2)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_not_code() {
        let text = "a(); // x.unwrap()\n/* y.unwrap() /* z */ */ \"w.unwrap()\" r#\"v\"unwrap()\"# '\"' 'a b()";
        let code = RustText::new(text);
        assert_eq!(code.lines_with("unwrap"), Vec::<usize>::new());
        assert_eq!(code.lines_with("b()"), vec![2]);
    }

    #[test]
    fn functions_are_measured() {
        let text = "trait T { fn none(a: [u8; 4]); }\nfn two(a: [u8; 4]) -> u8\n{ if a { '}' } }\nfn one() {}\ntype F = fn(u8);";
        let found = RustText::new(text).functions();
        let named = |name: &str, line, lines| Function {
            name: name.to_owned(),
            line,
            lines,
        };
        assert_eq!(found, vec![named("two", 2, 2), named("one", 4, 1)]);
    }

    #[test]
    fn test_items_are_left_out() {
        let text = "fn a() { b.unwrap() }\n#[cfg(test)]\nmod tests { fn c() { d.unwrap() } }\n#[cfg(test)]\nmod e;\nfn f() { g.unwrap() }";
        assert_eq!(
            RustText::new(text).without_tests().lines_with(".unwrap()"),
            vec![1, 6]
        );
    }
}
