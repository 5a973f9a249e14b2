"""Prints measurements as Markdown tables: the median of the repeats, the spread of the rates."""
from statistics import median

SERVERS = ("PostgreSQL", "RabbitMQ", "sandbox")


def spread(values, form):
    text = form.format(median(values))
    return text if len(values) == 1 else f"{text} ({form.format(min(values))}–{form.format(max(values))})"


def print_tables(measurements):
    """Returns whether rows, answers and events agreed in every measurement, and nothing failed."""
    for mode in dict.fromkeys(one["mode"] for one in measurements):
        of_mode = [one for one in measurements if one["mode"] == mode]
        print(f"\n### {mode}\n")
        _rates(of_mode)
        print("\nCPU seconds per 1,000 answers\n")
        _cpu(of_mode)
        _ratio(of_mode)
    return all(one.get("exact", True) and one["errors"] == 0 for one in measurements)


def _cells(measurements):
    """(system, connections) -> repeats, systems apart and connections rising."""
    cells = {}
    for one in measurements:
        cells.setdefault((one["system"], one["connections"]), []).append(one)
    return sorted(cells.items())


def _line(cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |")


def _header(names):
    _line(names)
    _line(["---"] * len(names))


def _rates(measurements):
    writes = "exact" in measurements[0]
    counted = list(measurements[0]["each"])
    units = {"wal": "WAL bytes", "messages": "messages", "statements": "SQL statements"}
    _header(["system", "clients", "per second", "p50 ms", "p90 ms", "p99 ms", "errors"]
            + (["rows = 2xx = events", "settled after s"] if writes else [])
            + [units[name] + " each" for name in counted] + ["machine busy"])
    for (system, connections), repeats in _cells(measurements):
        def middle(name):
            return f"{median(one[name] for one in repeats):.2f}"
        wrong = [f"{one['stored']}/{one['ok']}/{one['events']}" for one in repeats if not one.get("exact", True)]
        _line([system, connections, spread([one["rate"] for one in repeats], "{:,.0f}"), middle("p50"), middle("p90"),
               middle("p99"), sum(one["errors"] for one in repeats)]
              + (["NO: " + ", ".join(wrong) if wrong else "yes", middle("late")] if writes else [])
              + [f"{median(one['each'][name] for one in repeats):,.2f}" for name in counted]
              + [f"{median(one['busy'] for one in repeats):.0%}"])


def _cpu(measurements):
    own = [name for name in dict.fromkeys(name for one in measurements for name in one["cpu"]) if name not in SERVERS]
    names = own + [name for name in SERVERS if any(name in one["cpu"] for one in measurements)]
    _header(["system", "clients"] + names + ["sum without sandbox"])
    for (system, connections), repeats in _cells(measurements):
        used = {name: median(one["cpu"][name] for one in repeats) for name in names if name in repeats[0]["cpu"]}
        _line([system, connections] + [f"{used[name]:.3f}" if name in used else "" for name in names]
              + [f"{sum(value for name, value in used.items() if name != 'sandbox'):.3f}"])


def _ratio(measurements):
    """Fleet against peer, round by round: neighbours in time are compared, so drift of the machine cancels out."""
    rates = {(one["system"], one["connections"], one["repeat"]): one["rate"] for one in measurements}
    if not any(system == "peer" for system, _, _ in rates):
        return
    print("\nFleet's rate divided by the peer's\n")
    _header(["clients", "ratio"])
    for connections in sorted({connections for _, connections, _ in rates}):
        ratios = [rate / rates["peer", connections, repeat] for (system, clients, repeat), rate in rates.items()
                  if system == "fleet" and clients == connections and ("peer", connections, repeat) in rates]
        _line([connections, spread(ratios, "{:.2f}")])
