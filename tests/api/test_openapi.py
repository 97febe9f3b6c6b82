"""Requests made up from the OpenAPI page: none is a fault of the server, answers have the told shapes."""

from __future__ import annotations

import pytest

schemathesis = pytest.importorskip("schemathesis")

from hypothesis import HealthCheck, Phase, given, settings  # noqa: E402
from schemathesis.checks import not_a_server_error  # noqa: E402
from schemathesis.specs.openapi.checks import (  # noqa: E402
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from serving import Served  # noqa: E402

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def test_no_request_is_a_fault(served: Served) -> None:
    headers = {"Authorization": f"Bearer {served.token}"}
    page = schemathesis.openapi.from_url(f"{served.url}/openapi.json", headers=headers)
    tried = []
    for found in page.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(
            max_examples=8,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            database=None,
        )
        def ask(case: object) -> None:
            case.call_and_validate(headers=headers, checks=CHECKS)  # type: ignore[attr-defined]

        ask()
        tried.append(operation.label)
    assert {"GET /health", "GET /logs/{session_id}", "POST /analyze/frame", "POST /api/detect"} <= set(tried)
    for job in served.client.get("/api/jobs").json():
        served.client.delete(f"/api/jobs/{job['id']}")
