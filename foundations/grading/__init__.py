"""Judging one notebook: values, rules, evidence, growth, speed, misconceptions."""
