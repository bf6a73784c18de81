//! The description of the API, made from the code: `/openapi.json`.
//!
//! What is served is the document as it is committed, which a test holds to what the code makes:
//! so no process makes it, and a program that is deployed has none of what makes it.
//!
//! What every operation has in common (who may call, which problems it can answer with, the
//! correlation id) is added here, once; what is its own stands beside its handler. The
//! commands' schemas and examples come from [`crate::command`]. `sent` narrows what is sent to
//! what is taken, `parameters` has the parameters that several operations have, and `links`
//! says where an answer leads.

mod links;
mod parameters;
mod sent;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use serde_json::Value;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{Operation, Parameter, PathItem};
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::schema::{Schema, SchemaType, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use super::problem::PROBLEM_JSON;
use super::{
    accesses, audit, blame, commands, difference, documents, health, history, lists, reads, search,
    trial_calendars, work_lists,
};
use crate::command::{CaseCommand, GroupCommand, PetitionCommand};
use crate::refusal::{Refusal, RefusalCode};

/// The API's description.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Casefold",
        description = "An event-sourced case service for courts. A command is decided over a \
            case and recorded as one commit; what is read is folded from the commits.\n\n\
            Every call but health and documentation needs a Bearer JWT with the claims `sub` \
            (the user's id), `role`, `aud` (`casefold`) and `exp`; `name` is the name that the \
            record says, where it needs one. Whatever is no success is a problem document \
            (RFC 9457) with a stable `code`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    paths(
        commands::file_petition,
        commands::command_case,
        commands::command_group,
        trial_calendars::set_trial_calendar,
        reads::read_case,
        reads::read_docket_entries,
        history::read_history,
        blame::read_blame,
        difference::read_difference,
        lists::by_status,
        lists::by_judge,
        lists::by_trial_city,
        lists::eligible_for_trial,
        lists::by_person,
        lists::by_group,
        lists::by_trial_session,
        work_lists::deadlines,
        work_lists::pending_entries,
        work_lists::work,
        search::my_cases,
        search::search,
        audit::find_commits,
        accesses::read_accesses,
        documents::upload::upload_document,
        documents::upload::request_upload,
        documents::download::read_document,
        documents::download::read_correspondence,
        health::healthz,
        health::readyz,
    ),
    components(schemas(history::HistoryOrder, casefold_events::ids::CorrespondenceId)),
    tags(
        (name = "commands", description = "What people do to a case"),
        (name = "cases", description = "What is known of a case"),
        (name = "lists", description = "Which cases there are, and what is to be done"),
        (name = "audit", description = "What happened across cases, and who looked"),
        (name = "documents", description = "The content of documents"),
        (name = "health", description = "How the service is"),
    ),
    security(("bearer" = [])),
    modifiers(&WhatAllHave, &CommandExamples, &RefusalTable),
)]
struct ApiDescription;

/// The API's description as an OpenAPI 3.1 document.
///
/// # Errors
/// Where the document has no JSON form, which a test rules out.
pub fn document() -> Result<Value, serde_json::Error> {
    // By way of a `Value`, whose members are sorted: the text changes when the API does.
    let mut document = serde_json::to_value(ApiDescription::openapi())?;
    sent::narrow(&mut document);
    parameters::describe(&mut document);
    links::add(&mut document);
    Ok(document)
}

/// The document as it is committed: indented, with a line feed at its end.
///
/// # Errors
/// Where the document has no JSON form, which a test rules out.
pub fn document_text() -> Result<String, serde_json::Error> {
    document().map(|document| format!("{document:#}\n"))
}

/// The document as it is committed, without white space between what it says (`build.rs`).
const SERVED: &str = include_str!(concat!(env!("OUT_DIR"), "/openapi.json"));

/// `GET /openapi.json`
pub(super) async fn serve() -> impl IntoResponse {
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, SERVED)
}

/// The problems that any call under `/v1` can be answered with.
const PROBLEMS_OF_ALL: &[(u16, &str)] = &[
    (
        400,
        "A header, parameter, the docket number or the body can't be read, or is unknown here; the query has more than 64 parameters (`TOO_MANY_PARAMETERS`), or a body goes more than 32 deep (`JSON_TOO_DEEP`).",
    ),
    (401, "The token is missing or not accepted: `TOKEN_…`."),
    (
        403,
        "The role may not do this, or the case is not the caller's.",
    ),
    (
        429,
        "The caller asks more often than a caller may: `TOO_MANY_REQUESTS`. Nothing was done. Try again after `Retry-After` seconds.",
    ),
    (500, "The service failed."),
    (
        503,
        "The service or the store is busy, the store can't be reached, the request took too long, or the case waits for a repair. Try again after `Retry-After` seconds.",
    ),
];

/// The problems of a request as it arrives, whatever it asks for: each described once, under a
/// name, for it is said of every call.
const PROBLEMS_OF_ARRIVAL: &[(u16, &str, &str)] = &[
    (
        414,
        "AddressTooLong",
        "Path and query have more than 8 KiB: `ADDRESS_TOO_LONG`.",
    ),
    (
        415,
        "BodyCompressed",
        "The body is compressed: `UNSUPPORTED_CONTENT_ENCODING`.",
    ),
    (
        417,
        "ExpectationFailed",
        "The header Expect says something else than `100-continue`: `EXPECTATION_FAILED`.",
    ),
    (
        431,
        "HeadersTooLarge",
        "There are more than 64 headers (`TOO_MANY_HEADERS`), or they have more than 32 KiB (`HEADERS_TOO_LARGE`).",
    ),
    (
        501,
        "TransferCodingUnknown",
        "The body is sent in a transfer coding other than `chunked`: `UNSUPPORTED_TRANSFER_ENCODING`.",
    ),
];

/// The problems that a read can be answered with beside those.
const PROBLEMS_OF_READS: &[(u16, &str)] = &[(
    413,
    "The answer is larger than can be carried where the service runs: `ANSWER_TOO_LARGE`. Ask for less of it, page by page.",
)];

/// The problems that a command can be answered with beside those.
const PROBLEMS_OF_COMMANDS: &[(u16, &str)] = &[
    (
        408,
        "The body did not come within 15 seconds: `BODY_TIMED_OUT`. Nothing was done.",
    ),
    (
        409,
        "The rules refuse the command as the case stands (see Refusals above); or others changed the case each time it was decided: `CONTENDED`.",
    ),
    (
        413,
        "The body has more than 1 MiB (`BODY_TOO_LARGE`), or what the command does is too large for one step (`COMMIT_TOO_LARGE`).",
    ),
    (
        415,
        "The body is not sent as `application/json` (`UNSUPPORTED_MEDIA_TYPE`), or is compressed (`UNSUPPORTED_CONTENT_ENCODING`).",
    ),
    (
        422,
        "The Idempotency-Key was used for another command (`IDEMPOTENCY_KEY_REUSED`), or a field's content can't be taken (see Refusals above).",
    ),
];

/// Ids that are made elsewhere, of visible ASCII characters.
const IDS: [&str; 3] = ["CommandId", "CorrelationId", "UserId"];

struct WhatAllHave;

impl Modify for WhatAllHave {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("A JWT; `casefold token` makes one for a trial."))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
        for name in IDS {
            // The schemas of the record are released, and never change: so it is said here.
            if let Some(RefOr::T(Schema::Object(id))) = components.schemas.get_mut(name) {
                id.pattern = Some("^[!-~]+$".to_owned());
            }
        }
        for (_, name, description) in PROBLEMS_OF_ARRIVAL {
            let mut response = problem(description);
            response
                .headers
                .insert(CORRELATION_ID.to_owned(), correlation_id().into());
            components
                .responses
                .insert((*name).to_owned(), response.into());
        }
        for (path, item) in &mut document.paths.paths {
            let guarded = path.starts_with("/v1");
            if let Some(read) = item.get.as_mut().filter(|_| guarded) {
                add_problems(read, PROBLEMS_OF_READS);
            }
            for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
                if operation.request_body.is_some() && !path.starts_with("/v1/documents") {
                    add_problems(operation, PROBLEMS_OF_COMMANDS);
                }
                if guarded {
                    add_problems(operation, PROBLEMS_OF_ALL);
                    for (status, name, _) in PROBLEMS_OF_ARRIVAL {
                        let own = operation.responses.responses.entry(status.to_string());
                        own.or_insert(RefOr::Ref(Ref::from_response_name(*name)));
                    }
                }
                add_correlation_id(operation);
                for parameter in operation.parameters.iter_mut().flatten() {
                    not_null(parameter);
                }
            }
        }
    }
}

fn add_problems(operation: &mut Operation, problems: &[(u16, &str)]) {
    for (status, description) in problems {
        let own = operation.responses.responses.entry(status.to_string());
        own.or_insert(RefOr::T(problem(description)));
    }
}

fn problem(description: &str) -> Response {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    ResponseBuilder::new()
        .description(description)
        .content(PROBLEM_JSON, content)
        .build()
}

const CORRELATION_ID: &str = "X-Correlation-Id";

fn correlation_id() -> Header {
    HeaderBuilder::new()
        .schema(Some(Ref::from_schema_name("CorrelationId")))
        .description(Some(
            "The request's id in the court's log: the caller's own, or a new one.",
        ))
        .build()
}

fn add_correlation_id(operation: &mut Operation) {
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(Response { headers, .. }) = response {
            headers.insert(CORRELATION_ID.to_owned(), correlation_id().into());
        }
    }
}

/// A parameter is there or absent, and never `null`, which is how an `Option` is described.
fn not_null(parameter: &mut RefOr<Parameter>) {
    let RefOr::T(Parameter {
        schema: Some(schema),
        ..
    }) = parameter
    else {
        return;
    };
    match schema {
        RefOr::T(Schema::OneOf(one_of)) => {
            let reference = one_of
                .items
                .iter()
                .find(|item| matches!(item, RefOr::Ref(_)))
                .cloned();
            *schema = reference.unwrap_or_else(|| schema.clone());
        }
        RefOr::T(Schema::Object(object)) => {
            if let SchemaType::Array(types) = &object.schema_type
                && let Some(only) = types.iter().find(|kind| **kind != Type::Null).cloned()
            {
                object.schema_type = SchemaType::Type(only);
            }
        }
        _ => {}
    }
}

struct CommandExamples;

impl Modify for CommandExamples {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let examples = [
            ("/v1/cases", PetitionCommand::examples()),
            ("/v1/cases/{docketNumber}/commands", CaseCommand::examples()),
            ("/v1/commands", GroupCommand::examples()),
        ];
        for (path, examples) in examples {
            let post = document
                .paths
                .paths
                .get_mut(path)
                .and_then(|PathItem { post, .. }| post.as_mut());
            if let Some(Operation {
                request_body: Some(RefOr::T(body)),
                ..
            }) = post
            {
                add_examples(body, examples);
            }
        }
    }
}

fn add_examples(body: &mut RequestBody, examples: Vec<(&'static str, Value)>) {
    for content in body.content.values_mut() {
        let RefOr::T(content) = content else { continue };
        for (name, value) in &examples {
            let example = ExampleBuilder::new()
                .summary(*name)
                .value(Some(value.clone()))
                .build();
            content.examples.insert((*name).to_owned(), example.into());
        }
    }
}

struct RefusalTable;

impl Modify for RefusalTable {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let mut text = document.info.description.take().unwrap_or_default();
        text.push_str(
            "\n\n## Refusals\n\nA command that the rules of the court don't allow is refused, and \
             nothing is written.\n\n| status | code | |\n| --- | --- | --- |\n",
        );
        for RefusalCode {
            code,
            status,
            meaning,
        } in Refusal::ALL
        {
            text.push_str(&format!("| {status} | `{code}` | {meaning} |\n"));
        }
        document.info.description = Some(text);
    }
}
