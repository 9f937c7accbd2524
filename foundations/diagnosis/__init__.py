"""General diagnoses of a wrong result: how it differs from the expected one, whatever the exercise is.

Both sides use them: a visible check with the values that it shows, and a grader with values that stay in the judge. A
student may read all of it: it holds no expected value, and knows no exercise.
"""
