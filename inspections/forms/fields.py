"""Pieces that the forms of the field share: place fix, client ids of photos, files."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from inspections.services.media import Fix
from tasks.models import Attachment

Purpose = Attachment.Purpose
Kept = Mapping[str, list[UUID]]
"""Field name → client ids of files that came with the form and are stored already."""
PHOTOS, BEFORE, AFTER = "photos", "before", "after"


class FixForm(forms.Form):
    """Where the device says it is; every field may be empty, nothing here refuses a report."""

    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    accuracy_m = forms.FloatField(required=False, min_value=0, widget=forms.HiddenInput)
    fix_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    device_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def fix(self) -> Fix:
        """What was readable; a half or broken fix counts as none."""
        self.is_valid()
        found = {name: self.cleaned_data.get(name) for name in self.fields}
        if found["lon"] is None or found["lat"] is None:
            found |= {"lon": None, "lat": None, "accuracy_m": None, "fix_at": None}
        return Fix(**found)


def ids_of(data: QueryDict, kept: Kept, field: str) -> tuple[UUID, ...]:
    """Client ids of the photos of a field: uploaded before (`field-ids`) or with the form."""
    sent = (_uuid(text) for text in data.getlist(f"{field}-ids"))
    ids = [client_id for client_id in sent if client_id is not None]
    return tuple(dict.fromkeys([*ids, *kept.get(field, [])]))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def files_of(files: MultiValueDict[str, UploadedFile]) -> list[tuple[str, str, UploadedFile]]:
    """(field, purpose, file) of everything that came inside the form itself."""
    return [
        (field, purpose_of(field), file)
        for field in files
        for file in files.getlist(field)
        if file and file.size
    ]


def purpose_of(field: str) -> str:
    """整改前 for the photo of a failed item (it is what the task starts from), 整改后, 现场."""
    if field.endswith(AFTER):
        return Purpose.AFTER
    if field.endswith(BEFORE) or field.startswith("item-"):
        return Purpose.BEFORE
    return Purpose.SCENE


def client_id_of(data: QueryDict) -> UUID | None:
    """The id of the record that the form carries; None when it is missing or broken."""
    return _uuid(data.get("client_id", ""))


def text_of(cleaned: Mapping[str, Any], name: str) -> str:
    return str(cleaned.get(name) or "").strip()
