"""The operations of NumPy sorted into the families of :mod:`foundations.analysis.torch_operations`.

Most have the name of an operation of PyTorch, and its family. This module sorts the others. NumPy's operations leave no
trace, so a rule about arrays is decided by reading the source.

Source: the public names of ``numpy``, ``numpy.linalg``, ``numpy.fft`` and ``numpy.ndarray``; a test sorts them all.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from foundations.analysis.torch_operations import families_of


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


_WORDS: dict[str, frozenset[str]] = {
    # First, because the names of some are in other families, too.
    "matrix product": _words("matvec vecmat polymul polyval polydiv polyfit poly roots convolve correlate"),
    "reductions": _words(
        "average ptp percentile nanpercentile nanmax nanmin nanargmax nanargmin nanprod nanstd nanvar nancumprod",
        "nancumsum cumulative_sum cumulative_prod apply_over_axes histogram2d histogram_bin_edges",
    ),
    "sorting": _words(
        "argpartition partition lexsort sort_complex digitize unique_all unique_counts unique_inverse unique_values",
        "union1d intersect1d setdiff1d setxor1d in1d",
    ),
    "arithmetic": _words(
        "divmod mod modf degrees radians fabs invert bitwise_invert left_shift right_shift rint conjugate ediff1d",
        "bitwise_count spacing polyadd polysub",
    ),
    "functions": _words("cbrt around unwrap interp polyder polyint i0"),
    "fourier transform": _words("bartlett blackman hamming hanning kaiser"),
    "structure": _words(
        "append array array2string array_equal array_equiv array_repr array_split array_str asanyarray",
        "asarray_chkfinite ascontiguousarray asfortranarray asmatrix astype base_repr binary_repr block bmat",
        "choose common_type compress copyto delete diag_indices diag_indices_from expand_dims extract flatnonzero",
        "fromfunction fromiter frompyfunc apply_along_axis geomspace identity insert iscomplex iscomplexobj",
        "isdtype isfortran isnat isrealobj isscalar issubdtype iterable ix_ r_ c_ s_ mask_indices matrix_transpose",
        "may_share_memory min_scalar_type mintypecode packbits unpackbits permute_dims piecewise place",
        "put_along_axis putmask ravel_multi_index real_if_close require rollaxis shares_memory sliding_window_view",
        "take_along_axis tri tril_indices_from triu_indices_from trim_zeros unstack vectorize nditer ndenumerate",
        "ndindex byteswap getfield setfield setflags tobytes tofile to_device dump dumps busday_count",
        "busday_offset is_busday datetime_as_string datetime_data format_float_positional format_float_scientific",
        "fromstring",
    ),
    "settings": _words(
        "fromfile fromregex genfromtxt loadtxt savetxt savez savez_compressed get_include getbufsize setbufsize geterr",
        "seterr geterrcall seterrcall errstate printoptions show_config show_runtime info test",
    ),
}
#: Modules whose operations belong to one family, whatever their names are.
_MODULES = {"numpy.random": "random numbers", "numpy.fft": "fourier transform"}
#: Operations of ``numpy.linalg`` that decompose a matrix, under names that PyTorch does not have.
_LINALG = {"cond": "norm", "trace": "reductions", "diagonal": "structure", "multi_dot": "matrix product"}

#: Methods of ufuncs: ``np.add.reduce`` is a sum, ``np.add.outer`` a table of sums.
_OF_UFUNCS = {"reduce": "reductions", "accumulate": "reductions", "reduceat": "reductions"}


@lru_cache(maxsize=4096)
def families_of_numpy(path: str) -> frozenset[str]:
    """Return the families of an operation of NumPy, named by its dotted path; empty if it is unknown."""
    name = path.rpartition(".")[2]
    own = {family for module, family in _MODULES.items() if path.startswith(f"{module}.")}
    if _is_method_of_ufunc(path):
        product = name == "outer" and path.endswith("multiply.outer")
        return frozenset({"matrix product" if product else _OF_UFUNCS.get(name, "structure")})
    if path.startswith("numpy.linalg.") and name in _LINALG:
        return frozenset({_LINALG[name]})
    return frozenset(own) or _by_word(name) | families_of(name)


def is_method_of_arrays(name: str) -> bool:
    """Return whether arrays have a method of this name."""
    return not name.startswith("__") and callable(getattr(np.ndarray, name, None))


def _by_word(name: str) -> frozenset[str]:
    return frozenset(family for family, words in _WORDS.items() if name in words)


def _is_method_of_ufunc(path: str) -> bool:
    parts = path.split(".")
    return len(parts) > 2 and isinstance(getattr(np, parts[-2], None), np.ufunc)
