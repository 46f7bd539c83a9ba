//! Mistakes that other systems made, each a test (`docs/past-mistakes.md`). Row 11's races are in
//! `set_up`, row 13 over two nodes in `nodes`.

mod assertion;
mod enrolment;
mod flow;
mod limits;
mod parsers;
