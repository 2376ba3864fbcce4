"""The toy definition with just the epochs that it takes to write two checkpoints."""

from dataclasses import replace
from pathlib import Path

from hpo import definitions

TOY = definitions.load(str(Path(__file__).with_name("toy.py"))).study
STUDY = replace(TOY, name="brief", epochs=3)
