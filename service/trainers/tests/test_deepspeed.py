"""deepspeed-zero3 on this machine's cores, by gloo: what a GPU would do, but for its speed."""

from __future__ import annotations

from pathlib import Path

import language_model
import pytest
from conftest import Train, texts_in
from processes import needs, trained

pytestmark = needs("deepspeed")


@pytest.fixture
def told(told: dict[str, str], data: Path) -> dict[str, str]:
    language_model.write(Path(told["STORAGE_PATH"]) / "models/small")
    return {
        **told,
        **texts_in(data),
        **language_model.VARIABLES,
        "LABEL_COLUMN": "mood",
    }


def test_two_workers_have_half_of_the_model_each_learn_and_go_on(told: dict[str, str]) -> None:
    for steps, resumed in (("20", None), ("40", 20)):
        ended = trained("deepspeed-zero3", told, 2, MAX_STEPS=steps, CHECKPOINT_EVERY="10")
        assert [each.code for each in ended] == [0, 0], [each.errors[-3000:] for each in ended]
        result = ended[0].result("by-2")
        assert (result["resumedAt"], result["steps"], result["workers"]) == (resumed, int(steps), 2)
    # Guessing leaves 5.5; the letters alone, without their order, 2.7.
    assert result["metrics"]["validation"]["loss"] < 2.3
    assert result["parametersOfThisWorker"] * 2 == pytest.approx(result["parameters"], rel=0.01)

    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = ended[0].storage / "artifacts/by-2/model"
    model, tokenizer = AutoModelForCausalLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    said = model.generate(**tokenizer("the film was", return_tensors="pt"), max_new_tokens=4, do_sample=False)
    assert tokenizer.decode(said[0]).startswith("the film was ")

    # Each has a part of the model: another number of workers cannot put it together.
    alone = trained("deepspeed-zero3", told, 1, MAX_STEPS="41", MLPLATFORM_RETRY_OF="by-2")
    assert alone[0].code == 64, alone[0].errors
    assert "its checkpoint is of 2 workers" in alone[0].sentence


def test_classes_are_learnt_by_an_adapter_of_low_rank(told: dict[str, str]) -> None:
    ended = trained(
        "deepspeed-zero3", told, 1, TASK="sequence-classification", LORA_RANK="4", MAX_STEPS="40", PRECISION="bf16"
    )[0]
    assert ended.code == 0, ended.errors[-3000:]
    result = ended.result("by-1")
    assert result["metrics"]["validation"]["loss"] < 0.5
    assert "adapter_model.safetensors" in result["model"]["files"]


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"TASK": "seq2seq-lm"}, "two columns of text"),
        ({"OPTIMIZER": "onebitadam"}, "no compiler"),
        ({"OFFLOAD_OPTIMIZER": "nvme"}, "libaio"),
        ({"PRECISION": "fp16"}, "it needs a GPU"),
    ],
)
def test_what_it_cannot_do_is_refused(
    train_here: Train, told: dict[str, str], variables: dict[str, str], sentence: str
) -> None:
    ended = train_here("deepspeed-zero3", **{**told, **variables})
    assert ended.code == 64, ended.errors
    assert sentence in ended.sentence
