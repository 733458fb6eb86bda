#!/usr/bin/env bash
# Debian packages of the end-to-end tests: a browser, a database. Without root or apt the tests that need them are skipped, and say so.
set -u
missing=()
command -v chromium >/dev/null || missing+=(chromium)
compgen -G '/usr/lib/postgresql/*/bin/pg_ctl' >/dev/null || missing+=(postgresql)
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "WARNING: ${missing[*]} not installed and this user cannot install it: the tests that need them will be SKIPPED" >&2
  exit 0
fi
echo "== Debian packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
  echo "WARNING: could not install ${missing[*]}: the tests that need them will be SKIPPED" >&2
