#!/bin/sh
# Builds OpenSSL's FIPS provider from the source of Debian's package, for the tests of crypto.fips, into
# build/fips: fips.so, fipsmodule.cnf, sha256, version. It is NOT a validated module: a validated one
# is built from the certificate's own version, as its security policy says.
# Takes some minutes once; needs the network by apt, and nothing of the system is changed.
set -eu
cd "$(dirname "$0")/.."
mkdir -p build/fips/lists/partial build/fips/sources
cd build/fips
[ -e fipsmodule.cnf ] && exit 0
# The sources of the packages that this system is made of, at the same hosts.
sed 's/^Types: deb$/Types: deb-src/' /etc/apt/sources.list.d/debian.sources > sources/debian.sources
apt="apt-get -qq -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts=$PWD/sources
     -o Dir::State::Lists=$PWD/lists -o APT::Sandbox::User=root"
$apt update
# The Debian patches are not needed: apt has checked the original source by the signed index.
$apt source --download-only openssl || true
for tarball in openssl_*.orig.tar.gz; do
    [ -e "$tarball" ] || { echo "fips: no source of OpenSSL can be had" >&2; exit 1; }
done
tar xzf "$tarball"
source=$(ls -d openssl-3*/ | head -n 1)
cd "$source"
./Configure linux-x86_64 enable-fips no-tests > configure.log 2>&1
make -j1 build_generated > make.log 2>&1
make -j2 providers/fips.so >> make.log 2>&1
cd ..
cp "$source/providers/fips.so" fips.so
openssl fipsinstall -quiet -module "$PWD/fips.so" -out fipsmodule.new
sha256sum fips.so | cut -c1-64 > sha256
sed -n 's/^MAJOR=\(.*\)/\1/p;s/^MINOR=\(.*\)/\1/p;s/^PATCH=\(.*\)/\1/p' "$source/VERSION.dat" |
    paste -sd. > version
mv fipsmodule.new fipsmodule.cnf
