"""What /proc tells of processes, and waiting for it."""
import os
import time

STATE, PARENT, USER_TICKS, SYSTEM_TICKS = 0, 1, 11, 12


def stat_of(pid):
    """The fields of /proc/PID/stat after the program's name, as text; None: there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def alive(pid):
    """There is such a process, and it is no zombie."""
    stat = stat_of(pid)
    return stat is not None and stat[STATE] != "Z"


def has_open(pid, prefix):
    """Does it have a file open whose path begins so?"""
    try:
        return any(os.readlink(f"/proc/{pid}/fd/{fd}").startswith(prefix) for fd in os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return False


def family(pid):
    """A process and its children."""
    stats = ((int(entry), stat_of(entry)) for entry in os.listdir("/proc") if entry.isdigit())
    return [pid] + [other for other, stat in stats if stat and int(stat[PARENT]) == pid]


def until(condition, seconds=10):
    """Wait for something to become true; its last value."""
    deadline = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return value
