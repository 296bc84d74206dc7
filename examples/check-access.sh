#!/bin/sh
# Tries every line of a table with skopeo, and says where the registry decides otherwise.
#
#   REGISTRY=127.0.0.1:5000 ACCOUNT=000000000000 examples/check-access.sh IMAGE LOGINS TABLE
#
# IMAGE is what is pushed, as skopeo names it: docker-daemon:alpine:latest, oci:folder:tag. LOGINS is a folder, in which
# the file WHO has a user name and a password: an access key id and its secret, AWS and a token of get-login-password, or
# a role's ARN and an identity token. Lines of TABLE are `WHO push|pull|list REPOSITORY yes`, or with `no` and the kind of
# policy that has to be the reason, or `WHO login - no`. Pulls are of the tag 1. ACCOUNT is the registry's.
#
# Needs skopeo and curl. The registry here speaks plain HTTP.
set -eu
umask 077
image=$1 logins=$2 table=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# Leaves a login that skopeo and podman read, and one for curl.
login() {
  read -r user password <"$logins/$1"
  printf 'user = "%s:%s"\n' "$user" "$password" >"$work/$1.curl"
  printf %s "$password" |
    skopeo login --authfile "$work/$1.json" --tls-verify=false --username "$user" --password-stdin "$REGISTRY"
}

try() {
  place=docker://$REGISTRY/$3
  case $2 in
    login) [ ! -e "$work/$1.refused" ] ;;
    pull) skopeo copy --authfile "$work/$1.json" --src-tls-verify=false "$place:1" "dir:$work/pulled" ;;
    push) skopeo copy --authfile "$work/$1.json" --dest-tls-verify=false "$image" "$place:1" ;;
    list) skopeo list-tags --authfile "$work/$1.json" --tls-verify=false "$place" ;;
  esac >"$work/said" 2>&1 </dev/null
}

# Of some refusals skopeo shows the status alone, as the answer to HEAD has no text; so the same is asked once more, and
# AWS's sentence has to be about the action and the repository.
is_reason() {
  url=http://$REGISTRY/v2/$3
  case $2 in
    login)
      grep -Eq '40[13] |unauthorized|denied|invalid username' "$work/$1.refused"
      return
      ;;
    pull) action=ecr:BatchGetImage && curl -sS -K "$work/$1.curl" "$url/manifests/1" ;;
    push) action=ecr:InitiateLayerUpload && curl -sS -K "$work/$1.curl" -X POST "$url/blobs/uploads/" ;;
    list) action=ecr:ListImages && curl -sS -K "$work/$1.curl" "$url/tags/list" ;;
  esac >"$work/said" 2>&1
  resource=arn:aws:ecr:us-east-1:$ACCOUNT:repository/$3
  grep -qF "is not authorized to perform: $action on resource: $resource because no $4 policy allows" "$work/said"
}

while read -r who what repository expected reason; do
  case $who in '' | '#'*) continue ;; esac
  if [ ! -e "$logins/$who" ]; then
    echo "$logins has no login for $who" >&2
    exit 2
  fi
  if [ ! -e "$work/$who.curl" ]; then
    login "$who" >"$work/$who.refused" 2>&1 && rm "$work/$who.refused"
  fi
  found=no
  try "$who" "$what" "$repository" && found=yes
  if [ "$found" = "$expected" ] && { [ "$found" = yes ] || is_reason "$who" "$what" "$repository" "$reason"; }; then
    echo "ok  $who $what $repository: $expected"
  else
    failures=$((failures + 1))
    echo "NOT OK  $who $what $repository: $found. $(tail -n 1 "$work/said")"
  fi
done <"$table"
[ $failures -eq 0 ]
