"""TensorFlow: does it start here, and can it multiply?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from digitlab.doctor.finding import Finding, install_again, ok, problem

_SECONDS = 120

# Two matrices multiplied by a Keras layer and by hand: it shows that both libraries work, in a process that may crash.
_TRIAL = """
import json, time
began = time.perf_counter()
import keras, tensorflow
seconds = time.perf_counter() - began
layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
answer = float(layer(tensorflow.constant([[1.0, 2.0, 3.0]]))[0, 0])
print(json.dumps({"tensorflow": tensorflow.__version__, "keras": keras.__version__,
                  "seconds": seconds, "answer": answer}))
"""
_ANSWER = 6.0

_ILLEGAL_INSTRUCTION = {-int(signal.SIGILL), 128 + int(signal.SIGILL), 0xC000001D}


def check_tensorflow(folder: Path) -> Finding:
    """Import TensorFlow and Keras in a process of their own and let them compute something."""
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
    try:
        ran = subprocess.run(
            [sys.executable, "-c", _TRIAL], capture_output=True, text=True, timeout=_SECONDS, env=os.environ | quiet
        )
    except subprocess.TimeoutExpired:
        return problem(
            "TensorFlow",
            f"it did not start within {_SECONDS} s",
            "Is the disk slow, or the machine busy? Close other programs and try again. Look at Bytecode, too.",
        )
    return judge_tensorflow(ran.returncode, ran.stdout, ran.stderr)


def judge_tensorflow(status: int, output: str, errors: str) -> Finding:
    """Return whether the trial went well, from its exit status and from what it printed."""
    if status in _ILLEGAL_INSTRUCTION or "AVX" in errors:
        return problem(
            "TensorFlow",
            "this processor, or virtual machine, lacks instructions that TensorFlow needs (AVX)",
            "In a virtual machine: pass the host's processor through. Else use another machine; lessons 01 to 05 need "
            "no TensorFlow.",
        )
    if "DLL load failed" in errors:
        return problem(
            "TensorFlow",
            "a library of Windows is missing (DLL load failed)",
            "Install the Microsoft Visual C++ Redistributable for Visual Studio 2015 or later, then start anew.",
        )
    if status != 0:
        last = (errors.strip().splitlines() or [f"exit status {status}"])[-1]
        return problem("TensorFlow", f"it does not start ({last})", install_again())
    said = json.loads(output.strip().splitlines()[-1])
    if said["answer"] != _ANSWER:
        return problem("TensorFlow", f"it computes {said['answer']} where {_ANSWER} is right", install_again())
    return ok("TensorFlow", f"{said['tensorflow']} with Keras {said['keras']}, started in {said['seconds']:.1f} s")
