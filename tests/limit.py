#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: limit.py SECONDS OUTPUT COMMAND [ARGUMENT...]

Run a test program with its output in a file and an end to its time. It has a process group of its
own: when the time is up, all of that is asked to end (SIGTERM), then made to, and the output says in
which test that was. Exit status 124 then, else the command's. What it leaves running is ended as well.
"""
import os
import re
import signal
import subprocess
import sys

GRACE = 3.0  # seconds from SIGTERM to SIGKILL: scripts remove their files, and ask what they started


class TimeIsUp(Exception):
    pass


def time_is_up(_number, _frame):
    raise TimeIsUp


def ends_within(pid, seconds):
    """Not reaped yet, so that its group is still its own."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        signal.setitimer(signal.ITIMER_REAL, 0)
        return True
    except TimeIsUp:
        return False


def running(path):
    """The test that was under way: cmocka announces each; a script says what is done."""
    with open(path, errors='replace') as out:
        text = out.read()
    begun = re.findall(r'^\[ RUN +\] (.*)', text, re.M)
    done = re.findall(r'^(?:not )?ok (.*)', text, re.M)
    if begun:
        return f'in {begun[-1]}'
    return f'after "{done[-1]}"' if done else 'before its first test'


def main(limit, path, command):
    with open(path, 'wb') as out:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                 start_new_session=True)

    def stopped(number, _frame):
        os.killpg(child.pid, signal.SIGKILL)
        sys.exit(128 + number)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stopped)
    signal.signal(signal.SIGALRM, time_is_up)
    in_time = ends_within(child.pid, limit)
    if not in_time:
        where = running(path)
        os.killpg(child.pid, signal.SIGTERM)
        ends_within(child.pid, GRACE)
    os.killpg(child.pid, signal.SIGKILL)
    status = child.wait()
    if in_time:
        return status if status >= 0 else 128 - status
    with open(path, 'a') as out:
        out.write(f'\nno end after {limit:g} s, {where}: killed\n')
    return 124


if __name__ == '__main__':
    sys.exit(main(float(sys.argv[1]), sys.argv[2], sys.argv[3:]))
