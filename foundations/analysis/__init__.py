"""Static analysis of student source: no student code runs here.

From a cell's text to a verdict: `parsing` makes trees, `bindings` lists the expressions that each name may mean,
`resolver` gives the meaning of an expression (with `constant_folding`, `flow` and `libraries`), `reader` follows an
exercise through the notebook, `uses` lists the operations that it finds, and `grading.rules` judges them.
`lookups` recognises operations that are looked up by a computed name. Most tests are those of the rules.
"""
