#!/bin/sh
# Makes on a running CouchDB what Baton needs: a database a collection, who may use them, and a person. Running it again
# does no harm.
#   furnish.sh URL ADMIN ADMIN_PASSWORD [USER PASSWORD NAME ROLE ORG]
#   furnish.sh http://127.0.0.1:5984 admin "$ADMIN" ann 'a long password' 'Ann' agent home-province
# In a cluster a write that two nodes took at once can still conflict: the connector promises no more than "doubtful"
# compare-and-set, and exclusive work is claimed by creating documents.
set -eu
url=$1 who=$2:$3

put() { # path body, statuses that are well
  status=$(curl -sS -o /dev/null -w '%{http_code}' -u "$who" -X PUT "$url$1" \
    -H 'Accept: application/json' -H 'Content-Type: application/json' --data-binary "$2")
  case " $3 " in
    *" $status "*) ;;
    *) echo "PUT $1: $status" >&2 && exit 1 ;;
  esac
}

for collection in cases callbacks interactions seats messages customers claims people; do
  put "/baton_$collection" '' '201 202 412'
  put "/baton_$collection/_security" \
    '{"admins": {"names": [], "roles": ["_admin"]}, "members": {"names": [], "roles": ["desk"]}}' '200'
done

if [ $# -gt 3 ]; then
  put "/_users/org.couchdb.user:$4" \
    "{\"name\": \"$4\", \"password\": \"$5\", \"roles\": [\"desk\"], \"type\": \"user\"}" '201 202 409'
  put "/baton_people/$4" "{\"name\": \"$6\", \"role\": \"$7\", \"org\": \"$8\"}" '201 202 409'
fi
