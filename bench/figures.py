"""Figures as the table shows them, and rows of ours beside another's."""

from accounting import median


def microseconds(value):
    return f"{value * 1e6:,.1f} us"


def milliseconds(value):
    return f"{value * 1e3:,.2f} ms"


def per_second(value):
    return f"{value:,.0f}/s"


def row(what, loads, baseline, pick, show):
    figure = median([pick(load) for load in loads])
    beside = median([pick(load) for load in baseline])
    return what, show(figure), show(beside), f"{figure / beside:.2f}"


def compared(loads, baseline):
    yield row("CPU per request", loads, baseline, lambda load: load.cpu_each, microseconds)
    yield row("requests", loads, baseline, lambda load: load.rate, per_second)
    yield row("latency, median", loads, baseline, lambda load: load.p50, milliseconds)
    yield row("latency, 99 %", loads, baseline, lambda load: load.p99, milliseconds)
