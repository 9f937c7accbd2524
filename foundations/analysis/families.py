"""The tables behind the rules of the game: families of operations, by the names under which they are written and run.

A family's ``names`` are last components (``matmul`` in ``torch.matmul`` and in ``a.matmul``): attributes, imported
names, and the names that a trace shows. A name that is too common on its own is listed in ``paths`` with its module.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Family:
    """One family of operations; messages put its ``gloss`` in brackets after the operation."""

    gloss: str
    names: frozenset[str] = frozenset()
    #: Python's operators: ``@``, ``**``.
    operators: frozenset[str] = frozenset()
    #: Names in :mod:`builtins`; any use of the bare name counts.
    builtins: frozenset[str] = frozenset()
    #: Top-level modules; any use of them counts.
    modules: frozenset[str] = frozenset()
    #: Dotted beginnings, such as ``torch.jit``.
    paths: frozenset[str] = frozenset()
    #: Dotted names below ``paths`` that are not in the family.
    apart: frozenset[str] = frozenset()
    #: Names in a trace besides ``names``: dispatch names without ``aten.``, audit events.
    traced: frozenset[str] = frozenset()
    #: Only a call on more than one number counts (``tolist``).
    many_only: bool = False

    def has_name(self, name: str) -> bool:
        """Return whether ``name`` is in the family; ``addmm_`` and ``linalg_norm`` count as ``addmm`` and ``norm``."""
        bare = name.removeprefix("linalg_").removeprefix("special_")
        return bare in self.names or (not bare.endswith("__") and bare.removesuffix("_") in self.names)

    def has_path(self, path: str) -> bool:
        """Return whether the dotted ``path`` is in the family."""
        if path in self.apart:
            return False
        root, _, rest = path.partition(".")
        if root in self.modules or (root == "builtins" and rest in self.builtins):
            return True
        if any(path == start or path.startswith(start + ".") for start in self.paths):
            return True
        return bool(rest) and self.has_name(path.rpartition(".")[2])

    def has_traced(self, name: str) -> bool:
        """Return whether ``name``, from either level of a trace, is in the family."""
        bare = name.removeprefix("aten.")
        return bare in self.traced or self.has_name(bare)


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


def _dunder(names: Iterable[str]) -> frozenset[str]:
    return frozenset(f"__{prefix}{name}__" for name in names for prefix in ("", "r", "i"))


#: In the order in which a message picks one if several match.
FAMILIES: dict[str, Family] = {
    "matrix product": Family(
        gloss="a matrix product",
        operators=frozenset({"@"}),
        names=_words(
            "matmul imatmul mm bmm mv dot vdot inner vecdot outer ger kron tensordot chain_matmul multi_dot",
            "matrix_power addmm addbmm baddbmm addmv addr sspaddmm hspmm smm dsmm spmm _sparse_mm _int_mm",
            "_scaled_mm _grouped_mm linear bilinear Linear Bilinear LazyLinear conv1d conv2d conv3d",
            "conv_transpose1d conv_transpose2d conv_transpose3d conv_tbc convolution _convolution Conv1d Conv2d",
            "Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d LazyConv1d LazyConv2d LazyConv3d cdist pdist",
            "cov corrcoef cosine_similarity CosineSimilarity embedding_bag EmbeddingBag",
            "scaled_dot_product_attention MultiheadAttention multi_head_attention_forward flex_attention RNN LSTM",
            "GRU RNNCell LSTMCell GRUCell Transformer TransformerEncoderLayer TransformerDecoderLayer sumprod",
            "convolve correlate correlate1d solve solve_ex lstsq lu_solve cholesky_solve solve_triangular tensorsolve",
            # The inverse of [[1, -a, 0], [0, 1, -b], [0, 0, 1]] has a @ b in its corner; so does the exponential.
            "inv inv_ex inverse pinv pinverse tensorinv matrix_exp sampled_addmm _linear_pointwise _mkl_linear",
            # So do the factors of such matrices, and the determinant of [[1, b], [-a, 0]] is a · b.
            "lu lu_factor lu_factor_ex ldl_factor ldl_factor_ex cholesky cholesky_ex qr geqrf ormqr orgqr",
            "householder_product triangular_solve det slogdet logdet",
            # The first number of a Fourier transform is a sum, and these multiply by a window before summing.
            "stft istft",
        )
        | _dunder(["matmul"]),
        traced=_words(
            "_cdist_forward _euclidean_dist _trilinear _embedding_bag _embedding_bag_forward_only _sparse_addmm",
            "_addmm_activation _scaled_dot_product_attention_math _scaled_dot_product_flash_attention_for_cpu",
            "_scaled_dot_product_flash_attention _scaled_dot_product_efficient_attention mkldnn_convolution",
            "mkldnn_linear mkl_linear _linalg_solve_ex linalg_vecdot _scaled_dot_product_fused_attention_overrideable",
            "_linalg_det _linalg_slogdet",
        ),
    ),
    "einsum": Family(
        gloss="Einstein summation",
        names=_words("einsum einsum_path contract"),
        modules=_words("opt_einsum einops"),
    ),
    "norm": Family(
        gloss="a norm, or a shortcut to one",
        names=_words(
            "norm vector_norm matrix_norm linalg_norm linalg_vector_norm linalg_matrix_norm renorm dist cdist",
            "pdist hypot pairwise_distance PairwiseDistance normalize normalise weight_norm spectral_norm",
            "clip_grad_norm clip_grad_norm_ get_total_norm lp_pool1d lp_pool2d lp_pool3d LPPool1d LPPool2d",
            "LPPool3d svd svdvals svd_lowrank pca_lowrank mse_loss MSELoss cosine_similarity CosineSimilarity",
            "_foreach_norm native_norm rms_norm RMSNorm layer_norm LayerNorm group_norm GroupNorm instance_norm",
            # The size of a complex number is the norm of two numbers; the factor R of a single column is its norm.
            "complex view_as_complex qr geqrf",
        ),
        builtins=frozenset({"complex"}),
        traced=_words(
            "_cdist_forward _euclidean_dist _pdist_forward _linalg_svd norm_except_dim _weight_norm native_layer_norm",
            "native_group_norm _fused_rms_norm",
        ),
    ),
    "pow": Family(
        gloss="a power",
        operators=frozenset({"**"}),
        names=_words("pow ipow square float_power power _foreach_pow _square") | _dunder(["pow"]),
        builtins=frozenset({"pow"}),
    ),
    "numpy": Family(
        gloss="a way out of PyTorch",
        names=_words(
            "numpy np from_numpy __array__ __array_wrap__ __array_interface__ __array_struct__ __array_priority__",
            "data_ptr const_data_ptr mutable_data_ptr untyped_storage typed_storage _typed_storage storage",
            "UntypedStorage TypedStorage frombuffer from_dlpack to_dlpack __dlpack__ from_file _export_to_c",
        ),
        builtins=frozenset({"memoryview"}),
        modules=_words(
            "numpy scipy pandas sklearn jax tensorflow cupy numba xarray sympy polars numexpr mlxtend skimage",
            "mmap array struct cython mpmath gmpy2",
        ),
        paths=_words("torch._numpy torch.utils.dlpack"),
        traced=_words("ctypes.dlopen ctypes.dlsym"),
    ),
    "autograd": Family(
        gloss="automatic differentiation",
        # Not ``backward``: students' own layers have a method of that name. A trace does not show those.
        names=_words(
            "autograd requires_grad_ retain_grad enable_grad functorch",
            # Functions that autograd calls in the backward pass, and that can be called directly.
            "threshold_backward hardtanh_backward leaky_relu_backward elu_backward _softmax_backward_data",
            "_log_softmax_backward_data mse_loss_backward nll_loss_backward",
        ),
        modules=_words("functorch"),
        paths=_words("torch.autograd torch.func torch._functorch"),
        apart=_words("torch.func.vmap"),  # the same as torch.vmap, which does not differentiate
        traced=_words("backward requires_grad"),
    ),
    "list round trip": Family(
        gloss="a trip through Python lists",
        names=_words("tolist"),
        many_only=True,
    ),
    "torch.nn": Family(
        gloss="a ready-made layer, loss or initialisation",
        names=_words(
            "relu relu6 leaky_relu prelu rrelu elu selu celu gelu silu mish softplus threshold hardtanh hardswish",
            "hardsigmoid ReLU Threshold linear Linear mse_loss MSELoss l1_loss L1Loss smooth_l1_loss huber_loss",
            "cross_entropy nll_loss CrossEntropyLoss NLLLoss kaiming_normal kaiming_uniform xavier_normal",
            "xavier_uniform calculate_gain softmax log_softmax softmin Softmax LogSoftmax logsumexp logaddexp",
            "logaddexp2 logcumsumexp",
            # Layers and losses that torch.nn.functional takes from torch, where they have the same names.
            "conv1d conv2d conv3d conv_tbc convolution bilinear embedding_bag rnn_relu_cell rnn_tanh_cell gru_cell",
            "lstm_cell hinge_embedding_loss margin_ranking_loss triplet_margin_loss cosine_embedding_loss",
            "poisson_nll_loss kl_div ctc_loss",
        ),
        paths=_words("torch.nn"),
        traced=_words("_softmax _log_softmax _logcumsumexp"),
    ),
    "torch.optim": Family(
        gloss="a ready-made piece of a training loop",
        paths=_words("torch.optim torch.utils.data"),
    ),
    "broadcasting": Family(
        gloss="broadcasting by the library",
        names=_words(
            "broadcast broadcast_shapes broadcast_tensors broadcast_to broadcast_arrays broadcast_all expand expand_as",
            "expand_copy infer_size _infer_size",
        ),
        # Comparisons count as looking at numbers and not as arithmetic, but they broadcast their operands as well.
        traced=_words("eq ne lt le gt ge __eq__ __ne__ __lt__ __le__ __gt__ __ge__ isclose")
        | _words("logical_and logical_or logical_xor"),
    ),
}

#: Operations that name, move, make or look at numbers without computing: the number of their elements does not matter.
STRUCTURAL = _words(
    # reading and writing elements, views
    "__getitem__ __setitem__ select slice index index_put index_select narrow unbind split",
    "split_with_sizes chunk tensor_split take gather scatter view reshape flatten unflatten ravel squeeze",
    "unsqueeze expand expand_as view_as reshape_as permute movedim transpose swapaxes swapdims t T mT H",
    "mH adjoint as_strided diagonal diag unfold detach alias _unsafe_view _reshape_alias broadcast_to",
    "broadcast_tensors numpy_T contiguous flip roll view_as_real hsplit vsplit dsplit select_scatter",
    "slice_scatter",
    # making and copying
    "zeros ones empty full rand randn zeros_like ones_like empty_like full_like new_zeros new_ones",
    "new_empty new_full new_tensor tensor as_tensor asarray scalar_tensor arange eye linspace",
    "empty_strided new_empty_strided lift lift_fresh lift_fresh_copy clone copy _to_copy to type type_as",
    "float double half bfloat16 int long short bool cpu fill zero set resize requires_grad stack cat",
    "concat concatenate hstack vstack dstack column_stack row_stack block_diag meshgrid cartesian_prod",
    "repeat tile repeat_interleave __deepcopy__ uniform normal random",
    # looking
    "item tolist _local_scalar_dense __float__ __int__ __bool__ __index__ __len__ __iter__ __repr__",
    "__str__ __format__ __hash__ __contains__ __reversed__ __complex__ dim size numel nelement ndimension",
    "stride element_size storage_offset is_contiguous data is_floating_point is_complex is_same_size",
    "is_nonzero is_pinned is_set_to result_type promote_types can_cast dim_order eq ne lt le gt ge equal",
    "allclose isclose isnan isinf isfinite all any is_tensor __eq__ __ne__ __lt__ __le__ __gt__ __ge__",
    "logical_and logical_or logical_not logical_xor get_device get_default_dtype has_names __dir__",
    "retain_grad register_hook broadcast_shapes _assert _assert_async _shape_as_tensor _set_grad_enabled",
    "_is_view grad_fn",
)


def is_structural(name: str) -> bool:
    """Return whether ``name``, from either level of a trace, is an operation that does not compute."""
    bare = name.removeprefix("aten.")
    return bare in STRUCTURAL or (not bare.endswith("__") and bare.removesuffix("_") in STRUCTURAL)
