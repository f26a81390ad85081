"""`python -m digitlab`: the `digitlab` command, also where the folder of commands is not on the PATH."""

from digitlab.cli import main

raise SystemExit(main())
