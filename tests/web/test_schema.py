"""Whatever the OpenAPI document allows to be asked, and much that it does not, ends in no 5xx."""

import schemathesis
from hypothesis import HealthCheck, settings

from countervail.web.app import create_app

schema = schemathesis.openapi.from_asgi("/api/openapi.json", create_app())


@schema.parametrize()
@settings(
    max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
def test_no_question_breaks_the_server(case):
    response = case.call()
    assert response.status_code < 500, case.as_curl_command()
