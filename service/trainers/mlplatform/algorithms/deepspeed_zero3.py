"""deepspeed-zero3: language models whose parameters, gradients and optimizer states are spread over all workers.

The engine is DeepSpeed's own (PyTorch's FSDP spreads a model, too, but takes none of these parameters). Each worker has
one GPU, or without GPUs its cores and gloo: the same training, for trying a small model out. Models are those of
Hugging Face, from a folder on the job's volume or by their name on the hub (HF_TOKEN opens those that ask for one).

Optimizers are PyTorch's: DeepSpeed's own are compiled when a job starts, and the image has no compiler.
"""

from __future__ import annotations

import math
import os
import tempfile
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import deepspeed
import deepspeed.ops
import numpy as np
import torch
import torch.distributed as dist
import transformers.generation.utils  # noqa: F401 - while parameters are spread it cannot be loaded
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer
from transformers.integrations import HfDeepSpeedConfig

from mlplatform.data.text import read_texts, text_column
from mlplatform.errors import DataError, Interrupted, UserError
from mlplatform.hyperparameters import Hyperparameters
from mlplatform.neural import Integers, Sum, check_classes, classes_in, learning_rate, mean_of_all, steps_in
from mlplatform.progress import Pace, Step
from mlplatform.run import Outcome, Run
from mlplatform.settings import CHANNELS
from mlplatform.stopping import Agreement
from mlplatform.torch_training import device_of, draw_as_at, group, sum_by

# DeepSpeed exchanges gradients by names that PyTorch is about to drop, which says so at every step.
warnings.filterwarnings("ignore", r"`torch\.distributed\.\w+` is deprecated", FutureWarning)

_SHARDS = "shards"
_WEIGHTS = ("*.safetensors", "*.bin")
_IGNORED = -100
"""The label of what is not to be learnt, as Hugging Face's models have it."""


@dataclass(frozen=True)
class Tokens:
    """Examples of one length; `labels` are the tokens again, or the class of each."""

    tokens: Integers
    mask: Integers
    labels: Integers

    def __len__(self) -> int:
        return len(self.tokens)

    def batch(self, rows: Integers, device: torch.device) -> dict[str, torch.Tensor]:
        named = {"input_ids": self.tokens, "attention_mask": self.mask, "labels": self.labels}
        return {name: torch.from_numpy(values[rows]).to(device) for name, values in named.items()}


def train(run: Run) -> Outcome:
    _refuse_what_is_not_there(run.parameters, gpu=run.settings.gpu)
    device = device_of(run)
    if device.type == "cuda":
        torch.cuda.set_device(device)
    with _peers(run, device):
        return _train(run, device)


def _train(run: Run, device: torch.device) -> Outcome:
    parameters = run.parameters
    torch.manual_seed(parameters.integer("seed"))
    torch.set_num_threads(run.threads)
    total = sum_by(run, device)
    source = _source(run)
    tokenizer = _from(parameters, AutoTokenizer.from_pretrained, source)
    examples, classes = _examples(run, tokenizer, total)
    accumulation = parameters.integer("gradient_accumulation_steps")
    size = parameters.integer("train_micro_batch_size_per_gpu")
    each = steps_in(len(examples["train"]), size * accumulation, total)
    steps = parameters.optional("max_steps") or parameters.integer("epochs") * each

    config = engine_config(parameters, gpu=run.settings.gpu)
    spreads = HfDeepSpeedConfig(config)  # as long as it is there, Hugging Face loads each worker's part alone
    model = _model(run, source, tokenizer, classes)
    engine, optimizer, _, _ = deepspeed.initialize(
        model=model, optimizer=_optimizer(parameters, model), config=spreads.config
    )
    done, start = 0, run.resume()
    checkpoint = None
    if start is not None:
        if start.state["workers"] != run.world.size:
            said = f"its checkpoint is of {start.state['workers']} workers, each of which has a part of the model"
            raise UserError(f"resources.instanceCount (NUM_WORKER) is {run.world.size}: {said}")
        engine.load_checkpoint(str(start.folder), tag=_SHARDS)
        done, checkpoint = start.step, str(start.folder)
    save = partial(engine.save_checkpoint, tag=_SHARDS, save_latest=False)
    loss_of = _loss_by(engine, examples, size, total, device)
    every, told_every = parameters.integer("checkpoint_every"), parameters.integer("logging_steps")
    pace, agreement = Pace(), Agreement(run.stop, run.world.size, total)
    while done < steps:
        engine.train()
        epoch, index = divmod(done, each)
        order = np.random.default_rng((parameters.integer("seed"), run.world.rank, epoch)).permutation(
            len(examples["train"])
        )
        rate = _rate(parameters, done, steps)
        losses = []
        draw_as_at(done, parameters.integer("seed"), run, device)
        for part in range(accumulation):
            begin = (index * accumulation + part) * size
            rows = order.take(np.arange(begin, begin + size), mode="wrap")
            loss = engine(**examples["train"].batch(rows, device)).loss
            engine.backward(loss)
            for parameter_group in optimizer.param_groups:
                parameter_group["lr"] = rate
            engine.step()
            losses.append(float(loss.detach()))
        done += 1
        pace.more(size * accumulation * run.world.size)
        ends_epoch = done % each == 0 or done == steps
        if ends_epoch or done % told_every == 0 or done == 1:
            figures = {"loss": mean_of_all(total, float(np.mean(losses)), 1), "learning_rate": rate, **pace.told()}
            if not math.isfinite(figures["loss"]):
                raise parameters.wrong("learning_rate", "the loss is no longer a number; a smaller one may help")
            if ends_epoch and "validation" in examples:
                figures["eval_loss"] = loss_of("validation")
            place = (done, steps, done // each, math.ceil(steps / each))
            run.told(Step(*place, metrics=figures, checkpoint=checkpoint), epoch_end=ends_epoch)
        asked = agreement.reached()
        if (every and done % every == 0) or done == steps or asked:
            state = {"workers": run.world.size}
            kept = run.checkpoints.save(done, state, lambda folder: save(str(folder)), _Together(run, device))
            checkpoint = str(kept.folder) if kept else checkpoint
        if asked and done < steps:
            raise Interrupted(f"asked to end after step {done} of {steps}; it goes on from there")

    metrics = {channel: {"loss": loss_of(channel)} for channel in examples}
    _keep_model(run, model, tokenizer)
    return Outcome(
        steps=done,
        metrics=metrics,
        model_format="Hugging Face (safetensors)" + (", a PEFT adapter" if parameters.integer("lora_rank") else ""),
        rows={channel: len(rows) for channel, rows in examples.items()},
        details={
            "text": text_column(run.data),
            "device": str(device),
            "parameters": sum(_whole_size(weights) for weights in model.parameters()),
            "parametersOfThisWorker": sum(int(weights.ds_tensor.numel()) for weights in model.parameters()),
        },
    )


def _refuse_what_is_not_there(parameters: Hyperparameters, gpu: bool) -> None:
    if parameters.text("task") == "seq2seq-lm":
        raise parameters.wrong("task", "it needs two columns of text; causal-lm and sequence-classification are there")
    if parameters.text("optimizer") in ("lamb", "onebitadam", "lion"):
        raise parameters.wrong("optimizer", "DeepSpeed compiles it, and the image has no compiler; adam or adamw")
    for field in ("offload_optimizer", "offload_param"):
        if parameters.text(field) == "nvme":
            raise parameters.wrong(field, "it needs libaio and a compiler, which the image has not; cpu or none")
    for field in ("zero_quantized_weights", "zero_quantized_gradients"):
        if parameters.flag(field):
            raise parameters.wrong(field, "its kernels are compiled when a job starts, and the image has no compiler")
    if not parameters.flag("stage3_gather_16bit_weights_on_model_save"):
        said = "the result is one whole model; its shards are in the checkpoints"
        raise parameters.wrong("stage3_gather_16bit_weights_on_model_save", said)
    if parameters.text("precision") == "fp16" and not gpu:
        raise parameters.wrong("precision", "it needs a GPU; bf16 and fp32 do not")


def engine_config(parameters: Hyperparameters, gpu: bool) -> dict[str, Any]:
    """DeepSpeed's own words: the form has most of them as they are."""
    zero: dict[str, Any] = {"stage": 3, "overlap_comm": parameters.flag("overlap_comm") and gpu}
    for name in ("contiguous_gradients", "stage3_gather_16bit_weights_on_model_save"):
        zero[name] = parameters.flag(name)
    for name in (
        "reduce_bucket_size",
        "sub_group_size",
        "stage3_prefetch_bucket_size",
        "stage3_param_persistence_threshold",
        "stage3_max_live_parameters",
        "stage3_max_reuse_distance",
        "zero_hpz_partition_size",
    ):
        zero[name] = parameters.integer(name)
    for name in ("offload_optimizer", "offload_param"):
        # Without GPUs everything is where it would be put.
        if parameters.text(name) == "cpu" and gpu:
            zero[name] = {"device": "cpu", "pin_memory": parameters.flag("offload_pin_memory")}
    precision = parameters.text("precision")
    half = {
        "loss_scale": parameters.number("loss_scale"),
        "initial_scale_power": parameters.integer("initial_scale_power"),
    }
    return {
        "train_micro_batch_size_per_gpu": parameters.integer("train_micro_batch_size_per_gpu"),
        "gradient_accumulation_steps": parameters.integer("gradient_accumulation_steps"),
        "gradient_clipping": parameters.number("gradient_clipping"),
        "zero_optimization": zero,
        "bf16": {"enabled": precision == "bf16"},
        "fp16": {"enabled": precision == "fp16", **half},
        # PyTorch's optimizers are none that DeepSpeed has tried itself.
        "zero_allow_untested_optimizer": True,
        "zero_force_ds_cpu_optimizer": False,
        "steps_per_print": 2**31 - 1,
    }


class _peers:  # noqa: N801 - used as a word
    """The group of workers, of one worker as well: DeepSpeed needs one."""

    def __init__(self, run: Run, device: torch.device) -> None:
        self._run, self._group = run, group(run, "nccl", device)
        self._meeting: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> None:
        os.environ.setdefault("LOCAL_RANK", "0")
        # On CPUs DeepSpeed would compile an exchange of its own by shared memory; gloo does it without a compiler.
        deepspeed.ops.__compatible_ops__ = {}
        self._group.__enter__()
        if self._run.world.size == 1 and not dist.is_initialized():
            self._meeting = tempfile.TemporaryDirectory(prefix="alone-")
            dist.init_process_group("gloo", init_method=f"file://{self._meeting.name}/place", rank=0, world_size=1)
        deepspeed.init_distributed()

    def __exit__(self, *error: object) -> None:
        self._group.__exit__(*error)
        if self._meeting is not None:
            self._meeting.cleanup()


@dataclass(frozen=True)
class _Together:
    run: Run
    device: torch.device

    def of_the_first(self, value: str) -> str:
        values = [value]
        dist.broadcast_object_list(values, src=0, device=self.device)
        return values[0]

    def meet(self) -> None:
        dist.barrier()


def _source(run: Run) -> str:
    """A folder on the job's volume, or a name of the hub."""
    name = run.parameters.text("model_name")
    folder = run.settings.storage_path / name
    return str(folder) if folder.is_dir() else name


def _from(parameters: Hyperparameters, load: Callable[..., Any], source: str, **options: Any) -> Any:
    try:
        return load(source, **options)
    except (OSError, ValueError) as error:
        said = f"it is no folder of a Hugging Face model on the job's volume, nor can it be fetched: {_short(error)}"
        raise parameters.wrong("model_name", said) from error


def _model(run: Run, source: str, tokenizer: Any, classes: int) -> Any:
    parameters = run.parameters
    kinds = {"causal-lm": AutoModelForCausalLM, "sequence-classification": AutoModelForSequenceClassification}
    kind = kinds[parameters.text("task")]
    config = _from(parameters, AutoConfig.from_pretrained, source)
    config.use_cache = False
    if classes:
        config.num_labels = classes
        config.pad_token_id = tokenizer.pad_token_id
    config._attn_implementation = "sdpa" if parameters.flag("flash_attention") else "eager"
    if Path(source).is_dir() and not any(next(Path(source).glob(pattern), None) for pattern in _WEIGHTS):
        print(f"{source} has no weights: the model begins with fresh ones", flush=True)
        model = kind.from_config(config)
    else:
        model = _from(parameters, kind.from_pretrained, source, config=config)
    if rank := parameters.integer("lora_rank"):
        from peft import LoraConfig, get_peft_model

        task = "CAUSAL_LM" if parameters.text("task") == "causal-lm" else "SEQ_CLS"
        scale: Any = parameters.number("lora_alpha")  # PEFT takes any number, whatever its types say
        adapter = LoraConfig(task_type=task, r=rank, lora_alpha=scale)
        # All that is learnt in one kind of numbers, as DeepSpeed wants it.
        model = get_peft_model(model, adapter, autocast_adapter_dtype=False)
        for weights in model.parameters():
            if weights.requires_grad and not hasattr(weights, "ds_id"):
                weights.data = weights.data.to(model.dtype)
        model.enable_input_require_grads()
    if parameters.flag("activation_checkpointing"):
        model.gradient_checkpointing_enable()
    return model


def _optimizer(parameters: Hyperparameters, model: Any) -> torch.optim.Optimizer:
    kind = torch.optim.AdamW if parameters.text("optimizer") == "adamw" else torch.optim.Adam
    return kind(
        [weights for weights in model.parameters() if weights.requires_grad],
        lr=parameters.number("learning_rate"),
        betas=(parameters.number("adam_beta1"), parameters.number("adam_beta2")),
        eps=parameters.number("adam_epsilon"),
        weight_decay=parameters.number("weight_decay"),
    )


_SCHEDULES = {
    "none": "constant",
    "WarmupLR": "constant",
    "WarmupDecayLR": "linear",
    "WarmupCosineLR": "cosine",
    "OneCycle": "linear",
}


def _rate(parameters: Hyperparameters, step: int, steps: int) -> float:
    """What DeepSpeed's schedules of these names do; one cycle rises for half of the way."""
    scheduler = parameters.text("scheduler")
    warmup = {"none": 0, "OneCycle": steps // 2}.get(scheduler, parameters.integer("warmup_steps"))
    return learning_rate(step, steps, parameters.number("learning_rate"), warmup, _SCHEDULES[scheduler])


def _examples(run: Run, tokenizer: Any, total: Sum) -> tuple[dict[str, Tokens], int]:
    """Of this worker's rows; and the number of classes, 0 where none are learnt."""
    length = run.parameters.integer("max_sequence_length")
    channels = [channel for channel in CHANNELS if channel in run.settings.keys]
    if run.parameters.text("task") == "causal-lm":
        return {channel: _blocks(run, tokenizer, channel, length) for channel in channels}, 0
    label = run.settings.label
    if not label:
        raise UserError("inputDataConfig.labelName (LABEL_COLUMN) is needed: the column of the classes")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    rows = {channel: list(read_texts(run.data, channel, label)) for channel in channels}
    labels = {channel: np.array([value for _, value in read], np.float32) for channel, read in rows.items()}
    classes = classes_in(labels["train"], total)
    if classes == 1:
        raise DataError(f'labels of column "{label}" must be whole numbers from 0: they are classes')
    examples = {}
    for channel, read in rows.items():
        check_classes(labels[channel], channel, classes, "the number of classes in the training data")
        told = tokenizer(
            [text for text, _ in read], padding="max_length", truncation=True, max_length=length, return_tensors="np"
        )
        tokens, mask = told["input_ids"].astype(np.int64), told["attention_mask"].astype(np.int64)
        examples[channel] = Tokens(tokens, mask, labels[channel].astype(np.int64))
    return examples, classes


def _blocks(run: Run, tokenizer: Any, channel: str, length: int) -> Tokens:
    """All texts one after the other, an end between two, in blocks; the last one is filled up."""
    joined: list[int] = []
    end = tokenizer.eos_token_id
    for text, _ in read_texts(run.data, channel):
        joined += tokenizer(text, add_special_tokens=False)["input_ids"]
        if end is not None:
            joined.append(end)
    if len(joined) < 2:
        raise DataError(f"channel {channel} has no text to learn from")
    count = math.ceil(len(joined) / length)
    tokens = np.resize(np.array(joined, np.int64), (count, length))
    seen = (np.arange(count * length) < len(joined)).reshape(count, length)
    return Tokens(tokens, seen.astype(np.int64), np.where(seen, tokens, _IGNORED))


def _loss_by(
    engine: Any, examples: Mapping[str, Tokens], size: int, total: Sum, device: torch.device
) -> Callable[[str], float]:
    """Of all workers' examples. Each makes as many steps as the others, since all have a part of each layer."""

    def loss_of(channel: str) -> float:
        engine.eval()
        rows, losses = examples[channel], []
        with torch.no_grad():
            for step in range(steps_in(len(rows), size, total)):
                chosen = np.arange(step * size, (step + 1) * size) % len(rows)
                losses.append(float(engine(**rows.batch(chosen, device)).loss))
        return mean_of_all(total, float(np.mean(losses)), 1)

    return loss_of


def _keep_model(run: Run, model: Any, tokenizer: Any) -> None:
    """Weight by weight: the whole model need not fit beside its part. All workers take part, one keeps."""
    adapts = run.parameters.integer("lora_rank") > 0
    state: dict[str, torch.Tensor] = {}
    for name, weights in model.named_parameters():
        if adapts and not weights.requires_grad:
            continue
        with deepspeed.zero.GatheredParameters(weights):
            if run.world.leads:
                state[name] = weights.detach().cpu().clone()
    if run.world.leads:
        state |= (
            {}
            if adapts
            else {name: buffer.cpu() for name, buffer in model.named_buffers() if name in model.state_dict()}
        )
        model.save_pretrained(run.model_folder, state_dict=state)
        tokenizer.save_pretrained(run.model_folder)


def _whole_size(weights: Any) -> int:
    return int(weights.ds_numel)


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
