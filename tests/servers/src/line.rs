//! A line to a server that can be made bad: a proxy on a loopback port that asks, for each request, what shall become of
//! it. One request a connection on both sides, so that a fate concerns that request and no other. No retries, no cache.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The first line of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub method: String,
    /// Path and query.
    pub path: String,
}

impl Head {
    /// Whether it is meant to change something.
    pub fn writes(&self) -> bool {
        matches!(self.method.as_str(), "POST" | "PUT" | "PATCH" | "DELETE")
    }
}

/// What becomes of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    Pass,
    /// Somebody else answers, such as a hotel's log-in page; the server hears nothing.
    Answer {
        status: u16,
        kind: &'static str,
        body: String,
    },
    /// The answer comes in so many pieces, with this pause before each.
    Slow {
        pieces: usize,
        pause: Duration,
    },
    /// The connection is reset before the server hears anything.
    Reset,
    /// The server does it, and then the connection is reset.
    LoseReply,
    /// The server does it, and half of the answer's bytes come.
    HalfReply,
    /// Nothing happens until [`Line::release`]; then it is passed.
    Hold,
}

type Decide = Box<dyn FnMut(&Head) -> Fate + Send>;

struct Shared {
    server: u16,
    decide: Mutex<Decide>,
    /// How often held requests were released.
    released: watch::Sender<u64>,
    /// Requests that wait there now.
    held: watch::Sender<usize>,
    seen: watch::Sender<usize>,
}

/// The proxy; it ends when it is dropped.
pub struct Line {
    port: u16,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Line {
    /// In front of the server at this loopback port; passes everything.
    pub async fn to(server: u16) -> Line {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("a port").port();
        let shared = Arc::new(Shared {
            server,
            decide: Mutex::new(Box::new(|_| Fate::Pass)),
            released: watch::Sender::new(0),
            held: watch::Sender::new(0),
            seen: watch::Sender::new(0),
        });
        let task = tokio::spawn(accept(listener, shared.clone()));
        Line { port, shared, task }
    }

    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// From now on this decides.
    pub fn decide(&self, decide: impl FnMut(&Head) -> Fate + Send + 'static) {
        *self.shared.decide.lock().expect("no decision panics") = Box::new(decide);
    }

    /// The same for every request.
    pub fn always(&self, fate: Fate) {
        self.decide(move |_| fate.clone());
    }

    /// The first requests that `wanted` accepts have these fates, everything else passes.
    pub fn script(&self, wanted: fn(&Head) -> bool, fates: Vec<Fate>) {
        let mut fates = fates.into_iter();
        self.decide(move |head| if wanted(head) { fates.next().unwrap_or(Fate::Pass) } else { Fate::Pass });
    }

    /// Lets all held requests go on.
    pub fn release(&self) {
        self.shared.released.send_modify(|times| *times += 1);
    }

    /// How many requests were read so far.
    pub fn seen(&self) -> usize {
        *self.shared.seen.borrow()
    }

    /// Until so many requests are held.
    pub async fn holds(&self, count: usize) {
        let mut held = self.shared.held.subscribe();
        let reached = tokio::time::timeout(crate::PATIENCE, held.wait_for(|held| *held >= count)).await;
        reached.expect("the requests are held").expect("the line is there");
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        let shared = shared.clone();
        // A client that goes away in the middle is one of the faults, not a fault of the test.
        tokio::spawn(async move {
            let _ = carry(client, &shared).await;
        });
    }
}

async fn carry(mut client: TcpStream, shared: &Shared) -> io::Result<()> {
    let Some((head, request)) = read_request(&mut client).await? else { return Ok(()) };
    shared.seen.send_modify(|seen| *seen += 1);
    let fate = (shared.decide.lock().expect("no decision panics"))(&head);
    match fate {
        Fate::Reset => return client.set_zero_linger(),
        Fate::Answer { status, kind, body } => {
            let text = format!(
                "HTTP/1.1 {status} Whatever\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            client.write_all(text.as_bytes()).await?;
            return client.shutdown().await;
        }
        Fate::Hold => {
            let mut released = shared.released.subscribe();
            released.mark_unchanged();
            shared.held.send_modify(|held| *held += 1);
            let _ = released.changed().await;
            shared.held.send_modify(|held| *held -= 1);
        }
        Fate::Pass | Fate::Slow { .. } | Fate::LoseReply | Fate::HalfReply => {}
    }
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", shared.server)).await else {
        return client.set_zero_linger();
    };
    server.write_all(&request).await?;
    match fate {
        Fate::LoseReply | Fate::HalfReply | Fate::Slow { .. } => {
            let mut answer = Vec::new();
            server.read_to_end(&mut answer).await?;
            match fate {
                Fate::Slow { pieces, pause } => {
                    for piece in answer.chunks(answer.len().div_ceil(pieces.max(1)).max(1)) {
                        tokio::time::sleep(pause).await;
                        client.write_all(piece).await?;
                    }
                    client.shutdown().await
                }
                Fate::HalfReply => {
                    client.write_all(&answer[..answer.len() / 2]).await?;
                    client.shutdown().await
                }
                _ => client.set_zero_linger(),
            }
        }
        _ => {
            // A server that dies in the middle must look to the client like one that dies in the middle.
            match tokio::io::copy(&mut server, &mut client).await {
                Ok(bytes) if bytes > 0 => client.shutdown().await,
                _ => client.set_zero_linger(),
            }
        }
    }
}

/// A whole request as it shall go to the server: as it came, except that the connection is for this one only. None: the
/// client said nothing.
async fn read_request(client: &mut TcpStream) -> io::Result<Option<(Head, Vec<u8>)>> {
    let mut read = Vec::new();
    let end = loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if client.read_buf(&mut read).await? == 0 {
            return Ok(None);
        }
    };
    let text = String::from_utf8_lossy(&read[..end]).into_owned();
    let mut lines = text.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (method, path) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default().to_owned());
    let mut sent = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
    let mut length = 0;
    for line in lines {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        match name.to_ascii_lowercase().as_str() {
            "connection" | "keep-alive" => continue,
            "transfer-encoding" => return Err(io::Error::other("a body of unknown length is not carried")),
            "content-length" => length = value.trim().parse().map_err(io::Error::other)?,
            _ => {}
        }
        sent.push_str(line);
        sent.push_str("\r\n");
    }
    sent.push_str("\r\n");
    let mut body = read.split_off(end + 4);
    while body.len() < length {
        if client.read_buf(&mut body).await? == 0 {
            return Ok(None);
        }
    }
    let mut whole = sent.into_bytes();
    whole.append(&mut body);
    Ok(Some((Head { method, path }, whole)))
}
