"""Seeds, all derived from the study's own."""

import zlib

import numpy as np


def derive_seed(study_seed: int, purpose: str, *path: int) -> int:
    """A seed of 31 bits for one purpose, by numpy's SeedSequence: distinct purposes and paths
    give streams that do not overlap."""
    words = [study_seed, zlib.crc32(purpose.encode()), *path]
    return int(np.random.SeedSequence(words).generate_state(1)[0] >> 1)
