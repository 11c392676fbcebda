//! Standard output: one writer, whole lines, flushed; tables that align.

use std::io;

use tokio::{
    io::{AsyncWriteExt, Stdout},
    sync::Mutex,
};

/// Standard output, shared by everybody who prints.
pub(crate) struct Printer(Mutex<Stdout>);

impl Printer {
    /// There should be one.
    pub(crate) fn new() -> Self {
        Self(Mutex::new(tokio::io::stdout()))
    }

    /// Writes the text, ended by a line break, and waits until it is out.
    pub(crate) async fn print(&self, text: &str) -> io::Result<()> {
        let mut lines = text.trim_end_matches('\n').to_owned();
        lines.push('\n');
        let mut out = self.0.lock().await;
        out.write_all(lines.as_bytes()).await?;
        out.flush().await
    }
}

/// Columns under headings, two spaces apart. The last column is as wide as it is.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    pub(crate) fn new(headings: impl IntoIterator<Item = String>) -> Self {
        Self {
            rows: vec![headings.into_iter().collect()],
        }
    }

    /// One more row; it has as many cells as there are headings.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows
            .push(cells.into_iter().map(|cell| one_line(&cell)).collect());
    }

    /// The lines.
    pub(crate) fn to_text(&self) -> String {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut text = String::new();
        for row in &self.rows {
            let cells = row
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell:<width$}"));
            text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
            text.push('\n');
        }
        text
    }
}

/// The text on one line, without what could command a terminal or turn letters around.
pub(crate) fn one_line(text: &str) -> String {
    let harmless = text.chars().map(|letter| match letter {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => ' ',
        letter if letter.is_control() => ' ',
        letter => letter,
    });
    let text: String = harmless.collect();
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_by_letters_not_bytes() {
        let mut table = Table::new(["ID".to_owned(), "Врач".to_owned(), "Когда".to_owned()]);
        table.row(["1".to_owned(), "Ли".to_owned(), "завтра".to_owned()]);
        table.row(["п100".to_owned(), "Иванов И. И.".to_owned(), String::new()]);
        assert_eq!(
            table.to_text(),
            "ID    Врач          Когда\n1     Ли            завтра\nп100  Иванов И. И.\n"
        );
    }

    #[test]
    fn fault_68_a_name_cannot_command_the_terminal() {
        assert_eq!(one_line("Ива\u{1b}[31mнов\n\u{202e}x"), "Ива [31mнов  x");
    }
}
