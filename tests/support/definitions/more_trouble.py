"""Another definition in which the same trouble comes."""

from dataclasses import replace

from .trouble import STUDY as TROUBLE

STUDY = replace(TROUBLE, name="more_trouble")
