#!/usr/bin/env python3
"""Prepare this checkout: environment, Python packages, front-end packages, translations.

Standard library only, because it runs before anything is installed. Each step is skipped when its
stamp (a hash of the lock files it depends on) is current, so a second run takes a moment.
Every failure that can be foreseen ends in a message that says what to do, exit code 1.

The first lines stay readable by old Pythons, so that those get a message and not a syntax error.
"""

import os
import shutil
import sys

OLDEST = (3, 11)


def use_recent_python():
    """Restart under a Python >= 3.11 if there is one on PATH, else say which one to install."""
    if sys.version_info >= OLDEST:
        return
    for minor in (14, 13, 12, 11):
        candidate = shutil.which("python3.%d" % minor)
        if candidate:
            os.execv(candidate, [candidate] + sys.argv)
    sys.exit(
        "\nPython %d.%d is too old: Permanence needs Python 3.11 or later (Debian 12, Ubuntu 24.04).\n"
        "What to do: install a later one, for example `sudo apt-get install python3.12`, then type the\n"
        "same command again; or name it: `make run PYTHON=/path/to/python3.12`."
        % sys.version_info[:2]
    )


def main(arguments):
    """The command line: nothing (set up), --dev (also for tests), --run (set up and serve)."""
    import serving
    import steps

    known = {"--dev", "--run"}
    unknown = [word for word in arguments if word not in known]
    if unknown:
        sys.exit("Unknown: %s. Usage: bin/setup.py [--dev | --run]" % " ".join(unknown))
    with steps.told_failures():
        if "--run" in arguments:
            serving.run()
        else:
            steps.prepare(dev="--dev" in arguments)


if __name__ == "__main__":
    use_recent_python()
    main(sys.argv[1:])
