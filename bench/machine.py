"""What the operating system knows about processes: CPU seconds, read from /proc."""
import os

TICKS = os.sysconf("SC_CLK_TCK")


def _stat(pid):
    """(parent, CPU ticks of the process and of its children that have ended), or None when it is gone."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[1]), sum(map(int, fields[11:15]))


def cpu_seconds(groups):
    """CPU seconds used so far by each group: {name: [pid, ...]} -> {name: seconds}. Descendants count."""
    stats = {int(pid): stat for pid in os.listdir("/proc") if pid.isdigit() and (stat := _stat(pid))}
    children = {}
    for pid, (parent, _) in stats.items():
        children.setdefault(parent, []).append(pid)

    def total(pid):
        return (stats[pid][1] if pid in stats else 0) + sum(map(total, children.get(pid, [])))

    return {name: sum(map(total, pids)) / TICKS for name, pids in groups.items()}


def busy_share(before, after):
    """Part of all cores that was busy between two readings of `idle_and_total`."""
    return 1 - (after[0] - before[0]) / max(1, after[1] - before[1])


def idle_and_total():
    with open("/proc/stat") as file:
        fields = [int(field) for field in file.readline().split()[1:9]]
    return fields[3] + fields[4], sum(fields)
