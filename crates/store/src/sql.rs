//! Statements as data: every SQL text of the product is a constant in a registry that tests walk.

use crate::value::{Id, Value};

/// A statement in the subset that SQLite and PostgreSQL share: `$1 ...` for parameters.
#[derive(Debug)]
pub struct Sql {
    /// `module.verb_noun`, shown in errors and metrics.
    pub name: &'static str,
    pub text: &'static str,
    pub scope: Scope,
}

/// Whether a statement is confined to one tenant (security 36).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Compares `tenant_id` to `$1`.
    Tenant,
    /// Reaches beyond one tenant, for the reason given.
    Global(&'static str),
}

/// The highest `$n` of a text.
pub(crate) fn parameters_of(text: &str) -> usize {
    let number = |piece: &str| {
        let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
        piece
            .get(..digits)
            .and_then(|digits| digits.parse().ok())
            .unwrap_or(0)
    };
    text.split('$').skip(1).map(number).max().unwrap_or(0)
}

/// The same statement in two dialects, where they truly differ. A test counts them.
#[derive(Debug)]
pub struct Pair {
    pub lite: &'static Sql,
    pub postgres: &'static Sql,
}

/// Declares statements and the module's slice of them, `ALL`, from which the registry is made.
///
/// ```text
/// statements! {
///     FIND = "person.find" Tenant "SELECT ... WHERE tenant_id = $1 AND person_id = $2";
///     EPOCH = "database.epoch" Global("one row for the whole database") "SELECT ...";
/// }
/// ```
///
/// What several texts share, their columns above all, is a macro of their module, put together by `concat!` when the
/// program is built: each text is still one constant.
macro_rules! statements {
    (@next [$($done:ident)*]) => {
        #[allow(dead_code, reason = "tests declare statements that are in no registry")]
        pub(crate) const ALL: &[&$crate::sql::Sql] = &[$(&$done),*];
    };
    (@next [$($done:ident)*] $(#[$meta:meta])* $constant:ident = $name:literal Tenant $text:expr; $($rest:tt)*) => {
        statements!(@one $(#[$meta])* $constant $name ($crate::sql::Scope::Tenant) $text);
        statements!(@next [$($done)* $constant] $($rest)*);
    };
    (@next [$($done:ident)*] $(#[$meta:meta])* $constant:ident = $name:literal Global($why:literal) $text:expr; $($rest:tt)*) => {
        statements!(@one $(#[$meta])* $constant $name ($crate::sql::Scope::Global($why)) $text);
        statements!(@next [$($done)* $constant] $($rest)*);
    };
    (@one $(#[$meta:meta])* $constant:ident $name:literal ($scope:expr) $text:expr) => {
        $(#[$meta])*
        pub(crate) static $constant: $crate::sql::Sql = $crate::sql::Sql {
            name: $name,
            text: $text,
            scope: $scope,
        };
    };
    ($($all:tt)*) => { statements!(@next [] $($all)*); };
}
pub(crate) use statements;

/// How many ids [`slots`] has room for.
const SLOTS: usize = 50;

/// A list of ids in a constant text: `$2` to `$51`.
macro_rules! slots {
    () => {
        "($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
         $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42,
         $43, $44, $45, $46, $47, $48, $49, $50, $51)"
    };
}
pub(crate) use slots;

/// The tenant and fifty ids, as often as it takes: what a text with [`slots`] is asked with. The last id is repeated.
pub(crate) fn several(tenant: Id, ids: &[Id]) -> impl Iterator<Item = Vec<Value>> {
    ids.chunks(SLOTS).map(move |chunk| {
        let last = chunk.last().copied();
        let padded = chunk
            .iter()
            .copied()
            .chain(std::iter::repeat_n(last, SLOTS - chunk.len()).flatten());
        let mut args = Vec::with_capacity(1 + SLOTS);
        args.push(tenant.into());
        args.extend(padded.map(Value::from));
        args
    })
}
