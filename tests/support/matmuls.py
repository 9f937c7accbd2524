"""Matrix products written by hand in many honest ways, for the tests of rules, traces and growth."""

from __future__ import annotations

from typing import Any

import torch


def pair(n=3, k=4, m=2):
    generator = torch.Generator().manual_seed(7)
    return torch.rand(n, k, generator=generator), torch.rand(k, m, generator=generator)


def matmul_zeros(a, b):
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    return c


def matmul_float(a, b):
    assert a.size(1) == len(b)
    c = a.new_zeros((len(a), b.size(1)))
    for i in range(len(a)):
        for j in range(b.size(1)):
            total = 0.0
            for k in range(len(b)):
                total += a[i, k].item() * float(b[k][j])
            c[i][j] = total
    return c


def matmul_tolist(a, b):
    rows, columns = a.tolist(), list(zip(*b.tolist(), strict=True))
    result = [[sum(x * y for x, y in zip(row, column, strict=True)) for column in columns] for row in rows]
    return torch.tensor(result, dtype=torch.promote_types(a.dtype, b.dtype))


def matmul_generator(a, b):
    n, m = a.shape[0], b.shape[1]
    return torch.stack(
        [torch.stack([sum(a[i, k] * b[k, j] for k in range(len(b))) for j in range(m)]) for i in range(n)]
    )


def matmul_zip(a, b):
    c = torch.empty(len(a), b.shape[-1]).to(a.dtype)
    for i, row in enumerate(a):
        for j, column in enumerate(b.t()):
            total = torch.tensor(0.0, dtype=a.dtype)
            for x, y in zip(row, column, strict=True):
                total = total + x * y
            c[i, j] = total
    return c


def matmul_like(a, b):
    c = torch.zeros_like(a[:, :1].expand(-1, b.shape[1])).clone().contiguous()
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = a[i, 0] * b[0, j]
            for k in range(1, a.shape[1]):
                c[i, j] = c[i, j] + a[i, k] * b[k, j]
    return c


def matmul_flat(a, b):
    out = []
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            total: Any = 0  # a tensor from the first step on
            for k in range(a.shape[1]):
                total = torch.add(total, torch.mul(a[i][k], b[k][j]))
            out.append(total)
    return torch.cat([x.unsqueeze(0) for x in out]).view(a.shape[0], b.shape[1])


def matmul_printing(a, b):
    assert torch.is_tensor(a)
    assert torch.isfinite(a).all()
    print(a, f"{b[0, 0]}")
    return matmul_zeros(a.double(), b.double()).to(a.dtype)
