//! A letter as it is sent: headers, plain text, simple HTML without anything from elsewhere.

use chrono::{DateTime, Utc};
use lettre::{
    Address, Message as Mime,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};

use crate::{
    delivery::{Message, TellError, key},
    model::{News, TRIAL, Untold},
    text::letter::Letter,
};

/// Who writes, and to whom.
#[derive(Debug, Clone)]
pub(super) struct Envelope {
    pub(super) from: Address,
    pub(super) to: Vec<Address>,
}

/// Makes the ids of letters. They are random where they come from, and name neither the computer
/// nor its person.
#[derive(Debug)]
pub(super) struct Ids {
    installation: String,
    domain: String,
}

/// By which a letter and what it belongs to are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Id {
    /// The same for a repeat, so that it can be dropped.
    pub(super) own: String,
    /// Of the thread: letters of one alert stand together.
    pub(super) threads: Vec<String>,
}

impl Ids {
    pub(super) fn new(installation: &str, from: &Address) -> Self {
        let domain = url::Host::parse(from.domain())
            .map_or_else(|_| "talonchik.invalid".to_owned(), |host| host.to_string());
        Self {
            installation: installation.to_owned(),
            domain,
        }
    }

    pub(super) fn of(&self, message: &Message) -> Id {
        let alerts = std::iter::once(&message.alert).chain(&message.together);
        let mut threads: Vec<u32> = alerts.map(|alert| alert.id.0).collect();
        threads.sort_unstable();
        Id {
            own: self.id(&key(message)),
            threads: if message.alert.watch_id == TRIAL {
                Vec::new()
            } else {
                threads
                    .into_iter()
                    .map(|alert| self.id(&format!("alert-{alert}")))
                    .collect()
            },
        }
    }

    pub(super) fn of_news(&self, news: &News, now: DateTime<Utc>) -> Id {
        let (own, thread) = match news {
            News::Silence { since, .. } => (
                format!("silence-{}", now.timestamp()),
                Some(format!("silence-{}", since.timestamp())),
            ),
            News::Recovered { since, .. } => (
                format!("recovered-{}", now.timestamp()),
                Some(format!("silence-{}", since.timestamp())),
            ),
            News::Morning { .. } => (format!("morning-{}", now.timestamp()), None),
            News::ChatLost { .. } => (format!("chat-lost-{}", now.timestamp_millis()), None),
            News::Restored { .. } => (format!("restored-{}", now.timestamp()), None),
            News::Unsaved { .. } => (format!("unsaved-{}", now.timestamp()), None),
        };
        Id {
            own: self.id(&own),
            threads: thread
                .into_iter()
                .map(|thread| self.id(&format!("thread-{thread}")))
                .collect(),
        }
    }

    fn id(&self, what: &str) -> String {
        format!("<{what}.{}@{}>", self.installation, self.domain)
    }
}

/// The letter with its headers. `silent` lowers its priority.
pub(super) fn written(
    letter: &Letter,
    id: &Id,
    silent: bool,
    envelope: &Envelope,
    now: DateTime<Utc>,
) -> Result<Mime, TellError> {
    let name = HeaderName::new_from_ascii_str;
    let (priority, importance) = if silent {
        ("5 (Lowest)", "low")
    } else {
        ("1 (Highest)", "high")
    };
    let mut mime = Mime::builder()
        .message_id(Some(id.own.clone()))
        .date(now.into())
        .from(Mailbox::new(
            Some(letter.sender.clone()),
            envelope.from.clone(),
        ))
        .subject(&letter.title)
        .raw_header(HeaderValue::new(
            name("Auto-Submitted"),
            "auto-generated".to_owned(),
        ))
        .raw_header(HeaderValue::new(
            name("X-Auto-Response-Suppress"),
            "All".to_owned(),
        ))
        .raw_header(HeaderValue::new(name("X-Priority"), priority.to_owned()))
        .raw_header(HeaderValue::new(name("Importance"), importance.to_owned()));
    for to in &envelope.to {
        mime = mime.to(Mailbox::new(None, to.clone()));
    }
    if let Some(first) = id.threads.first() {
        mime = mime
            .in_reply_to(first.clone())
            .references(id.threads.join(" "));
    }
    let footer = letter.footer.as_ref();
    let footer = footer.map_or_else(String::new, |footer| format!("\n\n-- \n{footer}"));
    let plain = format!("{}{footer}\n", letter.text(true));
    mime.multipart(MultiPart::alternative_plain_html(plain, html(letter)))
        .map_err(|_| TellError::Never {
            why: Untold::Refused,
        })
}

/// The same as simple HTML.
pub(super) fn html(letter: &Letter) -> String {
    let mut html = vec![
        "<!DOCTYPE html><html><head><meta charset=\"utf-8\"></head><body>".to_owned(),
        tag("h2", &letter.title),
    ];
    html.extend(letter.lead.iter().map(|line| tag("p", line)));
    for part in &letter.parts {
        html.push(tag("h3", &part.heading));
        html.push("<ul>".to_owned());
        html.extend(part.slots.iter().map(|slot| tag("li", slot)));
        html.push("</ul>".to_owned());
        html.extend(part.lines.iter().map(|line| tag("p", line)));
        html.extend(part.link.iter().map(|(title, url)| {
            format!("<p><a href=\"{}\">{}</a></p>", escaped(url), escaped(title))
        }));
    }
    html.extend(letter.footer.iter().map(|footer| tag("p", footer)));
    html.push("</body></html>\n".to_owned());
    html.join("\n")
}

fn tag(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escaped(text))
}

/// The text as HTML shows it.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut html, one| {
        match one {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            one => html.push(one),
        }
        html
    })
}
