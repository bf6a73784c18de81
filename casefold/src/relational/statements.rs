//! Statements that SQLite and PostgreSQL share but for how a value comes in.

use casefold_projector::relational::Row;

/// `a, b, c`.
pub(super) fn columns(row: &Row) -> String {
    row.columns.join(", ")
}

/// Inserts a row with its values as numbered parameters.
pub(super) fn insert(table: &str, row: &Row) -> String {
    let values: Vec<_> = (1..=row.columns.len()).map(|n| format!("?{n}")).collect();
    let (columns, values) = (columns(row), values.join(", "));
    format!("INSERT INTO {table} ({columns}) VALUES ({values})")
}
