//! Words of a filter.

use crate::error::Problem;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'a> {
    /// A name, an operator or a bare literal.
    Word(&'a str),
    /// Between quotes, a doubled quote undone.
    Text(String),
    Open,
    Close,
    Comma,
    Colon,
}

/// The most words.
const MAX_TOKENS: usize = 400;

/// # Errors
/// A quote that is not closed, a character that starts nothing, too many words.
pub(super) fn split(text: &str) -> Result<Vec<Token<'_>>, Problem> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, after) = take(rest, first)?;
        tokens.push(token);
        if tokens.len() > MAX_TOKENS {
            return Err(Problem::syntax("filter clause", "it is too long"));
        }
        rest = after.trim_start();
    }
    Ok(tokens)
}

fn take(rest: &str, first: char) -> Result<(Token<'_>, &str), Problem> {
    let after = rest.get(first.len_utf8()..).unwrap_or_default();
    Ok(match first {
        '(' => (Token::Open, after),
        ')' => (Token::Close, after),
        ',' => (Token::Comma, after),
        ':' => (Token::Colon, after),
        '\'' => take_text(after)?,
        _ => {
            let end = rest
                .find(|char| !is_word(char, first))
                .unwrap_or(rest.len());
            if end == 0 {
                return Err(Problem::syntax(
                    "filter clause",
                    "a character starts nothing",
                ));
            }
            let (word, after) = rest.split_at(end);
            (Token::Word(word), after)
        }
    })
}

/// A colon is part of a word that starts with a digit: a time.
fn is_word(char: char, first: char) -> bool {
    char.is_ascii_alphanumeric()
        || matches!(char, '_' | '/' | '.' | '-' | '+')
        || (char == ':' && first.is_ascii_digit())
}

fn take_text(mut rest: &str) -> Result<(Token<'_>, &str), Problem> {
    let mut text = String::new();
    loop {
        let (part, after) = rest
            .split_once('\'')
            .ok_or_else(|| Problem::syntax("filter clause", "a quote is not closed"))?;
        text.push_str(part);
        match after.strip_prefix('\'') {
            Some(after) => {
                text.push('\'');
                rest = after;
            }
            None => return Ok((Token::Text(text), after)),
        }
    }
}
