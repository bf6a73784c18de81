//! The API as clerks and petitioners use it, through API Gateway.

use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::{Client, Method};
use serde_json::Value;

use crate::emulator::Emulator;
use crate::issuer::Issuer;

/// The user whose name is in the example of a petition.
const PETITIONER: &str = "dev-petitioner";

pub(crate) struct Court {
    client: Client,
    /// Where the emulator listens, and the name that it knows the API by.
    address: String,
    host: String,
    clerk: String,
    petitioner: String,
    requests: AtomicU64,
    commits: AtomicU64,
}

/// An answer of the API.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) correlation_id: Option<String>,
    pub(crate) body: Value,
}

impl Answer {
    /// The body of a success.
    pub(crate) fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{self:?}");
        self.body
    }
}

impl Court {
    pub(crate) fn new(emulator: &Emulator, issuer: &Issuer, api_id: &str) -> Self {
        Self {
            client: Client::new(),
            address: format!("http://127.0.0.1:{}", emulator.port()),
            // The name that AWS itself would give it can't be resolved here.
            host: format!("{api_id}.execute-api.localhost:{}", emulator.port()),
            clerk: issuer.token("clerk-1", "clerkofcourt"),
            petitioner: issuer.token(PETITIONER, "petitioner"),
            requests: AtomicU64::new(0),
            commits: AtomicU64::new(0),
        }
    }

    pub(crate) fn clerk(&self) -> &str {
        &self.clerk
    }

    /// Requests so far.
    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Commits that were acknowledged so far.
    pub(crate) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        self.get_as(Some(token), path).await
    }

    pub(crate) async fn get_as(&self, token: Option<&str>, path: &str) -> Answer {
        self.ask(Method::GET, token, path, None, None).await
    }

    async fn ask(
        &self,
        method: Method,
        token: Option<&str>,
        path: &str,
        body: Option<&Value>,
        correlation_id: Option<&str>,
    ) -> Answer {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let url = format!("{}{path}", self.address);
        let mut request = self
            .client
            .request(method, url)
            .header("host", &self.host)
            .header("x-audit-reason", "trying the deployment");
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(id) = correlation_id {
            request = request.header("x-correlation-id", id);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let header = answer.headers().get("x-correlation-id");
        let correlation_id = header.map(|id| id.to_str().unwrap().to_owned());
        let text = answer.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        if status == 201 || (status == 200 && body["events"].is_array()) {
            self.commits.fetch_add(1, Ordering::Relaxed);
        }
        Answer {
            status,
            correlation_id,
            body,
        }
    }

    /// The petition that the API's own description gives as an example, with documents that are
    /// stored.
    pub(crate) async fn example_petition(&self) -> Value {
        let description = self.get_as(None, "/openapi.json").await.ok();
        let examples = &description["paths"]["/v1/cases"]["post"]["requestBody"]["content"]["application/json"]
            ["examples"];
        let mut petition = examples["FilePetition"]["value"].clone();
        for document in ["petition", "statementOfTaxpayerIdentification"] {
            let stored = self.upload(&format!("%PDF-1.7\n{document}")).await;
            for field in ["key", "sha256"] {
                petition[document][field] = stored[field].clone();
            }
        }
        petition
    }

    /// Uploads the content of a document, and gives how it is referred to.
    async fn upload(&self, content: &str) -> Value {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let request = self
            .client
            .post(format!("{}/v1/documents", self.address))
            .header("host", &self.host)
            .header("content-type", "application/pdf")
            .bearer_auth(&self.petitioner)
            .body(content.to_owned());
        let answer = request.send().await.unwrap();
        let (status, text) = (answer.status().as_u16(), answer.text().await.unwrap());
        assert_eq!(status, 201, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Files a petition, and gives its docket number.
    pub(crate) async fn file(&self, petition: &Value) -> String {
        let answer = self.file_as(petition, None).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.body["docketNumber"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn file_as(&self, petition: &Value, correlation_id: Option<&str>) -> Answer {
        let token = Some(self.petitioner.as_str());
        self.ask(
            Method::POST,
            token,
            "/v1/cases",
            Some(petition),
            correlation_id,
        )
        .await
    }

    /// Sends a clerk's command.
    pub(crate) async fn send(
        &self,
        number: &str,
        command: Value,
        correlation_id: Option<&str>,
    ) -> Answer {
        let path = format!("/v1/cases/{number}/commands");
        let token = Some(self.clerk.as_str());
        self.ask(Method::POST, token, &path, Some(&command), correlation_id)
            .await
    }

    /// Sends a clerk's command that must be carried out.
    pub(crate) async fn carried_out(&self, number: &str, command: Value) {
        let answer = self.send(number, command, None).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// The docket numbers in the list of a status; none while there is no list yet.
    pub(crate) async fn list(&self, status: &str) -> Vec<Value> {
        let mut cases = Vec::new();
        let mut cursor = String::new();
        loop {
            let status = status.replace(' ', "%20");
            let path = format!("/v1/lists/by-status?status={status}&limit=50{cursor}");
            let answer = self.get(&self.clerk, &path).await;
            if answer.status == 503 {
                return Vec::new();
            }
            let page = answer.ok();
            let lines = page["cases"].as_array().unwrap();
            cases.extend(lines.iter().map(|line| line["docketNumber"].clone()));
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return cases,
            }
        }
    }
}
