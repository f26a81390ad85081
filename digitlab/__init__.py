"""digitlab: what the lessons teach with.

Everything here is loaded when it is first used, so that ``import digitlab`` stays quick and lessons
that need no TensorFlow never import it.
"""

from __future__ import annotations

import importlib
import os
from typing import Any

__version__ = "0.1.0"

# TensorFlow looks for a GPU when it is imported, and reports in red that it has found none: not a learner's concern.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# Public name -> the module that holds it. A visible table: nothing registers itself.
_HOME: dict[str, str] = {
    "softmax": "digitlab.linear",
    "cross_entropy": "digitlab.linear",
    "accuracy": "digitlab.linear",
    "dense_params": "digitlab.linear",
    "gradient_step": "digitlab.linear",
    "conv_at": "digitlab.convolution",
    "conv2d_valid": "digitlab.convolution",
    "pad_same": "digitlab.convolution",
    "output_size": "digitlab.convolution",
    "conv2d_multi": "digitlab.convolution",
    "vertical_edge": "digitlab.convolution",
    "relu": "digitlab.stacks",
    "max_pool": "digitlab.stacks",
    "conv_params": "digitlab.stacks",
    "trace_shapes": "digitlab.stacks",
    "receptive_field": "digitlab.stacks",
    "build_cnn": "digitlab.models",
    "build_linear": "digitlab.models",
    "recipe_cnn": "digitlab.models",
    "compile_model": "digitlab.models",
    "params_by_hand": "digitlab.first_checks",
    "untrained_check": "digitlab.first_checks",
    "overfit_tiny": "digitlab.first_checks",
    "train": "digitlab.training",
    "train_model": "digitlab.training",
    "History": "digitlab.history",
    "steps_per_epoch": "digitlab.curves",
    "best_epoch": "digitlab.curves",
    "early_stop": "digitlab.curves",
    "diagnose": "digitlab.curves",
    "generalisation_gap": "digitlab.curves",
    "dropout": "digitlab.regularisation",
    "add_dropout": "digitlab.regularisation",
    "shifted_copies": "digitlab.regularisation",
    "shift": "digitlab.distortions",
    "shift_all": "digitlab.distortions",
    "add_noise": "digitlab.distortions",
    "rotate": "digitlab.distortions",
    "thicken": "digitlab.distortions",
    "robustness_curve": "digitlab.robustness",
    "leaked": "digitlab.robustness",
    "group_accuracy": "digitlab.robustness",
    "stroke_width": "digitlab.robustness",
    "robustness_plot": "digitlab.plots.robustness",
    "model_card": "digitlab.cards",
    "predict_probabilities": "digitlab.evaluation",
    "measure_accuracy": "digitlab.evaluation",
    "classification_report": "digitlab.evaluation",
    "save_model": "digitlab.modelfile",
    "load_model": "digitlab.modelfile",
    "measure": "digitlab.modelfile",
    "small_model": "digitlab.shipped_model",
    "your_model": "digitlab.shipped_model",
    "image_with_numbers": "digitlab.plots.images",
    "sample_grid": "digitlab.plots.images",
    "mean_digits": "digitlab.plots.images",
    "digit_pair": "digitlab.plots.images",
    "weight_templates": "digitlab.plots.images",
    "label_distribution": "digitlab.plots.charts",
    "learning_curves": "digitlab.plots.charts",
    "scores_by_digit": "digitlab.plots.charts",
    "confusion_matrix_plot": "digitlab.plots.answers",
    "predictions_page": "digitlab.plots.answers",
    "worst_errors": "digitlab.inspection",
    "top_confusions": "digitlab.inspection",
    "feature_maps": "digitlab.inspection",
    "occlusion_map": "digitlab.inspection",
    "map_layers": "digitlab.inspection",
    "layer_input": "digitlab.inspection",
    "kernel_grid": "digitlab.plots.features",
    "feature_map_grid": "digitlab.plots.features",
    "occlusion_plot": "digitlab.plots.features",
    "feature_viewer": "digitlab.widgets.feature_viewer",
    "relabelling": "digitlab.widgets.relabelling",
    "glossary": "digitlab.terms",
    "Picture": "digitlab.plots.picture",
    "yours": "digitlab.fallback",
    "digit_browser": "digitlab.widgets.digit_browser",
    "pixel_follower": "digitlab.widgets.pixel_follower",
    "score_viewer": "digitlab.widgets.score_viewer",
    "kernel_stepper": "digitlab.widgets.kernel_stepper",
    "dropout_masks": "digitlab.widgets.dropout_masks",
    "distortion_sliders": "digitlab.widgets.distortion_sliders",
    "shape_flow": "digitlab.widgets.shape_flow",
    "live_curves": "digitlab.widgets.live_curves",
    "layer_builder": "digitlab.widgets.layer_builder",
    "confusion_browser": "digitlab.widgets.confusion_browser",
    "is_inverted": "digitlab.handwriting",
    "centre_of_mass": "digitlab.handwriting",
    "to_mnist": "digitlab.handwriting",
    "stages": "digitlab.handwriting",
    "reject": "digitlab.handwriting",
    "clean_photo": "digitlab.photographs",
    "save_digit": "digitlab.digit_files",
    "own_digits": "digitlab.digit_files",
    "stages_of": "digitlab.plots.handwriting",
    "rejection_curve": "digitlab.plots.handwriting",
    "drawing_canvas": "digitlab.widgets.drawing_canvas",
    "draw": "digitlab.pen",
    "drawn_digits": "digitlab.pen",
    "prepared_strokes": "digitlab.pen",
    "DataError": "digitlab.storage",
    "load_mnist": "digitlab.mnist",
    "predict": "digitlab.predictions",
    "reveal": "digitlab.predictions",
    "read_kaggle_csv": "digitlab.kaggle",
    "write_kaggle_csv": "digitlab.kaggle",
    "read_submission": "digitlab.kaggle",
    "write_submission": "digitlab.kaggle",
    "load_image": "digitlab.images",
    "load_images": "digitlab.images",
    "image_paths": "digitlab.images",
    "describe": "digitlab.describing",
    "class_counts": "digitlab.describing",
    "examples_of": "digitlab.describing",
    "mean_digit": "digitlab.describing",
    "nearest_mean": "digitlab.describing",
    "scale_pixels": "digitlab.tensors",
    "to_images": "digitlab.tensors",
    "one_hot": "digitlab.tensors",
    "from_one_hot": "digitlab.tensors",
    "split": "digitlab.tensors",
    "standardise": "digitlab.tensors",
    "labels_from_probabilities": "digitlab.scores",
    "confusion": "digitlab.scores",
    "precision_recall_f1": "digitlab.scores",
    "macro_average": "digitlab.scores",
    "weighted_average": "digitlab.scores",
    "accuracy_interval": "digitlab.scores",
}

__all__ = ["__version__", *sorted(_HOME)]  # the table above is the one list of names


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(importlib.import_module(_HOME[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"digitlab has no {name!r}. It has: {', '.join(sorted(_HOME))}.")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
