use std::fmt::Write as _;

/// Table of measurements: one row for each server, several values in each cell.
pub(crate) struct Table<const COLUMNS: usize> {
    columns: [&'static str; COLUMNS],
    rows: Vec<(String, [Vec<f64>; COLUMNS])>,
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    pub(crate) fn new(columns: [&'static str; COLUMNS]) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, name: &str, numbers: [f64; COLUMNS]) {
        let known = self.rows.iter().position(|(row, _)| row == name);
        let row = known.unwrap_or_else(|| {
            self.rows
                .push((name.to_owned(), [const { Vec::new() }; COLUMNS]));
            self.rows.len() - 1
        });
        for (all, number) in self.rows[row].1.iter_mut().zip(numbers) {
            all.push(number);
            all.sort_by(f64::total_cmp);
        }
    }

    /// Renders medians, with minimum and maximum where there are several values.
    pub(crate) fn markdown(&self, unit: &str) -> String {
        let (columns, rule) = (self.columns.join(" | "), " --: |".repeat(COLUMNS));
        let mut text = format!("| {unit} | {columns} |\n| --- |{rule}\n");
        for (name, numbers) in &self.rows {
            write!(text, "| {name} |").expect("a string");
            for all in numbers {
                let median = all[all.len() / 2];
                match all.as_slice() {
                    [least, .., most] => write!(text, " {median:.0} ({least:.0}–{most:.0}) |"),
                    _ => write!(text, " {median:.0} |"),
                }
                .expect("a string");
            }
            text.push('\n');
        }
        text
    }
}
