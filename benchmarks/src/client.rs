//! As little of an HTTP client as does: one connection, one request at a time. It shares the
//! machine's cores with what it measures, so whatever it does is taken from that.

use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::Outcome;

/// A connection.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
    line: String,
    body: Vec<u8>,
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) etag: Option<String>,
    pub(crate) bytes: usize,
}

/// The text of a request, which is made once and sent often.
pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() {
        let length = body.len();
        text.push_str(&format!(
            "content-type: application/json\r\ncontent-length: {length}\r\n"
        ));
    }
    text.push_str("\r\n");
    text.push_str(body);
    text
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream: BufReader::new(stream),
            line: String::new(),
            body: Vec::new(),
        })
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn send(&mut self, request: &str) -> Outcome<Answer> {
        self.stream.get_mut().write_all(request.as_bytes()).await?;
        self.read_line().await?;
        let status = self.line.split(' ').nth(1).and_then(|it| it.parse().ok());
        let status = status.ok_or_else(|| format!("not a status: {}", self.line))?;
        let (mut etag, mut length) = (None, 0);
        loop {
            self.read_line().await?;
            let Some((name, value)) = self.line.split_once(':') else {
                break;
            };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse()?;
            } else if name.eq_ignore_ascii_case("etag") {
                etag = Some(value.trim().to_owned());
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                return Err("an answer comes in chunks".into());
            }
        }
        self.body.resize(length, 0);
        self.stream.read_exact(&mut self.body).await?;
        Ok(Answer {
            status,
            etag,
            bytes: length,
        })
    }

    /// The body of the last answer.
    pub(crate) fn body(&self) -> &[u8] {
        &self.body
    }

    async fn read_line(&mut self) -> Outcome<()> {
        self.line.clear();
        self.stream.read_line(&mut self.line).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, StatusCode};
    use axum::routing::{get, post};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn requests_go_over_one_connection_and_their_answers_are_read_whole() {
        let read = |headers: HeaderMap| async move {
            match headers.get("if-none-match") {
                Some(_) => (StatusCode::NOT_MODIFIED, [("etag", "\"1\"")], ""),
                None => (StatusCode::OK, [("etag", "\"1\"")], "the case"),
            }
        };
        let write = |body: String| async move { (StatusCode::CREATED, body) };
        let router = axum::Router::new()
            .route("/case", get(read))
            .route("/case", post(write));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let mut client = Client::connect(address).await.unwrap();
        let plain = client
            .send(&request("GET", "/case", &[], ""))
            .await
            .unwrap();
        assert_eq!(
            (plain.status, plain.etag.as_deref(), plain.bytes),
            (200, Some("\"1\""), 8)
        );
        let conditional = request("GET", "/case", &[("if-none-match", "\"1\"")], "");
        assert_eq!(client.send(&conditional).await.unwrap().status, 304);
        let written = client
            .send(&request("POST", "/case", &[], "{}"))
            .await
            .unwrap();
        assert_eq!((written.status, client.body()), (201, b"{}".as_slice()));
    }
}
