-- The hardened set-up: three logins, none of them a superuser. PostgreSQL's image runs this once, on an empty volume;
-- on a server that exists already, run it by hand as an administrator. Passwords and databases come in the next script.

-- Owns the schema and runs the migrations; nothing else uses it. CREATEROLE: the first migration makes the two roles
-- of the application. After it, `ALTER ROLE followthrough_owner NOCREATEROLE` takes that right away again.
CREATE ROLE followthrough_owner LOGIN CREATEROLE NOBYPASSRLS;

-- What API and worker log in as. It owns nothing and inherits nothing: every connection says at once which of the two
-- roles it wears, and row security does the rest.
CREATE ROLE followthrough_service LOGIN NOINHERIT NOBYPASSRLS;

CREATE ROLE followthrough_app NOLOGIN NOBYPASSRLS;
CREATE ROLE followthrough_system NOLOGIN NOBYPASSRLS;
GRANT followthrough_app, followthrough_system TO followthrough_service;
GRANT followthrough_app, followthrough_system TO followthrough_owner WITH ADMIN OPTION;

-- Temporal's own databases belong to Temporal's own login.
CREATE ROLE temporal LOGIN NOBYPASSRLS;
