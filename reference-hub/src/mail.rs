//! Sending mails by SMTP, where a relay is given: behind the answer, so that a relay that is slow
//! or down delays nobody. What a mail says, to whom and when is the domain's; the store keeps every
//! one of them.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use tokio::sync::mpsc;

use crate::domain::Mail;

/// How many mails may wait for the relay.
const WAITING: usize = 10_000;
/// How often a mail is tried.
const ATTEMPTS: u32 = 3;
const SMTP_TIMEOUT: Duration = Duration::from_secs(20);
const FROM: &str = "Hub de référence <ne-pas-repondre@hub.invalid>";

/// A text that names no mail relay.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no mail relay: write it as HOST:PORT")]
pub struct RelayError(String);

/// The way out for mails. Cloning shares it.
#[derive(Clone, Debug)]
pub(crate) struct Relay(mpsc::Sender<Mail>);

impl Relay {
    /// Starts sending to the SMTP server at `HOST:PORT`. It must be called within the runtime.
    pub(crate) fn start(address: &str) -> Result<Self, RelayError> {
        let transport = connect(address)?;
        let (sender, receiver) = mpsc::channel(WAITING);
        tokio::spawn(send_all(transport, receiver));
        Ok(Self(sender))
    }

    /// Hands a mail over. Never waits.
    pub(crate) fn post(&self, mail: Mail) {
        if self.0.try_send(mail).is_err() {
            tracing::error!("a mail was not sent: too many wait for the relay");
        }
    }
}

type Transport = AsyncSmtpTransport<Tokio1Executor>;

fn connect(relay: &str) -> Result<Transport, RelayError> {
    let refused = || RelayError(relay.to_owned());
    let (host, port) = relay.rsplit_once(':').ok_or_else(refused)?;
    let port = port.parse().map_err(|_| refused())?;
    if host.is_empty() {
        return Err(refused());
    }
    // In clear, without login: a relay on the operator's own network.
    Ok(Transport::builder_dangerous(host).port(port).timeout(Some(SMTP_TIMEOUT)).build())
}

async fn send_all(transport: Transport, mut mails: mpsc::Receiver<Mail>) {
    while let Some(mail) = mails.recv().await {
        let message = match message(&mail) {
            Ok(message) => message,
            Err(error) => {
                tracing::error!(%error, "a mail could not be written");
                continue;
            }
        };
        for attempt in 1..=ATTEMPTS {
            match transport.send(message.clone()).await {
                Ok(_) => break,
                Err(error) => tracing::warn!(%error, attempt, "a mail was not taken by the relay"),
            }
            tokio::time::sleep(Duration::from_secs(u64::from(attempt))).await;
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum MessageError {
    #[error("a bad address: {0}")]
    Address(#[from] lettre::address::AddressError),
    #[error("a bad message: {0}")]
    Message(#[from] lettre::error::Error),
}

fn message(mail: &Mail) -> Result<Message, MessageError> {
    let from: Mailbox = FROM.parse()?;
    let message = Message::builder().from(from).to(mail.to.parse()?).subject(mail.subject.clone());
    Ok(message.header(ContentType::TEXT_PLAIN).body(mail.body.clone())?)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
    use tokio::net::TcpListener;

    use super::*;

    fn mail() -> Mail {
        let at = "2024-11-30T09:15:00Z".parse().unwrap();
        Mail {
            to: "si@mairie.example".into(),
            subject: "Télédossier".into(),
            body: "Un télédossier vous attend.".into(),
            at,
        }
    }

    #[tokio::test]
    async fn a_relay_gets_what_was_posted() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let relay = Relay::start(&listener.local_addr().unwrap().to_string()).unwrap();
        relay.post(mail());
        let received =
            tokio::time::timeout(Duration::from_secs(10), receive_one(listener)).await.unwrap();
        assert!(received.contains("RCPT TO:<si@mairie.example>"), "{received}");
        assert!(received.contains("Subject: "), "{received}");
    }

    #[tokio::test]
    async fn what_is_no_address_is_refused_at_once() {
        for address in ["nowhere", ":25", "relay:smtp"] {
            assert_eq!(Relay::start(address).unwrap_err(), RelayError(address.into()));
        }
    }

    /// The least an SMTP server says to get one mail.
    async fn receive_one(listener: TcpListener) -> String {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        let (mut received, mut in_data) = (String::new(), false);
        stream.write_all(b"220 ready\r\n").await.unwrap();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await.unwrap();
            received.push_str(&line);
            let answer: &[u8] = match line.trim_end() {
                "." => return received,
                _ if in_data => continue,
                "DATA" => {
                    in_data = true;
                    b"354 go on\r\n"
                }
                _ => b"250 ok\r\n",
            };
            stream.write_all(answer).await.unwrap();
        }
    }
}
