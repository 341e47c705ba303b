"""``python -m loadtest`` is the command ``loadtest``."""

from loadtest.cli import main

if __name__ == "__main__":
    main()
