"""deepspeed-zero3: large language models, their parameters, gradients and optimizer states spread over all GPUs.

There is no loop for it yet: one that nobody has run on GPUs would cost its users more than a plain word.
"""

from __future__ import annotations

from mlplatform.errors import UserError
from mlplatform.run import Outcome, Run


def train(run: Run) -> Outcome:
    if not run.settings.gpu:
        said = "resources.instanceResources.gpuCount is 0: ZeRO-3 spreads a model over GPUs, and trains on nothing else"
        raise UserError(f"{said}; torch-mpi trains on CPUs")
    said = 'algorithm.algorithmName is "deepspeed-zero3": the training image of this version has no loop for it'
    raise UserError(f"{said}; run your own as a container (algorithm.source container)")
