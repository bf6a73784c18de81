//! How long a field may be, and how many of a thing there may be. Lengths are in
//! characters.

/// A title or a caption.
pub const TITLE: usize = 2_000;
/// A person's or an organization's name.
pub const NAME: usize = 500;
/// One line of an address, a city, a phone number, a method of payment and the like.
pub const LINE: usize = 200;
/// Why a case is blocked or hastened, or what a calendar says of a hearing.
pub const REASON: usize = 250;
/// An e-mail address (RFC 5321).
pub const EMAIL: usize = 254;
/// The key of a document in the object store.
pub const DOCUMENT_KEY: usize = 256;
/// Pages of one document.
pub const PAGES: u32 = 100_000;
/// Petitioners of one petition.
pub const PETITIONERS: usize = 100;
/// Filers of one document.
pub const FILERS: usize = 100;
/// Cases of one command, and of one consolidated group: the most that the store can write in
/// one step.
pub const CASES: usize = 100;
/// Contacts whom one counsel represents.
pub const REPRESENTED: usize = 100;
/// What is to be done by a deadline.
pub const DEADLINE: usize = 500;
/// Statistics of one case (domain of the court, "A case").
pub const STATISTICS: usize = 12;
/// Penalties of one statistic.
pub const PENALTIES: usize = 10;
/// The largest amount of money, in cents: a little less than ten trillion dollars, which
/// every reader of JSON takes without rounding it.
pub const CENTS: i64 = 999_999_999_999_999;
/// The note of a case (as above).
pub const CASE_NOTE: usize = 9_000;
/// Cases of one trial calendar that is set step by step.
pub const CALENDAR: usize = 5_000;
