//! One DevTools socket, blocking, one command at a time. Events that arrive meanwhile are kept for whoever asks.

use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{Error, Message, WebSocket};

use crate::Outcome;

/// For commands that answer at once.
pub const SOON: Duration = Duration::from_secs(20);

/// How long one look at the socket takes when nothing comes.
const PAUSE: Duration = Duration::from_millis(20);

pub struct Cdp {
    socket: WebSocket<TcpStream>,
    last: u64,
    events: Vec<Value>,
}

impl Cdp {
    /// `address` is `ws://127.0.0.1:…/…`.
    pub fn connect(address: &str) -> Outcome<Cdp> {
        let fault = |error: String| format!("{address}: {error}");
        let host = address.strip_prefix("ws://").and_then(|rest| rest.split('/').next());
        let stream = TcpStream::connect(host.unwrap_or_default()).map_err(|error| fault(error.to_string()))?;
        stream.set_nodelay(true).map_err(|error| fault(error.to_string()))?;
        stream.set_read_timeout(Some(SOON)).map_err(|error| fault(error.to_string()))?;
        // A trace comes in messages of any size.
        let unlimited = WebSocketConfig::default().max_message_size(None).max_frame_size(None);
        let opened = tungstenite::client::client_with_config(address, stream, Some(unlimited));
        let (socket, _) = opened.map_err(|error| fault(error.to_string()))?;
        socket.get_ref().set_read_timeout(Some(PAUSE)).map_err(|error| fault(error.to_string()))?;
        Ok(Cdp { socket, last: 0, events: Vec::new() })
    }

    /// Sends a command and waits for its answer.
    pub fn call(&mut self, session: Option<&str>, method: &str, parameters: Value, limit: Duration) -> Outcome<Value> {
        let id = self.send(session, method, parameters)?;
        let begun = Instant::now();
        while begun.elapsed() < limit {
            match self.read()? {
                Some(message) if message["id"] == id => {
                    return match message["error"]["message"].as_str() {
                        Some(why) => Err(format!("{method}: {why}")),
                        None => Ok(message["result"].clone()),
                    };
                }
                Some(message) if message["method"].is_string() => self.events.push(message),
                _ => {}
            }
        }
        Err(format!("{method}: no answer within {} s", limit.as_secs()))
    }

    /// Sends a command without waiting; its answer is thrown away when it comes.
    pub fn send(&mut self, session: Option<&str>, method: &str, parameters: Value) -> Outcome<u64> {
        self.last += 1;
        let mut message = json!({ "id": self.last, "method": method, "params": parameters });
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        self.socket.send(Message::text(message.to_string())).map_err(|error| format!("{method}: {error}"))?;
        Ok(self.last)
    }

    /// Takes the kept events that are wanted, having read whatever has arrived.
    pub fn take(&mut self, wanted: impl Fn(&Value) -> bool) -> Outcome<Vec<Value>> {
        while let Some(message) = self.read()? {
            if message["method"].is_string() {
                self.events.push(message);
            }
        }
        let (taken, kept) = std::mem::take(&mut self.events).into_iter().partition(|event| wanted(event));
        self.events = kept;
        Ok(taken)
    }

    /// One message, if one comes within the socket's short timeout.
    fn read(&mut self) -> Outcome<Option<Value>> {
        match self.socket.read() {
            Ok(Message::Text(text)) => serde_json::from_str(&text).map(Some).map_err(|error| error.to_string()),
            Ok(_) => Ok(None),
            Err(Error::Io(error)) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => Ok(None),
            Err(error) => Err(format!("the browser's socket: {error}")),
        }
    }
}
