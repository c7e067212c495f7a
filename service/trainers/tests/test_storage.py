"""Object storage that speaks S3, over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from conftest import Train
from moto.server import ThreadedMotoServer

# The server looks at no signature; without one it takes the caller for nobody.
SIGNED = {
    "Content-Type": "application/octet-stream",
    "Authorization": "AWS4-HMAC-SHA256 Credential=someone/20261128/us-east-1/s3/aws4_request",
}
KEYS = {"AWS_ACCESS_KEY_ID": "someone", "AWS_SECRET_ACCESS_KEY": "secret"}


@pytest.fixture
def s3(data: Path) -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    for path, body in (
        ("/input", b""),
        ("/output", b""),
        ("/input/sets/train/1.parquet", (data / "train.parquet").read_bytes()),
        ("/input/sets/validation.csv", (data / "validation.csv").read_bytes()),
    ):
        with urlopen(Request(url + path, body, SIGNED, method="PUT")) as answer:
            assert answer.status == 200
    yield url
    server.stop()


def test_data_and_results_are_in_buckets(train_here: Train, s3: str) -> None:
    told = {"S3_ENDPOINT": s3, "S3_BUCKET": "input", "S3_TRAIN_KEY": "sets/train/", "S3_VAL_KEY": "sets/validation.csv"}
    ended = train_here("xgboost", NUM_BOOST_ROUND="5", ARTIFACT_URI="storage://output/models/", **told, **KEYS)
    assert ended.code == 0, ended.errors
    with urlopen(Request(f"{s3}/output/models/job-1/result.json", headers=SIGNED)) as answer:
        assert b'"steps": 5' in answer.read()
    with urlopen(Request(f"{s3}/output/models/job-1/model/model.ubj", headers=SIGNED)) as answer:
        assert len(answer.read()) > 0
    assert not (ended.storage / "artifacts").exists()


def test_what_is_not_there_is_data(train_here: Train, s3: str) -> None:
    for bucket, key in (("input", "sets/none.csv"), ("nobody", "train.csv")):
        ended = train_here("xgboost", S3_ENDPOINT=s3, S3_BUCKET=bucket, S3_TRAIN_KEY=key, **KEYS)
        assert ended.code == 65, ended.errors
        assert f"s3://{bucket}/{key}" in ended.sentence
        assert "is not there" in ended.sentence


class Refuses(BaseHTTPRequestHandler):
    """Storage that does not know the access key."""

    def do_HEAD(self) -> None:
        self.send_response(403)
        self.end_headers()

    def do_GET(self) -> None:
        body = b'<?xml version="1.0"?><Error><Code>InvalidAccessKeyId</Code><Message>no such key</Message></Error>'
        self.send_response(403)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.mark.parametrize("keys", [KEYS, {}], ids=["wrong", "none"])
def test_credentials_that_are_refused_are_the_users(train_here: Train, keys: dict[str, str]) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Refuses)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_address[1]}"
        ended = train_here("xgboost", S3_ENDPOINT=url, S3_BUCKET="input", S3_TRAIN_KEY="train.csv", **keys)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert ended.code == 64, ended.errors
    assert "refuses the credentials" in ended.sentence
    assert "credentialsSecret" in ended.sentence
    assert "secret" not in ended.output + ended.errors.replace("credentialsSecret", "")
