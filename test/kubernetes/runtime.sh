#!/bin/sh
# Stands where containerd looks for runc. It isolates nothing and runs no image: for each container it starts a process
# that sleeps, which is enough for a kubelet to take a pod for running. All that comes before is real: the pod, its
# token, the credential provider, and containerd's pull.
state=$(dirname "$0")/containers
verb='' id='' signal='' bundle='' pid_file=''
while [ $# -gt 0 ]; do
  case $1 in
    --bundle) bundle=$2; shift ;;
    --pid-file) pid_file=$2; shift ;;
    --root | --log | --log-format | --console-socket | --preserve-fds | --process | --resources) shift ;;
    -*) ;;
    *) if [ -z "$verb" ]; then verb=$1; elif [ -z "$id" ]; then id=$1; else signal=$1; fi ;;
  esac
  shift
done
pid=$(cat "$state/$id" 2>/dev/null)
case $verb in
  create)
    mkdir -p "$state" && cd "$bundle" || exit 1
    sleep infinity </dev/null >/dev/null 2>&1 &
    printf %s $! >"$state/$id"
    printf %s $! >"$pid_file"
    ;;
  kill) kill -s "$(echo "${signal:-TERM}" | sed 's/^SIG//')" "$pid" ;;
  delete)
    [ -n "$pid" ] && kill -s KILL "$pid" 2>/dev/null
    rm -f "$state/$id"
    ;;
  state) printf '{"ociVersion":"1.0.2","id":"%s","pid":%s,"status":"running","bundle":"%s"}\n' "$id" "$pid" "$bundle" ;;
esac
