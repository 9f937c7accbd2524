"""Values in disguise: the judge takes plain numbers, text and tensors, and no part of any other object."""

from __future__ import annotations

from attacks.harness import Attack, AttackHarness, at_import, attacks, in_call

LISTED = (
    in_call(
        "equal to everything",
        r"returned .*Same",
        "return Same()",
        """
        class Same:
            def __eq__(self, other): return True
            def __ne__(self, other): return False
            def __bool__(self): return True
            def __getattr__(self, name): return lambda *a, **k: self
        """,
    ),
    in_call(
        "torch function subclass",
        r"returned .*Agrees",
        "return torch.zeros(a.shape[0], b.shape[1]).as_subclass(Agrees)",
        """
        class Agrees(torch.Tensor):
            @classmethod
            def __torch_function__(cls, func, types, args=(), kwargs=None):
                return True
        """,
    ),
    in_call("expanded tensor of 2^30 numbers", r"4,294,967,296 bytes", "return torch.zeros(1).expand(1 << 30)"),
    in_call("expanded tensor of 2^40 bytes", r"1,099,511,627,776 bytes", "return torch.zeros(1).expand(1 << 38)"),
    in_call("NaN", r"(?i)nan", "return torch.full((a.shape[0], b.shape[1]), float('nan'))"),
    in_call("list of lists", r"returned .*list", "return (a @ b).tolist()"),
    in_call("wrong dtype", r"int64", "return (a @ b).to(torch.int64)"),
    in_call(
        "lazy object",
        r"returned .*Lazy",
        "return Lazy(lambda: a @ b)",
        """
        class Lazy:
            def __init__(self, make): self.make = make
            def __array__(self, *more, **kwargs): return self.make().numpy()
            def __getattr__(self, name): return getattr(self.make(), name)
            def __torch_function__(self, func, types, args=(), kwargs=None): return func(self.make())
        """,
    ),
    in_call("list that holds itself", r"returned .*list", "x = []\nx.append(x)\nreturn x"),
    in_call(
        "exception whose __str__ hangs",
        r"stopped after . s",
        "raise Endless",
        """
        class Endless(Exception):
            def __str__(self):
                while True: pass
        """,
    ),
    at_import(
        "display whose __repr__ hangs",
        r"stopped after . s",
        """
        class Endless:
            def __repr__(self):
                while True: pass
        display(Endless())
        """,
    ),
    in_call(
        "HTML in a message",
        r"&lt;script&gt;window.__pwned",
        "raise ValueError('<script>window.__pwned=1</script><img src=x onerror=alert(1)>')",
    ),
)

INVENTED = (
    in_call(
        "subclass whose numpy and __reduce__ lie",
        r"returned .*Liar",
        "return torch.zeros(a.shape[0], b.shape[1]).as_subclass(Liar)",
        """
        class Liar(torch.Tensor):
            def numpy(self, *a, **k): return (torch.ones(3, 3)).numpy()
            def detach(self): return torch.ones(3, 3)
            def contiguous(self): return torch.ones(3, 3)
            def __reduce_ex__(self, protocol): return (eval, ("__import__('os').system('id')",))
        """,
    ),
    in_call(
        "type whose name and module hang",
        r"stopped after . s",
        "return Named()",
        """
        class Endless:
            def __format__(self, spec):
                while True: pass
            __str__ = __repr__ = __format__
        class Named: pass
        Named.__module__ = Endless()
        """,
    ),
    in_call(
        "type with a terminal's control codes for a name",
        r"returned",
        "return type('\\x1b[2J\\x1b]0;owned\\x07<b>bold</b>\\u202eevil', (), {})()",
    ),
    in_call(
        "message with control codes and turned text",
        r"right answer",
        "raise ValueError('right answer\\x1b[1A\\x1b[2K\\x1b]8;;file:///etc\\x07\\r\\u202e5 fo 5\\u2066\\x00\\x9b31m')",
    ),
    in_call("tensor whose storage was taken away", r"segmentation fault|out of bounds", """
        c = torch.zeros(a.shape[0], b.shape[1])
        c.untyped_storage().resize_(0)
        return c
        """),
    in_call("sparse tensor", r"sparse", "return (a @ b).to_sparse()"),
    in_call("tensor without memory", r"meta", "return torch.empty(a.shape[0], b.shape[1], device='meta')"),
    in_call("text of 3 MB", r"returned", "return 'x' * 3_000_000"),
    in_call("text of 50 MB", r"returned|not one that the grader understands", "return 'x' * 50_000_000"),
    in_call("integer of 100,000 digits", r"returned", "return 10 ** 100_000"),
    in_call("list a million items long", r"returned", "return [0] * 1_000_000"),
    in_call("list 100,000 levels deep", r"returned", "x = []\nfor _ in range(100_000): x = [x]\nreturn x"),
    in_call("dictionary with lists for keys", r"returned", "return {(1, (2,)): [1], None: {1.5: {}}}"),
    in_call(
        "subclasses of list, str and int",
        r"returned",
        "return [Lines([1]), Words('x'), Number(3)]",
        """
        class Lines(list):
            def __len__(self): return -1
            def __iter__(self): raise RuntimeError
        class Words(str):
            def __len__(self): return 1 << 62
            def encode(self, *a): return b""
        class Number(int):
            def bit_length(self): return 0
        """,
    ),
)  # fmt: skip


@attacks(*LISTED, *INVENTED)
def test_attack_is_contained(harness: AttackHarness, attack: Attack) -> None:
    """The value is compared as plain data in the judge, or refused by its type."""
    harness.attack(attack)
