"""One file with its place fix, whole or announced."""

from typing import Any

from django import forms

from tasks.models import Attachment

FIX = ("lon", "lat", "accuracy_m", "fix_at", "device_at")


class FixForm(forms.Form):
    """A fix that cannot be read counts as none: GPS trouble never blocks a photo."""

    client_id = forms.UUIDField()
    purpose = forms.ChoiceField(choices=Attachment.Purpose.choices)
    lon = forms.FloatField(required=False)
    lat = forms.FloatField(required=False)
    accuracy_m = forms.FloatField(required=False, min_value=0)
    fix_at = forms.DateTimeField(required=False)
    device_at = forms.DateTimeField(required=False)

    def _post_clean(self) -> None:
        for name in FIX:
            if name in self.errors:
                del self.errors[name]
                self.cleaned_data[name] = None

    def arguments(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class UploadForm(FixForm):
    """One file in one request; `sha256` when the browser could compute it."""

    file = forms.FileField(allow_empty_file=True, max_length=None)
    sha256 = forms.RegexField(r"^[0-9a-fA-F]{64}$", required=False)


class AnnounceForm(FixForm):
    """续传: what is going to be sent; `size` in bytes."""

    sha256 = forms.RegexField(r"^[0-9a-fA-F]{64}$")
    size = forms.IntegerField(min_value=0, max_value=2**50)
    name = forms.CharField(required=False, max_length=1000)
