#!/bin/sh
# One-shot, in Temporal's admin-tools image: brings both databases to the schema of this version. Safe to run again.
# SQL_PLUGIN, SQL_HOST, SQL_PORT, SQL_USER and SQL_PASSWORD come from the environment.
set -eu

for part in temporal:temporal visibility:temporal_visibility; do
  schema=${part%%:*}
  database=${part##*:}
  temporal-sql-tool --db "$database" setup-schema -v 0.0
  temporal-sql-tool --db "$database" update-schema --schema-name "postgresql/v12/$schema"
done
