# SPDX-License-Identifier: GPL-2.0-or-later
# tools/figures.py: the benchmark's figures in README.md.
. tests/cli/common
export PYTHONDONTWRITEBYTECODE=1

# a benchmark with all rows, and two figures of our choice
bench()
{
	python3 - "$TOP/tools" "$1" "$2" <<'END' >bench.json
import json, sys
sys.path.insert(0, sys.argv[1])
import figures
rate, seconds = float(sys.argv[2]), float(sys.argv[3])
def row(group, job, hz, **more):
    return dict(group=group, job=job, swclk_hz=hz, kib_per_s=rate, ratio={'median': 1.25},
                virtual_ns={'median': seconds * 1e9}, goal_ns=2500000000, **more)
rows = [row(g, j, hz) for _, g, j in figures.RATES for hz in figures.CLOCKS]
rows += [row('crc', j, 15000000) for j in figures.SUMS]
rows += [row('crc', f'{j}: {w}', 15000000) for j in ('NOR, another 1 MiB', 'internal flash, another 1 MiB')
         for w in ('planned', 'revised')]
rows += [row('gang', '8 boards on one USB bus, 128 + 512 KiB each', 15000000, reached=True,
             goal_mem_bytes=64 << 20)]
json.dump(dict(seeds=20, rows=rows), sys.stdout)
END
}
figures()
{
	"$TOP/tools/figures.py" "$@" >out 2>err
	rc=$?
}

ok 'README.md has places for all figures' sh -c 'for b in rates sums estimates gang; do
	sed -n "/<!-- figures $b -->/,/<!-- end -->/p" "$1" | grep -q "[0-9]" || { echo $b; exit 1; }; done' - "$TOP/README.md"
cp "$TOP/README.md" README.md
bench 1234 0.5
figures --check bench.json README.md
ok 'other figures are noticed' rc_is 1
ok 'and nothing is written' cmp "$TOP/README.md" README.md
figures bench.json README.md
ok 'they are put in' rc_is 0
ok 'rates and how near to the limit' grep -q '^| SRAM read, 64 KiB | 1234 KiB/s, 80 % | 1234 KiB/s, 80 % |' README.md
ok 'times and goals' grep -q '^| verify 16 MiB NOR | 0.50 s | 2.5 s |' README.md
ok 'sentences' grep -q 'take 1.25 times as long as$' README.md
figures --check bench.json README.md
ok 'then they are the same' rc_is 0
ok 'all else is left alone' sh -c 'diff "$1" README.md | grep -q "^[<>] ## " && exit 1; [ "$(wc -l <"$1")" = "$(wc -l <README.md)" ]' - "$TOP/README.md"
sed -i 's/"NOR, 4 MiB"/"NOR, 5 MiB"/g' bench.json
figures bench.json README.md
ok 'a row that is missing is named' rc_says 1 'no row nor: NOR, 4 MiB'
exit $failed
