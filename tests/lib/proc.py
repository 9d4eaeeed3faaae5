"""What /proc tells of processes."""
import os

STATE, PARENT, USER_TICKS, SYSTEM_TICKS = 0, 1, 11, 12


def stat_of(pid):
    """The fields of /proc/PID/stat after the program's name, as text; None: there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def family(pid):
    """A process and its children."""
    stats = ((int(entry), stat_of(entry)) for entry in os.listdir("/proc") if entry.isdigit())
    return [pid] + [other for other, stat in stats if stat and int(stat[PARENT]) == pid]
