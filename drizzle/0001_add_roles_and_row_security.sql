-- Two roles, neither of which owns anything (design, invariant 5). Roles belong to the whole server, so another database
-- of the same server may have made them already, perhaps at this very moment.
DO $$
DECLARE wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['followthrough_app', 'followthrough_system'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOBYPASSRLS', wanted);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
    BEGIN
      EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
    EXCEPTION WHEN unique_violation THEN NULL;
    END;
  END LOOP;
END $$;
--> statement-breakpoint
DO $$
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO followthrough_app, followthrough_system', current_schema());
END $$;
--> statement-breakpoint
-- First wall: every query names the organization. Second wall: the app role sees only the one set for its transaction;
-- none set means no rows.
DO $$
DECLARE wanted text; own text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['organizations', 'api_keys', 'contacts', 'channels', 'sequences', 'templates',
    'conversations', 'episodes', 'messages', 'nudges', 'deliveries', 'decisions', 'stage_changes', 'outbox',
    'idempotency_keys'] LOOP
    own := CASE WHEN wanted = 'organizations' THEN 'id' ELSE 'organization_id' END;
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', wanted);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', wanted);
    EXECUTE format(
      'CREATE POLICY own_organization ON %I TO followthrough_app '
      'USING (%I = (SELECT nullif(current_setting(''app.organization_id'', true), '''')::uuid))', wanted, own);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO followthrough_app', wanted);
  END LOOP;
END $$;
--> statement-breakpoint
GRANT DELETE ON "outbox", "idempotency_keys", "channels" TO followthrough_app;
--> statement-breakpoint
-- The system role finds ids for relay, reconciler, purge and key look-up; the work itself is done as app.
CREATE POLICY system_reads ON "organizations" FOR SELECT TO followthrough_system USING (true);
--> statement-breakpoint
CREATE POLICY system_reads ON "api_keys" FOR SELECT TO followthrough_system USING (true);
--> statement-breakpoint
CREATE POLICY system_reads ON "episodes" FOR SELECT TO followthrough_system USING (true);
--> statement-breakpoint
CREATE POLICY system_delivers ON "outbox" TO followthrough_system USING (true);
--> statement-breakpoint
CREATE POLICY system_purges ON "idempotency_keys" TO followthrough_system USING (true);
--> statement-breakpoint
CREATE POLICY system_settles ON "deliveries" TO followthrough_system USING ("status" = 'unknown');
--> statement-breakpoint
GRANT SELECT ON "organizations", "api_keys", "episodes" TO followthrough_system;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "outbox" TO followthrough_system;
--> statement-breakpoint
GRANT SELECT, DELETE ON "idempotency_keys" TO followthrough_system;
--> statement-breakpoint
GRANT SELECT, UPDATE ("final", "updated_at") ON "deliveries" TO followthrough_system;
