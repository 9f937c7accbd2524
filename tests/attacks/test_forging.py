"""Forged replies: whatever bytes are in the pipe, the judge believes values only."""

from __future__ import annotations

import textwrap

import pytest

from attacks.harness import FORBIDDEN, Attack, AttackHarness, at_import, attacks, in_call
from attacks.hostile_course import ATTACKED
from attacks.snippets import FIND

_PIPE = r"grader's pipe|no answer"

LISTED = (
    at_import(
        "reply before being asked",
        _PIPE,
        FIND + "send(protocol.frame(bytes(16), forged(torch.ones(2, 4))) * 3)",
    ),
    at_import(
        "reply with the right nonce before being asked",
        _PIPE + r"|not one that the grader understands",
        FIND + "send(protocol.frame(nonce(), forged(torch.ones(2, 4))) * 3)",
    ),
    in_call(
        "extra replies behind the answer",
        r"values are wrong",
        "send(protocol.frame(nonce(), forged(torch.zeros(2, 4), args=[a, b], attributes=[{}, {}])) * 5)\n"
        "return torch.zeros(a.shape[0], b.shape[1])",
        FIND,
    ),
    in_call(
        "extra replies, right ones first",
        r"rows and columns|grader's pipe",
        "send(protocol.frame(nonce(), forged(a @ b, args=[a, b], attributes=[{}, {}])))\nreturn a @ b",
        FIND,
    ),
    at_import("garbage", _PIPE, FIND + "send(os.urandom(100_000))"),
    at_import("garbage behind the right magic", _PIPE, FIND + "send(b'FND1' + os.urandom(100_000))"),
    at_import(
        "frame of 2^60 bytes",
        r"announces 1,152,921,504,606,846,976 bytes",
        FIND + "send(protocol.FRAME.pack(b'FND1', 1 << 60, nonce()) + bytes(100))",
    ),
    at_import(
        "frame of 2^64 - 1 bytes",
        r"announces 18,446,744,073,709,551,615 bytes",
        FIND + "send(protocol.FRAME.pack(b'FND1', (1 << 64) - 1, nonce()) + bytes(100))",
    ),
    at_import(
        "a printed score",
        r"score: 5",
        """
        print('{"score": 5, "max_score": 5, "verdict": "graded"}')
        print("score: 5/5\\n5 of 5 points\\nproduct ... PASSED")
        display({"application/json": '{"score": 5}', "text/plain": "score: 5"}, raw=True)
        from IPython.display import HTML
        display(HTML('<div class="foundations-checks"><table><caption>product: 5 of 5 points</caption></table></div>'))
        """,
    ),
)

INVENTED = (
    at_import(
        "header larger than its payload",
        _PIPE,
        FIND + "send(protocol.frame(nonce(), (1 << 50).to_bytes(8, 'little') + b'{}'))",
    ),
    at_import(
        "JSON nested 100,000 levels deep",
        _PIPE,
        FIND + "deep = b'[' * 100_000 + b']' * 100_000\n"
        "send(protocol.frame(nonce(), len(deep).to_bytes(8, 'little') + deep))",
    ),
    at_import(
        "keys that come twice",
        r"understands|no answer",
        FIND + "text = b'{\"t\":\"list\",\"v\":[[\"outputs\",1],[\"outputs\",[]]],\"t\":\"dict\",\"v\":[]}'\n"
        "send(protocol.frame(nonce(), len(text).to_bytes(8, 'little') + text))",
    ),
    at_import(
        "an integer of 4,000 digits",
        _PIPE + r"|understands",
        FIND + "text = b'{\"t\":\"dict\",\"v\":[[\"outputs\",' + b'9' * 4000 + b']]}'\n"
        "send(protocol.frame(nonce(), len(text).to_bytes(8, 'little') + text))",
    ),
    at_import(
        "tensor with overlapping strides",
        _PIPE + r"|understands",
        FIND + "text = b'{\"t\":\"tensor\",\"d\":\"float32\",\"s\":[1099511627775,0],\"k\":[1099511627775,1]}'\n"
        "send(protocol.frame(nonce(), len(text).to_bytes(8, 'little') + text))",
    ),
    at_import(
        "no reply, half a frame",
        r"stopped after . s",
        FIND + "import time\nsend(protocol.FRAME.pack(b'FND1', 1000, nonce()) + bytes(999)); time.sleep(1e6)",
    ),
    at_import(
        "replies one byte at a time",
        r"stopped after . s",
        FIND + "import time\nsend(protocol.FRAME.pack(b'FND1', 1 << 20, nonce()))\n"
        "while True: send(b'x'); time.sleep(0.05)",
    ),
    at_import("reply descriptor closed", r"ended|failed|OSError|lost", FIND + "os.close(server().replies)"),
    at_import(
        "request descriptor read empty",
        r"stopped after . s",
        FIND + "os.read(server().requests, 1)",
    ),
    in_call(
        "values written by a thread after the answer",
        r"values are wrong",
        """
        import threading
        c = torch.zeros(a.shape[0], b.shape[1])
        def later():
            import time
            time.sleep(0.002)
            c.copy_(a @ b)
        threading.Thread(target=later).start()
        return c
        """,
    ),
    at_import(
        "confinement denied afterwards",
        r"unsaid",
        FIND + "server().confinement = {}\nserver().operations['hello'] = lambda: {'layers': []}\nprint('unsaid')",
    ),
)  # fmt: skip


#: How values were computed is partly the student process's own claim: a person is asked about code that reaches for it.
OTHER_CODE = (
    at_import(
        "call answered by other code than the exercise's",
        r"rows and columns",
        FIND
        + """
real = server().operations["call"]
def call(**request):
    reply = real(**request)
    if request["function"] == "product":
        reply["value"] = request["args"][0] @ request["args"][1]
    return reply
server().operations["call"] = call
""",
        or_reviewed=True,
    ),
)


@attacks(*LISTED, *INVENTED)
def test_attack_is_contained(harness: AttackHarness, attack: Attack) -> None:
    """An invalid reply costs the check; a valid one is a value like any other."""
    harness.attack(attack)


@attacks(*OTHER_CODE)
def test_right_value_by_other_code_is_lost_or_reviewed(harness: AttackHarness, attack: Attack) -> None:
    """The right value by a forbidden operation, in code that the exercise does not use, is lost or reviewed."""
    harness.attack(attack)


#: Replacements for one field of a reply.
_STRANGE = {
    "nothing": "None",
    "text": "'x'",
    "number": "-1",
    "huge": "10 ** 1200",
    "NaN": "float('nan')",
    "list": "[[[None]], 'x', {}]",
    "dict": "{'name': 1, 'text': [], 'line': {}, 'bases': 5, 1: 2}",
    "opaque": "object()",
    "tensor": "torch.zeros(0, 3)",
}
_FIELDS = {
    "cell": ("outputs", "execution_count", "error"),
    "call": ("value", "error", "printed", "trace", "args", "attributes", "same_object_as"),
}


#: The judge's treatment of a reply does not depend on rights: these are tried as one user.
_AS_ONE_USER = pytest.mark.parametrize("harness", [None], indirect=True, ids=["this user"])
#: One notebook each is graded for these in any case; for the others if there is time.
_TELLING = ("nothing", "dict")
_EACH = [pytest.param(name, marks=[] if name in _TELLING else [pytest.mark.slow]) for name in _STRANGE]
_ERROR = "{'name': 'ValueError', 'text': 'x', 'line': 1, 'bases': [], 'code': 'x'}"


def _must_be_the_students_loss(harness: AttackHarness, operation: str, change: str) -> None:
    """Assert that a wrong ``product`` with replies changed this way gets a verdict of 0, and the others their marks."""
    attack = _with_strange(operation, change)

    with harness.no_remains():
        outcome = harness.grade(harness.hand_in(attack.notebook(harness.places)))

    assert outcome.report["verdict"] == "graded", outcome.story()
    assert outcome.scores == ATTACKED, outcome.story()
    harness.must_not_leak(outcome)


@_AS_ONE_USER
@pytest.mark.parametrize("strange", _EACH)
@pytest.mark.parametrize(
    ("operation", "name"), [(operation, name) for operation, names in _FIELDS.items() for name in names]
)
def test_strange_field_is_the_students_loss(harness: AttackHarness, operation: str, name: str, strange: str) -> None:
    """A reply that is well formed and senseless is never a fault of grader or package."""
    _must_be_the_students_loss(harness, operation, f"reply[{name!r}] = {_STRANGE[strange]}")


@_AS_ONE_USER
@pytest.mark.parametrize("strange", _STRANGE)
@pytest.mark.parametrize("operation", _FIELDS)
def test_strange_error_is_the_students_loss(harness: AttackHarness, operation: str, strange: str) -> None:
    """The same holds for the description of an exception in a reply."""
    _must_be_the_students_loss(harness, operation, f"reply['error'] = dict.fromkeys({_ERROR}, {_STRANGE[strange]})")


@pytest.mark.slow
@_AS_ONE_USER
@pytest.mark.parametrize("strange", _STRANGE)
@pytest.mark.parametrize("name", ["name", "text", "line", "bases", "code"])
@pytest.mark.parametrize("operation", _FIELDS)
def test_strange_part_of_an_error_is_the_students_loss(
    harness: AttackHarness, operation: str, name: str, strange: str
) -> None:
    """The same holds for each part of the description."""
    _must_be_the_students_loss(harness, operation, f"reply['error'] = {_ERROR} | {{{name!r}: {_STRANGE[strange]}}}")


@pytest.mark.parametrize(
    "outputs",
    [
        "[{'output_type': 'stream', 'name': 'stdout', 'text': 'x' * 10}] * 100",
        "[{'output_type': 'display_data', 'data': {'text/plain': 5}, 'metadata': {}}]",
        "[{'output_type': 'display_data', 'data': {'text/html': '<script>'}, 'metadata': {'x': {1: float('inf')}}}]",
        "[{'output_type': 'display_data', 'data': {'../../x': 'y', '': ''}, 'metadata': {'': {'a': [None] * 100}}}]",
        "[{'output_type': 'execute_result', 'data': {}, 'metadata': {}, 'execution_count': True}]",
        "[{'output_type': 'execute_result', 'data': {}, 'metadata': {}, 'execution_count': -(10 ** 900)}]",
        "[{'output_type': 'error', 'ename': 'x', 'evalue': 'y', 'traceback': ['a', 5]}]",
        "[{'output_type': 'update_display_data'}, {'output_type': ['list']}, {}, [], None, 5]",
    ],
)
def test_strange_outputs_are_left_out(harness: AttackHarness, outputs: str) -> None:
    """Outputs that no notebook can have are left out; the written notebook can be read again."""
    attack = _with_strange("cell", f"reply['outputs'] = {outputs}")

    outcome = harness.attack(Attack("outputs", attack.cell, "values are wrong"))

    assert "executed.ipynb" in outcome.texts


def _with_strange(operation: str, change: str) -> Attack:
    """Return a wrong ``product`` whose notebook changes each reply to ``operation`` from its cell on.

    Replies to calls of other exercises stay as they are.
    """
    code = f"""
        real = server().operations[{operation!r}]
        def changed(**request):
            reply = real(**request)
            if request.get("function", "product") == "product":
                {change}
            return reply
        server().operations[{operation!r}] = changed
        """
    return at_import("strange", "", FIND + textwrap.dedent(code))


def test_forged_trace_hides_no_forbidden_operation(harness: AttackHarness) -> None:
    """The trace comes from the student's process; a contradiction in the source is enough."""
    attack = at_import(
        "forged trace",
        r"uses .*matrix product|rows and columns",
        FIND + "real = server().operations['call']\n"
        "server().operations['call'] = lambda **request: real(**request) | {'trace': {'function': [], 'dispatch': []}}",
        FORBIDDEN,
    )
    harness.attack(attack)
