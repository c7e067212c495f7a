"""horovod-mpi: what Horovod's parameters mean, by PyTorch's DistributedDataParallel.

Horovod's last release is of 2023, for PyTorch 2.0 and TensorFlow 2.12, and Ray took its trainer out. Ring all-reduce
of gradients is what DistributedDataParallel does, too, so the parameters that say how the model learns keep their
meaning; those that tune Horovod's own engine have none here, and are named in the output when they are set.
"""

from __future__ import annotations

from mlplatform import torch_training
from mlplatform.hyperparameters import Hyperparameters, contract
from mlplatform.run import Outcome, Run
from mlplatform.torch_training import Plan

_WITHOUT_MEANING = (
    "cycle_time_ms",
    "cache_capacity",
    "hierarchical_allreduce",
    "autotune",
    "stall_check_seconds",
    "gradient_predivide_factor",
)


def train(run: Run) -> Outcome:
    for field in contract()[run.parameters.algorithm]["fields"]:
        if field["name"] in _WITHOUT_MEANING and run.parameters.values[field["name"]] != field["default"]:
            print(
                f"{field['name']} is left aside: it tunes Horovod's own engine, and this one is PyTorch's", flush=True
            )
    return torch_training.train(run, plan_of(run.parameters, workers=run.world.size, gpu=run.settings.gpu))


def plan_of(parameters: Hyperparameters, workers: int, gpu: bool) -> Plan:
    if parameters.text("framework") != "pytorch":
        said = "Horovod for TensorFlow and Keras ended in 2023; pytorch, or the algorithm tf-distributed"
        raise parameters.wrong("framework", said)
    if parameters.text("reduce_op") == "adasum":
        raise parameters.wrong("reduce_op", "Adasum went with Horovod; average and sum are what there is")
    if parameters.flag("mixed_precision") and not gpu:
        raise parameters.wrong("mixed_precision", "it needs a GPU, and resources.instanceResources.gpuCount is 0")
    scale = workers if parameters.flag("scale_learning_rate") else 1
    model = parameters.text("model_name")
    return Plan(
        model=model,
        pretrained=False,
        classes=parameters.integer("num_classes"),
        epochs=parameters.integer("epochs"),
        batch_size=parameters.integer("batch_size"),
        accumulation=parameters.integer("backward_passes_per_step"),
        optimizer=parameters.text("optimizer"),
        peak_rate=parameters.number("learning_rate") * scale,
        schedule="constant",
        warmup_steps=lambda steps: parameters.integer("warmup_epochs") * steps,
        momentum=parameters.number("momentum"),
        weight_decay=parameters.number("weight_decay"),
        clip_norm=parameters.number("gradient_clip_norm"),
        precision="fp16" if parameters.flag("mixed_precision") else "fp32",
        patience=parameters.optional("early_stopping_patience"),
        checkpoint_every=parameters.integer("checkpoint_every"),
        seed=parameters.integer("seed"),
        backend="nccl",
        average=parameters.text("reduce_op") == "average",
        compression=parameters.text("compression"),
        ddp_options={"bucket_cap_mb": max(1, parameters.integer("fusion_threshold_mb"))},
    )
