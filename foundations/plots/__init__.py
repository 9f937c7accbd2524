"""Figures drawn by code, for notebooks: black on white, distinguished by shade, hatching and words.

Each function returns a :class:`Picture`, which a notebook shows if it is the last value in a cell.
"""

from foundations.plots.activations import (
    clipped_bell,
    difference_table,
    fans,
    many_starts,
    through_layers,
    two_scales,
)
from foundations.plots.broadcasting import aligned_shapes, memory, spreadsheet
from foundations.plots.digits import digits
from foundations.plots.exports import namespace_growth, notebook_to_script, tolerance
from foundations.plots.graphs import computation_graph, step_errors, weight_tiles
from foundations.plots.picture import Picture
from foundations.plots.products import matrix_product
from foundations.plots.refactoring import (
    layer_life,
    layer_walk,
    outer_products,
    own_beside_torch,
    time_and_memory,
)
from foundations.plots.timings import timings
from foundations.plots.training import (
    accuracy_curves,
    confident_mistakes,
    downhill,
    epochs,
    gradient_bars,
    learning_curves,
    softmax_bars,
)

__all__ = [
    "Picture",
    "accuracy_curves",
    "aligned_shapes",
    "clipped_bell",
    "computation_graph",
    "confident_mistakes",
    "difference_table",
    "digits",
    "downhill",
    "epochs",
    "fans",
    "gradient_bars",
    "layer_life",
    "layer_walk",
    "learning_curves",
    "many_starts",
    "matrix_product",
    "memory",
    "namespace_growth",
    "notebook_to_script",
    "outer_products",
    "own_beside_torch",
    "softmax_bars",
    "spreadsheet",
    "step_errors",
    "through_layers",
    "time_and_memory",
    "timings",
    "tolerance",
    "two_scales",
    "weight_tiles",
]
