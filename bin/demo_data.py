"""Bring the database up to date and load the demo data, in one process; print the demo accounts.

Runs inside .venv. The same three commands by hand: `flask --app app.factory db upgrade`, `demo seed`,
`demo accounts`.
"""

import logging
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.factory import create_app
from app.foundation.exceptions import PermanenceError

COMMANDS = (["db", "upgrade"], ["demo", "seed"], ["demo", "accounts"])


def main() -> None:
    """Run the commands; the output of the last one is what the caller shows."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        runner = create_app().test_cli_runner()
    except PermanenceError as error:
        sys.exit(str(error))
    for words in COMMANDS:
        result = runner.invoke(args=words)
        if result.exit_code != 0:
            if result.exception and not isinstance(result.exception, SystemExit):
                raise result.exception
            sys.exit(f"flask {' '.join(words)}: {result.output.strip()}")
    print(result.output.strip())


if __name__ == "__main__":
    main()
