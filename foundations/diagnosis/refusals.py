"""Mistakes that show in a call as a whole: its refusal, its answer, its order, or another result the next time."""

from __future__ import annotations

from foundations.diagnosis.judgement import Diagnosis


def not_refused(because: str) -> Diagnosis:
    """Return the diagnosis of a call that should stop and does not, because of a fault in its arguments."""
    text = f"The call does not stop, though {because}"
    return Diagnosis("not_refused", f"{text}. Which condition of your code looks at that?")


def other_exception(kind: str, wanted: str) -> Diagnosis:
    """Return the diagnosis of a call that stops with an exception of class ``kind`` instead of ``wanted``."""
    text = f"The exception is {kind} instead of {wanted}"
    question = f"Which statement of your code raises {wanted}, and is it reached?"
    return Diagnosis("other_exception", f"{text}. {question}")


def wrong_answer(answer: bool, because: str) -> Diagnosis:
    """Return the diagnosis of yes for no, or of no for yes; ``because`` is the reason for the right answer."""
    name = "yes_for_no" if answer else "no_for_yes"
    text = f"The answer is {answer}, though {because}"
    return Diagnosis(name, f"{text}. Which condition of your code decides that?")


def acts_before_it_refuses(what: str) -> Diagnosis:
    """Return the diagnosis of a call that stops rightly, and has done something by then, e.g. ``"made a file"``."""
    text = f"The call stops, and rightly, but it has {what} by then"
    return Diagnosis("acts_before_it_refuses", f"{text}. Which line comes first: the condition, or the work?")


def not_reproducible() -> Diagnosis:
    """Return the diagnosis of two calls with the same arguments that have different results."""
    text = "Two calls with the same arguments have different results"
    question = "Which step of your code draws random numbers, or keeps something from call to call?"
    return Diagnosis("not_reproducible", f"{text}. {question}")


def needs_a_later_line(what: str) -> Diagnosis:
    """Return the diagnosis of code that was written, ``"the script"``, and stops because a name is not defined yet."""
    text = f"A name is not defined when {what} runs"
    return Diagnosis("undefined_name", f"{text}. Which line makes it, and is it above the lines that need it?")


def stays_as_it_was(what: str) -> Diagnosis:
    """Return the diagnosis of something, ``"The script"``, that a second call should have replaced."""
    return Diagnosis("keeps_old", f"{what} is the one of the call before. Under which condition do you write it?")


def not_reached(name: str) -> Diagnosis:
    """Return the diagnosis of a parameter without a gradient after autograd went back."""
    text = f"Autograd does not reach `{name}` on its way back"
    return Diagnosis("not_reached", f"{text}. Where is the calculation not recorded, or cut off from what was?")


def not_called(name: str) -> Diagnosis:
    """Return the diagnosis of a method that should be called and is not."""
    return Diagnosis("not_called", f"`{name}` is never called. Under which condition does your code call it?")
