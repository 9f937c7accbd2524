"""Parts that several hidden tests of 03_forward share: all that is asked of a function that draws weights."""

import math

import torch

from foundations.authoring import (
    CheckFailed,
    Exercise,
    Finding,
    check,
    compare_draws,
    compare_runs,
    difference,
    tried_on_either,
)

#: The dtypes that a result keeps. float16 becomes float32 next to a tensor of torch's default.
FLOATS = (torch.float64, torch.float32, torch.float16)

# Statistics of random weights. A false alarm takes marks from a right answer, so each bound comes with the chance that
# a right answer breaks it, worked out exactly for N = 10,000 independent normal weights of standard deviation s:
#
# - The sum of (w / s)² is chi-squared with N degrees of freedom. The bounds are those of Laurent and Massart (2000),
#   lemma 1, N - 2 √(N x) and N + 2 √(N x) + 2 x with x = 18: below with probability 3.3e-10, above with 5.9e-10.
# - The mean is normal with standard deviation s / √N; it is beyond 6 of these with probability 2.0e-9.
# - The number of weights beyond ±2 s is binomial, 455 on average; fewer than 319 have probability 2.6e-12, more than
#   591 have 1.7e-10. Beyond ±3.01 s there are 26 on average (a hair further than 3, where some cut): none with
#   probability 4.4e-12, more than 65 have 4.2e-11.
# - Each number is multiplied by a neighbour, each in one pair alone: n = 5,000 products. By Chernoff's bound, with
#   E exp(λ x y) = 1 / √(1 - λ²) and λ = 7 / √n, their sum is beyond ±7 √n with probability 5e-11, along either axis.
# - The weights of the large shape are 100 N, with chances of 8.9e-10 and 9.4e-10 at closer bounds.
#
# Five shapes an exercise and a large one, three exercises: 15 · 3.2e-9 + 3 · 1.9e-9 = 5.4e-8 for a whole notebook,
# below one in a million. The large shape's standard deviation has a standard error of 0.07 %, and its bounds are 6 of
# these away: a spread that is 1 % too small or too large is 14 away, and is missed with a probability below 1e-15. The
# last three of the small shapes have few inputs, which show a rounded root, and columns that are scaled one by one, or
# a single output, as the last layer has.
N = 10_000
SHAPES = ((200, 50), (50, 200), (5, 2000), (1, 10_000), (10_000, 1))
LARGE = (1000, 1000)
X = 18.0
MEAN_BOUND = 6.0
NEIGHBOURS_BOUND = 7.0
#: (how many standard deviations, fewest weights beyond them, most weights beyond them)
TAILS = ((2.0, 319, 591), (3.01, 1, 65))


def bounds(count):
    """Return the least and the largest mean of ``count`` squares of independent standard normal numbers."""
    return 1 - 2 * math.sqrt(X / count), 1 + 2 * math.sqrt(X / count) + 2 * X / count


def drawn(names, init, n_in, n_out, seeds):
    """init(n_in, n_out, generator)"""
    seed, elsewhere = seeds
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(elsewhere)
        return names[init](n_in, n_out, torch.Generator().manual_seed(seed))


def drawn_twice(names, init, n_in, n_out, seeds):
    """init(n_in, n_out, generator), called twice with one generator"""
    seed, elsewhere = seeds
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(elsewhere)
        generator = torch.Generator().manual_seed(seed)
        first = names[init](n_in, n_out, generator)
        second = names[init](n_in, n_out, generator)
        return first, second, torch.rand((), dtype=torch.float64)


class Starts(Exercise):
    """A function ``(n_in, n_out, generator) → weights``, of the standard deviation :meth:`spread`."""

    caller = drawn

    def spread(self, n_in, n_out):
        raise NotImplementedError

    def seed(self):
        return int(torch.randint(1 << 40, (), generator=self.generator))

    def draw(self, n_in, n_out):
        """Return weights, and the call in words."""
        call = self.call(self.student.exercise, n_in, n_out, [self.seed(), self.seed()])
        call.subject = f"{self.student.exercise}({n_in}, {n_out}, generator)"
        # Type, shape, dtype and no NaN: on this scale every value is right.
        call.must_return(torch.zeros(n_in, n_out), scale=1e30)
        return call.value.double(), call.subject

    def must_spread(self):
        """Require the mean 0 and the standard deviation :meth:`spread`, as far as chance allows."""
        lowest, highest = bounds(N)
        for n_in, n_out in SHAPES:
            (weights, name), std = self.draw(n_in, n_out), self.spread(n_in, n_out)
            squares, mean = float((weights / std).square().mean()), float(weights.mean())
            if abs(mean) > MEAN_BOUND * float(weights.std()) / math.sqrt(N) + 1e-12:
                text = f"{name} has the mean {mean:.4g}; that is too far from 0 for chance"
                self.fail(text, "expected 0", compare_draws(weights, std))
            if not lowest <= squares <= highest:
                text = f"{name} has the standard deviation {float(weights.std()):.4g}; chance does not explain that"
                self.fail(text, f"expected {std:.4g}, give or take 4 %", compare_draws(weights, std))
        (weights, name), std = self.draw(*LARGE), self.spread(*LARGE)
        squares = float((weights / std).square().mean())
        lowest, highest = bounds(weights.numel())
        if not lowest <= squares <= highest:
            self.fail(
                f"{name} has a standard deviation that is a little off; for {weights.numel():,} weights chance does "
                "not explain that",
                f"found {math.sqrt(squares):.4f} times what was expected",
            )

    def must_be_normal(self):
        """Require independent numbers, of which as many are far out as under a bell curve; and any shape."""
        for n_in, n_out in ((3, 2), (1, 4), (4, 1), (1, 1)):
            self.draw(n_in, n_out)
        for n_in, n_out in SHAPES:
            weights, name = self.draw(n_in, n_out)
            table = weights / self.spread(n_in, n_out)
            shown = compare_draws(table, 1.0)
            rows, columns = (size // 2 * 2 for size in table.shape)
            pairs = (table[0:rows:2], table[1:rows:2]), (table[:, 0:columns:2], table[:, 1:columns:2])
            for one, other in pairs:
                if abs(float((one * other).sum())) > NEIGHBOURS_BOUND * math.sqrt(max(one.numel(), 1)):
                    self.fail(
                        f"{name} has numbers that depend on their neighbours: draw each by itself", diagnosis=shown
                    )
            sizes = table.flatten().abs()
            # float32 has some 24 bits of each number, so a few of 10,000 agree; a hundredth never do.
            if len(sizes.unique()) < 0.99 * N:
                self.fail(
                    f"{name} has the same numbers again and again, or their opposites: draw each by itself",
                    diagnosis=shown,
                )
            for far, fewest, most in TAILS:
                if not fewest <= (beyond := int((sizes > far).sum())) <= most:
                    text = f"{name}: of {N:,} weights {beyond} are farther out than {far:.0f} standard deviations"
                    self.fail(f"{text}; no bell curve does that", diagnosis=shown)

    def must_obey_the_generator(self):
        """Require that the given generator decides everything, and that the global one is not seeded."""
        (seed, other), (here, there) = [(self.seed(), self.seed()) for _ in range(2)]
        first, second, after = self.twice(seed, here)
        again, second_again, after_again = self.twice(seed, there)
        fresh, _, _ = self.twice(other, here)
        name, shown = (
            self.student.exercise,
            compare_runs(first, again, second, seeds_global=torch.equal(after, after_again)),
        )
        if not (torch.equal(first, again) and torch.equal(second, second_again)):
            self.fail(
                f"{name} gives other weights with the generator in the same state: what else does it ask?",
                diagnosis=shown,
            )
        if torch.equal(first, fresh):
            self.fail(f"{name} gives the same weights whatever the generator's seed is")
        if torch.equal(first, second):
            self.fail(
                f"the second call of {name} in a row gives the weights of the first, with one generator",
                diagnosis=shown,
            )
        if torch.equal(after, after_again):
            self.fail(f"{name} seeds torch's global generator, on which other people's code relies", diagnosis=shown)

    def twice(self, seed, elsewhere):
        call = self.student.call(self.student.exercise, 6, 5, [seed, elsewhere], caller=drawn_twice)
        call.must_not_raise()
        values = call.value if type(call.value) is tuple and len(call.value) == 3 else (None, None, None)
        likes = torch.zeros(6, 5), torch.zeros(6, 5), torch.zeros((), dtype=torch.float64)
        for value, like in zip(values, likes, strict=True):
            if finding := difference(value, like, subject=call.subject, scale=1e30):
                raise CheckFailed(finding)
        return values

    def fail(self, text, detail="", diagnosis=None):
        raise CheckFailed(Finding("value", text, detail, diagnosis=diagnosis))


def spreads(name, **options):
    """Check the mean and the standard deviation; all options are those of ``check``."""
    return check(name, **options)(tried_on_either(Starts.must_spread))


def follows_the_generator(**options):
    """Check that all numbers come from the generator."""
    name = "every number comes from the generator that was given"
    return check(name, **options)(tried_on_either(Starts.must_obey_the_generator))


def bell_curve(**options):
    """Check that the numbers are independent and normal."""
    name = "a bell curve, each number drawn for itself; also for one input or one output"
    return check(name, **options)(tried_on_either(Starts.must_be_normal))
