//! The buttons under a message.

use serde_json::{Value, json};

use super::fault::Refusal;
use super::formatting::leads_somewhere;

/// Telegram's own limits.
const MOST_BUTTONS: usize = 100;
const LONGEST_DATA_BYTES: usize = 64;

/// A button under a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// What is written on it.
    pub text: String,
    /// What the bot hears when it is pressed.
    pub data: Option<String>,
    /// The page it opens; such a press the bot does not hear of.
    pub url: Option<String>,
}

impl Button {
    fn read(value: &Value) -> Result<Self, Refusal> {
        let text = |key: &str| value[key].as_str().map(str::to_owned);
        let button = Self {
            text: text("text").unwrap_or_default(),
            data: text("callback_data"),
            url: text("url"),
        };
        if button.text.trim().is_empty() {
            return Err(Refusal::bad(
                "can't parse inline keyboard button: Text must be non-empty",
            ));
        }
        match (&button.data, &button.url) {
            (Some(data), None) if (1..=LONGEST_DATA_BYTES).contains(&data.len()) => Ok(button),
            (Some(_), None) => Err(Refusal::bad("BUTTON_DATA_INVALID")),
            (None, Some(url)) if leads_somewhere(url) => Ok(button),
            (None, Some(_)) => Err(Refusal::bad("BUTTON_URL_INVALID")),
            (None, None) | (Some(_), Some(_)) => Err(Refusal::bad(
                "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
            )),
        }
    }

    fn written(&self) -> Value {
        let mut button = json!({"text": self.text});
        if let Some(data) = &self.data {
            button["callback_data"] = json!(data);
        }
        if let Some(url) = &self.url {
            button["url"] = json!(url);
        }
        button
    }
}

/// The rows of buttons in a `reply_markup`; other kinds of keyboard have none.
pub(super) fn read(markup: Option<&Value>) -> Result<Vec<Vec<Button>>, Refusal> {
    let Some(rows) = markup.and_then(|markup| markup["inline_keyboard"].as_array()) else {
        return Ok(Vec::new());
    };
    let rows = rows.iter().filter_map(Value::as_array);
    let rows: Vec<Vec<Button>> = rows
        .map(|row| row.iter().map(Button::read).collect())
        .collect::<Result<_, _>>()?;
    if rows.iter().map(Vec::len).sum::<usize>() > MOST_BUTTONS {
        return Err(Refusal::bad("REPLY_MARKUP_TOO_LONG"));
    }
    Ok(rows.into_iter().filter(|row| !row.is_empty()).collect())
}

pub(super) fn written(rows: &[Vec<Button>]) -> Value {
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| row.iter().map(Button::written).collect())
        .collect();
    json!({"inline_keyboard": rows})
}
