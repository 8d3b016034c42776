"""`python -m seed` loads the reviewed datasets, like `counterclaim seed`."""

from api.cli import main

if __name__ == "__main__":
    main(["seed"])
