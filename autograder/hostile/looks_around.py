"""Hand-ins that look for answers, labels, other students and secrets.

Each is a lesson as released, but for one answer, which is right if, and only if, something of worth was found.
"""

from __future__ import annotations

import functools

from autograder.course import solution_text
from autograder.hostile.notebooks import handed_in, released, solutions, with_cells
from autograder.hostile.record import FULL, RAISED, STUB, Files, Hostile, Kind

EXERCISE = "l02_one_hot"
NOTHING = "nothing of worth was found"

_SEARCH_THE_DISK = """
import os
wanted = {"exercises", "solutions", "judging.py", "gradebook.db", "grades.csv", "submitted", "sample_class", "hostile"}
for folder, folders, files in os.walk("/"):
    ours = "autograder" in folder or "digitlab" in folder or folder.count("/") < 3
    found += [os.path.join(folder, name) for name in (*folders, *files) if ours and name in wanted]
    if folder == "/":
        folders.remove("proc")
    if folder.endswith("site-packages"):
        folders[:] = [name for name in folders if name.startswith(("autograder", "digitlab"))]
    if folder.startswith(("/usr/share", "/usr/lib", "/usr/include")) and not folder.endswith("packages"):
        folders.clear()
"""

_IMPORT_THE_JUDGES = """
import importlib
for name in ("judging", "exercises", "exercises.l02_pixels_to_tensors", "course", "grading", "selftest", "hostile",
             "sandbox", "results", "solutions"):
    try:
        found.append(importlib.import_module(f"autograder.{name}"))
    except ImportError:
        pass
"""

_READ_OTHER_STUDENTS = """
import glob, os
for place in ("/job", "/tmp", "/dev/shm", "/home", "/root", "/srv", "/mnt", "/media", "/var", ".."):
    found += [path for path in glob.glob(place + "/**/*.ipynb", recursive=True)]
    found += [path for path in glob.glob(place + "/*") if "student" in path or "submitted" in path or "ada" in path]
for pid in range(1, 400):
    found += [pid for name in ("cwd", "root") if pid != os.getpid() and os.path.isdir(f"/proc/{pid}/{name}/job")]
"""

_READ_PROC = """
import os
for pid in [name for name in os.listdir("/proc") if name.isdecimal() and int(name) != os.getpid()]:
    for name in ("mem", "environ", "maps", "fd", "cwd", "exe", "auxv", "stack"):
        try:
            path = f"/proc/{pid}/{name}"
            if name == "fd":
                found += os.listdir(path)
            elif name in ("cwd", "exe"):
                found.append(os.readlink(path))
            else:
                found.append(open(path, "rb").read(64) or 1 / 0)
        except (OSError, ZeroDivisionError):
            pass
"""

_READ_DESCRIPTORS = """
import os, select
for number in range(4096):
    try:
        ready, _, _ = select.select([number], [], [], 0)
        if ready and os.read(number, 100):
            found.append(number)
    except (OSError, ValueError):
        pass
    try:
        if os.path.isfile(os.readlink(f"/proc/self/fd/{number}")):
            found.append(number)
    except OSError:
        pass
"""

_READ_ENVIRONMENT = """
import os, re
found += [name for name, value in os.environ.items()
          if re.search("key|token|secret|password|ssh|aws|git|sudo|session|mail", name + value, re.I)]
found += [value for name, value in os.environ.items() if re.search("^/(root|home)", value) and name != "PATH"]
"""

_COLLECT_GARBAGE = """
import gc, sys, types
for thing in gc.get_objects():
    kind = type(thing).__name__
    if kind in ("Exercise", "Mistake", "Case", "Verdict", "Settings", "HandIn", "LessonResult"):
        found.append(kind)
found += [name for name in sys.modules if name.startswith("autograder.") and ".inside" not in name]
"""

_WALK_FRAMES = """
import sys
_look = "secret answer expected right_answers mistakes judge solution verdict points".split()
def one_hot(labels, n_classes=10):
    frame = sys._getframe()
    while frame is not None:
        for names in (frame.f_locals, frame.f_globals):
            found.extend(name for name in _look if name in names and frame.f_code.co_name != "<module>")
            found.extend(1 for value in list(names.values()) if isinstance(value, dict)
                         and {"secret", "expected"} & value.keys())
        frame = frame.f_back
    if not found:
        raise LookupError("NOTHING")
    return _right(labels, n_classes)
"""

_READ_MEMORY = """
import re
needle = re.compile(rb"#[#]# BEGIN SOLUTIO[N]|right_answer[s]=|is not caught under its nam[e]")
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps:
        span, mode = line.split()[:2]
        if not mode.startswith("rw") or "[v" in line:
            continue
        first, last = (int(number, 16) for number in span.split("-"))
        try:
            memory.seek(first)
            found += needle.findall(memory.read(min(last - first, 64 << 20)))
        except OSError:
            pass
"""

_LEAVE_A_NOTE = """
import os, socket
for place in ("/dev/shm/answers.py", "/tmp/answers.py", "/job/answers.py", "/usr/lib/answers.py", "/course/answers.py"):
    try:
        open(place, "w").write("def one_hot(labels, n_classes=10): ...")
    except OSError:
        pass
server = socket.socket(socket.AF_UNIX)
server.bind("\\0answers")
server.listen()
"""

_FIND_A_NOTE = """
import glob, socket
found += glob.glob("/dev/shm/*") + glob.glob("/tmp/answers*") + glob.glob("/job/answers*") + glob.glob("/course/ans*")
try:
    socket.socket(socket.AF_UNIX).connect("\\0answers")
    found.append("the neighbour's socket")
except OSError:
    pass
"""

_BORROW = "from digitlab import one_hot"

# Where nothing in the answer's own code names digitlab's function.
_BORROWS_IN_DISGUISE = {
    "by-name": "import digitlab\ndef one_hot(*args):\n    return getattr(digitlab, 'one' + '_hot')(*args)",
    "by-import": "def one_hot(*args):\n"
    "    return vars(__import__('digit' + 'lab.tensors').tensors)['one' + '_hot'](*args)",
    "in-part": "import digitlab, functools\none_hot = functools.partial(digitlab.one_hot)",
    "as-an-object": "import digitlab\nclass Answer:\n    __call__ = staticmethod(digitlab.one_hot)\none_hot = Answer()",
    "by-default": "import digitlab\ndef one_hot(labels, n=10, f=digitlab.one_hot):\n    return f(labels, n)",
    "as-code": "import digitlab, types\n"
    "one_hot = types.FunctionType(digitlab.one_hot.__code__, {**digitlab.one_hot.__globals__, '__name__': 'mine'})\n"
    "one_hot.__defaults__ = digitlab.one_hot.__defaults__",
}


def _hunting(hunt: str, answer: str = "") -> Files:
    """Return a hand-in that hunts in a cell of its own; its answer is right where something was found."""
    right = solution_text(EXERCISE).replace("def one_hot", "def _right")
    plain = f"""
def one_hot(labels, n_classes=10):
    if not found:
        raise LookupError("{NOTHING}")
    return _right(labels, n_classes)
"""
    source = f"{right}\n\n{answer.replace('NOTHING', NOTHING) or plain}"
    return handed_in(with_cells(released(2, {EXERCISE: source}), first=f"found = []\n{hunt}"))


def hunter(name: str, tries: str, hunt: str, answer: str = "", *, in_brief: bool = False) -> Hostile:
    """Return a hand-in that hunts for something in a cell of its own, or in its answer, and finds nothing."""
    return Hostile(
        name=name,
        kind=Kind.LOOKS_AROUND,
        tries=tries,
        files=lambda: _hunting(hunt, answer),
        marks={EXERCISE: RAISED},
        rest=STUB,
        says=NOTHING,
        in_brief=in_brief,
    )


HAND_INS = (
    hunter("searches-the-disk", "walks the disk for solutions, judges and grades", _SEARCH_THE_DISK, in_brief=True),
    hunter("imports-the-judges", "imports the judges, the banks and the solutions", _IMPORT_THE_JUDGES, in_brief=True),
    hunter("reads-other-students", "looks for other students' files", _READ_OTHER_STUDENTS),
    hunter("reads-proc", "reads the memory and the environment of other processes", _READ_PROC),
    hunter("reads-descriptors", "reads what is open, and was inherited", _READ_DESCRIPTORS),
    hunter("reads-the-environment", "looks for keys, tokens and the teacher's home", _READ_ENVIRONMENT),
    hunter("collects-garbage", "looks for judges among Python's objects and modules", _COLLECT_GARBAGE),
    hunter("walks-frames", "looks into the frames of whoever calls the answer", "", _WALK_FRAMES, in_brief=True),
    hunter("reads-memory", "searches its own memory for a solution", _READ_MEMORY),
    Hostile(
        name="leaves-a-note",
        kind=Kind.LOOKS_AROUND,
        tries="leaves answers for the next student on the disk, in shared memory, at a socket",
        files=lambda: handed_in(with_cells(released(2, solutions(2)), first=_LEAVE_A_NOTE)),
    ),
    hunter("looks-for-a-note", "looks for answers that the student before has left", _FIND_A_NOTE),
    Hostile(
        name="borrows-the-answer",
        kind=Kind.LOOKS_AROUND,
        tries="hands in digitlab's own function under the name of the answer",
        files=lambda: handed_in(released(2, {EXERCISE: _BORROW})),
        marks={EXERCISE: FULL},
        rest=STUB,
        says="hands its work to digitlab's own one_hot",
    ),
    *(
        Hostile(
            name=f"borrows-{disguise}",
            kind=Kind.LOOKS_AROUND,
            tries=f"hands its work to digitlab's own function, {disguise.replace('-', ' ')}",
            files=functools.partial(lambda answer: handed_in(released(2, {EXERCISE: answer})), answer),
            marks={EXERCISE: FULL},
            rest=STUB,
            says="hands its work to digitlab's own one_hot",
        )
        for disguise, answer in _BORROWS_IN_DISGUISE.items()
    ),
)
