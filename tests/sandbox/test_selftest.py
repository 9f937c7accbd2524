"""The self-test detects a layer without effect."""

import re

import confined
import pytest
from confined import EACH_USER

#: A layer, and the error of the self-test if the layer is left out.
LEFT_OUT = {
    "parent-death signal": r"the parent-death signal is 0",
    "descriptors": r"the list of open descriptors is \[.*\]",
    "no privileges": r"the set of capabilities is",
    "no new privileges": r"seccomp|landlock_restrict_self",
    "file barrier": r"opening /\S+ was possible",
    "system-call filter": r"a network socket was possible",
    "not dumpable": r"dumpable is 1",
}


@EACH_USER
@pytest.mark.parametrize("layer", LEFT_OUT)
def test_self_test_detects_a_missing_layer(user, layer):
    """A layer that has no effect but reports success is detected."""
    if layer == "not dumpable" and confined.USERS[user] == 0:
        pytest.skip("a change of user has the same effect")
    result = confined.run(
        f"""
        import os
        from foundations.sandbox import layers as sandbox
        steps = sandbox._steps
        def without(*arguments):
            for name, step in steps(*arguments):
                yield name, (lambda: None) if name == {layer!r} else step
        sandbox._steps = without
        if {layer!r} == "parent-death signal":  # a later layer sets it again
            sandbox.drop_privileges = lambda plan: sandbox.privileges.drop(plan.identity)
        plan = sandbox.prepare()
        os.dup(1)
        if (pid := os.fork()) == 0:
            try: say(layers=sandbox.confine(plan, [_answers], 1 << 28))
            except sandbox.ConfinementError as error: say(layer=error.layer, reason=error.reason)
            finally: os._exit(0)
        os.waitpid(pid, 0)
        """,
        user,
    )
    assert "layers" not in result
    assert re.search(LEFT_OUT[layer], result["reason"])
