"""Measurements of this package's promises: ``python -m benchmarks [NAME ...]``.

Every figure is a ratio, or is measured together with its reference within one run on one machine. Results go to
``benchmarks/results/``: a JSON file for each benchmark, and a README made from these files.
"""
