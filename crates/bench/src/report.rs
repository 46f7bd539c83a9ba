//! One figure, one line; or all of them as one JSON object.

use serde_json::{Map, Value};

/// Figures in the order in which they were measured.
#[derive(Debug, Default)]
pub(crate) struct Report {
    json: bool,
    figures: Map<String, Value>,
}

impl Report {
    pub(crate) fn new(json: bool) -> Report {
        Report {
            json,
            figures: Map::new(),
        }
    }

    /// Keeps a figure; prints it at once unless all are printed as JSON at the end.
    pub(crate) fn add(&mut self, name: &str, value: f64, unit: &str) {
        let digits = if value.abs() >= 100.0 { 0 } else { 3 };
        if !self.json {
            println!("{name:<44} {value:>12.digits$} {unit}");
        }
        let rounded = (value * 1000.0).round() / 1000.0;
        self.figures.insert(name.to_owned(), Value::from(rounded));
    }

    /// A heading between figures; not part of the JSON object.
    pub(crate) fn head(&self, text: &str) {
        if !self.json {
            println!("\n{text}");
        }
    }

    pub(crate) fn finish(self) {
        if self.json {
            println!("{}", Value::Object(self.figures));
        }
    }
}
