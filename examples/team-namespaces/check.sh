#!/bin/sh
# Tries everything that is in the README's table, and says where the registry decides otherwise.
#
#   REGISTRY=127.0.0.1:5000 ACCOUNT=000000000000 examples/team-namespaces/check.sh IMAGE TOKENS KEYS
#
# IMAGE is what is pushed, as skopeo names it (docker-daemon:alpine:latest, oci:folder:tag). TOKENS is a folder with
# tokens of pods: team-blue, team-green, team-none (a namespace without repositories) and other-cluster (of a cluster that
# is not registered, for team-blue). KEYS is what set-up.sh has filled. Needs skopeo and curl. The registry here speaks
# plain HTTP.
set -eu
umask 077
image=$1 tokens=$2 keys=$3
role=arn:aws:iam::$ACCOUNT:role/pods
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# login NAME USER, with the password on standard input; skopeo, podman and docker log in alike.
login() {
  password=$(cat)
  printf 'user = "%s:%s"\n' "$2" "$password" >"$work/$1.curl"
  printf %s "$password" |
    skopeo login --authfile "$work/$1.json" --tls-verify=false --username "$2" --password-stdin "$REGISTRY" \
      >"$work/said" 2>&1
}

# try WHO WHAT REPOSITORY
try() {
  place=docker://$REGISTRY/$3
  case $2 in
    pull) skopeo copy --authfile "$work/$1.json" --src-tls-verify=false "$place:1" "dir:$work/pulled" ;;
    push) skopeo copy --authfile "$work/$1.json" --dest-tls-verify=false "$image" "$place:1" ;;
    list) skopeo list-tags --authfile "$work/$1.json" --tls-verify=false "$place" ;;
  esac >"$work/said" 2>&1
}

# Of some refusals skopeo shows the status alone, as the answer to HEAD has no text; the same is asked once more.
why_not() {
  url=http://$REGISTRY/v2/$3
  case $2 in
    pull) curl -sS -K "$work/$1.curl" "$url/manifests/1" ;;
    push) curl -sS -K "$work/$1.curl" -X POST "$url/blobs/uploads/" ;;
    list) curl -sS -K "$work/$1.curl" "$url/tags/list" ;;
  esac
}

not_ok() {
  failures=$((failures + 1))
  echo "NOT OK  $1: $(tail -n 1 "$work/said")"
}

may() {
  if try "$@"; then echo "ok  $1 may $2 $3"; else not_ok "$1 should be able to $2 $3"; fi
}

may_not() {
  case $2 in
    pull) action=ecr:BatchGetImage ;;
    push) action=ecr:InitiateLayerUpload ;;
    list) action=ecr:ListImages ;;
  esac
  sentence="is not authorized to perform: $action on resource: arn:aws:ecr:us-east-1:$ACCOUNT:repository/$3 because no"
  if try "$@"; then
    not_ok "$1 should not be able to $2 $3"
  elif grep -Eq 'denied|403' "$work/said" && why_not "$@" >"$work/said" 2>&1 && grep -qF "$sentence" "$work/said"; then
    echo "ok  $1 may not $2 $3"
  else
    not_ok "$1 may not $2 $3, but for another reason"
  fi
}

for team in team-blue team-green; do
  read -r id secret <"$keys/ci-$team"
  printf %s "$secret" | login ci-$team "$id"
done
for namespace in team-blue team-green team-none; do
  login pods-$namespace "$role" <"$tokens/$namespace"
done

for team in team-blue team-green; do
  other=team-green
  [ $team = team-green ] && other=team-blue
  may ci-$team push $team/api
  may ci-$team pull $team/api
  may ci-$team list $team/api
  may_not ci-$team push $other/api
  may_not ci-$team pull $other/api
  may_not ci-$team list $other/api
done
for team in team-blue team-green; do
  other=team-green
  [ $team = team-green ] && other=team-blue
  may pods-$team pull $team/api
  may_not pods-$team push $team/api
  may_not pods-$team list $team/api
  may_not pods-$team pull $other/api
  may_not pods-$team push $other/api
  may_not pods-$team list $other/api
  may_not pods-team-none pull $team/api
  may_not pods-team-none list $team/api
done
# What nobody has made is refused in the same words as what is somebody else's.
may_not pods-team-blue pull team-green/no-such-repository

if login pods-other-cluster "$role" <"$tokens/other-cluster"; then
  not_ok 'a pod of another cluster can log in'
else
  echo 'ok  a pod of another cluster may not log in'
fi
[ $failures -eq 0 ]
