#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# deb.sh: what `make deb` does: three Debian packages out of `make install` into a folder of its own.
#
#   sabin         the command, the ALSA plugin, rooms, scripts of the charts, manual, completions
#   libsabin0     the shared library, by the version of its interface
#   libsabin-dev  headers, archive, pkg-config file, manual, examples
#
# $B is the build folder, in which all of it stays.  DEBFULLNAME and DEBEMAIL name who answers for the package.  The
# same source gives the same bytes: times are SOURCE_DATE_EPOCH, or that of the last commit, else of CHANGELOG.md.
set -eu
B=${B:-build/deb}
MAKE=${MAKE:-make}
version=$(sed -n 's/^VERSION *= *//p' Makefile)
abi=$(sed -n 's/^SONUMBER *= *//p' Makefile)
multiarch=$(dpkg-architecture -qDEB_HOST_MULTIARCH)
arch=$(dpkg-architecture -qDEB_HOST_ARCH)
maintainer="${DEBFULLNAME:-The sabin developers} <${DEBEMAIL:-sabin@localhost.localdomain}>"
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
	SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)
fi
export SOURCE_DATE_EPOCH LC_ALL=C TZ=UTC
umask 022

# hardened, and free of the folder it was built in
export DEB_BUILD_MAINT_OPTIONS=hardening=+all
CFLAGS="$(dpkg-buildflags --get CFLAGS)" CPPFLAGS="$(dpkg-buildflags --get CPPFLAGS)" LDFLAGS="$(dpkg-buildflags --get LDFLAGS)"
where=(PREFIX=/usr "LIBDIR=/usr/lib/$multiarch" "VARIANT=${B#build/}" "CFLAGS=$CFLAGS" "CPPFLAGS=$CPPFLAGS" "LDFLAGS=$LDFLAGS")
$MAKE --no-print-directory "${where[@]}" all
rm -rf "$B/debian"
all=$PWD/$B/debian/all
$MAKE --no-print-directory -s "${where[@]}" "DESTDIR=$all" install >/dev/null
rm -f "$B"/*.deb

move() # PACKAGE PATH...: from the whole into the package
{
	local package=$B/debian/$1 path
	shift
	for path in "$@"; do
		mkdir -p "$package/$(dirname "$path")"
		mv "$all/$path" "$package/$path"
	done
}
cd "$all"
shared=$(echo usr/lib/"$multiarch"/libsabin.so.*)
dev="usr/include usr/lib/$multiarch/libsabin.a usr/lib/$multiarch/libsabin.so usr/lib/$multiarch/pkgconfig usr/share/man/man3"
cd - >/dev/null
# shellcheck disable=SC2086 # lists of words
{
	move libsabin$abi $shared
	move libsabin-dev $dev
	move sabin usr
}
mkdir -p "$B/debian/libsabin-dev/usr/share/doc/libsabin-dev/examples"
install -m 644 tests/examples/*.c "$B/debian/libsabin-dev/usr/share/doc/libsabin-dev/examples"

# stripped; the plugin and the library keep the names that others look for
find "$B/debian" -name '*.so*' -type f -exec strip --strip-unneeded --remove-section=.comment --remove-section=.note {} +
strip --remove-section=.comment --remove-section=.note "$B/debian/sabin/usr/bin/sabin"
strip --strip-debug --remove-section=.comment --remove-section=.note --enable-deterministic-archives "$B/debian/libsabin-dev/usr/lib/$multiarch/libsabin.a"
find "$B/debian" -path '*/share/man/*' -type f -exec gzip -9n {} +

# What the packages say of themselves.
mkdir -p "$B/debian/debian"
cat >"$B/debian/debian/control" <<EOF
Source: sabin
Section: sound
Priority: optional
Maintainer: $maintainer
Standards-Version: 4.6.2

Package: sabin
Architecture: any
EOF
cat >"$B/debian/copyright" <<EOF
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: sabin

Files: *
Copyright: $(date -u -d "@$SOURCE_DATE_EPOCH" +%Y) the sabin developers
License: GPL-3.0-or-later
 This program is free software: you can redistribute it and/or modify it under the terms of the GNU General Public License as
 published by the Free Software Foundation, either version 3 of the License, or (at your option) any later version.
 .
 This program is distributed in the hope that it will be useful, but WITHOUT ANY WARRANTY; without even the implied warranty of
 MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE. See the GNU General Public License for more details.
 .
 On Debian systems the text of the licence is in /usr/share/common-licenses/GPL-3.
EOF
cat >"$B/debian/changelog" <<EOF
sabin ($version) unstable; urgency=medium

  * What changed is in changelog.gz, which the source calls CHANGELOG.md.

 -- $maintainer  $(date -Ru -d "@$SOURCE_DATE_EPOCH")
EOF

needs() # FILE...: the libraries that these files need, as packages
{
	(cd "$B/debian" && dpkg-shlibdeps -O --ignore-missing-info "$@" 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
}

# What lintian is told: a file for each package, where there is something.
overrides() # PACKAGE
{
	# whoever publishes the package gives an address; a build for oneself has none
	[ -n "${DEBEMAIL:-}" ] || printf '%s: bogus-mail-host *\n%s: bogus-mail-host-in-debian-changelog *\n' "$1" "$1"
	# a room file with a mistake, whose message is part of the manual
	[ "$1" != sabin ] || echo 'sabin: national-encoding [usr/share/sabin/rooms/broken/not-utf8.yaml]'
}

pack() # PACKAGE SECTION DEPENDS MORE DESCRIPTION: MORE lines of the control file; a blank first line of a paragraph is " ."
{
	local package=$1 root=$B/debian/$1 doc=$B/debian/$1/usr/share/doc/$1
	mkdir -p "$doc" "$root/DEBIAN"
	install -m 644 "$B/debian/copyright" "$doc/copyright"
	gzip -9nc "$B/debian/changelog" >"$doc/changelog.Debian.gz"
	gzip -9nc CHANGELOG.md >"$doc/changelog.gz"
	chmod 644 "$doc"/changelog*
	overrides "$package" >"$B/debian/overrides"
	if [ -s "$B/debian/overrides" ]; then install -D -m 644 "$B/debian/overrides" "$root/usr/share/lintian/overrides/$package"; fi
	{
		printf 'Package: %s\nSource: sabin\nVersion: %s\nArchitecture: %s\nMaintainer: %s\n' "$package" "$version" "$arch" "$maintainer"
		printf 'Installed-Size: %s\n' "$(find "$root" -path "$root/DEBIAN" -prune -o \( -type f -printf '%s\n' \) -o -printf '1024\n' |
			awk '{ k += int(($1 + 1023) / 1024) } END { print k }')"
		[ -z "$3" ] || printf 'Depends: %s\n' "$3"
		[ -z "$4" ] || printf '%s\n' "$4"
		printf 'Section: %s\nPriority: optional\nDescription: %s\n' "$2" "$5"
	} >"$root/DEBIAN/control"
	(cd "$root" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
	chmod -R u=rwX,go=rX "$root"
	find "$root" -type d -exec chmod 755 {} +
	dpkg-deb --root-owner-group -Zxz --build "$root" "$B/${package}_${version}_$arch.deb" >/dev/null
	echo "$B/${package}_${version}_$arch.deb"
}

about="Plays exponential sine sweeps through ALSA, works out the impulse responses
 of a room, and derives from them reverberation time, clarity, frequency
 response, corrections for the equalisers that people run, and advice on
 places and treatment, each number with its uncertainty."
mkdir -p "$B/debian/libsabin$abi/DEBIAN"
printf 'libsabin %s libsabin%s (>= %s)\n' "$abi" "$abi" "$version" >"$B/debian/libsabin$abi/DEBIAN/shlibs"
{
	echo "libsabin.so.$abi libsabin$abi #MINVER#"
	nm -D --defined-only "$B/debian/libsabin$abi/usr/lib/$multiarch/libsabin.so.$version" | sed -n 's/.* \([A-Za-z0-9_]*\)@@\(SABIN_[0-9]*\)$/\1@\2/p' |
		sort -u | sed "s/.*/ & $version/"
	echo " SABIN_$abi@SABIN_$abi $version"
} >"$B/debian/libsabin$abi/DEBIAN/symbols"
echo 'activate-noawait ldconfig' >"$B/debian/libsabin$abi/DEBIAN/triggers"
pack "libsabin$abi" libs "$(needs "libsabin$abi/usr/lib/$multiarch/libsabin.so.$version")" 'Multi-Arch: same' \
	"measurement of room acoustics - library
 $about
 .
 This is the library, the mathematics without devices and files."
pack libsabin-dev libdevel "libsabin$abi (= $version), libfftw3-dev, liblapack-dev" 'Multi-Arch: same' \
	"measurement of room acoustics - development files
 $about
 .
 These are headers, archive, manual and examples of the library."
pack sabin sound "$(needs sabin/usr/bin/sabin "sabin/usr/lib/$multiarch/sabin/libasound_module_pcm_sabin.so"), gnuplot-nox | gnuplot" \
	'Suggests: fonts-inter, alsa-utils' \
	"measurement of room acoustics
 $about
 .
 No sound card is needed to try it: an ALSA plugin brings one with a room
 behind it."
