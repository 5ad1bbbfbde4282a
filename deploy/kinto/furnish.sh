#!/bin/sh
# Makes on a running Kinto what Baton needs: the bucket, its collections, and a person. Running it again does no harm.
#   furnish.sh URL ADMIN_PASSWORD [USER PASSWORD NAME ROLE ORG]
#   furnish.sh http://127.0.0.1:8888/v1 "$ADMIN" ann 'a long password' 'Ann' agent home-province
# Before the first start, with PostgreSQL:
#   createuser kinto; createdb -O kinto kinto
#   psql -c "alter database kinto set default_transaction_isolation = 'repeatable read'"
#   kinto migrate --ini kinto.ini
#   kinto create-user --ini kinto.ini -u admin -p "$ADMIN"
set -eu
url=$1 admin=$2

put() { # path body
  status=$(curl -sS -o /dev/null -w '%{http_code}' -u "admin:$admin" -X PUT "$url$1" \
    -H 'Content-Type: application/json' --data-binary "$2")
  case $status in
    200 | 201) ;;
    *) echo "PUT $1: $status" >&2 && exit 1 ;;
  esac
}

put /buckets/baton '{"permissions": {"read": ["system.Authenticated"]}}'
for collection in cases callbacks interactions seats messages customers claims; do
  put "/buckets/baton/collections/$collection" '{"permissions": {"write": ["system.Authenticated"]}}'
done
# Who people are is the administrator's to say.
put /buckets/baton/collections/people '{"permissions": {"read": ["system.Authenticated"]}}'

if [ $# -gt 2 ]; then
  put "/accounts/$3" "{\"data\": {\"password\": \"$4\"}}"
  put "/buckets/baton/collections/people/records/$3" \
    "{\"data\": {\"id\": \"$3\", \"name\": \"$5\", \"role\": \"$6\", \"org\": \"$7\"}}"
fi
