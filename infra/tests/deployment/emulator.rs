//! ministack as a process of its own, and AWS's APIs on it, spoken plainly: it checks no
//! signatures.

use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Names the variable that says where the program is.
const PROGRAM_VARIABLE: &str = "CASEFOLD_MINISTACK";

/// It ends with the test, and all that was in it.
pub(crate) struct Emulator {
    pub(crate) url: String,
    port: u16,
    process: Child,
    client: Client,
    directory: TempDir,
}

impl Emulator {
    /// Starts it on a free port of this machine alone.
    pub(crate) async fn start() -> Self {
        let program = std::env::var(PROGRAM_VARIABLE)
            .unwrap_or_else(|_| panic!("{PROGRAM_VARIABLE} must name ministack's program"));
        let port = free_port();
        let url = format!("http://127.0.0.1:{port}");
        let directory = tempfile::tempdir().unwrap();
        let log = File::create(directory.path().join("ministack.log")).unwrap();
        let process = Command::new(program)
            .env("GATEWAY_PORT", port.to_string())
            .env("BIND_HOST", "127.0.0.1")
            // Functions reach it there.
            .env("AWS_ENDPOINT_URL", &url)
            .env("IOT_MTLS_ENABLED", "0")
            .env("SFTP_ENABLED", "0")
            .env("TMPDIR", directory.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let emulator = Self {
            url,
            port,
            process,
            client: Client::new(),
            directory,
        };
        emulator.wait_until_ready().await;
        emulator
    }

    async fn wait_until_ready(&self) {
        let started = Instant::now();
        let ready = format!("{}/_ministack/ready", self.url);
        loop {
            if let Ok(answer) = self.client.get(&ready).send().await
                && answer.status().is_success()
            {
                return;
            }
            let waited = started.elapsed();
            assert!(waited < Duration::from_secs(60), "it doesn't start");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// A call to a service that speaks JSON.
    async fn call(&self, service: &str, target: &str, body: &Value) -> Value {
        let answer = self
            .client
            .post(&self.url)
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", target)
            .header("authorization", scope(service))
            .body(body.to_string())
            .send()
            .await
            .unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{target}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    async fn dynamodb(&self, operation: &str, body: &Value) -> Value {
        let target = format!("DynamoDB_20120810.{operation}");
        self.call("dynamodb", &target, body).await
    }

    pub(crate) async fn tables(&self) -> Vec<String> {
        let listed = self.dynamodb("ListTables", &json!({})).await;
        serde_json::from_value(listed["TableNames"].clone()).unwrap()
    }

    pub(crate) async fn functions(&self) -> Vec<String> {
        let path = format!("{}/2015-03-31/functions/", self.url);
        let request = self
            .client
            .get(path)
            .header("authorization", scope("lambda"));
        let listed: Value = request.send().await.unwrap().json().await.unwrap();
        let functions = listed["Functions"].as_array().unwrap();
        let names = functions.iter().map(|it| it["FunctionName"].to_string());
        names.collect()
    }

    /// How many items a table has.
    pub(crate) async fn count(&self, table: &str) -> u64 {
        self.counted(json!({"TableName": table, "Select": "COUNT"}))
            .await
    }

    /// How many items of a table have a partition key that begins so.
    pub(crate) async fn count_beginning(&self, table: &str, prefix: &str) -> u64 {
        self.counted(json!({
            "TableName": table,
            "Select": "COUNT",
            "FilterExpression": "begins_with(pk, :prefix)",
            "ExpressionAttributeValues": {":prefix": {"S": prefix}},
        }))
        .await
    }

    async fn counted(&self, mut scan: Value) -> u64 {
        let mut count = 0;
        loop {
            let page = self.dynamodb("Scan", &scan).await;
            count += page["Count"].as_u64().unwrap();
            match page.get("LastEvaluatedKey") {
                Some(key) => scan["ExclusiveStartKey"] = key.clone(),
                None => return count,
            }
        }
    }

    /// Overwrites the first commit of a case, as nobody should.
    pub(crate) async fn overwrite_commit(&self, table: &str, docket_number: &str) {
        let update = json!({
            "TableName": table,
            "Key": {"pk": {"S": format!("CASE#{docket_number}")}, "sk": {"N": "1"}},
            "UpdateExpression": "SET recorded_at = :at",
            "ExpressionAttributeValues": {":at": {"S": "2020-01-01T00:00:00.000Z"}},
        });
        self.dynamodb("UpdateItem", &update).await;
    }

    /// Invokes a function.
    ///
    /// # Errors
    /// What the function answers where it fails.
    pub(crate) async fn invoke(&self, function: &str, event: &Value) -> Result<Value, Value> {
        let path = format!("{}/2015-03-31/functions/{function}/invocations", self.url);
        let request = self
            .client
            .post(path)
            .header("authorization", scope("lambda"));
        let answer = request.body(event.to_string()).send().await.unwrap();
        let failed = answer.headers().contains_key("x-amz-function-error");
        let answer: Value = answer.json().await.unwrap();
        if failed { Err(answer) } else { Ok(answer) }
    }

    /// Runs a state machine to its end.
    pub(crate) async fn execute(&self, machine: &str, input: &Value, within: Duration) -> Value {
        let start = json!({"stateMachineArn": machine, "input": input.to_string()});
        let begun = self.call("states", "AWSStepFunctions.StartExecution", &start);
        let execution = begun.await["executionArn"].clone();
        let started = Instant::now();
        loop {
            let describe = json!({"executionArn": execution});
            let state = self.call("states", "AWSStepFunctions.DescribeExecution", &describe);
            let state = state.await;
            if state["status"] != "RUNNING" {
                return state;
            }
            assert!(started.elapsed() < within, "it runs still: {state}");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// What a function has logged.
    pub(crate) async fn log(&self, function: &str) -> Vec<String> {
        let mut lines = Vec::new();
        let mut request = json!({"logGroupName": format!("/aws/lambda/{function}")});
        loop {
            let page = self.call("logs", "Logs_20140328.FilterLogEvents", &request);
            let page = page.await;
            for event in page["events"].as_array().unwrap() {
                lines.push(event["message"].as_str().unwrap().to_owned());
            }
            match page.get("nextToken") {
                Some(token) if token.is_string() => request["nextToken"] = token.clone(),
                _ => return lines,
            }
        }
    }

    /// The sum of a metric over a function's log, over the whole deployment.
    pub(crate) async fn metric(&self, function: &str, metric: &str) -> f64 {
        let mut sum = 0.0;
        for line in self.log(function).await {
            let Ok(line) = serde_json::from_str::<Value>(&line) else {
                continue;
            };
            if line["_aws"]["CloudWatchMetrics"].is_array() {
                sum += line[metric].as_f64().unwrap_or_default();
            }
        }
        sum
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.directory.path().join("ministack.log"));
            let log = log.unwrap_or_default();
            let of_itself = |line: &&str| !line.starts_with('{') && !line.contains(" INFO ");
            let last: Vec<&str> = log.lines().rev().filter(of_itself).take(30).collect();
            for line in last.iter().rev() {
                println!("{line}");
            }
        }
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
        // Its functions' processes run on without it: they wait for a next event that never
        // comes, and end when they find nobody there.
    }
}

/// Says which service is meant: that is all that is read of it.
fn scope(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/{service}/aws4_request, \
         SignedHeaders=host, Signature=0"
    )
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}
