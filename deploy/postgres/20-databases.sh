#!/bin/sh
# Run once by PostgreSQL's image, after 10-roles.sql: passwords from the environment, and the three databases.
set -eu

psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 \
  --set owner="$OWNER_PASSWORD" --set service="$SERVICE_PASSWORD" --set temporal="$TEMPORAL_PASSWORD" <<'SQL'
ALTER ROLE followthrough_owner PASSWORD :'owner';
ALTER ROLE followthrough_service PASSWORD :'service';
ALTER ROLE temporal PASSWORD :'temporal';

-- A managed server's administrator is no superuser and may only make databases for roles it is a member of.
GRANT followthrough_owner, temporal TO CURRENT_USER;
CREATE DATABASE followthrough OWNER followthrough_owner;
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;

-- Each login gets into its own database only.
REVOKE CONNECT ON DATABASE followthrough, temporal, temporal_visibility FROM PUBLIC;
GRANT CONNECT ON DATABASE followthrough TO followthrough_service;
REVOKE followthrough_owner, temporal FROM CURRENT_USER;
SQL
