"""What a file is, by its content and never by its name. Pure: bytes in, a kind out."""

import zipfile
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any

HEAD = 64
"""Bytes that are enough to tell every kind but the office documents."""
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Media:
    """A kind of evidence: `family` image, video, audio or document; `suffix` with its dot."""

    family: str
    mime: str
    suffix: str


MOST_BYTES = {
    "image": 30 * MEGABYTE,
    "video": 500 * MEGABYTE,
    "audio": 50 * MEGABYTE,
    "document": 50 * MEGABYTE,
}

JPEG = Media("image", "image/jpeg", ".jpg")
PNG = Media("image", "image/png", ".png")
WEBP = Media("image", "image/webp", ".webp")
HEIC = Media("image", "image/heic", ".heic")
PDF = Media("document", "application/pdf", ".pdf")
OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX = Media("document", OFFICE + "wordprocessingml.document", ".docx")
XLSX = Media("document", OFFICE + "spreadsheetml.sheet", ".xlsx")

STARTS = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"%PDF-", PDF),
    (b"ID3", Media("audio", "audio/mpeg", ".mp3")),
    (b"\xff\xfb", Media("audio", "audio/mpeg", ".mp3")),
    (b"\xff\xf3", Media("audio", "audio/mpeg", ".mp3")),
    (b"\xff\xf1", Media("audio", "audio/aac", ".aac")),
    (b"\xff\xf9", Media("audio", "audio/aac", ".aac")),
    (b"OggS", Media("audio", "audio/ogg", ".ogg")),
    (b"#!AMR", Media("audio", "audio/amr", ".amr")),
    (b"\x1a\x45\xdf\xa3", Media("video", "video/webm", ".webm")),
)
RIFFS = {b"WEBP": WEBP, b"WAVE": Media("audio", "audio/wav", ".wav")}
BRANDS = (
    ((b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"), HEIC),
    ((b"M4A ", b"M4B "), Media("audio", "audio/mp4", ".m4a")),
    ((b"qt  ",), Media("video", "video/quicktime", ".mov")),
    (
        (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV"),
        Media("video", "video/mp4", ".mp4"),
    ),
    ((b"3gp4", b"3gp5", b"3gp6", b"3gg6", b"3g2a"), Media("video", "video/3gpp", ".3gp")),
)
MOST_ZIP_ENTRIES = 5000


def recognise(head: bytes, file: IO[Any]) -> Media | None:
    """The kind of a file from its first bytes; None when evidence may not be of that kind.

    `file` is read further only for office documents, whose members decide.
    """
    if head[:4] == b"RIFF":
        return RIFFS.get(head[8:12])
    if head[4:8] == b"ftyp":
        return next((kind for brands, kind in BRANDS if head[8:12] in brands), None)
    if head[:4] == b"PK\x03\x04":
        return _office(file)
    return next((kind for start, kind in STARTS if head.startswith(start)), None)


def _office(file: IO[Any]) -> Media | None:
    """DOCX or XLSX without macros; nothing is unpacked."""
    file.seek(0)
    try:
        names = zipfile.ZipFile(file).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    members = set(names)
    if len(names) > MOST_ZIP_ENTRIES or any(name.endswith("vbaProject.bin") for name in members):
        return None
    if "[Content_Types].xml" not in members:
        return None
    kinds = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
    return next((kind for name, kind in kinds.items() if name in members), None)


def of_bytes(content: bytes) -> Media | None:
    """The same for content in memory."""
    return recognise(content[:HEAD], BytesIO(content))
