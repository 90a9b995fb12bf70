# Sourced by the test scripts: finds or installs what the tests run against.
# On Debian as root it installs packages and says so; elsewhere it says what
# to install and fails.

# need COMMAND PACKAGE… – make sure COMMAND is there.
need() {
  local cmd=$1; shift
  command -v "$cmd" >/dev/null 2>&1 && return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing Debian packages: $*"
    if ! DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >>"$LOGS/apt.log" 2>&1; then
      apt-get update -q >>"$LOGS/apt.log" 2>&1
      DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >>"$LOGS/apt.log" 2>&1 ||
        { tail -5 "$LOGS/apt.log"; echo "could not install: $*"; return 1; }
    fi
    # Debian starts servers that it installs; the tests start their own.
    command -v systemctl >/dev/null 2>&1 && systemctl stop redis-server >/dev/null 2>&1
    return 0
  fi
  echo "missing: $cmd. Install it (Debian: apt-get install $*) and run again." >&2
  return 1
}
