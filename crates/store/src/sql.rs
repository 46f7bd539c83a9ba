//! Statements as data: every SQL text of the product is a constant in a registry that tests walk.

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
macro_rules! statements {
    (@scope Tenant) => { $crate::sql::Scope::Tenant };
    (@scope Global($why:literal)) => { $crate::sql::Scope::Global($why) };
    ($($(#[$meta:meta])* $constant:ident = $name:literal $scope:ident $(($why:literal))? $text:literal;)*) => {
        $($(#[$meta])* pub(crate) static $constant: $crate::sql::Sql = $crate::sql::Sql {
            name: $name,
            text: $text,
            scope: statements!(@scope $scope $(($why))?),
        };)*
        #[allow(dead_code, reason = "tests declare statements that are in no registry")]
        pub(crate) const ALL: &[&$crate::sql::Sql] = &[$(&$constant),*];
    };
}
pub(crate) use statements;
