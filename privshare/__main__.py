"""python -m privshare."""

from privshare.cli import main

if __name__ == "__main__":
    main()
