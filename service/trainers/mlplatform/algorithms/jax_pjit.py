"""jax-pjit: a small language model as one program over a mesh of devices.

The arrays of parameters and tokens say by named axes how they are split, and XLA puts the exchange between devices in:
mesh_data copies the model, mesh_fsdp spreads its parameters, mesh_tensor splits its matrices, mesh_sequence the text.
Text is read from one column, byte by byte, so that no vocabulary has to be fetched.

Several workers make one mesh of all their devices. Each reads the whole text and draws the same examples, of which it
keeps what its devices need: the training is the same one, however many workers there are.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.experimental import multihost_utils
from jax.sharding import Mesh, NamedSharding
from jax.sharding import PartitionSpec as Split

from mlplatform.data.text import END, text_column, token_blocks
from mlplatform.errors import DataError, Interrupted, UnavailableError, UserError
from mlplatform.hyperparameters import Hyperparameters
from mlplatform.neural import Doubles, Sum, alone, learning_rate
from mlplatform.progress import Pace, Step
from mlplatform.run import Outcome, Run
from mlplatform.settings import CHANNELS
from mlplatform.stopping import Agreement

AXES = ("data", "fsdp", "tensor", "sequence")
_STATE = "state.npz"
_MODEL = "model.npz"
Tree = Any


def train(run: Run) -> Outcome:
    parameters = run.parameters
    _join(run)
    if run.settings.gpu and jax.default_backend() == "cpu":
        raise parameters.wrong("compute_dtype", "gpuCount is above 0, and this image's JAX finds no GPU")
    _refuse_what_is_not_there(parameters)
    jax.config.update("jax_default_matmul_precision", parameters.text("matmul_precision"))
    mesh = _mesh(parameters)
    length = parameters.integer("max_sequence_length")
    channels = [channel for channel in CHANNELS if channel in run.settings.keys]
    blocks = {channel: token_blocks(run.data, channel, length, whole=True) for channel in channels}
    batch = parameters.integer("per_device_batch_size") * mesh.shape["data"] * mesh.shape["fsdp"]
    _check_vocabulary(parameters, blocks)

    optimizer = _optimizer(parameters)
    with jax.set_mesh(mesh):
        model = _place(_fresh(parameters), mesh)
        state = {"model": model, "optimizer": jax.jit(optimizer.init)(model)}
        done, start = 0, run.resume()
        if start is not None:
            done = start.step
            state = _restored(state, start.folder / _STATE)
        step_of = _compiled_step(parameters, optimizer)
        rates, accumulated = _rates(parameters), parameters.integer("gradient_accumulation_steps")
        pace, sum_up = Pace(), _sum_by(run)
        agreement = Agreement(run.stop, run.world.size, sum_up)
        total, every = parameters.integer("total_steps"), parameters.integer("checkpoint_every")
        checkpoint = str(start.folder) if start else None
        evaluate = jax.jit(partial(_loss, parameters, training=False))
        look_every = parameters.integer("eval_every")
        while done < total:
            tokens = _batch(blocks["train"], batch, parameters.integer("seed"), done, mesh)
            state, loss = step_of(state, tokens, done)
            done += 1
            pace.more(batch)
            rate = float(rates[min((done - 1) // accumulated, len(rates) - 1)])
            figures = {"loss": float(loss), "learning_rate": rate, **pace.told()}
            if not math.isfinite(figures["loss"]):
                raise parameters.wrong("learning_rate", "the loss is no longer a number; a smaller one may help")
            looks = "validation" in blocks and (done == total or (look_every and done % look_every == 0))
            if looks:
                figures["eval_loss"] = _mean_loss(evaluate, state["model"], blocks["validation"], batch, mesh)
            asked = agreement.reached()
            if (every and done % every == 0) or done == total or asked:
                kept = run.checkpoints.save(done, {}, partial(_save, _gathered(state)))
                checkpoint = str(kept.folder) if kept else checkpoint
            run.told(Step(done, total, metrics=figures, checkpoint=checkpoint), epoch_end=bool(looks))
            if asked and done < total:
                # JAX ends a worker whose peers are gone: none goes before the checkpoint is there.
                sum_up(np.zeros(1))
                raise Interrupted(f"asked to end after step {done} of {total}; it goes on from there")
        metrics = {
            channel: _told(_mean_loss(evaluate, state["model"], rows, batch, mesh)) for channel, rows in blocks.items()
        }
        trained = _gathered(state["model"])
    if run.world.leads:
        _keep_model(run, trained)
    return Outcome(
        steps=done,
        metrics=metrics,
        model_format="NumPy arrays (model.npz) and config.json",
        rows={channel: len(rows) for channel, rows in blocks.items()},
        details={
            "mesh": dict(mesh.shape),
            "text": text_column(run.data),
            "parameters": sum(int(value.size) for value in jax.tree.leaves(trained)),
        },
    )


def _join(run: Run) -> None:
    """Ray has done it where it started the workers; elsewhere variables tell where they meet."""
    # For CPUs; GPUs have NCCL.
    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    if run.world.size == 1 or jax.distributed.is_initialized():
        return
    meet = run.extra.get("JAX_COORDINATOR_ADDRESS") or ":".join(
        run.extra.get(name, "") for name in ("MASTER_ADDR", "MASTER_PORT")
    )
    if meet.startswith(":") or meet.endswith(":"):
        raise UserError(f"{run.world.size} workers of JAX meet at JAX_COORDINATOR_ADDRESS, which is not set")
    try:
        jax.distributed.initialize(meet, run.world.size, run.world.rank)
        run.stop.listen_again()
    except (RuntimeError, ValueError) as error:
        raise UnavailableError(f"the other workers are not there, at {meet}: {str(error)[:200]}") from error


def _sum_by(run: Run) -> Sum:
    def total(values: Doubles) -> Doubles:
        return np.asarray(multihost_utils.process_allgather(values), np.float64).sum(axis=0)

    return total if run.world.size > 1 else alone


def _gathered(tree: Tree) -> Tree:
    """Whole arrays in this process. All workers have to ask, whoever needs it."""
    return jax.tree.map(lambda value: multihost_utils.process_allgather(value, tiled=True), tree)


def _told(loss: float) -> dict[str, float]:
    return {"loss": loss, "bits_per_byte": loss / math.log(2)}


def _refuse_what_is_not_there(parameters: Hyperparameters) -> None:
    if parameters.text("model_name") != "transformer":
        raise parameters.wrong("model_name", "transformer is what there is; it begins with fresh weights")
    if parameters.text("optimizer") == "shampoo":
        raise parameters.wrong("optimizer", "Optax has no Shampoo; adamw, adafactor, lion, lamb and sgd are there")


def _check_vocabulary(parameters: Hyperparameters, blocks: Mapping[str, Any]) -> None:
    if parameters.integer("vocabulary_size") <= END:
        raise parameters.wrong("vocabulary_size", f"text is read as bytes, which needs {END + 1} at least")
    for channel, rows in blocks.items():
        if len(rows) == 0:
            raise DataError(f"the text of channel {channel} is shorter than one example of max_sequence_length")


def _mesh(parameters: Hyperparameters) -> Mesh:
    devices = jax.devices()
    sizes = [parameters.integer(f"mesh_{axis}") for axis in AXES]
    fixed = math.prod(size for size in sizes if size > 0)
    sizes = [size if size > 0 else max(1, len(devices) // fixed) for size in sizes]
    if math.prod(sizes) != len(devices):
        said = f"the axes of the mesh make {math.prod(sizes)} devices, and there are {len(devices)}"
        raise parameters.wrong("mesh_data", said)
    return jax.make_mesh(tuple(sizes), AXES, axis_types=(jax.sharding.AxisType.Auto,) * len(AXES))


def _fresh(parameters: Hyperparameters) -> Tree:
    width, layers = parameters.integer("hidden_size"), parameters.integer("num_layers")
    words, length = parameters.integer("vocabulary_size"), parameters.integer("max_sequence_length")
    random = np.random.default_rng(parameters.integer("seed"))
    kind = jnp.dtype(parameters.text("param_dtype"))

    def drawn(*shape: int, scale: float) -> Any:
        return (random.standard_normal(shape) * scale).astype(np.float32).astype(kind)

    small = 1 / math.sqrt(width)
    return {
        "words": drawn(words, width, scale=0.02),
        "places": drawn(length, width, scale=0.02),
        # All layers in one array each: the program loops over them instead of repeating them.
        "layers": {
            "qkv": drawn(layers, width, 3 * width, scale=small),
            "out": drawn(layers, width, width, scale=small / math.sqrt(2 * layers)),
            "up": drawn(layers, width, 4 * width, scale=small),
            "down": drawn(layers, 4 * width, width, scale=small / math.sqrt(8 * layers)),
            "norm1": np.ones((layers, width), kind),
            "norm2": np.ones((layers, width), kind),
        },
        "norm": np.ones((width,), kind),
    }


_SPLITS: Mapping[str, Split] = {
    "words": Split("tensor", "fsdp"),
    "places": Split(None, "fsdp"),
    "qkv": Split(None, "fsdp", "tensor"),
    "out": Split(None, "tensor", "fsdp"),
    "up": Split(None, "fsdp", "tensor"),
    "down": Split(None, "tensor", "fsdp"),
}


def _place(tree: Tree, mesh: Mesh) -> Tree:
    def put(path: Any, value: Any) -> Any:
        return jax.device_put(value, NamedSharding(mesh, _SPLITS.get(path[-1].key, Split())))

    return jax.tree_util.tree_map_with_path(put, tree)


def _loss(parameters: Hyperparameters, model: Tree, tokens: Any, training: bool, key: Any = None) -> Any:
    """Mean surprise at each next byte, in nats."""
    kind = jnp.dtype(parameters.text("compute_dtype"))
    heads, dropout = parameters.integer("num_attention_heads"), parameters.number("dropout") if training else 0.0
    seen, wanted = tokens[:, :-1], tokens[:, 1:]
    x = model["words"].astype(kind)[seen] + model["places"].astype(kind)[: seen.shape[1]]

    def layer(x: Any, given: Any) -> tuple[Any, None]:
        weights, layer_key = given
        batch, length, width = x.shape
        q, k, v = jnp.split(_norm(x, weights["norm1"]) @ weights["qkv"].astype(kind), 3, axis=-1)
        q, k, v = (part.reshape(batch, length, heads, width // heads) for part in (q, k, v))
        mixed = jax.nn.dot_product_attention(q, k, v, is_causal=True).reshape(batch, length, width)
        x = x + _dropped(mixed @ weights["out"].astype(kind), dropout, layer_key)
        hidden = jax.nn.gelu(_norm(x, weights["norm2"]) @ weights["up"].astype(kind))
        return x + _dropped(hidden @ weights["down"].astype(kind), dropout, layer_key), None

    if parameters.text("remat_policy") != "none":
        policies = jax.checkpoint_policies
        policy = policies.nothing_saveable if parameters.text("remat_policy") == "full" else policies.dots_saveable
        layer = jax.checkpoint(layer, policy=policy)
    count = parameters.integer("num_layers")
    keys = jax.random.split(key if key is not None else jax.random.key(0), count)
    if parameters.flag("scan_layers"):
        x, _ = jax.lax.scan(layer, x, (model["layers"], keys))
    else:
        for index in range(count):
            x, _ = layer(x, (jax.tree.map(lambda value, i=index: value[i], model["layers"]), keys[index]))
    said = (_norm(x, model["norm"]) @ model["words"].astype(kind).T).astype(jnp.float32)
    return optax.softmax_cross_entropy_with_integer_labels(said, wanted).mean()


def _norm(x: Any, weight: Any) -> Any:
    wide = x.astype(jnp.float32)
    return (wide * jax.lax.rsqrt((wide**2).mean(-1, keepdims=True) + 1e-6) * weight).astype(x.dtype)


def _dropped(x: Any, share: float, key: Any) -> Any:
    return jnp.where(jax.random.bernoulli(key, 1 - share, x.shape), x / (1 - share), 0) if share > 0 else x


def _rates(parameters: Hyperparameters) -> np.typing.NDArray[np.float32]:
    """The learning rate of each change of the weights, as a table: the schedule of all networks is plain Python."""
    total = parameters.integer("total_steps")
    warmup = parameters.integer("warmup_steps")
    schedule = parameters.text("learning_rate_schedule")
    peak, last = parameters.number("learning_rate"), parameters.number("final_learning_rate_ratio")
    rates = [learning_rate(step, total, peak, warmup, schedule, last) for step in range(min(total, 1_000_000))]
    return np.array(rates, np.float32)


def _optimizer(parameters: Hyperparameters) -> optax.GradientTransformation:
    table = _rates(parameters)

    def rate(step: Any) -> Any:
        return jnp.asarray(table)[jnp.minimum(step, len(table) - 1)]

    decay = parameters.number("weight_decay")
    adam = {
        "b1": parameters.number("adam_beta1"),
        "b2": parameters.number("adam_beta2"),
        "eps": parameters.number("adam_epsilon"),
    }
    kinds: Mapping[str, Any] = {
        "adamw": lambda: optax.adamw(rate, **adam, weight_decay=decay),
        "lamb": lambda: optax.lamb(rate, **adam, weight_decay=decay),
        "lion": lambda: optax.lion(rate, b1=adam["b1"], b2=adam["b2"], weight_decay=decay),
        "adafactor": lambda: optax.adafactor(rate, weight_decay_rate=decay or None),
        "sgd": lambda: optax.chain(optax.add_decayed_weights(decay), optax.sgd(rate)),
    }
    chosen = kinds[parameters.text("optimizer")]()
    clip = parameters.number("gradient_clip_norm")
    chain = optax.chain(optax.clip_by_global_norm(clip), chosen) if clip > 0 else chosen
    accumulate = parameters.integer("gradient_accumulation_steps")
    return optax.MultiSteps(chain, accumulate) if accumulate > 1 else chain


def _compiled_step(parameters: Hyperparameters, optimizer: optax.GradientTransformation) -> Any:
    seed = parameters.integer("seed")

    def step(state: Tree, tokens: Any, number: Any) -> tuple[Tree, Any]:
        key = jax.random.fold_in(jax.random.key(seed), number)
        loss, gradients = jax.value_and_grad(lambda model: _loss(parameters, model, tokens, True, key))(state["model"])
        updates, moments = optimizer.update(gradients, state["optimizer"], state["model"])
        return {"model": optax.apply_updates(state["model"], updates), "optimizer": moments}, loss

    return jax.jit(step, donate_argnums=(0,) if parameters.flag("donate_state") else ())


def _batch(rows: Any, size: int, seed: int, step: int, mesh: Mesh) -> Any:
    """Drawn by seed and step alone: a training that goes on sees what it would have seen."""
    return _spread(rows[np.random.default_rng((seed, step)).integers(0, len(rows), size)], mesh)


def _spread(tokens: Any, mesh: Mesh) -> Any:
    split = NamedSharding(mesh, Split(("data", "fsdp")))
    return jax.make_array_from_callback(tokens.shape, split, lambda part: tokens[part])


def _mean_loss(evaluate: Any, model: Tree, rows: Any, size: int, mesh: Mesh) -> float:
    """Of at most 50 batches; the last one is filled up from the beginning."""
    losses = []
    for start in range(0, min(len(rows), 50 * size), size):
        chosen = np.arange(start, start + size) % len(rows)
        losses.append(float(evaluate(model, _spread(rows[chosen], mesh))))
    return float(np.mean(losses))


def _save(state: Tree, folder: Path) -> None:
    np.savez(folder / _STATE, *[np.asarray(value, _storable(value)) for value in jax.tree.leaves(state)])


def _storable(value: Any) -> Any:
    # NumPy's files know no bfloat16.
    return np.float32 if value.dtype == jnp.bfloat16 else value.dtype


def _restored(state: Tree, file: Path) -> Tree:
    with np.load(file) as kept:
        old, shape = jax.tree.flatten(state)
        new = [
            jax.device_put(kept[f"arr_{index}"].astype(value.dtype), value.sharding) for index, value in enumerate(old)
        ]
        return jax.tree.unflatten(shape, new)


def _keep_model(run: Run, model: Tree) -> None:
    named = {"/".join(str(part.key) for part in path): value for path, value in jax.tree.leaves_with_path(model)}
    arrays: dict[str, Any] = {name: np.asarray(value, _storable(value)) for name, value in named.items()}
    np.savez(run.model_folder / _MODEL, **arrays)
    told = ("num_layers", "hidden_size", "num_attention_heads", "vocabulary_size", "max_sequence_length")
    config = {name: run.parameters.values[name] for name in told}
    (run.model_folder / "config.json").write_text(json.dumps({**config, "tokens": "bytes"}))
