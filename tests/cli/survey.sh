#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# survey.sh: sabin analyze of many measurements, a line of JSON a response: which, in which order, the same
# numbers as of each alone, by any number of jobs, by GNU parallel and by the Slurm array of the README;
# what is wrong with one stops nothing; an interruption leaves whole lines; memory does not grow.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

cd "$T"
PATH=$B:$PATH
bands='--only bands'

# ---- a survey ---------------------------------------------------------------------------------------------

sabin simulate "$tree/rooms/control-room.yaml" --length 1s -q -o room >/dev/null
mkdir -p survey/a-b survey/b/deep survey/c
cp -r room survey/a
cp room/left.mix.wav survey/a.wav
cp room/right.mix.wav survey/a-b/x.WAV
cp room/left.mix.wav survey/b/deep/.hidden.wav
cp room/left.mix.wav 'survey/b/two words "and" quotes.wav'
cp room/right.mix.wav survey/b/deep/y.wav
ln -s .. survey/b/deep/loop
ln -s "$T/room" survey/linked
echo 'nothing to hear' >survey/c/notes.txt
find survey -name '*.[wW][aA][vV]' ! -name '.*' ! -path 'survey/a/*' >files
printf 'survey/a\nsurvey/linked\n' >>files
LC_ALL=C sort files >order
sabin analyze --list survey >list
hold "the paths are those of the folders, sorted" cmp -s list order

expect_status 0 sabin analyze --jobs 1 $bands survey
cp "$T/out" one.jsonl
hold "a line for each of $(wc -l <one.jsonl) responses" \
	[ "$(wc -l <one.jsonl)" -eq $(($(wc -l <list) - 2 + 2 * $(grep -c '^  - speaker:' room/measurement.yaml))) ]
hold "in the order of the paths" cmp -s <(sed 's/.*"measurement":"\(\([^"\\]\|\\.\)*\)".*/\1/; s/\\"/"/g' one.jsonl | uniq) list
for jobs in 2 7; do
	sabin analyze -q --jobs $jobs $bands survey >many.jsonl
	hold "$jobs at a time: the same bytes" cmp -s one.jsonl many.jsonl
done
sabin analyze --json -q $bands survey/a survey/a-b// >many.jsonl
hold "two with --json: the same bytes" cmp -s many.jsonl <(grep -E '"measurement":"survey/a(-b/x.WAV)?"' one.jsonl)
sabin analyze -q --jobs 2 --speaker left $bands survey >left.jsonl
hold "one speaker of them" cmp -s left.jsonl <(grep '"speaker":"left"' one.jsonl)

# What the command tells of one measurement alone, a line a response, without blanks.
alone()
{
	sabin analyze "$1" --json $bands | tr -d ' \n' | sed -e 's/.*"responses":\[{//' -e 's/}\],"mean".*/\n/' \
		-e 's/},{"speaker"/\n"speaker"/g'
}
while read -r path; do alone "$path"; done <list >alone
hold "the numbers are those of each alone" cmp -s alone <(sed 's/.*"warnings":\[\],\(.*\)}$/\1/' one.jsonl | tr -d ' ')

# ---- divided ----------------------------------------------------------------------------------------------

if command -v parallel >/dev/null; then
	line=$(sed -n 's/^    \$ \(parallel .*\)/\1/p' "$tree/README.md")
	bash -c "${line/--jobs 1/--jobs 1 -q $bands}" 2>err || fail "the README's parallel: $(head -c 300 err)"
	hold "GNU parallel, as the README has it: the same bytes" cmp -s survey.jsonl one.jsonl
	bash -c "${line/--jobs 1/--jobs 1 -q $bands}" 2>err
	hold "given again, nothing is done twice" cmp -s survey.jsonl one.jsonl
else
	skip "GNU parallel is not installed"
fi

sed -n '/^    #!\/bin\/sh/,/^    \$ /{/^    \$ /d;s/^    //;p}' "$tree/README.md" >survey.sbatch
hold "the manual has the README's Slurm script" cmp -s survey.sbatch \
	<(displays "$tree/man/sabin-analyze.1" | sed -n '/^#!/,/xargs/p')
tasks=$(sed -n 's/^#SBATCH --array=1-//p' survey.sbatch)
sed -i "s/ --jobs/ -q $bands --jobs/" survey.sbatch
for task in $(seq "$tasks"); do
	SLURM_ARRAY_TASK_ID=$task SLURM_CPUS_PER_TASK=2 sh survey.sbatch
done
cat $(seq -f part.%g "$tasks") >array.jsonl
hold "the README's Slurm array of $tasks tasks: the same bytes" cmp -s array.jsonl one.jsonl

# ---- what is wrong with one -------------------------------------------------------------------------------

echo RIFF >survey/b/bad.wav
sabin sweep --length 0.5 -q -o survey/b/sweep.wav >/dev/null
head -c 4000 room/left.mix.wav >survey/b/cut.wav
mkdir survey/c/broken
echo 'sabin: 1' >survey/c/broken/measurement.yaml
expect_status 3 sabin analyze --jobs 2 $bands survey gone survey/c/notes.txt
says 'survey/b/bad.wav: is not a sound file'
says 'survey/b/sweep.wav: is no impulse response'
says 'gone: no such file'
says 'measurement.yaml:'
hold "each wrong one has a line, in its place" [ "$(grep -c '"error":"' "$T/out")" -ge 5 ]
hold "the others have theirs" cmp -s <(grep '"error":null' "$T/out" | grep -v cut.wav) one.jsonl
expect_status 3 sabin analyze --jobs 1 survey/b/bad.wav
says '1 line, 1 of them with an error'
status=0
printf '%s\n' survey/b/bad.wav survey/a.wav | xargs -r -d '\n' sabin analyze -q --jobs 1 $bands >part 2>err || status=$?
hold "xargs, as the README says of a task with an error: status 123, a part that is whole" \
	[ "$status $(wc -l <part)" = "123 2" ]
mkdir empty
expect_status 3 sabin analyze --jobs 1 empty
says_once 'empty: holds neither a measurement nor a file of an impulse response'

expect_status 3 sabin analyze survey
says 'a folder of measurements or response files: sabin analyze --jobs 2 survey'
expect_status 3 sabin analyze empty
says_once 'empty: is not a measurement'
hold "an empty folder is no survey" [ "$(wc -l <"$T/err")" -eq 1 ]
expect_status 2 sabin analyze room survey
says_once '--jobs N'
expect_status 2 sabin analyze --jobs 2 --csv room
expect_status 2 sabin analyze --jobs 0 room
expect_status 2 sabin analyze -q --jobs 2 --speaker nobody room
if [ -e /dev/full ]; then
	status=0
	sabin analyze -q --jobs 2 $bands survey >/dev/full 2>err || status=$?
	hold "a full disk: status 5, said once" [ "$status $(grep -c 'standard output' err)" = "5 1" ]
fi

# ---- many: an interruption, and memory --------------------------------------------------------------------

mkdir many
for i in $(seq 100 189); do ln room/left.mix.wav "many/$i.wav"; done
mkfifo pipe

# The most memory so far, after 30 lines and after 80: a line is half as long as what a pipe holds, so that
# what has been written is what has been read.  One job, since how far two are apart is left to chance.
# (A sanitizer is not to hold on to what was freed.)
peak() { awk '$1 == "VmHWM:" { print $2 }' "/proc/$1/status"; }
ASAN_OPTIONS=${ASAN_OPTIONS-}:quarantine_size_mb=0:thread_local_quarantine_size_kb=0 \
	sabin analyze -q --jobs 1 $bands many >pipe 2>err &
survey=$!
{
	for _ in $(seq 30); do IFS= read -r line && printf '%s\n' "$line"; done
	peak $survey >&3
	for _ in $(seq 50); do IFS= read -r line && printf '%s\n' "$line"; done
	peak $survey >&3
	cat
} <pipe >whole.jsonl 3>peaks
wait $survey
{ read -r early && read -r late; } <peaks
hold "memory does not grow: $early kB after 30 lines, $late kB after 80" [ "$late" -lt $((early + 500)) ]

sabin analyze -q --jobs 2 $bands many >pipe 2>err &
survey=$!
{
	IFS= read -r line
	printf '%s\n' "$line"
	kill -INT $survey
	cat
} <pipe >cut.jsonl
status=0
wait $survey || status=$?
lines=$(wc -l <cut.jsonl)
hold "interrupted: status 130 after $lines whole lines of 90" [ $status -eq 130 ] && [ "$lines" -lt 80 ]
hold "they are the first ones" cmp -s cut.jsonl <(head -n "$lines" whole.jsonl)

finish
