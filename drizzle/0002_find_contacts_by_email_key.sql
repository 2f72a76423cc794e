DROP INDEX "contacts_email";--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "email_key" text GENERATED ALWAYS AS (lower(email)) STORED;--> statement-breakpoint
CREATE INDEX "contacts_list_email" ON "contacts" USING btree ("organization_id","email_key","id");--> statement-breakpoint
CREATE INDEX "contacts_list_phone" ON "contacts" USING btree ("organization_id","phone","id");--> statement-breakpoint
CREATE UNIQUE INDEX "contacts_email" ON "contacts" USING btree ("organization_id","email_key") WHERE "contacts"."external_id" is null;