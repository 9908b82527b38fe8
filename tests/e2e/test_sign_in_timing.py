"""The time of the answer to a wrong guess does not tell whether somebody has the name (N1): a
two-sample test over guesses with names that people have and with names that nobody has, over TLS.

Passwords are hashed for each guess, so by default there are 160 of them; SALUS_SIGN_INS=2000 says
how many. Of codes, which are compared in microseconds, there are always 2,000; there the opening
of that person's record would show, if nobody's were opened in its stead."""
import concurrent.futures
import os
import random
import unittest

from guesses import GUESSES_OF_A_NAME, SCOPE, Browser, add_user, loopback, set_password
from instance import Instance
from ranks import Comparison, difference, shifted, typical, visible_shift

SIGN_INS = int(os.environ.get("SALUS_SIGN_INS", "160"))
CODES = 2000
PASSWORD = "seven purple otters of the north"
WRONG_PASSWORD = "eight purple otters of the north"
WRONG_CODE = "AAAA-BBBB-CCCC-DDDD"
# A difference that is none is taken for one in a run of 16,000.
BEYOND = 4.0
# Seconds: what a busy machine could hide. Nobody gets more than five guesses at a name before they
# are half a minute apart, nor more than some hundred a day.
CODE_DIFFERENCE = 0.0005
EACH_KIND = 2  # of one block, which is one connection from an address of its own
# As many as are hashed at once (foundation/sign_in_limits.h): nobody is told to come again.
AT_ONCE = 2


def blocks_of(existing, count, seed):
    """Lists of (name, whether somebody has it) in random order, with each name equally often."""
    order = random.Random(seed)
    names = [existing, [f"nobody{seed}x{number}" for number in range(len(existing))]]
    drawn = []
    for kind in names:
        each = (kind * GUESSES_OF_A_NAME)[:count // 2]
        order.shuffle(each)
        drawn.append(each)
    blocks = []
    for at in range(0, count // 2, EACH_KIND):
        block = [(name, True) for name in drawn[0][at:at + EACH_KIND]]
        block += [(name, False) for name in drawn[1][at:at + EACH_KIND]]
        order.shuffle(block)
        blocks.append(block)
    return blocks


class SignInTimingTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        cls.places = 0
        cls.instance.start(seconds=60)
        cls.tls = cls.instance.tls()
        cls.administrator = cls.instance.administrator(SCOPE)

    @classmethod
    def tearDownClass(cls):
        cls.instance.stop()
        cls.instance.remove()

    def browsers(self, count):
        """Each at an address that no guess came from yet."""
        begin = type(self).places
        type(self).places += count
        return [Browser(self.instance, loopback(begin + number), self.tls)
                for number in range(count)]

    def people(self, prefix, guesses):
        """Names that people have, with the codes that they enrol with."""
        count = guesses // 2 // GUESSES_OF_A_NAME
        return {name: add_user(self.administrator, name)
                for name in (f"{prefix}x{number}" for number in range(count))}

    def times(self, path, secret, blocks, at_once):
        """Of each block the times of its kinds. No answer may differ from any other."""
        def ask(work):
            browser, block = work
            browser.open(path.replace("/password", ""))
            times, answers = {True: [], False: []}, set()
            for name, exists in block:
                took, answer = browser.guess(path, {"username": name, **secret})
                times[exists].append(took)
                answers.add(answer)
            browser.close()
            return (times[True], times[False]), answers

        with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
            measured = list(pool.map(ask, zip(self.browsers(len(blocks)), blocks)))
        answers = set().union(*(answers for _, answers in measured))
        self.assertEqual([status for status, *_ in answers], [403])
        return [times for times, _ in measured]

    def compare(self, what, blocks):
        found = Comparison(blocks)
        visible, time = visible_shift(blocks, BEYOND), typical(blocks)
        asked = sum(len(kind) for kinds in blocks for kind in kinds)
        print(f"{what}: {asked} guesses, median {time * 1e3:.2f} ms; an existing name takes longer "
              f"with probability {found.probability:.3f} (z {found.z:.2f}, p {found.p:.2g}), by "
              f"{difference(blocks) * 1e3:.3f} ms; {visible * 1e3:.2f} ms would have been seen")
        return found, visible, time

    def test_passwords(self):
        people = self.people("p", SIGN_INS)
        enrolling = zip(self.browsers(len(people)), people.items())
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda each: set_password(each[0], *each[1], PASSWORD), enrolling))
        blocks = self.times("/sign-in/password", {"password": WRONG_PASSWORD},
                            blocks_of(list(people), SIGN_INS, seed=1), AT_ONCE)
        found, visible, time = self.compare("passwords", blocks)
        self.assertLess(abs(found.z), BEYOND)
        # A positive control: were half a hash left out for one kind, it would have been seen.
        self.assertLess(visible, time / 2)
        for sign in (1, -1):
            self.assertGreater(abs(Comparison(shifted(blocks, sign * time / 2)).z), BEYOND)
        # Each answer took as long as a hash takes, whoever has the name.
        self.assertGreater(min(min(*some, *none) for some, none in blocks), 0.02)

    def test_codes(self):
        people = self.people("c", CODES)
        blocks = self.times("/sign-in/code", {"code": WRONG_CODE},
                            blocks_of(list(people), CODES, seed=2), 1)
        found, _, _ = self.compare("codes", blocks)
        self.assertLess(abs(found.z), BEYOND)
        self.assertLess(abs(difference(blocks)), CODE_DIFFERENCE)
        # A positive control: twice the bound, either way, would have been seen.
        for sign in (1, -1):
            other = shifted(blocks, sign * 2 * CODE_DIFFERENCE)
            self.assertGreater(abs(Comparison(other).z), BEYOND)
            self.assertGreater(abs(difference(other)), CODE_DIFFERENCE)

    def test_the_comparison_itself(self):
        order = random.Random(3)
        alike = [([order.random() for _ in range(2)], [order.random() for _ in range(2)])
                 for _ in range(500)]
        self.assertLess(abs(Comparison(alike).z), BEYOND)
        self.assertGreater(Comparison(shifted(alike, 0.2)).z, BEYOND)
        self.assertAlmostEqual(difference(shifted(alike, 0.2)), 0.2, delta=0.05)
        self.assertLess(Comparison(shifted(alike, -0.2)).z, -BEYOND)
        # A slow minute disturbs nothing.
        slow = [([time + at * 50 for time in ones], [time + at * 50 for time in others])
                for at, (ones, others) in enumerate(alike)]
        self.assertAlmostEqual(Comparison(slow).z, Comparison(alike).z, places=6)


if __name__ == "__main__":
    unittest.main()
