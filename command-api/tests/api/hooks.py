"""What Schemathesis is told of a court beside the API's description: which requests reach what
is there, and which refusals of data that is as described are rules and no defects."""

import atexit
import base64
import collections
import hashlib
import itertools
import re

import schemathesis
from schemathesis.core.parameters import ParameterLocation
from schemathesis.openapi.checks import RejectedPositiveData

MEDIA_TYPES = {
    "application/pdf": b"%PDF-1.7\n",
    "image/jpeg": b"\xff\xd8\xff\xe0",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/tiff": b"II*\x00",
}

# Rules of which an OpenAPI document has no word. Which operations, the problem's code, what its
# sentence says, and why a request that is as described is refused all the same. A rule of the
# court itself has a status and a code of the table of refusals, and needs no line here.
RULES = [
    (r".", "CASE_NOT_FOUND", r".",
     "which cases there are the court's record says"),
    (r"^(readDocument|readCorrespondence)$", "NO_DOCUMENT|DOCUMENT_NOT_STORED", r".",
     "which documents a case has the case says"),
    (r"^read(Case|DocketEntries|Difference|Blame|Document|Correspondence)$",
     "VERSION_NOT_REACHED|CASE_NOT_BEGUN", r".",
     "which versions a case has had, and since when, the case says"),
    (r".", "BAD_CURSOR", r".",
     "a cursor is one that a page before has answered with, and can't be made up"),
    (r"^(readCase|readDocketEntries)$", "BAD_PARAMETER", r"can't stand beside",
     "a read asks for one point in the past: parameters can't exclude one another in OpenAPI"),
    (r"^(findCommits|readAccesses)$", "BAD_PARAMETER", r"^from is after to$",
     "one parameter is compared with another"),
    (r"^readHistory$", "BAD_PARAMETER", r"^recordedTo is before recordedFrom$",
     "one parameter is compared with another"),
    (r"^readDifference$", "BAD_PARAMETER", r"is not later than",
     "one parameter is compared with another"),
    (r"^readHistory$", "BAD_PARAMETER", r"has no entry \d+ on its record$",
     "which entries there are the case says"),
    (r"^readBlame$", "UNKNOWN_FIELD", r".",
     "which fields there are the case says"),
    (r"^searchCases$", "BAD_PARAMETER", r"word",
     "what nearly every caption has is no word to search for"),
    (r"^commandCase$", "VERSION_MISMATCH", r".",
     "which version the case has, the case says"),
    (r"^(filePetition|commandCase|commandGroup)$", "IDEMPOTENCY_KEY_REUSED", r".",
     "which keys were used, the record says"),
    (r"^(commandCase|commandGroup)$", "COMMIT_TOO_LARGE", r".",
     "what a command does to a large case can be too much for one step"),
    (r"^requestUpload$", "DOCUMENT_TOO_LARGE", r".",
     "who runs the service says how large a document may be"),
    (r"^uploadDocument$", "CONTENT_TYPE_MISMATCH|DIGEST_MISMATCH|DOCUMENT_EMPTY", r".",
     "content is compared with a header"),
]

# The same for the fields of a body, which are compared with one another.
FIELDS = [
    # One field is compared with another.
    r"is missing; figures of this period need it$",
    r"is not taken with this period; leave it out$",
    r"is missing; a signature has a time and a name$",
    r"is missing; give it, or a draft$",
    r"is given, and the draft brings its own$",
    r"is empty; name who filed it, or give respondent or other$",
    r"is also given, or stands there twice$",
    r"has no amount; give at least one$",
    # The same in each case of a group, and a number is another contact in each.
    r"is a number, which says somebody else in each case; give the contact's id$",
    # Times: OpenAPI has no word for the earliest and the latest.
    r"is before 1970, which no docket number can say$",
    r"is before the court received the petition$",
    r"is not after the order is filed$",
    # Who the caller is, or what the case or the court's table of codes has, decides.
    r"is missing; the token has no name either$",
    r"is missing; whoever enters another's appearance gives it$",
    r"is missing; the court has no words for this code$",
    r"is given by (counsel|the court's clerks) alone; leave it out$",
    r"names somebody who is named before$",
]

# The cases of schemathesis.toml, and what is likely to be in one.
CASES = ["101-06", "102-08", "103-06", "103-12", "101-20", "102-19", "103-25"]
REFERENCES = {
    "contact": 1, "statistic": 1, "deadline": 1, "correspondence": 1,
    "filers": [1], "representing": [1], "filedBy": {"respondent": True},
}
TIMES = {
    "receivedAt": "2024-01-05T15:00:00Z",
    "irsNoticeDate": "2023-12-01T15:00:00Z",
    "signedAt": "2026-01-05T15:00:00Z",
    "due": "2096-01-05T15:00:00Z",
}
POINTS = ["effectiveOn", "recordedAt", "atVersion", "minVersion"]
CODES = ["M006", "O", "A", "NOT", "DEC"]

REFUSALS = set()
STORED = []
COUNTER = itertools.count()
STATUSES = collections.Counter()
PASSED_OVER = collections.Counter()


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Takes the rules' statuses and codes out of the table of refusals in the description."""
    table = re.findall(r"^\| (\d+) \| `([A-Z_]+)` \|", raw_schema["info"]["description"], re.M)
    REFUSALS.update((int(status), code) for status, code in table)
    REFUSALS.discard((422, "INVALID_FIELD"))
    assert REFUSALS, "the description has no table of refusals"


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Passes over what a rule refuses, and nothing else."""
    if not isinstance(failure, RejectedPositiveData):
        return True
    try:
        problem = response.json()
    except ValueError:
        return True
    if not is_rule(case, response.status_code, problem):
        return True
    PASSED_OVER[problem["code"]] += 1
    return False


def is_rule(case, status, problem):
    code, detail = problem.get("code", ""), problem.get("detail", "")
    operation = case.operation.definition.raw.get("operationId", "")
    if (status, code) in REFUSALS:
        return True
    if status == 422 and code == "INVALID_FIELD":
        return any(re.search(sentence, detail) for sentence in FIELDS)
    return any(
        re.search(operations, operation) and re.fullmatch(codes, code) and re.search(says, detail)
        for operations, codes, says, _ in RULES
    )


@schemathesis.hook
def before_call(context, case, kwargs):
    """Has most requests reach what is there, and be answered for what is drawn to be wrong."""
    if case.meta is None:
        return
    number = next(COUNTER)
    operation = case.operation.definition.raw.get("operationId", "")
    from_link = case.meta.phase.name.name == "STATEFUL_TESTING"
    positive = case.meta.generation.mode.is_positive
    if positive or not case.meta.is_negative_at(ParameterLocation.HEADER):
        usual_headers(case, number, from_link)
    if not positive:
        return
    if operation == "uploadDocument":
        content_as_it_says(case)
    # Thousands of cases that don't exist would take each time all of the time that there is.
    if operation == "setTrialCalendar" and isinstance(case.body, dict):
        case.body["docketNumbers"] = case.body["docketNumbers"][:100]
    # A cursor that is made up is none; the next pages are asked for by following links.
    if "cursor" in (case.query or {}) and number % 8 and not from_link:
        case.query.pop("cursor")
    # A read asks for one point in the past at most.
    if operation in ("readCase", "readDocketEntries") and number % 8:
        given = [name for name in POINTS if name in (case.query or {})]
        for name in given[1:]:
            case.query.pop(name)
    path = case.path_parameters or {}
    if not from_link and number % 8 and path.get("docketNumber", CASES[0]) not in CASES:
        path["docketNumber"] = CASES[number % len(CASES)]
    if number % 3 and isinstance(case.body, dict):
        reach(case.body, number)
    if STORED and number % 2 and isinstance(case.body, dict):
        attach(case.body, STORED[number % len(STORED)])


def usual_headers(case, number, from_link):
    """Leaves out most headers by which nearly every request would be refused first."""
    headers = case.headers if case.headers is not None else {}
    # A version that is made up is nearly never the case's own.
    if "If-Match" in headers and (headers["If-Match"] == "" or number % 4) and not from_link:
        headers.pop("If-Match")
    # The key of the examples was used by the first of them.
    if "Idempotency-Key" in headers and number % 4:
        headers.pop("Idempotency-Key")
    # The tool sends these with nothing in them, too, which is not of their patterns.
    for name in ("Content-Digest", "If-None-Match"):
        if headers.get(name) == "":
            headers.pop(name)


def content_as_it_says(case):
    begin = MEDIA_TYPES.get(case.media_type)
    if begin is None or not isinstance(case.body, bytes):
        return
    if not case.body.startswith(begin):
        case.body = begin + case.body
    if "Content-Digest" in (case.headers or {}):
        digest = base64.b64encode(hashlib.sha256(case.body).digest()).decode()
        case.headers["Content-Digest"] = f"sha-256=:{digest}:"


def reach(body, number):
    """Names what a case is likely to have, and times that are neither too early nor too late,
    in place of what was drawn."""
    for name, value in REFERENCES.items():
        if name in body:
            body[name] = value
    if "docketEntry" in body:
        body["docketEntry"] = 1 + number % 6
    if "docketNumbers" in body:
        first = number % (len(CASES) - 1)
        body["docketNumbers"] = CASES[first : first + 2]
    if isinstance(body.get("eventCode"), str):
        body["eventCode"] = CODES[number % len(CODES)]
    for name, time in TIMES.items():
        if isinstance(body.get(name), str):
            body[name] = time
    body.pop("effectiveAt", None)


def attach(value, stored):
    """Names a document that is stored wherever a body attaches one."""
    if isinstance(value, dict):
        if {"key", "sha256", "numberOfPages"} <= value.keys():
            value["key"], value["sha256"] = stored
        for member in value.values():
            attach(member, stored)


@schemathesis.hook
def after_call(context, case, response):
    """Remembers the documents that were stored."""
    operation = case.operation.definition.raw.get("operationId", "")
    if operation == "uploadDocument" and response.status_code == 201 and len(STORED) < 20:
        stored = response.json()
        STORED.append((stored["key"], stored["sha256"]))


@atexit.register
def tell():
    statuses = ", ".join(f"{status}: {n}" for status, n in sorted(STATUSES.items()))
    print(f"\nanswers by status: {statuses}")
    rules = ", ".join(f"{code}: {n}" for code, n in sorted(PASSED_OVER.items()))
    print(f"{PASSED_OVER.total()} rejections of valid data by a rule: {rules}")


@schemathesis.deserializer(*MEDIA_TYPES, "application/octet-stream")
def content(ctx, response):
    """A document's bytes, as the text that a schema of bytes describes."""
    return response.content.decode("latin-1")


@schemathesis.check
def a_problem_says_what_it_is(ctx, response, case):
    """Every answer that is no success is a problem document, of a code and with a sentence."""
    if response.status_code < 400:
        return
    kind = response.headers.get("content-type", [""])[0]
    assert kind == "application/problem+json", f"{response.status_code} is {kind!r}"
    if case.method.upper() == "HEAD":
        return
    problem = response.json()
    assert problem["status"] == response.status_code, problem
    assert re.fullmatch(r"[A-Z0-9_]+", problem["code"]), problem
    assert problem["type"] == f"urn:casefold:problem:{problem['code']}", problem
    assert len(problem["detail"]) > 3, problem


@schemathesis.check
def an_answer_is_guarded(ctx, response, case):
    """Every answer has a correlation id, and what tells browsers to be careful."""
    STATUSES[response.status_code] += 1
    for name in ("x-correlation-id", "x-content-type-options", "cache-control"):
        assert name in response.headers, f"{name} is missing"
