"""What root does before a zygote: open a way to what it needs, become an unused user, start bubblewrap.

The kernel's limit on processes does not hold root, and root inside would be root on files outside. An unused user
cannot pass a closed directory such as root's home, where Python may well lie: so, in a mount namespace that only this
process and its children see, each closed directory on the way is covered by an open one that holds the needed places
alone.

A program of its own, started as ``python root_stage.py PLAN COMMAND...``. It never forks: the process that it was is
the one that becomes bubblewrap, so that whoever started it can kill it, and it dies with them.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import NoReturn

from autograder.inside import system
from autograder.inside.jail import show_again


def main() -> NoReturn:
    """Carry out the plan: JSON with `user`, `closed` and `needed`, as `bubblewrap.stage_for_root` makes it."""
    plan, command = json.loads(sys.argv[1]), sys.argv[2:]
    os.umask(0o022)
    system.unshare(system.CLONE_NEWNS)
    system.mount("none", "/", None, system.MS_REC | system.MS_PRIVATE)
    covered = [path for path in plan["needed"] if any(Path(path).is_relative_to(one) for one in plan["closed"])]
    places = {path: os.open(path, os.O_PATH) for path in covered}  # opened now, before they are
    for directory in plan["closed"]:
        system.mount("tmpfs", directory, "tmpfs", system.MS_NOSUID | system.MS_NODEV, "mode=0755")
    for path, place in places.items():
        show_again(place, Path(path))
    os.setgroups([])
    os.setresgid(*[plan["user"]] * 3)
    os.setresuid(*[plan["user"]] * 3)
    system.no_new_privileges()
    os.chdir("/")
    os.execv(command[0], command)  # noqa: S606 (it is the point)


if __name__ == "__main__":
    main()
