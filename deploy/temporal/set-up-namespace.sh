#!/bin/sh
# One-shot, in Temporal's admin-tools image: the namespace and the one search attribute that Followthrough uses. Safe to
# run again. TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and RETENTION come from the environment.
set -eu

attempt=0
until temporal operator cluster health >/dev/null 2>&1; do
  attempt=$((attempt + 1))
  [ "$attempt" -lt 60 ] || { echo 'Temporal did not become healthy within two minutes' >&2; exit 1; }
  sleep 2
done

temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"

# A new namespace takes some seconds to be known everywhere.
attempt=0
until temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE" | grep -q '^ *Organization ' ||
  temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" --name Organization --type Keyword; do
  attempt=$((attempt + 1))
  [ "$attempt" -lt 30 ] || { echo 'the search attribute Organization could not be made' >&2; exit 1; }
  sleep 2
done
