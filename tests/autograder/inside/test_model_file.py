"""A model file is looked at before it is opened: whatever is in it, only `Refused` comes out, for a student to read."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.inside import model_file
from autograder.inside.codec import decode, encode
from autograder.inside.model_file import Refused, digest_of, examine, inspect, run

DENSE = {"module": "keras.layers", "class_name": "Dense", "config": {"units": 10}, "registered_name": None}
CONFIG = {"module": "keras", "class_name": "Sequential", "config": {"layers": [DENSE]}, "registered_name": None}


def archive(
    config: Any = CONFIG, *, compression: int = zipfile.ZIP_STORED, more: Any = (), lost: str | None = None
) -> bytes:
    """Return the bytes of an archive with the members that Keras writes; `config` may be bytes as they are."""
    buffer = io.BytesIO()
    members = [
        ("metadata.json", b'{"keras_version": "3.15.1"}'),
        ("config.json", config if isinstance(config, bytes) else json.dumps(config).encode()),
        ("model.weights.h5", b"\x89HDF\r\n\x1a\n" + bytes(64)),
        *more,
    ]
    with zipfile.ZipFile(buffer, "w", compression) as file:
        for name, content in members:
            if name != lost:
                file.writestr(name, content)
    return buffer.getvalue()


def looked_at(content: bytes, folder: Path) -> str | None:
    """Return why a file with this content is refused, or None."""
    path = folder / "my_cnn.keras"
    path.write_bytes(content)
    try:
        inspect(path)
    except Refused as reason:
        return str(reason)
    return None


def with_layer(**entries: Any) -> dict[str, Any]:
    """Return a model's configuration with one more layer in it."""
    return CONFIG | {"config": {"layers": [DENSE, DENSE | entries]}}


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_ordinary_model_is_let_through(tmp_path: Path, compression: int) -> None:
    """What Keras writes, packed or not, is not refused."""
    assert looked_at(archive(compression=compression), tmp_path) is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not a .keras file"),
        (b"accuracy: 99.9 %\n", "not a .keras file"),
        (b"\x80\x04\x95pickle", "not a .keras file"),
        (b"\x89HDF\r\n\x1a\n", "HDF5 file (.h5) under another name"),
        (b"PK\x03\x04", "broken .keras archive"),
        (archive()[:-40], "broken .keras archive"),
        (archive(lost="config.json"), "lacks config.json"),
        (archive(lost="model.weights.h5"), "lacks model.weights.h5"),
        (archive(more=[(f"assets/{i}", b"") for i in range(80)]), "83 members"),
        (archive(more=[("../../.bashrc", b"")]), "lies outside"),
        (archive(more=[("/etc/passwd", b"")]), "lies outside"),
        (archive(more=[("a\\..\\b", b"")]), "lies outside"),
        (archive(compression=zipfile.ZIP_LZMA), "packed in a way"),
        (archive(compression=zipfile.ZIP_BZIP2), "packed in a way"),
        (archive(b"{"), "not readable JSON"),
        (archive(b"\xff\xfe"), "not readable JSON"),
        (archive(b"[" * 100_000), "not readable JSON"),
        (archive(b"9" * 5000), "not readable JSON"),
        (archive(b"[" * 80 + b"]" * 80), "nested too deeply"),
        (archive(b'{"a":' * 80 + b"1" + b"}" * 80), "nested too deeply"),
        (archive(b" " * (5 << 20), compression=zipfile.ZIP_DEFLATED), "configuration is too large"),
        (archive(with_layer(class_name="Lambda")), "Lambda layer"),
        (archive(with_layer(config={"function": {"class_name": "__lambda__"}})), "Lambda layer"),
        (archive(with_layer(class_name="TFSMLayer")), "TFSMLayer layer"),
        (archive(with_layer(class_name="StringLookup")), "StringLookup layer"),
        (archive(with_layer(module="my_layers", class_name="MyConv")), "custom code (MyConv)"),
        (archive(with_layer(module="kerasx.layers")), "custom code (Dense)"),
        (archive(with_layer(module=None, registered_name="Custom>Mine", class_name="Mine")), "custom code (Mine)"),
        (archive(with_layer(module="os", class_name="function", config="system")), "custom code (function)"),
        (archive(with_layer(config={"units": 10**9})), "1,000,000,000 units"),
        (archive(with_layer(config={"filters": 1e300})), "filters"),
        (archive(b'{"units": Infinity}'), "inf units"),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_what_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    """Each file that is no plain Keras model is refused in one sentence that says why."""
    reason = looked_at(content, tmp_path)
    assert reason is not None
    assert said in reason
    assert "\n" not in reason
    assert len(reason) < 500


def test_duplicate_members_are_refused(tmp_path: Path) -> None:
    """Two members of one name could be one thing to the inspector and another to Keras."""
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = archive(more=[("config.json", json.dumps(with_layer(class_name="Lambda")).encode())])
    assert "two members of one name" in str(looked_at(content, tmp_path))


def test_bombs_are_refused_unopened(tmp_path: Path) -> None:
    """An archive that would unpack to more than is opened is refused by what it says of itself."""
    content = archive(more=[(f"assets/{i}", bytes(30 << 20)) for i in range(7)], compression=zipfile.ZIP_DEFLATED)
    assert len(content) < 1 << 20
    assert "Unpacked, the archive would take" in str(looked_at(content, tmp_path))


def test_a_member_that_lies_about_its_size(tmp_path: Path) -> None:
    """A configuration larger than it claims is not read to its end."""
    size = 50 << 20
    content = archive(b" " * size, compression=zipfile.ZIP_DEFLATED).replace(
        size.to_bytes(4, "little"), (10).to_bytes(4, "little")
    )
    assert looked_at(content, tmp_path) is not None


def test_a_huge_file_is_refused_by_its_size(tmp_path: Path) -> None:
    """A file beyond the limit is not even read."""
    path = tmp_path / "my_cnn.keras"
    with path.open("wb") as file:
        file.truncate(model_file.MAX_FILE_BYTES + 1)
    with pytest.raises(Refused, match="The file has 210 MB; at most 210 MB are opened"):
        inspect(path)


def test_a_folder_or_nothing_is_refused(tmp_path: Path) -> None:
    """A folder, and a name where nothing is, are refused in words."""
    with pytest.raises(Refused, match="cannot be read: Is a directory"):
        inspect(tmp_path)
    with pytest.raises(Refused, match="cannot be read: No such file"):
        inspect(tmp_path / "absent.keras")


quick = settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
PACKED = archive(compression=zipfile.ZIP_DEFLATED)
STORED = archive()


@quick
@given(
    st.sampled_from([PACKED, STORED]),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=8),
    st.integers(0, 60),
)
def test_damaged_archives_raise_nothing_else(
    tmp_path: Path, whole: bytes, changes: list[tuple[int, int]], cut: int
) -> None:
    """Whatever bytes are changed or lost, the inspector refuses or lets through; nothing else escapes."""
    content = bytearray(whole)
    for place, byte in changes:
        content[place % len(content)] = byte
    looked_at(bytes(content[: len(content) - cut]), tmp_path)


@quick
@given(st.binary(max_size=300), st.booleans())
def test_noise_raises_nothing_else(tmp_path: Path, noise: bytes, like_a_zip: bool) -> None:
    """Noise, with the head of an archive or without, is refused."""
    assert looked_at(b"PK\x03\x04" * like_a_zip + noise, tmp_path) is not None


KEYS = st.sampled_from(["class_name", "module", "registered_name", "units", "filters", "config", "layers", "a"])
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(["Dense", "Lambda", "keras", "os", "\ud800"])
)
CONFIGS = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5))


@quick
@given(CONFIGS)
def test_any_configuration_raises_nothing_else(tmp_path: Path, config: Any) -> None:
    """JSON of whatever types in whatever places is refused or let through, in text that can be written."""
    reason = looked_at(archive(config), tmp_path)
    if reason is not None:
        reason.encode()


# --- with Keras ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def images() -> Any:
    """Some random images of bytes."""
    return np.random.default_rng(0).integers(0, 256, (1200, 28, 28), np.uint8)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network with random weights, as Keras saves it."""
    from digitlab import build_cnn

    path = tmp_path_factory.mktemp("saved") / "my_cnn.keras"
    build_cnn(filters=(4,), kernel_sizes=(5,), seed=3).save(path)
    return path


@pytest.mark.slow
def test_a_model_is_examined(saved: Path, images: Any) -> None:
    """The facts are what the model gives for the scaled images, once more in another order, and for unscaled ones."""
    import keras

    model = keras.models.load_model(saved)
    facts = examine(saved, images, {"turned": images[:50, :, ::-1]})
    assert set(facts) == {"input_shape", "weights", "answers", "again", "scaled_up", "more"}
    assert facts["weights"] == digest_of(model.get_weights())
    expected = model.predict(images[:50, :, ::-1, np.newaxis] / np.float32(255), verbose=0)
    assert np.allclose(facts["more"]["turned"], expected, atol=1e-4)
    assert facts["input_shape"] == "(None, 28, 28, 1)"
    scaled = images[..., None] / np.float32(255)
    np.testing.assert_allclose(facts["answers"], model.predict(scaled, verbose=0), atol=1e-5)
    np.testing.assert_allclose(facts["again"], facts["answers"][: model_file.SAMPLE], atol=1e-5)
    np.testing.assert_allclose(
        facts["scaled_up"], model.predict(scaled[: model_file.SAMPLE] * 255, verbose=0), atol=1e-4
    )


@pytest.mark.slow
def test_the_routine_emits_one_frame(saved: Path, images: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox's routine opens the file in its folder and emits the evidence, once."""
    (tmp_path / "handed_in.keras").write_bytes(saved.read_bytes())
    monkeypatch.chdir(tmp_path)
    frames: list[bytes] = []
    payload = encode({"exercise": "l09_model_gate", "file": "handed_in.keras", "images": images[:10]})
    run(payload, frames.append)
    (told,) = map(decode, frames)
    assert (told["event"], told["exercise"], told["evidence"]["found"]) == ("probe", "l09_model_gate", True)
    assert told["evidence"]["facts"]["answers"].shape == (10, 10)


@pytest.mark.slow
def test_models_that_do_not_fit_are_facts_too(tmp_path: Path, images: Any) -> None:
    """Flat input, several outputs, broken weights and huge outputs come back as facts, never as an exception."""
    import keras
    from keras import layers

    few = images[:20]
    path = tmp_path / "my_cnn.keras"

    keras.Sequential([keras.Input((784,)), layers.Dense(10)]).save(path)
    facts = examine(path, few)
    assert facts["input_shape"] == "(None, 784)"
    assert facts["error"].startswith("It does not take images of shape (N, 28, 28, 1): ")

    inputs = keras.Input((28, 28, 1))
    flat = layers.Flatten()(inputs)
    keras.Model(inputs, [layers.Dense(10)(flat), layers.Dense(2)(flat)]).save(path)
    assert "several outputs" in examine(path, few)["error"]

    keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(2, 3)]).save(path)
    assert examine(path, few)["answers"].shape == (2, 26, 26, 2)

    with zipfile.ZipFile(path) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    for lost, instead in (("model.weights.h5", b"no weights"), ("config.json", b"{}"), ("config.json", b"[1]")):
        with zipfile.ZipFile(path, "w") as broken:
            for name, content in (members | {lost: instead}).items():
                broken.writestr(name, content)
        assert examine(path, few)["error"].startswith("Keras cannot open it: ")

    path.write_bytes(b"accuracy: 99 %")
    assert examine(path, few) == {
        "refused": "This is not a .keras file. Save the model with model.save('my_cnn.keras')."
    }
