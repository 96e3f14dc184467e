"""Functions in the shapes that source extraction must find in a file: what stands here is read by its text.

Columns and lines matter; the formatter is kept off.
"""

# fmt: off
# ruff: noqa

import functools

LIMIT = 7
RATES = {"air": 1.5}


def keep(*args, **kwargs):
    """A decorator with arguments that gives the function back."""
    return lambda func: func


def bare(func):
    return func


@keep(
    timeout=5,
    # a comment between
    source="""
def decoy(x):
    return "decoy"
""",
    key=lambda row: (
        row["def "]
    ),
)
# and one here
@bare

@keep("def decoy(x): return x")
def decorated(x):
    """def in the docstring
def at column zero of it
    """
    return x + 1


@bare
def twin(x): return ("first", x)
first_twin = twin


@bare
def twin(x): return ("second", x)
second_twin = twin


def same_name_inside():
    def twin(x):
        return ("inner", x)
    return twin


class Holder:
    @bare
    def twin(x):
        return ("of a class", x)


def make_nested():
    if True:
            @bare
            @keep(1,
        2)
            def nested(x):
                text = """
def zero
        eight
"""
                raw = b'''
two'''
# a comment at column zero
                call = dict(a=x,
    b=2)
                joined = ("one" \
  "two")
                return [text, raw, call, joined, f"""
      {x
  } field"""]
            return nested


def make_tabbed():
	def tabbed(x):
		if x:
			return "yes"
		return "no"
	return tabbed


def names_as_defaults(a, b=LIMIT, *, c=RATES["air"], d=60*60, e=(1, -2)): return [a, b, c, d, e]


def longer_than_the_name(a, b=dict(key=LIMIT, other=len("four")), c=1): return [a, b, c]


def over_lines(a, b=max(
        LIMIT,  # not this
        2), *, c=1): return [a, b, c]


def falls_back(n, step=LIMIT):
    return n if n > 10 else falls_back(n + step)


def __default_b(b=LIMIT): return b


@functools.cache
def cached(x):
    return x * 2


@functools.lru_cache(maxsize=3)
def cached_with_size(x):
    return x * 3


def wrapping(func):
    @functools.wraps(func)
    def inner(*args):
        return func(*args) + 1
    return inner


@wrapping
def wrapped(x):
    return x


def wide_line(é, ü="größe"): return nichts_da(é)


small = lambda x: x + 1
