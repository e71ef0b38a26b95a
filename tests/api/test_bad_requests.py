"""Whatever a program sends: the right status, a problem in plain words, and nothing changed."""

import json
from datetime import date, timedelta

import schemathesis
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import positive_data_acceptance

from portal.api import rules
from portal.api.rules import Limit
from portal.doors import DOORS
from tests.api.conftest import ANNA, NOOR, PIET, family

CHILD = "/api/v1/children/K-1"


def raw(text):
    return json.dumps(family(ANNA)).replace('"Noor"', text)


# What is no JSON, or says two things at once: 400.
UNREADABLE = {
    "nothing": "", "spaces": "  ", "half": '{"given_name": "No', "no JSON": "given_name=Noor", "XML": "<a/>",
    "twice": raw('"Noor", "given_name": "Sem"'), "twice, deep": raw('"Noor"').replace('"Anna"', '"Anna", "email": "b@c.nl"'),
    "deep": "[" * 8000, "deep objects": '{"a":' * 3000, "no UTF-8": raw('"No\xffr"').encode("latin-1"), "BOM": "\ufeff{}",
    "UTF-16": raw('"Noor"').encode("utf-16"), "overlong": b'{"given_name": "\xc0\x80"}', "bare NUL": raw('"a\0b"'),
    "not a number": raw("NaN"), "endless": raw("Infinity"), "five thousand digits": raw("9" * 5000), "tail": raw('"Noor"') + "x",
    "new line": raw('"a\nb"'),
}  # fmt: skip
# What is JSON, but not a child: 422, and where.
WRONG = {
    "a list": ("[]", ""), "a word": ('"Noor"', ""), "null": ("null", ""), "a number": ("1e999", ""),
    "NUL": (raw('"a\\u0000b"'), "/given_name"), "surrogate": (raw('"a\\ud800b"'), "/given_name"),
    "turned": (raw('"a\\u202eb"'), "/given_name"), "number": (raw("7"), "/given_name"),
    "large number": (raw("9" * 400), "/given_name"), "object": (raw("{}"), "/given_name"), "empty": (raw('" "'), "/given_name"),
    "too long": (raw(json.dumps("a" * 101)), "/given_name"), "longer once composed": (raw(json.dumps("\u0958" * 60)), "/given_name"),
    "unknown": (raw('"Noor", "bsn": "1"'), "/bsn"), "unknown, strange": (raw('"Noor", "a/~b": 1'), "/a~1~0b"),
    "unknown, no text": (raw('"Noor", "\\ud800": 1'), ""), "__proto__": (raw('"Noor", "__proto__": {}'), "/__proto__"),
}  # fmt: skip
BIRTHDAYS = [
    "1-5-2023",
    "2023-02-30",
    "2023-5-1",
    "0000-00-00",
    "9999-12-31",
    "1999-01-01",
    "20230501",
    "٢٠٢٣-٠٥-٠١",
    20230501,
    None,
]
PARENTS = {
    "none": (None, "/parents"), "an object": ({}, "/parents"), "eleven": ([ANNA] * 11, "/parents"),
    "a word": (["Anna"], "/parents/0"), "the same twice": ([ANNA, {**ANNA, "email": "ANNA@voorbeeld.nl"}], "/parents/1/email"),
    "no address": ([PIET, {**ANNA, "email": "anna"}], "/parents/1/email"),
    "a second address": ([{**ANNA, "email": "anna@voorbeeld.nl, piet@voorbeeld.nl"}], "/parents/0/email"),
    "a header": ([{**ANNA, "email": "anna@voorbeeld.nl\r\nBcc: b@c.nl"}], "/parents/0/email"),
    "another word": ([{**ANNA, "custody": "ja"}], "/parents/0/custody"), "a list": ([{**ANNA, "custody": []}], "/parents/0/custody"),
    "a role": ([{**ANNA, "role": "manager"}], "/parents/0/role"), "null": ([{**ANNA, "phone": None}], "/parents/0/phone"),
}  # fmt: skip


def test_body_that_cannot_be_read_is_refused(program, family_rows):
    before, found = family_rows(), {}
    for kind, body in UNREADABLE.items():
        found[kind] = program.send(CHILD, body).status
    assert found == dict.fromkeys(UNREADABLE, 400)
    assert family_rows() == before


def test_body_that_is_no_child_is_refused_with_the_place(program, family_rows):
    before, found = family_rows(), {}
    bodies = {
        **WRONG,
        **{f"born {day}": (json.dumps(family(birth_date=day)), "/birth_date") for day in BIRTHDAYS},
        **{f"parents: {kind}": (json.dumps({**NOOR, "parents": sent}), at) for kind, (sent, at) in PARENTS.items()},
        "no parents": (json.dumps(NOOR), "/parents"),
        "no name": (json.dumps({"parents": []}), "/given_name"),
    }
    for kind, (body, _at) in bodies.items():
        answer = program.send(CHILD, body)
        errors = answer.said.get("errors", [{"pointer": "none"}])
        found[kind] = (answer.status, errors[0]["pointer"])
        assert all(set(error) == {"pointer", "detail"} and error["detail"] for error in errors), kind
    assert found == {kind: (422, at) for kind, (_body, at) in bodies.items()}
    assert family_rows() == before


def test_other_kind_of_body_is_refused(program, family_rows):
    before, body = family_rows(), json.dumps(family(ANNA))
    for kind in (None, "", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", "json",
                 "application/merge-patch+json", "multipart/form-data; boundary=a", "application/json; charset=utf-16"):  # fmt: skip
        program.send(CHILD, body, content_type=kind, status=415)
    program.send(CHILD, body, headers={"Content-Encoding": "gzip"}, status=415)
    program.send(CHILD, body, headers={"Transfer-Encoding": "chunked"}, status=411)
    program.send(CHILD, json.dumps(family(given_name="a" * 17_000)), status=413)
    assert family_rows() == before
    program.send(CHILD, body, content_type="Application/JSON; charset=UTF-8", status=201)


def test_problem_is_said_in_the_language_that_was_asked(program):
    for language, words in {
        "nl": "Schrijf de datum zo",
        "en": "Write the date like this",
        "fr": "Schrijf de datum zo",
    }.items():
        answer = program.send(CHILD, json.dumps(family(birth_date="x")), headers={"Accept-Language": language})
        assert words in answer.detail and answer.headers["Content-Language"] == ("en" if language == "en" else "nl")


def test_every_fault_under_api_is_a_problem(program, app, monkeypatch, caplog):
    program.send("/api/v1/nergens", status=404)
    program.send("/api/", method="GET", status=404)
    for method in ("GET", "POST", "PATCH", "TRACE"):
        assert set(program.send(CHILD, method=method, status=405).headers["Allow"].split(", ")) == {
            "PUT",
            "DELETE",
            "OPTIONS",
        }
    assert program.send(CHILD, headers={"Host": "evil.example"}, status=404).detail
    program.send(CHILD, headers={"Host": "a_b..c"}, status=404)
    for fault, status in (
        (RuntimeError("geheim"), 500),
        (sa.exc.OperationalError("geheim", {}, Exception("geheim")), 503),
    ):

        def broken(external_id, fault=fault):
            raise fault

        monkeypatch.setitem(app.view_functions, "api.leave", broken)
        answer = program.send(CHILD, method="DELETE", status=status)
        assert "geheim" not in str(answer.said) and answer.said["reference"] in caplog.text
        assert ("Retry-After" in answer.headers) == (status == 503)


def test_programs_come_in_by_their_own_door_and_nobody_else(app):
    behind = {
        rule.rule for rule in app.url_map.iter_rules() if DOORS.get(rule.endpoint.partition(".")[0]) == "programs"
    }
    assert behind == {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")}


def test_what_is_described_is_what_is_done(program, app, monkeypatch):
    """Schemathesis sends what the OpenAPI document allows, and what it does not."""
    for name in ("PER_TOKEN", "WRONG_TOKENS"):
        monkeypatch.setattr(rules, name, Limit(name, 1_000_000, timedelta(minutes=1)))
    described = program.client.get("/api/v1/openapi.json", base_url=program.origin)
    assert described.mimetype == "application/json" and described.json["servers"] == [{"url": program.origin}]
    schema = schemathesis.openapi.from_dict(described.json)
    schema.app = app
    seen = set()
    schemathesis.openapi.format("date", st.dates(date(2015, 1, 1), date(2026, 1, 1)).map(str))
    put, leave = (schema["/api/v1/children/{external_id}"][method] for method in ("PUT", "DELETE"))
    for operation, body in ((put, {"body": family(ANNA)}), (put, {"body": family(ANNA)}), (leave, {})):
        _checked(operation.Case(path_parameters={"external_id": "K-1"}, **body), program, seen)
    assert seen == {201, 200, 204}
    for operation in (put, leave):
        for mode in schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE:
            _explore(operation, mode, program, seen)
    assert {404, 422} <= seen, seen


def test_what_is_described_of_returned_mail_is_what_is_done(provider, returned, app, monkeypatch):
    for name in ("PER_TOKEN", "WRONG_TOKENS"):
        monkeypatch.setattr(rules, name, Limit(name, 1_000_000, timedelta(minutes=1)))
    schema = schemathesis.openapi.from_dict(provider.client.get("/api/v1/openapi.json", base_url=provider.origin).json)
    schema.app = app
    operation, seen = schema["/api/v1/bounces"]["POST"], set()
    for _ in range(2):
        _checked(operation.Case(body={"message_id": returned.message_id, "status": "5.1.1"}), provider, seen)
    assert seen == {200}
    for mode in schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE:
        _explore(operation, mode, provider, seen)
    assert {404, 422} <= seen, seen


def _explore(operation, mode, program, seen):
    @settings(
        max_examples=6, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def explore(case):
        _checked(case, program, seen)

    explore()


def _checked(case, program, seen):
    ours = {"Authorization": f"Bearer {program.token}"}
    answer = case.call(base_url=program.origin, headers=ours)
    seen.add(answer.status_code)
    # A schema cannot say that a birthday is at most 18 years ago, or that addresses differ.
    case.validate_response(
        answer, headers=ours, transport_kwargs={"base_url": program.origin}, excluded_checks=[positive_data_acceptance]
    )
