#!/usr/bin/env python3
"""Carafe's terminal: `python manage.py --help` lists the commands."""

import sys

from cms.cli import main

if __name__ == "__main__":
    sys.exit(main())
