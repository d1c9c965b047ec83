"""The catalogue of misconceptions: which known mistake would have produced just what a failed check saw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import devices, generators, given
from .crashes import RULES
from .data import changed_labels, dataset, download, unsteady
from .evaluation import accuracy, compared, kept_digits, last_batch, side_effects, stopped
from .loader import batches, lengths, returned, some_datasets
from .loss import cost, labels
from .model import layers, returned_model
from .prediction import drawing, predicted
from .reshape import rows
from .throughput import slowness
from .training import data_loader, epoch, epoch_cost, optimizer, printed, rebinding, returned_costs, train

if TYPE_CHECKING:
    from graders.harness.judge.clues import Clue, Mistake

MODULES = (
    *(dataset, changed_labels, unsteady, download),
    *(batches, lengths, some_datasets, rows, returned, layers, returned_model, cost, labels),
    *(optimizer, rebinding, epoch, epoch_cost, data_loader, train, returned_costs, printed),
    *(accuracy, compared, kept_digits, last_batch, stopped, side_effects, predicted, drawing, slowness),
    *(devices, given, generators),
)
CLUES: tuple[Clue, ...] = tuple(clue for module in MODULES for clue in module.CLUES)
CRASHES: tuple[Mistake, ...] = tuple(mistake for rules in RULES for mistake in rules.mistakes)
