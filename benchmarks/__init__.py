"""Measurements of what this package promises: ``python -m benchmarks [NAME ...]``.

Every figure is a ratio, or is measured beside what it is compared with, within one run on one machine. Results go to
``benchmarks/results/``: a JSON file for each benchmark, and a README made from these files.
"""
