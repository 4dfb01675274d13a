#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# install.sh: what is installed works from there, a program finds the library by pkg-config, and
# uninstalling leaves nothing behind.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

[ "$B" = "$tree/build/release" ] || { echo "only the release build is installed"; exit 77; }
make=(make -s -C "$tree" "DESTDIR=$T/root")
if "${make[@]}" install >"$T/log" 2>&1; then pass "make install"; else fail "make install: $(tail -n 3 "$T/log")"; fi
prefix=$T/root/usr/local
cd "$T"

expect_status 0 "$prefix/bin/sabin" --version
if "${make[@]}" -n PREFIX=/usr LIBDIR=/usr/lib/x install >plan && grep -q 's|/usr/local/lib/sabin|/usr/lib/x/sabin|' plan &&
	grep -q '/usr/local/share/sabin/rooms' "$prefix/share/man/man5/sabin-room.5"; then
	pass "the manual names the installed folders"
else
	fail "the manual names other folders than the installed ones"
fi
expect_status 0 "$prefix/bin/sabin" room --check "$prefix/share/sabin/rooms/control-room.yaml"
expect_status 0 "$prefix/bin/sabin" measure "$prefix/share/sabin/rooms/control-room.yaml" --simulate -q --length 0.5s --position mix -o m
expect_status 0 "$prefix/bin/sabin" plot m --kind rt60 -o rt60.svg

for file in bash-completion/completions/sabin zsh/site-functions/_sabin fish/vendor_completions.d/sabin.fish; do
	hold "completion: $file" grep -q compare "$prefix/share/$file"
done

# ---- programs of others ------------------------------------------------------------------------------------------
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$T/root
library=$prefix/lib/libsabin.so
hold "the library says which interface it has" [ "$(objdump -p "$library" | awk '$1 == "SONAME" { print $2 }')" = libsabin.so.0 ]
hold "it exports nothing but its own names, and these with that version" [ -z "$(nm -D --defined-only "$library" |
	awk '{ print $3 }' | grep -vE '^sabin_[a-z0-9_]+@@SABIN_0$|^SABIN_0$' || true)" ]
sed -n -E 's/^SABIN_API .*[ *](sabin_[a-z0-9_]+)(\(|\[|;).*/\1/p' "$tree"/include/sabin/*.h | sort -u >promised
nm -D --defined-only "$library" | sed -n 's/.* \(sabin_[a-z0-9_]*\)@@.*/\1/p' | sort -u >exported
hold "it has what the headers promise" [ -z "$(comm -23 promised exported | tee lost)" ]
head -n 3 lost
for header in "$tree"/include/sabin/*.h; do
	grep -q "^\.It In sabin/${header##*/}" "$tree/man/libsabin.3" || fail "libsabin(3) does not tell of sabin/${header##*/}"
done
read -ra flags < <(pkg-config --cflags --libs sabin)
run() # NAME: a program of tests/examples
{
	if ${CC:-cc} -std=c11 -Wall -Wextra -pedantic -Werror -o "$1" "$tree/tests/examples/$1.c" "${flags[@]}" -lm -lpthread 2>err; then
		pass "$1 finds the library"
	else
		fail "$1: $(head -n 3 err)"
	fi
	expect_status 0 env "LD_LIBRARY_PATH=$prefix/lib" "./$1"
}
run impulse # from (1, 1, 1.2) to (3, 4, 1.2): the root of 13
hold "the distance is that of the geometry" has "distance 3.606 m"
run decays
hold "the decay times are those of the decays" awk '{ off = $4 - $1; if (off < 0) off = -off; if (off > 1.5 * $6) bad = 1 } END { exit bad || NR != 8 }' out
run equalise
hold "the filters are those that undo the known ones" [ "$(sed 's/:.*//' out | grep -cE '^(peaking 63.0 Hz -8.00 dB Q 4.00|peaking 250.0 Hz \+4.00 dB Q 2.00|high_shelf 6000.0 Hz \+3.00 dB Q 0.70)$')" = 3 ]
# the same against the archive, where what it needs has to be named
read -ra flags < <(pkg-config --cflags --static --libs sabin)
if ${CC:-cc} -o static "$tree/tests/examples/impulse.c" "${flags[@]/-lsabin/$prefix/lib/libsabin.a}" -lpthread 2>err && ./static >/dev/null; then
	pass "a program takes the archive"
else
	fail "a program does not take the archive: $(head -n 3 err)"
fi
nm -g --defined-only "$prefix/lib/libsabin.a" | awk 'NF == 3 { n++; if ($3 !~ /^sabin_/) print $3 > "strangers" } END { exit n < 100 }' || fail "the archive has names"
hold "it takes no name of anybody else's" [ ! -s strangers ]

if "${make[@]}" uninstall >"$T/log" 2>&1; then pass "make uninstall"; else fail "make uninstall: $(tail -n 3 "$T/log")"; fi
left=$(find "$T/root" -type f -o -type l)
if [ -z "$left" ]; then pass "nothing is left"; else fail "left behind: $left"; fi
finish
