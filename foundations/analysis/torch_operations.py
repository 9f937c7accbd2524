"""Every operation of PyTorch sorted into families, so that a rule can name the families that may run.

The families of :mod:`foundations.analysis.families` have names that students write. This module sorts the rest: all
callables of PyTorch's public interface and all operators of its ``aten`` library. An operation that is in no family is
unknown: it comes from a newer PyTorch or from another namespace, and asks for a review.

Source: the names that ``torch._C._dispatch_get_all_op_names()`` and ``torch.overrides`` list; a test sorts them all.
"""

from __future__ import annotations

import re
from functools import lru_cache

from foundations.analysis.families import FAMILIES, is_structural
from foundations.errors import CourseError

STRUCTURE = "structure"
#: Families that every exercise may use: they compute elementwise, add up, compare, make or move numbers.
PLAIN = frozenset({STRUCTURE, "arithmetic", "functions", "reductions", "sorting", "random numbers", "settings"})


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


_WORDS: dict[str, frozenset[str]] = {
    STRUCTURE: _words(
        # properties and predicates
        "shape ndim dtype device layout grad grad_dtype _grad _grad_fn _base _backward_hooks",
        "_post_accumulate_grad_hooks",
        "_cdata _version _use_count is_leaf is_cpu is_cuda is_ipu is_maia is_meta is_mkldnn is_mps is_mtia",
        "is_neg is_nested",
        "is_quantized is_shared is_signed is_sparse is_sparse_csr is_storage is_vulkan is_xla is_xpu is_conj",
        "is_inference",
        "is_distributed is_coalesced itemsize nbytes name names output_nr volatile retains_grad qscheme",
        "storage_type typename",
        "imag real _dimI _dimV dense_dim sparse_dim _nnz __sizeof__ __dlpack_device__ sym_size sym_numel",
        "sym_stride",
        "sym_storage_offset sym_is_contiguous __long__ __nonzero__ _has_compatible_shallow_copy_type",
        "is_grad_enabled",
        "_has_same_storage_numel _is_zerotensor _is_all_true _is_any_true _is_integer _assert_scalar",
        "_functional_assert_async",
        "_functional_assert_scalar _assert_tensor_metadata _debug_has_internal_overlap isreal isneginf",
        "isposinf isin",
        "nonzero nonzero_numpy nonzero_static argwhere where signbit",
        # reading, writing, views
        "_unsafe_index _unsafe_index_put _index_put_impl _unsafe_masked_index _unsafe_masked_index_put_accumulate",
        "masked_fill masked_scatter masked_select index_copy index_fill index_add index_reduce scatter_add",
        "scatter_reduce",
        "put take_along_dim diag_embed diagflat diagonal_scatter as_strided_scatter slice_inverse",
        "fill_diagonal moveaxis",
        "rot90 fliplr flipud tril triu tril_indices triu_indices atleast_1d atleast_2d atleast_3d as_subclass",
        "alias",
        "unsafe_chunk unsafe_split unsafe_split_with_sizes _chunk_cat _stack unravel_index combinations",
        "vander view_as_complex",
        "resolve_conj resolve_neg conj _conj _neg_view narrow set_data _fw_primal _lazy_clone _reshape_copy",
        "_reshape_alias_copy",
        "_reshape_from_tensor _resize_output resize_as _shape_as_tensor expand_copy pad constant_pad_nd",
        "_pad_enum _pad_circular",
        "_expand_single_value flatten_dense_tensors unflatten_dense_tensors sum_to_size one_hot pad_sequence",
        "_remove_batch_dim",
        "_add_batch_dim _view_func _view_func_unsafe _rev_view_func_unsafe _mkldnn_reshape _mkldnn_transpose",
        # making and copying
        "new range logspace empty_permuted byte char cdouble cfloat chalf mtia cuda xpu ipu pin_memory",
        "_pin_memory share_memory",
        "_to_cpu _cast_Byte _cast_Char _cast_Double _cast_Float _cast_Half _cast_Int _cast_Long _cast_Short",
        "_from_blob",
        "_copy_from _copy_from_and_resize _foreach_copy _efficientzerotensor",
        "_new_zeros_with_same_feature_meta _dim_arange sym_int sym_float",
        "__getstate__ __setstate__ __reduce__ __reduce_ex__ _reduce_ex_internal __new__ __init__ __setattr__",
        "__delattr__",
        "__getattr__ __getattribute__ __delitem__ __get__ __init_subclass__ __subclasshook__ module_load reinforce",
        "register_post_accumulate_grad_hook record_stream _clear_non_serializable_cached_data _fix_weakref",
        "vmap cond",
        "_make_subclass _make_wrapper_subclass",
        "while_loop map map2 apply constant get_file_path combinations channel_shuffle native_channel_shuffle",
        "pixel_shuffle",
        "pixel_unshuffle nan_to_num affine_grid_generator cudnn_affine_grid_generator matrix_H to_dense",
        "_to_dense to_mkldnn",
    ),
    "arithmetic": _words(
        "add sub mul div subtract multiply divide true_divide floor_divide remainder fmod rsub abs absolute",
        "neg negative",
        "positive reciprocal addcmul addcdiv lerp clamp clamp_min clamp_max clip maximum minimum fmax fmin",
        "sign sgn heaviside",
        "ceil floor round trunc fix frac copysign nextafter ldexp frexp gcd lcm bitwise_and bitwise_or",
        "bitwise_xor bitwise_not",
        "bitwise_left_shift bitwise_right_shift conj_physical polar cross diff gradient greater greater_equal",
        "less less_equal",
        "not_equal sym_max sym_min sym_sum sym_ite sym_not deg2rad rad2deg rsqrt sqrt _add_relu gradient",
        "_masked_scale float_power_ sym_sqrt",
        "__add__ __sub__ __mul__ __div__ __truediv__ __floordiv__ __mod__ __neg__ __pos__ __abs__ __invert__",
        "__and__ __or__",
        "__xor__ __lshift__ __rshift__ __radd__ __rsub__ __rmul__ __rdiv__ __rtruediv__ __rfloordiv__",
        "__rmod__ __rand__ __ror__",
        "__rxor__ __rlshift__ __rrshift__ __iadd__ __isub__ __imul__ __idiv__ __itruediv__ __ifloordiv__",
        "__imod__ __iand__",
        "__ior__ __ixor__ __ilshift__ __irshift__",
    ),
    "functions": _words(
        "exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh",
        "atanh arcsin arccos",
        "arctan arctan2 arcsinh arccosh arctanh sinc sigmoid expit logit erf erfc erfcx erfinv lgamma digamma",
        "gammaln gammainc",
        "gammaincc igamma igammac mvlgamma multigammaln polygamma psi zeta i0 i0e i1 i1e entr ndtr ndtri",
        "log_ndtr xlogy xlog1py",
        "airy_ai bessel_j0 bessel_j1 bessel_y0 bessel_y1 modified_bessel_i0 modified_bessel_i1 modified_bessel_k0",
        "modified_bessel_k1 scaled_modified_bessel_k0 scaled_modified_bessel_k1 spherical_bessel_j0",
        "chebyshev_polynomial_t",
        "chebyshev_polynomial_u chebyshev_polynomial_v chebyshev_polynomial_w shifted_chebyshev_polynomial_t",
        "shifted_chebyshev_polynomial_u shifted_chebyshev_polynomial_v shifted_chebyshev_polynomial_w",
        "hermite_polynomial_h",
        "hermite_polynomial_he laguerre_polynomial_l legendre_polynomial_p angle",
    ),
    "reductions": _words(
        "sum nansum mean nanmean prod cumsum cumprod cummax cummin _cummax_helper _cummin_helper max min amax",
        "amin aminmax",
        "_aminmax argmax argmin std var std_mean var_mean median nanmedian mode quantile nanquantile",
        "count_nonzero trace",
        "logcumsumexp trapezoid trapz cumulative_trapezoid segment_reduce _segment_reduce bincount histc",
        "histogram histogramdd",
        "_histogramdd_bin_edges _histogramdd_from_bin_cts _histogramdd_from_bin_tensors hash_tensor reduce",
    ),
    "sorting": _words(
        "sort argsort msort topk kthvalue searchsorted bucketize unique unique_consecutive unique_dim",
        "unique_dim_consecutive _unique _unique2",
    ),
    "random numbers": _words(
        "rand_like randint randint_like randn_like randperm bernoulli binomial cauchy exponential geometric",
        "log_normal",
        "multinomial normal_functional poisson _sample_dirichlet _standard_gamma _dirichlet_grad manual_seed",
        "seed initial_seed",
        "get_rng_state set_rng_state thread_safe_generator",
    ),
    "matrix product": _words(
        "saddmm hsmm _foreach_mm mm_reduce _spsolve spsolve ldl_solve _cholesky_solve_helper cholesky_inverse",
        "lobpcg",
        "grid_sample grid_sampler affine_grid fold unfold im2col col2im interpolate multi_dot linear_combination",
        "_compute_linear_combination",
    ),
    "norm": _words("frobenius_norm nuclear_norm linalg_cond matrix_rank local_response_norm _powsum _foreach_powsum"),
    "settings": _words(
        "__torch_function__ __torch_dispatch__",
        "handle_torch_function has_torch_function has_torch_function_unary has_torch_function_variadic",
        "boolean_dispatch",
        "init_num_threads save load compile fork wait import_ir_module import_ir_module_from_buffer parse_ir",
        "parse_schema",
        "parse_type_comment merge_type_from_type_comment unify_type_list get_gradients set_data classproperty",
        "Optional",
        "compiled_with_cxx11_abi set_flush_denormal are_deterministic_algorithms_enabled get_device_module",
        "_TypeGuard",
        "_TypeIs __all_and_float_types _overload _import_dotted_name _import_device_backends _foobar _print",
        "_pair _single",
        "_triple _enum_list_as_int_list _list_or_empty _none_or_dtype _parse_to _get_origin",
        "_unpool_output_size assert_int_or_pair",
        "_jit_unused _load_global_deps _preload_cuda_deps _preload_cuda_lib _get_cuda_dep_paths",
        "_register_device_module",
        "_running_with_deploy _initExtension _warn_typed_storage_removal _verify_batch_size _verify_spatial_size",
        "_list_with_default _get_softmax_dim _add_docstr _make_dep_token _sync _test_serialization_subcmul",
        "prepare_multiprocessing_environment profiler_allow_cudagraph_cupti_lazy_reinit_cuda12 _as_tensor_fullprec",
        "infinitely_differentiable is_vulkan_available _nnpack_available _propagate_xla_data _dtensor__new__",
        "_mirror_autograd_meta_to cudnn_is_acceptable",
    ),
}  # fmt: skip

#: Patterns for groups of similar names; the first match counts.
_PATTERNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("autograd", (r".*_backward(_.*)?", r".*_jvp", "as_sparse_gradcheck", r"_(make|unpack)_dual", r"_grad_.*",
                  r"_.*_grad")),
    ("torch.optim", (r"_fused_(adam|adamw|sgd|adagrad)", r"_amp_.*")),
    ("quantized numbers", (
        r".*(quant|qparams|fbgemm|int_repr|q_scale|q_zero|q_per|int4pack|int8pack|fp16|moving_avg).*", "_rowwise_prune",
    )),
    ("sparse tensors", (
        r".*(sparse|coo|csr|csc|bsr|bsc|coalesce|spdiags|_cslt|crow_|ccol_|col_indices|row_indices).*",
        r"_?indices", r"_?values",
    )),
    ("nested tensors", (r".*(nested|padded|jagged|ragged|packed_seq).*",)),
    ("fourier transform", (r".*fft.*", "stft", "istft", r"(bartlett|blackman|hamming|hann|kaiser)_window")),
    ("matrix product", (r".*embedding_bag.*",)),
    ("torch.nn", (
        r".*(pool|upsample|dropout|embedding|batch_norm|_loss|cross_entropy|softmax|softshrink|hardshrink|softsign).*",
        r".*(tanhshrink|log_?sigmoid|glu|rrelu|prelu|threshold|group_norm|layer_norm|instance_norm|rms_norm).*",
        r"(reflection|replication)_pad.*", r"_weight_norm.*", r"_in_projection.*",
        "_canonical_mask", "_mha_shape_check", "_check_key_padding_mask",
    )),
    ("matrix product", (
        r".*(conv|mm(_|$)|matmul|linear(?!_comb)|lstm|gru|rnn|attention|transformer|_sdp_|bmm|rescale_qkv|grid_sampler).*",
    )),
    ("decomposition", (r".*(eig|svd|cholesky|lu_unpack|lu_with|ldl|linalg_check|matrix_rank).*",)),
    ("random numbers", (r".*(philox|sobol).*",)),
    ("communication", (r"all_(gather|reduce|to_all).*", r"reduce_scatter.*", r"i?send", r"i?recv")),
    ("settings", (
        r"(get|set|is|use|clear)_(default|deterministic|num|anomaly|autocast|float32|printoptions|warn|file).*",
        r"is_(anomaly|autocast|deterministic|inference_mode|warn_always).*", r"autocast_.*", r"_autocast.*",
        r"_check.*", r"_test_.*", r"_sym_.*", r"_functionaliz.*", r".*functional_tensor.*", r"_constrain.*",
        r"sym_(constrain|fresh).*", r".*sym_constrain.*", r"_(disable|enable)_.*", r"_is_(functional|device).*",
        r"_validate.*", "set_warn_always", "use_deterministic_algorithms",
    )),
)  # fmt: skip
#: Layers that contain both a product and an activation or a softmax.
_LAYERS = re.compile(r".*(attention|_sdp_|lstm|gru|rnn|transformer).*|_add_relu|_addmm_activation|_linear_pointwise")
_COMPILED = tuple((family, re.compile("|".join(patterns))) for family, patterns in _PATTERNS)

#: Explanations of the families, which messages put in brackets.
GLOSSES = {
    STRUCTURE: "making, moving or looking at numbers",
    "arithmetic": "arithmetic",
    "functions": "a mathematical function",
    "reductions": "a sum or another reduction",
    "sorting": "sorting",
    "random numbers": "random numbers",
    "settings": "a setting",
    "quantized numbers": "quantized numbers",
    "sparse tensors": "a sparse tensor",
    "nested tensors": "a nested tensor",
    "fourier transform": "a Fourier transform",
    "decomposition": "a matrix decomposition",
    "communication": "communication between processes",
} | {name: family.gloss for name, family in FAMILIES.items()}

#: All families that a rule may allow.
ALL = frozenset({*FAMILIES, *PLAIN, *GLOSSES})


#: Families that can compute a matrix product in disguise. :func:`all_but` leaves them out together with the product.
_DISGUISES = frozenset({"decomposition", "fourier transform", "sparse tensors", "quantized numbers", "nested tensors"})


def all_but(*families: str) -> frozenset[str]:
    """Return all families except ``families``, for a rule.

    Raises:
        CourseError: one of ``families`` does not exist.
    """
    if unknown := sorted(set(families) - ALL):
        raise CourseError(f"{unknown[0]!r} is not a family of operations; use {', '.join(sorted(ALL))}", slug="rules")
    return ALL - set(families) - (_DISGUISES if "matrix product" in families else set())


@lru_cache(maxsize=4096)
def families_of(name: str) -> frozenset[str]:
    """Return the families of an operation, named as in a trace (``matmul``, ``aten.mul``); empty if it is unknown."""
    if name.startswith("autograd."):
        return frozenset({"autograd"})
    bare = name.removeprefix("aten.").removeprefix("prims.")
    if "_backward" in bare.lstrip("_"):  # the gradient of a product is made of products
        return _families_of(bare) | _families_of(bare[: bare.index("_backward", 1)])
    return _families_of(bare)


def _families_of(bare: str) -> frozenset[str]:
    named = {family for family, entry in FAMILIES.items() if entry.has_traced(bare)}
    by_word = next(filter(None, map(_family_by_word, _forms(bare))), None)
    family = by_word or next(filter(None, map(_family_by_pattern, _forms(bare))), None)
    layer = {"torch.nn"} if any(map(_LAYERS.fullmatch, _forms(bare))) else set()
    return frozenset(named | layer | ({family} if family else set()))


def _forms(name: str) -> list[str]:
    """List ``name`` with and without the prefixes and suffixes that distinguish variants of one operation."""
    forms = [name]
    if not name.endswith("__"):
        forms.append(name.rstrip("_"))
        forms.append(forms[-1].removesuffix("_copy").removesuffix("_out").rstrip("_"))
        for prefix in ("linalg_", "special_", "_foreach_", "_"):  # ``_foreach_exp`` is exp on each tensor of a list
            forms.append(forms[2].removeprefix(prefix).rstrip("_"))
    return forms


def _family_by_word(name: str) -> str | None:
    if is_structural(name):
        return STRUCTURE
    return next((family for family, words in _WORDS.items() if name in words), None)


def _family_by_pattern(name: str) -> str | None:
    return next((family for family, pattern in _COMPILED if pattern.fullmatch(name)), None)
