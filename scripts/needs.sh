# Sourced by the test scripts: finds or installs what the tests run against.
# On Debian as root it installs packages and says so; elsewhere it says what
# to install and fails.

# install PACKAGE… – install Debian packages, or fail and say why.
install() {
  echo "installing Debian packages: $*"
  export DEBIAN_FRONTEND=noninteractive
  if ! apt-get install -y -q --no-install-recommends "$@" >>"$LOGS/apt.log" 2>&1; then
    apt-get update -q >>"$LOGS/apt.log" 2>&1 # a fresh machine has no list of packages
    apt-get install -y -q --no-install-recommends "$@" >>"$LOGS/apt.log" 2>&1 ||
      { tail -5 "$LOGS/apt.log"; echo "could not install: $*"; return 1; }
  fi
  # Debian starts servers that it installs; the tests start their own.
  ! command -v systemctl >/dev/null 2>&1 || systemctl stop redis-server >/dev/null 2>&1 || true
}

# may_install – whether this is Debian and we are root.
may_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }

# need COMMAND PACKAGE… – make sure COMMAND is there.
need() {
  local cmd=$1; shift
  command -v "$cmd" >/dev/null 2>&1 && return 0
  if may_install; then install "$@"; return; fi
  echo "missing: $cmd. Install it (Debian: apt-get install $*) and run again." >&2
  return 1
}

# need_chinese_font – make sure that pages in pictures can be read.
need_chinese_font() {
  [ -n "$(fc-list :lang=zh 2>/dev/null)" ] && return 0
  if may_install; then install fonts-wqy-microhei; return; fi
  echo "missing: a Chinese font. Install one (Debian: apt-get install fonts-wqy-microhei) and run again." >&2
  return 1
}
