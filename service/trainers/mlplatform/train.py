"""python -m mlplatform.train <algorithm>: what the platform starts in a training container."""

from __future__ import annotations

import argparse
import errno
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from mlplatform.algorithms import ALGORITHMS, Algorithm, algorithm_named
from mlplatform.checkpoints import Checkpoints
from mlplatform.data.table import Data, Share
from mlplatform.errors import Interrupted, TrainingError, UserError
from mlplatform.hyperparameters import Hyperparameters, read_hyperparameters
from mlplatform.progress import Progress, Step
from mlplatform.results import fresh_model_folder, keep_results
from mlplatform.run import Run, World
from mlplatform.settings import Settings
from mlplatform.stopping import Stop
from mlplatform.tracking import Tracking


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    try:
        algorithm = algorithm_named(options.algorithm)
        # Everything that a look at the variables can find is found before anything is started.
        settings = Settings.read(os.environ)
        read_hyperparameters(algorithm.name, os.environ)
        if options.runtime == "ray" or (options.runtime == "auto" and "RAY_ADDRESS" in os.environ):
            from mlplatform.on_ray import train_on_ray

            train_on_ray(algorithm, settings)
        else:
            world = World.of(os.environ)
            algorithm.check_world(world)
            train_worker(algorithm, os.environ, world, Stop().listen())
    except TrainingError as error:
        return tell(error)
    except MemoryError:
        return tell(UserError("resources.instanceResources.memoryGiB: the training needs more memory than it has"))
    except OSError as error:
        if error.errno == errno.ENOSPC:
            return tell(UserError(f"resources.volumeSizeGB: no space is left ({error.filename or error.strerror})"))
        raise
    return 0


def train_worker(algorithm: Algorithm, environment: Mapping[str, str], world: World, stop: Stop) -> None:
    """The whole of one worker's part, wherever it runs."""
    began = time.monotonic()
    settings = Settings.read(environment)
    parameters = read_hyperparameters(algorithm.name, environment)
    train = algorithm.load()
    data = Data(settings, Share(world.rank, world.size), _weight_column(parameters))
    with tempfile.TemporaryDirectory(prefix="model-") as staging:
        run = Run(
            settings=settings,
            parameters=parameters,
            extra=environment,
            data=data,
            world=world,
            checkpoints=Checkpoints.of(settings, writes=world.leads),
            progress=Progress.of(environment, reports=world.leads),
            tracking=Tracking.of(environment, settings, algorithm.name, parameters.values, tracks=world.leads),
            stop=stop,
            model_folder=fresh_model_folder(Path(staging) / "result"),
        )
        try:
            outcome = train(run)
            if world.leads:
                target = keep_results(run, outcome, began)
        except BaseException as error:
            run.tracking.end("KILLED" if isinstance(error, Interrupted) else "FAILED")
            raise
        if world.leads:
            figures = {
                f"{channel}-{key}": value for channel, of in outcome.metrics.items() for key, value in of.items()
            }
            run.progress.report(Step(outcome.steps, outcome.steps, metrics=figures), last=True)
            run.tracking.metrics(outcome.steps, figures, always=True)
            run.tracking.end("FINISHED", run.model_folder.parent)
            print(f"the model and result.json are in {target.shown}", flush=True)


def tell(error: TrainingError) -> int:
    """The sentence is the last line of the output: the platform shows it as the job's message."""
    sys.stdout.flush()
    print(f"mlplatform: {error.word}: {' '.join(str(error).split())}", file=sys.stderr, flush=True)
    return error.exit_code


def _weight_column(parameters: Hyperparameters) -> int | None:
    """csv_weights: the second column holds the weight of a row."""
    return 1 if parameters.values.get("csv_weights") == 1 else None


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m mlplatform.train", description=__doc__)
    parser.add_argument("algorithm", help=", ".join(ALGORITHMS))
    parser.add_argument(
        "--runtime",
        choices=("auto", "process", "ray"),
        default="auto",
        help="ray: workers of a Ray cluster, or of one that is started here; auto: where RAY_ADDRESS names a cluster",
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
