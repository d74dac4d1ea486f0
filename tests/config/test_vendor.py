from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from config.management.commands import vendor


@pytest.fixture
def target(settings, tmp_path):
    settings.VENDOR = tmp_path
    return tmp_path


def test_the_fixed_list_is_copied_without_references_to_source_maps(target):
    call_command("vendor", stdout=StringIO())

    assert {str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()} == {
        part.to for part in vendor.PARTS
    }
    assert b"sourceMappingURL" not in (target / "leaflet" / "leaflet.js").read_bytes()
    assert b"window.L" in (target / "leaflet" / "leaflet.js").read_bytes()


def test_a_second_run_copies_nothing(target):
    call_command("vendor", stdout=StringIO())
    out = StringIO()

    call_command("vendor", stdout=out)

    assert "更新 0 个" in out.getvalue()


def test_a_file_that_was_changed_in_its_package_is_refused_and_not_copied(target, monkeypatch):
    strange = replace(vendor.PARTS[0], sha256="0" * 64)
    monkeypatch.setattr(vendor, "PARTS", [strange])

    with pytest.raises(CommandError, match="校验值不符"):
        call_command("vendor", stdout=StringIO())

    assert list(target.iterdir()) == []


def test_a_missing_package_is_named(target, monkeypatch):
    monkeypatch.setattr(vendor, "PARTS", [replace(vendor.PARTS[0], package="no_such_package")])

    with pytest.raises(CommandError, match="no_such_package"):
        call_command("vendor", stdout=StringIO())
