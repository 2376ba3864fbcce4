"""The toy definition with just the epochs that it takes to write two checkpoints."""

from dataclasses import replace

from .toy import STUDY as TOY

STUDY = replace(TOY, name="brief", epochs=3)
