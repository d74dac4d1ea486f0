"""What 续传 takes and tells."""

from rest_framework import serializers

from tasks.selectors.uploads import Standing
from tasks.serializers.input import UploadInput
from tasks.services.uploads import MOST_PIECE


class AnnounceInput(UploadInput):
    """A file that is going to be sent in pieces; `size` in bytes, `sha256` of the whole."""

    file = None
    sha256 = serializers.RegexField(r"^[0-9a-fA-F]{64}$")
    size = serializers.IntegerField(min_value=0, max_value=2**50)
    name = serializers.CharField(required=False, allow_blank=True, max_length=1000, default="")


class StandingSerializer(serializers.Serializer[Standing]):
    """Bytes: `size` of the whole, `received` so far, `piece` the most in one request."""

    client_id = serializers.UUIDField()
    size = serializers.IntegerField()
    received = serializers.IntegerField()
    piece = serializers.SerializerMethodField()
    done = serializers.SerializerMethodField()

    def get_piece(self, found: Standing) -> int:
        return MOST_PIECE

    def get_done(self, found: Standing) -> bool:
        return found.attachment is not None
