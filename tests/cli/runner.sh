# SPDX-License-Identifier: GPL-2.0-or-later
# tests/run.sh itself: what it counts, and that no test outlasts its time.
. tests/cli/common

cat >good.sh <<'END'
echo 'ok it works'
END
cat >bad.sh <<'END'
echo 'ok one'
echo 'not ok two'
exit 1
END
cat >dead.sh <<'END'
echo 'ok one'
kill -SEGV $$
END
cat >mute.sh <<'END'
:
END
cat >without.sh <<'END'
echo 'skip no such thing here'
END
# as cmocka tells it: at the test and in the summary
cat >partly <<'END'
#!/bin/sh
echo '[       OK ] test_one'
echo '[  SKIPPED ] test_two'
echo '[  SKIPPED ] 1 test(s), listed below:'
echo '[  SKIPPED ] test_two'
END
chmod +x partly
cat >hung.sh <<'END'
echo 'ok one'
trap '' TERM
sleep 1000 &
echo $! >left
wait
wait
END
cat >untidy.sh <<'END'
sleep 1000 &
echo $! >left
echo 'ok one'
END

# runs SCRIPT...: all of them; $rc, out
runs()
{
	JOBS=2 TEST_LIMIT=$limit "$TOP/tests/run.sh" "$@" >out 2>err
	rc=$?
}
prints()
{
	grep -qE -- "$1" out
}
# ended, if perhaps nobody has asked for its exit status yet
is_gone()
{
	for _ in $(seq 1000); do
		grep -qs '^State:[[:space:]]*[^Z[:space:]]' "/proc/$(cat left)/status" || return 0
		sleep 0.1
	done
	return 1
}

limit=60
runs ./good.sh
ok 'what passes is counted' rc_is 0
ok 'and listed' prints 'PASS +good.sh +1 tests'
runs ./good.sh ./bad.sh
ok 'a failure fails all' rc_is 1
ok 'with its count' prints 'FAIL +bad.sh +1 of 2 failed'
ok 'and what it said' prints '^not ok two'
ok 'others are counted all the same' prints '^2 passed, 1 failed'
runs ./dead.sh ./mute.sh
ok 'so does one that dies, and one that says nothing' prints '^1 passed, 2 failed'
runs ./without.sh
ok 'what did not run is no failure' rc_is 0
ok 'but said' prints 'SKIPPED +without.sh +no such thing here'
CI= runs ./partly
ok 'nor is one test that passes itself over' rc_is 0
ok 'but that is said, too' prints 'SKIPPED +partly +1 of its tests'
CI=true runs ./partly
ok 'where CI=true it is a failure' prints '^1 passed, 1 failed'
runs ./untidy.sh
ok 'what a test leaves running is ended' is_gone

limit=3
runs ./hung.sh ./good.sh
ok 'one that does not end is a failure' rc_is 1
ok 'that says where it was' prints '^no end after 3 s, after "one": killed'
ok 'and all that it started is ended' is_gone
ok 'the others have run' prints 'PASS +good.sh'
exit $failed
