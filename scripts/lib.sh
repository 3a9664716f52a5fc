# Shared by the scripts: what to install on a Debian 12, and how.
# shellcheck shell=bash

root_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export root_dir
# Two clones of one commit share a compiler cache: paths below the tree count as relative.
export CCACHE_BASEDIR=$root_dir CCACHE_NOHASHDIR=1

build_packages=(ca-certificates cmake g++ ninja-build pkg-config git scdoc
  libcli11-dev libcurl4-openssl-dev libssl-dev nlohmann-json3-dev libcpp-httplib-dev
  libarchive-dev libexpected-dev libfmt-dev libre2-dev libyaml-dev libtomlplusplus-dev libprotozero-dev
  libsodium-dev libp11-kit-dev)
test_packages=(doctest-dev json-schema-test-suite faketime python3 shellcheck strace
  clang-format-22 clang-tidy-22 openssl curl bash-completion softhsm2)

# install_packages NAME…: those that are missing, by apt, as root or with sudo.
install_packages() {
  local missing=() package
  for package in "$@"; do
    if [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
      missing+=("$package")
    fi
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "error: these packages are missing and there is no sudo: ${missing[*]}" >&2
      echo "hint: as root: apt-get install ${missing[*]}" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  echo "installing: ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    "${missing[@]}" >/dev/null
}

# configure PRESET [ARG…]: once; again only when asked with arguments.
configure() {
  local preset=$1
  shift
  local launcher=()
  if command -v ccache >/dev/null; then launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
  if [ ! -f "$root_dir/build/$preset/build.ninja" ] || [ $# -gt 0 ]; then
    (cd "$root_dir" && cmake --preset "$preset" "${launcher[@]}" "$@" >/dev/null)
  fi
}
