"""Whether one of two kinds of request takes longer: Mann and Whitney's test, stratified by block
(van Elteren 1960). Each block has requests of both kinds in random order within a moment, and only
ranks within it count; so neither a slow minute of the machine nor a few long waits disturb it, and
the level of significance is exact, whatever the times are distributed like."""
import math
import statistics


def ranks_of(values):
    """From 1; equal values share the mean of their ranks."""
    return [sum(other < value for other in values) + (values.count(value) + 1) / 2
            for value in values]


class Comparison:
    """Blocks: pairs (times of one kind, times of the other), none empty."""

    def __init__(self, blocks):
        wins = pairs = variance = 0
        for ones, others in blocks:
            m, n = len(ones), len(others)
            rank_sum = sum(ranks_of([*ones, *others])[:m])
            wins += rank_sum - m * (m + 1) / 2
            pairs += m * n
            variance += m * n * (m + n + 1) / 12
        # Of two requests of one block: how probable it is that the first kind's takes longer.
        self.probability = wins / pairs
        self.z = (wins - pairs / 2) / math.sqrt(variance)
        self.p = math.erfc(abs(self.z) / math.sqrt(2))  # two-sided


def shifted(blocks, seconds):
    """The samples as they would be if the first kind took that much longer."""
    return [([time + seconds for time in ones], others) for ones, others in blocks]


def visible_shift(blocks, z):
    """The least difference, in seconds, that these samples would have shown beyond z."""
    low, high = 0.0, max(max(*ones, *others) for ones, others in blocks)
    for _ in range(30):
        middle = (low + high) / 2
        seen = min(abs(Comparison(shifted(blocks, sign * middle)).z) for sign in (1, -1))
        low, high = (low, middle) if seen > z else (middle, high)
    return high


def difference(blocks):
    """By how many seconds the first kind takes longer: less that much, neither ranks higher (Hodges
    and Lehmann 1963)."""
    high = max(max(*ones, *others) for ones, others in blocks)
    low = -high
    for _ in range(40):
        middle = (low + high) / 2
        longer = Comparison(shifted(blocks, -middle)).probability > 0.5
        low, high = (middle, high) if longer else (low, middle)
    return high


def typical(blocks):
    return statistics.median([time for kinds in blocks for kind in kinds for time in kind])
