"""The built-in algorithms, one module each. `train(run)` knows nothing of Ray: on_ray.py calls it in each worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Literal

from mlplatform.errors import UserError
from mlplatform.run import Outcome, Run, World

Family = Literal["xgboost", "lightgbm", "torch", "jax", "tensorflow"]


@dataclass(frozen=True)
class Algorithm:
    name: str
    module: str
    family: Family
    """Which Ray trainer starts its workers."""
    engine: str
    """The package that the image must have."""

    def check_world(self, world: World) -> None:
        """Of workers that are plain processes. On Ray each family has a trainer that brings its workers together."""
        if world.size > 1 and self.family in ("xgboost", "lightgbm"):
            said = f'algorithm.algorithmName is "{self.name}": {world.size} workers of it find each other by Ray alone'
            raise UserError(f"{said}; --runtime ray, or one worker")

    def load(self) -> Callable[[Run], Outcome]:
        try:
            train: Callable[[Run], Outcome] = import_module(f"mlplatform.algorithms.{self.module}").train
        except ModuleNotFoundError as error:
            missing = error.name or ""
            if missing.startswith("mlplatform"):
                raise
            raise UserError(
                f'algorithm.algorithmName is "{self.name}": it needs {self.engine}, and this image has no {missing}'
            ) from error
        return train


ALGORITHMS = {
    algorithm.name: algorithm
    for algorithm in (
        Algorithm("xgboost", "xgboost", "xgboost", "XGBoost"),
        Algorithm("lightgbm", "lightgbm", "lightgbm", "LightGBM"),
        Algorithm("torch-mpi", "torch_mpi", "torch", "PyTorch"),
        Algorithm("horovod-mpi", "horovod_mpi", "torch", "PyTorch"),
        Algorithm("deepspeed-zero3", "deepspeed_zero3", "torch", "DeepSpeed"),
        Algorithm("jax-pjit", "jax_pjit", "jax", "JAX"),
        Algorithm("tensorflow-cnn", "tensorflow_cnn", "tensorflow", "TensorFlow"),
        Algorithm("tensorflow-transformer", "tensorflow_transformer", "tensorflow", "TensorFlow"),
        Algorithm("tf-distributed", "tf_distributed", "tensorflow", "TensorFlow"),
    )
}


def algorithm_named(name: str) -> Algorithm:
    if name not in ALGORITHMS:
        raise UserError(f'algorithm.algorithmName is "{name}": one of {", ".join(ALGORITHMS)} is needed')
    return ALGORITHMS[name]
