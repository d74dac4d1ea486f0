import pytest
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


def operations(schema):
    return [
        (method, path, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_description_is_valid_openapi_3(schema):
    validate_schema(schema)


def test_every_operation_says_how_it_refuses(schema):
    for method, path, operation in operations(schema):
        assert {"400", "401", "403", "404", "429"} <= operation["responses"].keys(), (method, path)


def test_every_post_takes_a_repeat_key(schema):
    for method, path, operation in operations(schema):
        names = {parameter["name"] for parameter in operation.get("parameters", [])}
        assert method != "post" or "Idempotency-Key" in names, path


@pytest.mark.django_db
def test_the_reading_page_keeps_the_content_policy(client):
    page = client.get(reverse("docs")).content.decode()

    assert "<style" not in page
    assert "<script>" not in page
    assert "cdn" not in page
