"""deepspeed-zero3: large language models, their parameters, gradients and optimizer states spread over all GPUs."""

from __future__ import annotations

from mlplatform.errors import UserError
from mlplatform.run import Outcome, Run


def train(run: Run) -> Outcome:
    if not run.settings.gpu:
        said = "resources.instanceResources.gpuCount is 0: ZeRO-3 spreads a model over GPUs, and trains on nothing else"
        raise UserError(f"{said}; torch-mpi trains on CPUs")
    raise NotImplementedError
