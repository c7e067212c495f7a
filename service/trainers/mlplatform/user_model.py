"""A model of the user's own: a Python file on the job's volume whose build_model() makes it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

from mlplatform.hyperparameters import Hyperparameters
from mlplatform.settings import Settings


def build_user_model(settings: Settings, parameters: Hyperparameters, field: str, features: int, classes: int) -> Any:
    path = _path_of(settings, parameters, field)
    spec = importlib.util.spec_from_file_location("user_model", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["user_model"] = module
    try:
        spec.loader.exec_module(module)
        build = module.build_model
    except AttributeError as error:
        raise parameters.wrong(field, f"{path} has no build_model(features, classes)") from error
    except Exception as error:
        raise parameters.wrong(field, f"{path} cannot be loaded: {type(error).__name__}: {error}") from error
    try:
        return build(features, classes)
    except Exception as error:
        said = f"build_model({features}, {classes}) failed: {type(error).__name__}: {error}"
        raise parameters.wrong(field, said) from error


def names_a_file(name: str) -> bool:
    return name.endswith(".py")


def _path_of(settings: Settings, parameters: Hyperparameters, field: str) -> Path:
    path = settings.storage_path / parameters.text(field)  # an absolute one stays what it is
    if not path.is_file():
        raise parameters.wrong(field, f"{path} is not there")
    return path
