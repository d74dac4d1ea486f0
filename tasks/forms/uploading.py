"""One file with its place fix."""

from typing import Any

from django import forms

from tasks.models import Attachment

FIX = ("lon", "lat", "accuracy_m", "fix_at", "device_at")


class UploadForm(forms.Form):
    """A fix that cannot be read counts as none: GPS trouble never blocks a photo."""

    client_id = forms.UUIDField()
    file = forms.FileField(allow_empty_file=True, max_length=None)
    sha256 = forms.RegexField(r"^[0-9a-fA-F]{64}$", required=False)
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
