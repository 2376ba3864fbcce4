"""A server that speaks as S3 does, in the process of the tests."""

import io
import logging
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import boto3  # type: ignore[import-untyped]  # it ships no types
import pytest
from moto.server import ThreadedMotoServer

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "me", "AWS_SECRET_ACCESS_KEY": "sesame"}
# Nothing is looked for outside the tests.
NOWHERE = {
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}


@dataclass(frozen=True)
class S3:
    """Where it listens; `environment` is what boto3 needs to find it."""

    endpoint: str

    @property
    def environment(self) -> dict[str, str]:
        return {**CREDENTIALS, **NOWHERE, "AWS_ENDPOINT_URL": self.endpoint}

    def set(self, monkeypatch: pytest.MonkeyPatch, **changed: str) -> None:
        """Has this process find it; with NAME=value otherwise."""
        for name, value in {**self.environment, **changed}.items():
            monkeypatch.setenv(name, value)

    def make_bucket(self) -> str:
        """A new bucket, empty."""
        name = f"bucket-{uuid.uuid4().hex}"
        self.client.create_bucket(Bucket=name)
        return name

    def keys(self, bucket: str) -> list[str]:
        """What lies in a bucket."""
        listed = self.client.list_objects_v2(Bucket=bucket)
        return [each["Key"] for each in listed.get("Contents", [])]

    def put(self, bucket: str, key: str, content: bytes) -> None:
        """Writes an object, as somebody else would."""
        self.client.upload_fileobj(io.BytesIO(content), bucket, key)

    @property
    def client(self) -> "boto3.client":
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        )


@contextmanager
def running() -> Iterator[S3]:
    """A server that is gone, with all it held, when the block ends."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield S3(f"http://{host}:{port}")
    server.stop()


@contextmanager
def saying(answer: bytes) -> Iterator[S3]:
    """A server that gives this answer to whatever it is asked; none where it is empty."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                held = []
                while True:
                    client, _ = listener.accept()
                    held.append(client)
                    if answer:
                        client.recv(1 << 16)
                        client.sendall(answer)
                        client.close()

        threading.Thread(target=serve, daemon=True).start()
        yield S3(f"http://127.0.0.1:{listener.getsockname()[1]}")
