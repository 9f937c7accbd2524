"""The table of operations: every operation of the pinned PyTorch is in a family."""

from __future__ import annotations

import pytest
import torch
import torch.overrides

from foundations.analysis.torch_operations import ALL, PLAIN, families_of

PUBLIC = (torch, torch.Tensor, torch.nn.functional, torch.linalg, torch.special, torch.fft, torch.sparse)


def operators():
    return {name[6:].split(".")[0] for name in torch._C._dispatch_get_all_op_names() if name.startswith("aten::")}


def functions():
    public = {
        name
        for namespace in PUBLIC
        for name in dir(namespace)
        if callable(value := getattr(namespace, name, None)) and not isinstance(value, type)
    }
    overridable = {getattr(function, "__name__", "") for function in torch.overrides.get_testing_overrides()}
    return (public | overridable) - {"", "__get__", "__set__"}


def test_every_operator_and_public_function_is_sorted() -> None:
    """Each new operation of a newer PyTorch must be put into a family in foundations/analysis/torch_operations.py."""
    unsorted = sorted(name for name in operators() | functions() if not families_of(name))
    assert unsorted == []


def test_families_are_known() -> None:
    """Every family that a name is sorted into can be named by a rule."""
    assert {family for name in operators() | functions() for family in families_of(name)} <= ALL


@pytest.mark.parametrize(
    ("family", "names"),
    [
        ("matrix product", "matmul mm bmm addmm_ slow_conv3d conv2d _scaled_dot_product_flash_attention lstm linalg_det"
         " cdist tensordot stft lu_factor bilinear _int_mm grid_sampler_2d linear"
         " _compute_linear_combination convolution_backward _embedding_bag_per_sample_weights_backward"),
        ("einsum", "einsum"),
        ("norm", "norm linalg_vector_norm cdist nuclear_norm linalg_cond hypot"),
        ("pow", "pow square __rpow__ _foreach_pow"),
        ("autograd", "threshold_backward backward mse_loss_backward requires_grad_ _softmax_backward_data"
         " convolution_backward _backward"),
        ("torch.nn", "relu mse_loss softmax max_pool2d log_sigmoid cross_entropy layer_norm upsample_bilinear2d"
         " _scaled_dot_product_flash_attention_for_cpu _add_relu _addmm_activation rnn_relu threshold_backward"),
        ("structure", "select as_strided __getitem__ zeros expand_as masked_fill index_add narrow tril isnan where"),
        ("arithmetic", "add mul_ __iadd__ sqrt_ clamp_min _foreach_add rsub lerp maximum"),
        ("functions", "exp tanh special_erf atan2_ log1p"),
        ("reductions", "sum mean cumsum argmax std_mean trace"),
        ("random numbers", "bernoulli_ randperm"),
        ("settings", "set_num_threads"),
    ],
)  # fmt: skip
def test_well_known_operations_are_in_their_families(family, names) -> None:
    """Operations are in the same families under their names as functions and as operators of ``aten``."""
    for name in names.split():
        assert family in families_of(name), name
        assert family in families_of(f"aten.{name}"), name


def test_operation_of_an_unknown_namespace_is_unknown() -> None:
    """An operation that PyTorch does not have is in no family."""
    assert families_of("my_own_product") == families_of("mylib.product") == frozenset()


def test_plain_families_have_no_product() -> None:
    """The families that every exercise may use do not multiply matrices."""
    for name in ("matmul", "conv1d", "fft_fft", "linalg_inv", "_sparse_sparse_matmul", "quantized_lstm", "einsum"):
        assert not families_of(name) & PLAIN, name
