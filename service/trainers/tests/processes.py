"""Several workers of one training as plain processes, told of each other as an operator of trainings would."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

import pytest
from conftest import Ended, command, merged, process_environment

# A machine with other things to do takes a minute to load an engine.
PATIENCE_SECONDS = 900


def needs(package: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(find_spec(package) is None, reason=f"{package} is not installed here")


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


def places(size: int) -> list[dict[str, str]]:
    """What tells each worker of its place: the words of torchrun, TensorFlow and JAX, as the operator sets them."""
    if size == 1:
        return [{}]
    ports = free_ports(size)
    told = {"WORLD_SIZE": str(size), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(ports[0])}
    cluster = {"worker": [f"127.0.0.1:{port}" for port in ports]}
    return [
        {
            **told,
            "RANK": str(rank),
            "TF_CONFIG": json.dumps({"cluster": cluster, "task": {"type": "worker", "index": rank}}),
        }
        for rank in range(size)
    ]


Processes = list[subprocess.Popen[str]]


def trained(algorithm: str, told: Mapping[str, str], size: int, **variables: str) -> list[Ended]:
    return trained_while(lambda _: None, algorithm, told, size, **variables)


def trained_while(
    meanwhile: Callable[[Processes], None], algorithm: str, told: Mapping[str, str], size: int, **variables: str
) -> list[Ended]:
    environment = merged(told, {"MLPLATFORM_JOB_ID": f"by-{size}", **variables, "NUM_WORKER": str(size)})
    processes = [
        subprocess.Popen(
            command(algorithm),
            env=process_environment({**environment, **place}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for place in places(size)
    ]
    try:
        meanwhile(processes)
        said = [process.communicate(timeout=PATIENCE_SECONDS) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    storage = Path(environment["STORAGE_PATH"])
    return [Ended(process.returncode, *texts, storage) for process, texts in zip(processes, said, strict=True)]
