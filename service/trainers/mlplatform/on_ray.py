"""The thin adapter: the same training function in each worker of a Ray cluster, by Ray Train's V2 API."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import sys
import threading
import uuid
from collections.abc import Callable
from types import FrameType
from typing import Any

from mlplatform.algorithms import Algorithm
from mlplatform.errors import Interrupted, TrainingError, UnavailableError, UserError
from mlplatform.run import World
from mlplatform.settings import Settings
from mlplatform.stopping import Stop

# A lost worker restarts all of them from the last checkpoint, this many times.
_DEFAULT_RETRIES = 3


def train_on_ray(algorithm: Algorithm, settings: Settings) -> None:
    # Lines of a worker as they are: the one that tells the progress is read by programs.
    os.environ.setdefault("RAY_DEDUP_LOGS", "0")
    os.environ.setdefault("RAY_COLOR_PREFIX", "0")
    os.environ.setdefault("RAY_TRAIN_V2_ENABLED", "1")
    try:
        import ray
        import ray.train
    except ImportError as error:
        raise UserError(f"--runtime ray: this image has no Ray ({error})") from error

    signal.signal(signal.SIGTERM, _interrupted)
    if not ray.is_initialized():
        _start_ray(ray, settings)
    try:
        name = f"{settings.job_id}-ending-{uuid.uuid4().hex[:8]}"
        ending = ray.remote(num_cpus=0)(_Ending).options(name=name).remote()
        asked = Stop()
        signal.signal(signal.SIGTERM, _tells(asked, lambda: ending.ask.remote()))
        _train_until_done(ray, algorithm, settings, name, asked)
    finally:
        # What its processes still have to say comes before our last line.
        ray.shutdown()


def _train_until_done(ray: Any, algorithm: Algorithm, settings: Settings, ending: str, asked: Stop) -> None:
    from ray.train import RunConfig, ScalingConfig, WorkerGroupError

    storage = settings.storage_path / "ray"
    for left in range(_retries(), -1, -1):
        name = f"{settings.job_id}-{uuid.uuid4().hex[:8]}"
        trainer = _trainer_class(algorithm)(
            _worker,
            train_loop_config={"algorithm": algorithm.name, "ending": ending},
            scaling_config=ScalingConfig(
                num_workers=settings.workers,
                use_gpu=settings.gpu,
                resources_per_worker=_worker_resources(ray, settings),
            ),
            # Ray's own records only: our checkpoints are found by the job's id.
            run_config=RunConfig(
                name=name, storage_path=str(storage), worker_runtime_env={"env_vars": _worker_variables(settings)}
            ),
        )
        try:
            trainer.fit()
            return
        except WorkerGroupError as error:
            reason = reason_of(error.worker_failures)
            if asked.requested and (reason is None or isinstance(reason, UnavailableError)):
                raise Interrupted("asked to end; it goes on from its last checkpoint") from error
            if reason is not None and not isinstance(reason, UnavailableError):
                raise reason from None
            if left == 0:
                raise reason or UnavailableError(f"workers were lost again and again: {_short(error)}") from error
            said = f"a worker was lost ({_short(error)}); all start again from the last checkpoint"
            print(said, file=sys.stderr, flush=True)
        finally:
            shutil.rmtree(storage / name, ignore_errors=True)


def _worker(config: dict[str, str]) -> None:
    """Runs in each worker. Its environment is the driver's: KubeRay hands the variables to both."""
    import ray
    import ray.train

    from mlplatform.algorithms import algorithm_named
    from mlplatform.train import train_worker

    context = ray.train.get_context()
    world = World(context.get_world_rank(), context.get_world_size())
    stop = Stop()

    def hear() -> None:
        ray.get(ray.get_actor(config["ending"]).asked.remote())
        stop.requested = True

    threading.Thread(target=hear, daemon=True, name="ending").start()
    algorithm = algorithm_named(config["algorithm"])
    environment = dict(os.environ)
    if algorithm.family == "jax" and world.size > 1:
        environment |= {"JAX_COORDINATOR_ADDRESS": _meeting_place(world)}
    train_worker(algorithm, environment, world, stop)


def _meeting_place(world: World) -> str:
    """Of workers of JAX: Ray 2.60 brings those together that have GPUs or TPUs, and no others."""
    import ray.util
    from ray.train.collective import broadcast_from_rank_zero

    place = ""
    if world.leads:
        host = ray.util.get_node_ip_address()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as free:
            free.bind((host, 0))
            port = free.getsockname()[1]
        place = f"[{host}]:{port}" if family == socket.AF_INET6 else f"{host}:{port}"
    agreed: str = broadcast_from_rank_zero(place)
    return agreed


class _Ending:
    """Tells the workers what the driver was asked: signals reach none of them."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()

    async def ask(self) -> None:
        self._asked.set()

    async def asked(self) -> None:
        await self._asked.wait()


def _tells(asked: Stop, workers: Callable[[], object]) -> Callable[[int, FrameType | None], None]:
    def handle(number: int, frame: FrameType | None) -> None:
        if asked.requested:  # asked twice: at once
            _interrupted(number, frame)
        asked.requested = True
        workers()

    return handle


def reason_of(failures: dict[int, Exception]) -> TrainingError | None:
    """What a worker said itself; the peers that missed it then say something else."""
    for failure in failures.values():
        seen: BaseException | None = failure
        while seen is not None:
            if isinstance(seen, TrainingError):
                return seen
            seen = seen.__cause__
    return None


def _trainer_class(algorithm: Algorithm) -> Any:
    if algorithm.family == "xgboost":
        from ray.train.xgboost import XGBoostTrainer

        return XGBoostTrainer
    if algorithm.family == "lightgbm":
        from ray.train.lightgbm import LightGBMTrainer

        return LightGBMTrainer
    if algorithm.family == "torch":
        from ray.train.torch import TorchTrainer

        return TorchTrainer
    if algorithm.family == "tensorflow":
        from ray.train.tensorflow import TensorflowTrainer

        return TensorflowTrainer
    from ray.train.v2.jax import JaxTrainer

    return JaxTrainer


def _start_ray(ray: Any, settings: Settings) -> None:
    """In a cluster RAY_ADDRESS names it; elsewhere one is started here, with a core for each worker."""
    try:
        if "RAY_ADDRESS" in os.environ:
            # Tries of about 40 s each: Ray's own twenty would be a quarter of an hour.
            os.environ.setdefault("RAY_gcs_server_port_wait_time_s", "2")
            ray.init()
            return
        cores = max(settings.workers, os.cpu_count() or 1)
        ray.init(num_cpus=cores, include_dashboard=False, configure_logging=False)
    except Exception as error:
        # A machine with other things to do may take longer than the half minute that Ray has patience.
        raise UnavailableError(f"Ray did not start, or does not answer: {_short(error)}") from error


def _worker_resources(ray: Any, settings: Settings) -> dict[str, float]:
    """All cores of a node for its worker: the head of a job's cluster has none, and takes no part in the training."""
    nodes = [node["Resources"]["CPU"] for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU", 0) >= 1]
    if not nodes:
        return {"CPU": 1}
    of_each = min(nodes) if len(nodes) >= settings.workers else sum(nodes) // settings.workers
    return {"CPU": max(1, int(of_each))}


def _worker_variables(settings: Settings) -> dict[str, str]:
    """JAX would take a node's GPUs where nobody asked for them."""
    return {} if settings.gpu else {"JAX_PLATFORMS": "cpu"}


def _retries() -> int:
    text = os.environ.get("WORKER_RETRIES", "")
    return int(text) if text.isdigit() else _DEFAULT_RETRIES


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    raise Interrupted("asked to end; it goes on from its last checkpoint")


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
