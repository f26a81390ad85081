"""Train the small model that ships with the course, digitlab/data/small_cnn.keras, and write down what it reached.

The test digits have no part in it: 5,000 of the training digits are held back to measure it.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from autograder.inside.model_file import digest_of  # noqa: E402
from digitlab import build_cnn, load_mnist, save_model, scale_pixels, split, train  # noqa: E402
from digitlab.shipped_model import FACTS, FILE  # noqa: E402

EPOCHS = 2
SEED = 1
VALIDATION_SHARE = 1 / 12  # 5,000 of 60,000


def main() -> None:
    """Train the model, save it without its optimizer, and write its facts beside it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=FILE.parent, help="where to write (the package's own folder)")
    out = parser.parse_args().out
    data = load_mnist()
    images, labels = scale_pixels(data.x_train)[..., None], data.y_train.astype("int64")
    x, y, x_val, y_val = split(images, labels, VALIDATION_SHARE, SEED)
    model = build_cnn(seed=SEED)
    history = train(model, x, y, validation=(x_val, y_val), epochs=EPOCHS, seed=SEED)
    plain = build_cnn(seed=SEED)  # never compiled: an optimizer's numbers would triple the file
    plain.set_weights(model.get_weights())
    path = save_model(plain, out / FILE.name)
    facts = {
        "epochs": EPOCHS,
        "seed": SEED,
        "images": len(x),
        "validation_accuracy": round(history.val_accuracy[-1], 4),
        "weights": digest_of(plain.get_weights()),
    }
    (out / FACTS.name).write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {path} ({path.stat().st_size:,} bytes) and {FACTS.name}")


if __name__ == "__main__":
    main()
