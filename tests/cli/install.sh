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

cat >reader.c <<'EOC'
#include <stdio.h>
#include <sabin/sweep.h>
int main(void)
{
	const struct sabin_sweep_options o = {20, 20000, 5, 48000, -12};
	struct sabin_sweep sweep;
	if (sabin_sweep_init(&sweep, &o))
		return 1;
	printf("%.3f s\n", sweep.length_s);
	return 0;
}
EOC
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$T/root
read -ra flags < <(pkg-config --cflags --libs sabin)
if ${CC:-cc} -o reader reader.c "${flags[@]}" 2>err; then pass "a program finds the library"; else fail "$(cat err)"; fi
expect_status 0 env "LD_LIBRARY_PATH=$prefix/lib" ./reader

if "${make[@]}" uninstall >"$T/log" 2>&1; then pass "make uninstall"; else fail "make uninstall: $(tail -n 3 "$T/log")"; fi
left=$(find "$T/root" -type f -o -type l)
if [ -z "$left" ]; then pass "nothing is left"; else fail "left behind: $left"; fi
finish
