"""`python -m seed` loads the reviewed datasets, as `counterclaim seed` does."""

from api.cli import main

if __name__ == "__main__":
    main(["seed"])
