//! Takes an answer as it comes: whole and within bounds, or a file of any size of which only length
//! and digest are kept.

use bytes::Bytes;
use contract::exchange::{Answer, BodyExcerpt};

use super::failures::{Failed, When};
use super::hashing::Hashing;
use super::reply;

/// Largest answer kept in memory, in bytes; a longer one is a broken exchange. Downloads of large
/// files are streamed.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;

pub(super) struct Received {
    status: u16,
    version: String,
    headers: Vec<(String, String)>,
    pub(super) body: Bytes,
    excerpt: BodyExcerpt,
}

impl Received {
    pub(super) fn answer(&self) -> Answer {
        Answer::Received {
            status: self.status,
            version: self.version.clone(),
            headers: self.headers.clone(),
            body: self.excerpt.clone(),
        }
    }
}

fn headers_from(response: &reqwest::Response) -> Vec<(String, String)> {
    let headers = response.headers().iter();
    headers
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect()
}

pub(super) async fn receive(
    http: &reqwest::Client,
    request: reqwest::Request,
) -> Result<Received, Failed> {
    let mut response = http.execute(request).await.map_err(|error| Failed::unanswered(&error))?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| Failed::cut(&error))? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            return Err(Failed {
                when: When::DuringTheAnswer,
                text: format!("the answer is longer than {LARGEST_ANSWER} bytes"),
            });
        }
        body.extend_from_slice(&chunk);
    }
    let headers = headers_from(&response);
    let compressed = headers
        .iter()
        .any(|(name, value)| name == "content-encoding" && value.eq_ignore_ascii_case("gzip"));
    if compressed {
        body = reply::gunzip(&body, LARGEST_ANSWER).map_err(|error| Failed {
            when: When::DuringTheAnswer,
            text: format!("the answer says it is gzip and is not: {error}"),
        })?;
    }
    let excerpt = BodyExcerpt::of(&body);
    Ok(Received {
        status: response.status().as_u16(),
        version: format!("{:?}", response.version()),
        headers,
        body: body.into(),
        excerpt,
    })
}

/// Receives a file of any size without keeping it: only its length and digest are known. What
/// is no success is kept.
pub(super) async fn receive_and_discard(
    http: &reqwest::Client,
    request: reqwest::Request,
) -> Result<Received, Failed> {
    let mut response = http.execute(request).await.map_err(|error| Failed::unanswered(&error))?;
    let is_file = response.status().is_success();
    let (mut hashing, mut body) = (Hashing::default(), Vec::new());
    while let Some(chunk) = response.chunk().await.map_err(|error| Failed::cut(&error))? {
        hashing.update(&chunk);
        if !is_file && body.len() + chunk.len() <= LARGEST_ANSWER {
            body.extend_from_slice(&chunk);
        }
    }
    Ok(Received {
        status: response.status().as_u16(),
        version: format!("{:?}", response.version()),
        headers: headers_from(&response),
        excerpt: if is_file { hashing.finish() } else { BodyExcerpt::of(&body) },
        body: body.into(),
    })
}
