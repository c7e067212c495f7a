"""Where a channel's data and the results are: object storage that speaks S3, a mounted volume, or a folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pyarrow import fs

from mlplatform.errors import DataError, TrainingError, UnavailableError, UserError, writing
from mlplatform.settings import Settings, Storage

# Of a service that does not answer a person waits for the word, not for the library's three minutes.
_CONNECT_SECONDS = 10
_REQUEST_SECONDS = 30
_TRIES = 3


@dataclass(frozen=True)
class Location:
    filesystem: fs.FileSystem
    path: str
    shown: str
    """As a person knows it: with its scheme and bucket."""

    def below(self, name: str) -> Location:
        return Location(self.filesystem, f"{self.path.rstrip('/')}/{name}", f"{self.shown.rstrip('/')}/{name}")

    @property
    def is_local(self) -> bool:
        return isinstance(self.filesystem, fs.LocalFileSystem)


def channel_location(settings: Settings, channel: str) -> Location:
    """A key is a whole address (s3://other/key, file:///data), a key of the bucket, or a path on the job's volume."""
    key = settings.keys[channel]
    if "://" in key:
        return address_location(settings, key, f"inputDataConfig ({channel})")
    if settings.storage.bucket:
        return _in_bucket(settings.storage, settings.storage.bucket, key)
    return _local(settings.storage_path / key)


def artifact_location(settings: Settings) -> Location:
    uri = settings.artifact_uri
    if not uri:
        return _local(settings.storage_path / "artifacts")
    if "://" not in uri:
        return _local(settings.storage_path / uri)
    return address_location(settings, uri, "outputDataConfig.artifactUri (ARTIFACT_URI)")


def address_location(settings: Settings, address: str, field: str) -> Location:
    scheme, _, rest = address.partition("://")
    if scheme.lower() == "file":
        return _local(Path("/" + rest.removeprefix("localhost").lstrip("/")))
    # "storage" is what clients of the job API call the object storage of their channel.
    if scheme.lower() in ("s3", "s3a", "s3n", "storage", "minio", "gs"):
        bucket, _, key = rest.partition("/")
        if not bucket:
            raise UserError(f'{field} is "{address}": it names no bucket')
        return _in_bucket(settings.storage, bucket, key)
    raise UserError(f'{field} is "{address}": s3://bucket/key, file:///path or a path on the volume is needed')


def _local(path: Path) -> Location:
    return Location(fs.LocalFileSystem(), str(path), f"file://{path}")


def _in_bucket(storage: Storage, bucket: str, key: str) -> Location:
    return Location(_s3(storage), f"{bucket}/{key.lstrip('/')}".rstrip("/"), f"s3://{bucket}/{key.lstrip('/')}")


def _s3(storage: Storage) -> fs.FileSystem:
    endpoint = storage.endpoint if "://" in storage.endpoint or not storage.endpoint else f"https://{storage.endpoint}"
    url = urlsplit(endpoint)
    of_amazon = not url.netloc or url.netloc.endswith(".amazonaws.com")
    access_key = os.environ.get("AWS_ACCESS_KEY_ID")
    options: dict[str, Any] = {
        "region": storage.region,
        "connect_timeout": _CONNECT_SECONDS,
        "request_timeout": _REQUEST_SECONDS,
        "retry_strategy": fs.AwsStandardS3RetryStrategy(max_attempts=_TRIES),
    }
    if not of_amazon:
        options |= {"endpoint_override": url.netloc + url.path.rstrip("/"), "scheme": url.scheme}
    if access_key:
        options |= {
            "access_key": access_key,
            "secret_key": os.environ.get("AWS_SECRET_ACCESS_KEY", ""),
            "session_token": os.environ.get("AWS_SESSION_TOKEN") or None,
        }
    elif not of_amazon:
        # Nobody else hands out the credentials of a machine, and asking for them takes a minute.
        options["anonymous"] = True
    return fs.S3FileSystem(**options)


# What the S3 client says in front of its details: "AWS Error ACCESS_DENIED during HeadObject operation: ...".
_REFUSED = re.compile(
    r"ACCESS_DENIED|INVALID_ACCESS_KEY_ID|SIGNATURE_DOES_NOT_MATCH|INVALID_TOKEN|EXPIRED_TOKEN"
    r"|UNRECOGNIZED_CLIENT|MISSING_AUTHENTICATION|INVALID_CLIENT_TOKEN|HTTP status 40[13]"
)
_UNREACHABLE = re.compile(
    r"NETWORK_CONNECTION|curlCode|SLOW_DOWN|SERVICE_UNAVAILABLE|INTERNAL_FAILURE|REQUEST_TIMEOUT"
    r"|THROTTLING|HTTP status 5\d\d|timed out|Timeout"
)
_ABSENT = re.compile(r"NO_SUCH_BUCKET|NO_SUCH_KEY|RESOURCE_NOT_FOUND|HTTP status 404|does not exist")


@contextmanager
def storage_words(location: Location, storage: Storage) -> Iterator[None]:
    """Turns what the storage says into a sentence, and into the right way to end."""
    try:
        yield
    except TrainingError:
        raise
    except FileNotFoundError as error:
        raise DataError(f"{location.shown} is not there") from error
    except PermissionError as error:
        raise UserError(f"{location.shown} may not be read ({error.strerror or 'permission denied'})") from error
    except OSError as error:
        if location.is_local:
            raise
        text = " ".join(str(error).split())
        where = f"{location.shown} at {storage.endpoint or 'Amazon S3'}"
        if _REFUSED.search(text):
            secret = "AWS_ACCESS_KEY_ID" if os.environ.get("AWS_ACCESS_KEY_ID") else "no AWS_ACCESS_KEY_ID"
            said = f"{where} refuses the credentials ({secret} of credentialsSecret)"
            raise UserError(f"{said}: {_detail(text)}") from error
        if _ABSENT.search(text):
            raise DataError(f"{where} is not there: {_detail(text)}") from error
        if _UNREACHABLE.search(text):
            raise UnavailableError(f"{where} does not answer: {_detail(text)}") from error
        raise UnavailableError(f"{where} cannot be read or written: {_detail(text)}") from error


def _detail(text: str) -> str:
    return text.split("AWS Error ", 1)[-1][:200]


def put_folder(folder: Path, target: Location, settings: Settings) -> None:
    """Copies a local folder to where results belong; the whole of it or an error."""
    field = "outputDataConfig.artifactUri (ARTIFACT_URI)"
    with writing(target.shown, field), storage_words(target, settings.storage):
        for path in sorted(folder.rglob("*")):
            if not path.is_file():
                continue
            place = target.below(path.relative_to(folder).as_posix())
            if place.is_local:
                Path(place.path).parent.mkdir(parents=True, exist_ok=True)
            with path.open("rb") as source, place.filesystem.open_output_stream(place.path) as sink:
                while block := source.read(8 * 1024 * 1024):
                    sink.write(block)
