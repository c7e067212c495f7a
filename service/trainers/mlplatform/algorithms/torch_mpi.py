"""torch-mpi: PyTorch on many workers.

Its processes used to be started by mpirun and to speak MPI. PyTorch's MPI backend is only there when PyTorch was built
from source against an MPI, which no published package is: backend mpi means gloo here, or nccl on GPUs, with the same
result. Ray or the operator starts the processes.
"""

from __future__ import annotations

from mlplatform import torch_training
from mlplatform.hyperparameters import Hyperparameters
from mlplatform.run import Outcome, Run
from mlplatform.torch_training import Plan


def train(run: Run) -> Outcome:
    return torch_training.train(run, plan_of(run.parameters, gpu=run.settings.gpu))


def plan_of(parameters: Hyperparameters, gpu: bool) -> Plan:
    if parameters.text("optimizer") == "lamb":
        raise parameters.wrong("optimizer", "PyTorch has no LAMB; adamw is what comes nearest")
    if parameters.text("backend") == "nccl" and not gpu:
        raise parameters.wrong("backend", "it needs GPUs, and resources.instanceResources.gpuCount is 0; gloo does not")
    if parameters.text("precision") == "fp16" and not gpu:
        raise parameters.wrong("precision", "it needs a GPU; bf16 and fp32 do not")
    return Plan(
        model=parameters.text("model_name"),
        pretrained=parameters.flag("pretrained"),
        classes=parameters.integer("num_classes"),
        epochs=parameters.integer("epochs"),
        batch_size=parameters.integer("batch_size"),
        accumulation=parameters.integer("gradient_accumulation_steps"),
        optimizer=parameters.text("optimizer"),
        peak_rate=parameters.number("learning_rate"),
        schedule=parameters.text("learning_rate_schedule"),
        warmup_steps=lambda _steps: parameters.integer("warmup_steps"),
        momentum=parameters.number("momentum"),
        weight_decay=parameters.number("weight_decay"),
        clip_norm=parameters.number("gradient_clip_norm"),
        precision=parameters.text("precision"),
        patience=parameters.optional("early_stopping_patience"),
        checkpoint_every=parameters.integer("checkpoint_every"),
        seed=parameters.integer("seed"),
        backend="gloo" if parameters.text("backend") == "gloo" else "nccl",
        compression=parameters.text("gradient_compression"),
        ddp_options={
            "find_unused_parameters": parameters.flag("find_unused_parameters"),
            "gradient_as_bucket_view": parameters.flag("gradient_as_bucket_view"),
            "bucket_cap_mb": parameters.integer("bucket_cap_mb"),
        },
        sync_batch_norm=parameters.flag("sync_batch_norm"),
        compile=parameters.flag("compile"),
    )
