#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: figures.py [--check] BENCH.JSON README.md

Put the benchmark's figures where the README has them: between <!-- figures NAME --> and
<!-- end -->. With --check nothing is written; exit status 1 says that they are not the same.
"""
import json
import re
import sys

RATES = [  # title, group, job
    ('SRAM write, 64 KiB', 'sram', 'SRAM write, 64 KiB'),
    ('SRAM read, 64 KiB', 'sram', 'SRAM read, 64 KiB'),
    ('internal flash, 1 MiB', 'flash', 'internal flash, 1 MiB'),
    ('the same, fast rows after mass erase', 'flash', 'internal flash, 1 MiB, fast rows'),
    ('NOR N25Q128A, program 4 MiB', 'nor', 'NOR, 4 MiB'),
    ('NOR N25Q128A, erase and program 4 MiB', 'nor', 'NOR, 4 MiB, erase and program'),
    ('internal 1 MiB and NOR 4 MiB in one job', 'both', 'internal 1 MiB and NOR 4 MiB in one job'),
]
CLOCKS = [10000000, 15000000, 30000000]
SUMS = ['verify 1 MiB internal flash', 'verify 16 MiB NOR', 'NOR, the same 16 MiB again',
        'NOR, the same but for 4 KiB']


class Missing(Exception):
    pass


class Bench:
    def __init__(self, doc):
        self.seeds = doc['seeds']
        self.rows = {(r['group'], r['job'], r['swclk_hz']): r for r in doc['rows']}

    def has(self, group, job, hz):
        return (group, job, hz) in self.rows

    def row(self, group, job, hz=15000000):
        if not self.has(group, job, hz):
            raise Missing(f'{group}: {job} at {hz // 1000000} MHz')
        return self.rows[group, job, hz]


def table(head, lines):
    rule = ['---'] * len(head)
    return ''.join('| ' + ' | '.join(line) + ' |\n' for line in [head, rule] + lines)


def rates(bench):
    def cell(group, job, hz):
        if not bench.has(group, job, hz) and any(bench.has(group, job, h) for h in CLOCKS):
            return ''  # not run at this clock
        row = bench.row(group, job, hz)
        return f"{row['kib_per_s']:.0f} KiB/s, {100 / row['ratio']['median']:.0f} %"
    return table(['job'] + [f'{hz // 1000000} MHz' for hz in CLOCKS],
                 [[title] + [cell(group, job, hz) for hz in CLOCKS] for title, group, job in RATES])


def sums(bench):
    rows = [(job, bench.row('crc', job)) for job in SUMS]
    return table(['job', 'time', 'goal'],
                 [[job, f"{r['virtual_ns']['median'] / 1e9:.2f} s", f"{r['goal_ns'] / 1e9:g} s"]
                  for job, r in rows])


def estimates(bench):
    def off(row):
        return round(100 * abs(row['ratio']['median'] - 1))
    revised = [off(r) for (group, job, _), r in bench.rows.items()
               if group == 'crc' and job.endswith(': revised')]
    if not revised:
        raise Missing('crc: revised estimates')
    nor, flash = (bench.row('crc', f'{job}, another 1 MiB: planned') for job in ('NOR', 'internal flash'))
    return (f"When planned, the estimate is off by {off(nor)} % for this NOR and by {off(flash)} % for the "
            f"internal flash;\n"
            f"once a tenth of the work was done, by {max(1, *revised)} % or less for all kinds of jobs "
            f"(medians).\n")


def gang(bench):
    row = bench.row('gang', '8 boards on one USB bus, 128 + 512 KiB each')
    if not row['reached']:
        raise Missing('gang: within its goals')
    return (f"On the virtual bench (`-p sim -p sim ...`) eight boards on one USB bus take "
            f"{row['ratio']['median']:.2f} times as long as\n"
            f"one, and less than {row['goal_mem_bytes'] // 1048576} MiB of memory beyond the images, virtual "
            f"chips included (`make bench`).\n")


BLOCKS = {'rates': rates, 'sums': sums, 'estimates': estimates, 'gang': gang}


def main(args):
    check = args[:1] == ['--check']
    source, readme = args[check:]
    with open(source) as f:
        bench = Bench(json.load(f))
    with open(readme) as f:
        text = f.read()

    def fill(match):
        name = match.group(1)
        return f'<!-- figures {name} -->\n{BLOCKS[name](bench)}<!-- end -->'
    try:
        new = re.sub(r'<!-- figures (\w+) -->\n.*?<!-- end -->', fill, text, flags=re.S)
    except Missing as e:
        sys.exit(f'figures.py: {source} has no row {e}')
    if new == text:
        return 0
    if check:
        print(f'{readme} has other figures than {source} (of {bench.seeds} seeds): make figures')
        return 1
    with open(readme, 'w') as f:
        f.write(new)
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
