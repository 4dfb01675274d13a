#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# deb_check.sh: what `make deb-check` does: the packages are built twice, in two folders, and are the same bytes; lintian finds
# nothing; they install into a system of their own, work there, and leave nothing when they are removed.  As root or under
# fakeroot.
set -eu
failed=0
ok() { echo "ok: $*"; }
bad() { echo "FAILED: $*"; failed=1; }
T=$(mktemp -d "${TMPDIR:-/tmp}/sabin-deb.XXXXXX")
trap 'rm -rf "$T"' EXIT

B=build/deb tests/deb.sh >"$T/log" 2>&1 || { tail "$T/log"; exit 1; }
# elsewhere, by another name, at another time, with other eyes
mkdir "$T/elsewhere"
git archive HEAD 2>/dev/null | tar -x -C "$T/elsewhere" 2>/dev/null || cp -r Makefile LICENSE README.md CHANGELOG.md include src tests rooms plots man "$T/elsewhere"
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)}
(cd "$T/elsewhere" && umask 077 && TZ=Asia/Tokyo LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH=$epoch B=build/other tests/deb.sh) >"$T/log" 2>&1 || { tail "$T/log"; exit 1; }
for deb in build/deb/*.deb; do
	if cmp "$deb" "$T/elsewhere/build/other/${deb##*/}"; then ok "reproducible: ${deb##*/}"; else bad "not reproducible: $deb"; fi
done

if command -v lintian >/dev/null; then
	if lintian --fail-on error,warning build/deb/*.deb >"$T/lintian" 2>"$T/err"; then ok "lintian"; else bad "lintian"; cat "$T/lintian"; fi
else
	echo "skipped: lintian is not installed"
fi

# ---- a system that has nothing but them ----------------------------------------------------------------------------
root=$T/root
mkdir -p "$root/var/lib/dpkg/updates" "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/triggers"
: >"$root/var/lib/dpkg/status"
: >"$root/var/lib/dpkg/available"
dpkg=(dpkg --root="$root" --force-not-root --force-depends --force-bad-path --log=/dev/null --no-triggers)
if "${dpkg[@]}" -i build/deb/*.deb >"$T/log" 2>&1; then ok "they install"; else bad "they do not install"; tail "$T/log"; fi
multiarch=$(dpkg-architecture -qDEB_HOST_MULTIARCH)
(
	set -e
	cd "$T"
	export SABIN_ROOMS=$root/usr/share/sabin/rooms SABIN_PLOTS=$root/usr/share/sabin/plots
	export SABIN_PLUGIN=$root/usr/lib/$multiarch/sabin/libasound_module_pcm_sabin.so
	"$root/usr/bin/sabin" measure "$SABIN_ROOMS/control-room.yaml" --simulate -q --length 0.5s --position mix -o m
	"$root/usr/bin/sabin" report m -q -o m.html
	LD_LIBRARY_PATH=$root/usr/lib/$multiarch
	export LD_LIBRARY_PATH
	${CC:-cc} -I"$root/usr/include" -o impulse "$root/usr/share/doc/libsabin-dev/examples/impulse.c" -L"$LD_LIBRARY_PATH" -lsabin -lm
	./impulse
) >"$T/log" 2>&1 && ok "they work" || { bad "they do not work"; tail "$T/log"; }
if "${dpkg[@]}" --purge sabin libsabin-dev libsabin0 >"$T/log" 2>&1; then ok "they are removed"; else bad "they are not removed"; tail "$T/log"; fi
left=$(find "$root" -path "$root/var/lib/dpkg" -prune -o -type f -print -o -type l -print)
if [ -z "$left" ]; then ok "nothing is left"; else bad "left: $left"; fi
exit $failed
