"""Data-parallel training by PyTorch's DistributedDataParallel: what torch-mpi and horovod-mpi share."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from mlplatform.data.table import Floats, Table
from mlplatform.errors import UserError
from mlplatform.neural import (
    Doubles,
    Epochs,
    Scaling,
    Sum,
    alone,
    batches,
    by_channel,
    check_classes,
    learning_rate,
    mean_of_all,
    steps_in,
)
from mlplatform.run import Outcome, Run
from mlplatform.user_model import build_user_model, names_a_file

_STATE = "state.pt"
_BITS = (1 << 64) - 1


@dataclass(frozen=True)
class Plan:
    """The hyperparameters of either algorithm, in one language."""

    model: str
    pretrained: bool
    classes: int
    epochs: int
    batch_size: int
    accumulation: int
    optimizer: str
    peak_rate: float
    schedule: str
    warmup_steps: Callable[[int], int]
    """Of the number of steps of an epoch."""
    momentum: float
    weight_decay: float
    clip_norm: float
    precision: str
    patience: int | None
    checkpoint_every: int
    seed: int
    backend: str
    average: bool = True
    """False: gradients of the workers are added up."""
    compression: str = "none"
    ddp_options: Mapping[str, Any] | None = None
    sync_batch_norm: bool = False
    compile: bool = False


def train(run: Run, plan: Plan) -> Outcome:
    device = device_of(run)
    with group(run, plan.backend, device):
        return _train(run, plan, device)


def _train(run: Run, plan: Plan, device: torch.device) -> Outcome:
    torch.manual_seed(plan.seed)
    torch.set_num_threads(run.threads)
    if plan.precision == "tf32":
        torch.set_float32_matmul_precision("high")
    total = sum_by(run, device)
    tables = run.data.tables()
    for channel, table in tables.items():
        check_classes(table.label, channel, plan.classes, "num_classes")
    scaling = Scaling.of(tables["train"].features, total)
    columns = tables["train"].columns.features
    network = _network(run, plan, len(columns)).to(device)
    if plan.sync_batch_norm and run.world.size > 1:
        network = nn.SyncBatchNorm.convert_sync_batchnorm(network)
    optimizer = _optimizer(plan, network)
    steps = steps_in(len(tables["train"]), plan.batch_size, total)
    epochs = Epochs(run, plan.epochs, plan.checkpoint_every, plan.patience, steps, total)
    # Gradients of 16 bits vanish unless the loss is scaled up.
    scaler = torch.amp.GradScaler(device.type, enabled=plan.precision == "fp16")
    start = epochs.go_on_from()
    if start is not None:
        state = torch.load(start / _STATE, map_location=device, weights_only=True)
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        if state.get("scaler"):
            scaler.load_state_dict(state["scaler"])
    model = _distributed(run, plan, network, device)
    total_updates = plan.epochs * math.ceil(steps / plan.accumulation)
    warmup = plan.warmup_steps(math.ceil(steps / plan.accumulation))

    def save(folder: Path) -> None:
        kept = {"network": network, "optimizer": optimizer, "scaler": scaler}
        torch.save({name: part.state_dict() for name, part in kept.items()}, folder / _STATE)

    while not epochs.is_over:
        model.train()
        rate = plan.peak_rate
        order = list(batches(len(tables["train"]), plan.batch_size, plan.seed + run.world.rank, epochs.done))
        for index in epochs.steps_left:
            draw_as_at(epochs.done * steps + index, plan.seed, run, device)
            rows = order[index % len(order)]
            last = (index + 1) % plan.accumulation == 0 or index + 1 == steps
            hold = model.no_sync() if isinstance(model, DistributedDataParallel) and not last else nullcontext()
            with hold, _precision(plan, device):
                loss = _loss(plan, model, tables["train"], rows, scaling, device)
            with hold:
                scaler.scale(loss / plan.accumulation * (1 if plan.average else run.world.size)).backward()
            if last:
                rate = learning_rate(epochs.step, total_updates, plan.peak_rate, warmup, plan.schedule)
                for group in optimizer.param_groups:
                    group["lr"] = rate
                scaler.unscale_(optimizer)
                if plan.clip_norm > 0:
                    nn.utils.clip_grad_norm_(network.parameters(), plan.clip_norm)
                scaler.step(optimizer)
                scaler.update()
                optimizer.zero_grad(set_to_none=True)
                epochs.step += 1
            figures = {"loss": float(loss.detach())}
            epochs.during(index + 1, figures, len(rows) * run.world.size, rate, save, whole=last)
        figures = epochs.means()
        if "validation" in tables:
            figures |= {
                f"validation_{name}": value
                for name, value in _figures(total, plan, network, tables["validation"], scaling, device).items()
            }
        epochs.after(figures, save)
    epochs.finish(save)

    metrics = by_channel(epochs.history[-1])
    for channel in ("train", "test"):
        if channel in tables:
            metrics[channel] = _figures(total, plan, network, tables[channel], scaling, device)
    if run.world.leads:
        _keep_model(run, network, scaling, columns, plan, device)
    return Outcome(
        steps=epochs.done * steps,
        metrics=metrics,
        model_format="PyTorch state (model.pt) and ONNX (model.onnx)",
        rows={channel: len(table) for channel, table in tables.items()},
        details={
            "epochs": epochs.done,
            "features": list(columns),
            "device": str(device),
            "parameters": sum(weights.numel() for weights in network.parameters()),
        },
    )


def draw_as_at(step: int, seed: int, run: Run, device: torch.device) -> None:
    """Seed, worker and step decide what dropout and the like draw: a training that goes on draws what it would have.

    Not by torch.manual_seed(), which takes a tenth of a small step: it keeps the stack for devices that are not there.
    """
    number = mixed(seed, run.world.rank, step)
    torch.default_generator.manual_seed(number)
    if device.type == "cuda":
        torch.cuda.manual_seed(number)


def mixed(*parts: int) -> int:
    """One number of 64 bits, by SplitMix64: near ones are far apart. numpy's SeedSequence takes eight times as long."""
    number = 0
    for part in parts:
        number = (number ^ part) + 0x9E3779B97F4A7C15 & _BITS
        number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9 & _BITS
        number = (number ^ number >> 27) * 0x94D049BB133111EB & _BITS
        number ^= number >> 31
    return number


def device_of(run: Run) -> torch.device:
    if not run.settings.gpu:
        return torch.device("cpu")
    if not torch.cuda.is_available():
        raise UserError("resources.instanceResources.gpuCount is above 0, and PyTorch finds no GPU that it can use")
    return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")) % torch.cuda.device_count())


class group:  # noqa: N801 - used as a word
    """The group of workers. Ray Train makes one by itself; outside of it MASTER_ADDR names where it meets."""

    def __init__(self, run: Run, backend: str, device: torch.device) -> None:
        self._run, self._backend, self._device, self._ours = run, backend, device, False

    def __enter__(self) -> None:
        if self._run.world.size > 1 and not dist.is_initialized():
            backend = self._backend if self._device.type == "cuda" else "gloo"
            dist.init_process_group(backend, rank=self._run.world.rank, world_size=self._run.world.size)
            self._ours = True

    def __exit__(self, *_: object) -> None:
        if self._ours:
            dist.destroy_process_group()


def sum_by(run: Run, device: torch.device) -> Sum:
    def total(values: Doubles) -> Doubles:
        summed = torch.tensor(values, dtype=torch.float64, device=device)
        dist.all_reduce(summed)
        return cast(Doubles, summed.cpu().numpy())

    return total if run.world.size > 1 else alone


def _network(run: Run, plan: Plan, features: int) -> nn.Module:
    outputs = plan.classes
    if names_a_file(plan.model):
        model = build_user_model(run.settings, run.parameters, "model_name", features, outputs)
        if not isinstance(model, nn.Module):
            raise run.parameters.wrong("model_name", "its build_model() gives no torch.nn.Module")
        return model
    if plan.model == "mlp":
        width = 64
        return nn.Sequential(
            nn.Linear(features, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, outputs)
        )
    name = plan.model.removeprefix("torchvision/")
    try:
        import torchvision.models as zoo
    except ImportError as error:
        said = "this image has no torchvision; mlp is for tables, a path such as models/net.py for a model of your own"
        raise run.parameters.wrong("model_name", said) from error
    if name not in zoo.list_models():
        raise run.parameters.wrong("model_name", "it is neither mlp, nor a path ending in .py, nor one of torchvision")
    try:
        network = zoo.get_model(name, weights="DEFAULT" if plan.pretrained else None)
    except OSError as error:
        raise run.parameters.wrong(
            "pretrained", f"the weights cannot be fetched ({error}); false begins anew"
        ) from error
    return _Images(_with_outputs(network, outputs), features, run)


class _Images(nn.Module):
    """The columns of a row are the pixels of a square picture, line by line, colour after colour."""

    def __init__(self, network: nn.Module, features: int, run: Run) -> None:
        super().__init__()
        self.network = network
        self.colours = next(
            (c for c in (3, 1) if features % c == 0 and math.isqrt(features // c) ** 2 * c == features), 0
        )
        if self.colours == 0:
            said = f"it learns from pictures, and {features} columns are no square of 1 or 3 colours; mlp is for tables"
            raise run.parameters.wrong("model_name", said)
        self.side = math.isqrt(features // self.colours)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        pictures = rows.view(-1, self.colours, self.side, self.side).expand(-1, 3, -1, -1)
        return self.network(pictures)


def _with_outputs(network: nn.Module, outputs: int) -> nn.Module:
    """Puts a new last layer in the place of the one that tells ImageNet's thousand classes."""
    name, last = [(name, module) for name, module in network.named_modules() if isinstance(module, nn.Linear)][-1]
    parent = network.get_submodule(name.rpartition(".")[0])
    setattr(parent, name.rpartition(".")[2], nn.Linear(last.in_features, outputs))
    return network


def _optimizer(plan: Plan, network: nn.Module) -> torch.optim.Optimizer:
    parameters = list(network.parameters())
    rate, decay, momentum = plan.peak_rate, plan.weight_decay, plan.momentum
    match plan.optimizer:
        case "sgd":
            return torch.optim.SGD(parameters, rate, momentum=momentum, weight_decay=decay)
        case "adam":
            return torch.optim.Adam(parameters, rate, weight_decay=decay)
        case "adamw":
            return torch.optim.AdamW(parameters, rate, weight_decay=decay)
        case "rmsprop":
            return torch.optim.RMSprop(parameters, rate, momentum=momentum, weight_decay=decay)
        case "adagrad":
            return torch.optim.Adagrad(parameters, rate, weight_decay=decay)
    raise UserError(f'the optimizer "{plan.optimizer}" is none of PyTorch\'s: sgd, adam, adamw, rmsprop or adagrad')


def _distributed(run: Run, plan: Plan, network: nn.Module, device: torch.device) -> nn.Module:
    if run.world.size == 1:
        return torch.compile(network) if plan.compile else network
    devices = [device.index] if device.type == "cuda" else None
    model = DistributedDataParallel(network, device_ids=devices, **(plan.ddp_options or {}))
    from torch.distributed.algorithms.ddp_comm_hooks import default_hooks, powerSGD_hook

    if plan.compression == "fp16":
        model.register_comm_hook(None, default_hooks.fp16_compress_hook)
    elif plan.compression == "bf16":
        model.register_comm_hook(None, default_hooks.bf16_compress_hook)
    elif plan.compression == "powersgd":
        model.register_comm_hook(powerSGD_hook.PowerSGDState(None), powerSGD_hook.powerSGD_hook)
    return torch.compile(model) if plan.compile else model


def _precision(plan: Plan, device: torch.device) -> Any:
    kinds = {"fp16": torch.float16, "bf16": torch.bfloat16}
    return torch.autocast(device.type, kinds[plan.precision]) if plan.precision in kinds else nullcontext()


def _tensors(table: Table, rows: Any, scaling: Scaling, plan: Plan, device: torch.device) -> tuple[torch.Tensor, ...]:
    features: Floats = scaling(np.asarray(table.features[rows]))
    label = torch.from_numpy(np.ascontiguousarray(table.label[rows]))
    wanted = label.long() if plan.classes > 1 else label.float()
    return torch.from_numpy(np.ascontiguousarray(features)).to(device), wanted.to(device)


def _loss(
    plan: Plan, model: nn.Module, table: Table, rows: Any, scaling: Scaling, device: torch.device
) -> torch.Tensor:
    features, wanted = _tensors(table, rows, scaling, plan, device)
    said = model(features)
    if plan.classes > 1:
        return nn.functional.cross_entropy(said, wanted)
    return nn.functional.mse_loss(said.squeeze(-1), wanted)


def _figures(
    total: Sum, plan: Plan, network: nn.Module, table: Table, scaling: Scaling, device: torch.device
) -> dict[str, float]:
    """Of all workers' rows."""
    network.eval()
    loss, right, count = 0.0, 0.0, len(table)
    with torch.no_grad():
        for start in range(0, count, 4096):
            rows = slice(start, start + 4096)
            features, wanted = _tensors(table, rows, scaling, plan, device)
            said = network(features)
            if plan.classes > 1:
                loss += float(nn.functional.cross_entropy(said, wanted, reduction="sum"))
                right += float((said.argmax(1) == wanted).sum())
            else:
                loss += float(nn.functional.mse_loss(said.squeeze(-1), wanted, reduction="sum"))
    figures = {"loss": mean_of_all(total, loss / count, count)}
    if plan.classes > 1:
        figures["accuracy"] = mean_of_all(total, right / count, count)
    else:
        figures["rmse"] = math.sqrt(figures["loss"])
    return figures


def _keep_model(
    run: Run, network: nn.Module, scaling: Scaling, columns: tuple[str, ...], plan: Plan, device: torch.device
) -> None:
    folder = run.model_folder
    network = network.to("cpu").eval()
    torch.save(network.state_dict(), folder / "model.pt")
    scaling.save(folder, columns, plan.classes)
    try:
        example = torch.zeros(1, len(columns))
        torch.onnx.export(
            network,
            (example,),
            str(folder / "model.onnx"),
            input_names=["features"],
            output_names=["prediction"],
            dynamic_axes={"features": {0: "rows"}, "prediction": {0: "rows"}},
            dynamo=False,
        )
    except Exception as error:
        print(f"the model is not told as ONNX: {type(error).__name__}: {error}", flush=True)
    finally:
        network.to(device)
