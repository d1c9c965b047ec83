"""The same start for every call of student code, whatever an earlier call left behind. Child side."""

from __future__ import annotations

import contextlib
import hashlib
import random
import sys
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .recorder import Recorder

STATES = 64  # of 5 kB
SHOWN = 8  # bytes at the begin of a state of torch's generator: the seed that it says to have started from


class Slate:
    """Seeds the generators, sets grad mode and defaults, by what torch held before the submission was loaded."""

    def __init__(self, torch: Any) -> None:
        self.grad_enabled, self._set_grad_enabled = torch.is_grad_enabled, torch.set_grad_enabled
        self._seed_all, self._seed_cpu = torch.manual_seed, torch.default_generator.manual_seed
        self._cuda_is_used = torch.cuda.is_initialized
        self._shown, self._get_state = torch.default_generator.initial_seed, torch.default_generator.get_state
        self._set_state, self._bytes = torch.default_generator.set_state, (torch.tensor, torch.uint8)
        self._fresh = self._shown()
        self._default_dtype, self._set_default_dtype = torch.get_default_dtype(), torch.set_default_dtype
        self._set_default_device = torch.set_default_device
        self._seeded = False
        self._states: dict[tuple[int, int], Any] = {}  # of torch's generator, by the seed and what it says

    @contextlib.contextmanager
    def clean(self, seed: int | None, output: Recorder) -> Iterator[None]:
        """Seed (None: leave the generators alone), track gradients, silence warnings, and send prints to `output`.

        The defaults of dtype and device are torch's own: what a submission makes of them when it is imported would
        reach the probes and every stand-in.
        """
        self._set_default_dtype(self._default_dtype)  # first: what is seeded is made by them, too
        self._set_default_device(None)
        if seed is not None:
            random.seed(seed)
            # The generator that student code uses when it says np.random.rand; a list, so that its state starts as that
            # of a fresh process does.
            np.random.seed([seed])
            self._seed_torch(seed)
        self._set_grad_enabled(True)
        with contextlib.redirect_stdout(output), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch's advice on read-only arrays is no failure of the student's
            try:
                yield
            finally:
                self._set_grad_enabled(True)

    def _seed_torch(self, seed: int) -> None:
        """Seed torch; where no GPU has been used yet, its generator on the CPU is enough from the second time on.

        `torch.manual_seed` notes the stack for each kind of accelerator that may be used some day: 0.6 ms a call.
        The generator goes on saying what it said before, as if nobody had seeded it: a seed of the submission's, or
        else a large number, as in a fresh process.
        """
        said = self._shown()
        alone = self._seeded and not self._cuda_is_used()
        known = self._states.get((seed, said)) if alone else None
        if known is not None:  # as most calls have it
            self._set_state(known)
            return
        if alone:
            self._seed_cpu(seed)
        else:
            self._seed_all(seed)
            self._seeded = True
        self._say(seed, _large(seed) if said == self._fresh else said)
        if len(self._states) < STATES:
            self._states[seed, said] = self._get_state()

    def _say(self, seed: int, other: int) -> None:
        """Have torch's generator tell another seed than the one that it was started from; its draws stay."""
        state, (tensor, uint8) = self._get_state(), self._bytes
        if int.from_bytes(bytes(state[:SHOWN].tolist()), sys.byteorder) == seed:  # else torch keeps it elsewhere now
            state[:SHOWN] = tensor(list(other.to_bytes(SHOWN, sys.byteorder)), dtype=uint8)
            self._set_state(state)


def _large(seed: int) -> int:
    return int.from_bytes(hashlib.sha256(f"shown: {seed}".encode()).digest()[:SHOWN], "big") >> 1
