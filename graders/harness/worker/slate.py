"""The same start for every call of student code, whatever an earlier call left behind. Child side."""

from __future__ import annotations

import contextlib
import random
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .recorder import Recorder


class Slate:
    """Seeds the generators, sets grad mode and defaults, by what torch held before the submission was loaded."""

    def __init__(self, torch: Any) -> None:
        self.grad_enabled, self._set_grad_enabled = torch.is_grad_enabled, torch.set_grad_enabled
        self._seed_all, self._seed_cpu = torch.manual_seed, torch.default_generator.manual_seed
        self._cuda_is_used = torch.cuda.is_initialized
        self._default_dtype, self._set_default_dtype = torch.get_default_dtype(), torch.set_default_dtype
        self._set_default_device = torch.set_default_device
        self._seeded = False

    @contextlib.contextmanager
    def clean(self, seed: int | None, output: Recorder) -> Iterator[None]:
        """Seed (None: leave the generators alone), track gradients, silence warnings, and send prints to `output`.

        The defaults of dtype and device are torch's own: what a submission makes of them when it is imported would
        reach the probes and every stand-in.
        """
        if seed is not None:
            random.seed(seed)
            np.random.seed(seed)  # the generator that student code uses when it says np.random.rand
            self._seed_torch(seed)
        self._set_grad_enabled(True)
        self._set_default_dtype(self._default_dtype)
        self._set_default_device(None)
        with contextlib.redirect_stdout(output), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch's advice on read-only arrays is no failure of the student's
            try:
                yield
            finally:
                self._set_grad_enabled(True)

    def _seed_torch(self, seed: int) -> None:
        """Seed torch; where no GPU has been used yet, its generator on the CPU is enough from the second time on.

        `torch.manual_seed` notes the stack for each kind of accelerator that may be used some day: 0.6 ms a call.
        """
        if self._seeded and not self._cuda_is_used():
            self._seed_cpu(seed)
        else:
            self._seed_all(seed)
            self._seeded = True
