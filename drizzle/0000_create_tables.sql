CREATE TABLE "api_keys" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"public_id" text NOT NULL,
	"secret_hash" text NOT NULL,
	"name" text NOT NULL,
	"scopes" text[] NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "api_keys_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "channels" (
	"organization_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"url" text,
	"sealed_secret" text,
	"previous_sealed_secret" text,
	"previous_secret_until" timestamp (3) with time zone,
	"from_address" text,
	"reply_to" text,
	"sealed_smtp_url" text,
	"pace_max" integer,
	"pace_per_ms" bigint,
	"next_slot_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "channels_organization_id_kind_pk" PRIMARY KEY("organization_id","kind")
);
--> statement-breakpoint
CREATE TABLE "contacts" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"external_id" text,
	"name" text,
	"email" text,
	"phone" text,
	"time_zone" text,
	"locale" text,
	"attributes" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"opt_outs" text[] DEFAULT '{}' NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "contacts_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "conversations" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"external_id" text,
	"contact_id" uuid NOT NULL,
	"channel" text NOT NULL,
	"sequence_name" text NOT NULL,
	"stage" text NOT NULL,
	"stop_reason" text,
	"fence" integer DEFAULT 1 NOT NULL,
	"episode" integer DEFAULT 0 NOT NULL,
	"variables" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"clock_offset_ms" bigint DEFAULT 0 NOT NULL,
	"last_inbound_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "conversations_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "decisions" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"episode" integer NOT NULL,
	"step" integer NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"verdict" text NOT NULL,
	"gates" jsonb NOT NULL,
	"next_at" timestamp (3) with time zone,
	CONSTRAINT "decisions_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"episode" integer NOT NULL,
	"step" integer NOT NULL,
	"channel" text NOT NULL,
	"status" text NOT NULL,
	"fence" integer NOT NULL,
	"call_open" boolean NOT NULL,
	"unanswered" boolean DEFAULT false NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"claimed_at" timestamp (3) with time zone NOT NULL,
	"deadline_at" timestamp (3) with time zone NOT NULL,
	"settled_at" timestamp (3) with time zone,
	"final" boolean DEFAULT false NOT NULL,
	"provider_id" text,
	"reason" text,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "deliveries_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "episodes" (
	"organization_id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"sequence_id" uuid NOT NULL,
	"state" text NOT NULL,
	"stop_reason" text,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"anchor_at" timestamp (3) with time zone NOT NULL,
	"last_step_at" timestamp (3) with time zone,
	"next_kind" text,
	"next_step" integer,
	"next_due_at" timestamp (3) with time zone,
	"deferred_by" text,
	"remaining_ms" bigint,
	"paused_until" timestamp (3) with time zone,
	"nudges_sent" integer DEFAULT 0 NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"revision" integer NOT NULL,
	"delivered_revision" integer DEFAULT 0 NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "episodes_organization_id_conversation_id_number_pk" PRIMARY KEY("organization_id","conversation_id","number")
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"organization_id" uuid NOT NULL,
	"key" text NOT NULL,
	"request_hash" text NOT NULL,
	"status" integer NOT NULL,
	"answer" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "idempotency_keys_organization_id_key_pk" PRIMARY KEY("organization_id","key")
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"episode" integer NOT NULL,
	"external_id" text,
	"direction" text NOT NULL,
	"author" text NOT NULL,
	"text" text,
	"sent_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "messages_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "nudges" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"episode" integer NOT NULL,
	"step" integer NOT NULL,
	"stage" text NOT NULL,
	"template_id" uuid,
	"subject" text,
	"body" text,
	"slot_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "nudges_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "organizations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"time_zone" text DEFAULT 'UTC' NOT NULL,
	"locale" text DEFAULT 'en' NOT NULL,
	"send_window" jsonb,
	"holidays" text[] DEFAULT '{}' NOT NULL,
	"frequency_cap" jsonb,
	"lateness_limit_ms" bigint DEFAULT 3600000 NOT NULL,
	"paused" boolean DEFAULT false NOT NULL,
	"resumes" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"organization_id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"episode" integer NOT NULL,
	"revision" integer NOT NULL,
	"lane" smallint NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"available_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "outbox_organization_id_conversation_id_episode_pk" PRIMARY KEY("organization_id","conversation_id","episode")
);
--> statement-breakpoint
CREATE TABLE "sequences" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"version" integer NOT NULL,
	"ladder" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "sequences_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "stage_changes" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"episode" integer NOT NULL,
	"from_stage" text,
	"to_stage" text NOT NULL,
	"reason" text,
	"note" text,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "stage_changes_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "templates" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"locale" text NOT NULL,
	"version" integer NOT NULL,
	"subject" text,
	"body" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "templates_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "channels" ADD CONSTRAINT "channels_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contacts" ADD CONSTRAINT "contacts_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversations" ADD CONSTRAINT "conversations_organization_id_contact_id_contacts_organization_id_id_fk" FOREIGN KEY ("organization_id","contact_id") REFERENCES "public"."contacts"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_organization_id_conversation_id_conversations_organization_id_id_fk" FOREIGN KEY ("organization_id","conversation_id") REFERENCES "public"."conversations"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_organization_id_conversation_id_conversations_organization_id_id_fk" FOREIGN KEY ("organization_id","conversation_id") REFERENCES "public"."conversations"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_organization_id_contact_id_contacts_organization_id_id_fk" FOREIGN KEY ("organization_id","contact_id") REFERENCES "public"."contacts"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "episodes" ADD CONSTRAINT "episodes_organization_id_conversation_id_conversations_organization_id_id_fk" FOREIGN KEY ("organization_id","conversation_id") REFERENCES "public"."conversations"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "episodes" ADD CONSTRAINT "episodes_organization_id_sequence_id_sequences_organization_id_id_fk" FOREIGN KEY ("organization_id","sequence_id") REFERENCES "public"."sequences"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_organization_id_conversation_id_conversations_organization_id_id_fk" FOREIGN KEY ("organization_id","conversation_id") REFERENCES "public"."conversations"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "nudges" ADD CONSTRAINT "nudges_organization_id_conversation_id_conversations_organization_id_id_fk" FOREIGN KEY ("organization_id","conversation_id") REFERENCES "public"."conversations"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_organization_id_conversation_id_episode_episodes_organization_id_conversation_id_number_fk" FOREIGN KEY ("organization_id","conversation_id","episode") REFERENCES "public"."episodes"("organization_id","conversation_id","number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sequences" ADD CONSTRAINT "sequences_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "stage_changes" ADD CONSTRAINT "stage_changes_organization_id_conversation_id_conversations_organization_id_id_fk" FOREIGN KEY ("organization_id","conversation_id") REFERENCES "public"."conversations"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "templates" ADD CONSTRAINT "templates_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "api_keys_public_id" ON "api_keys" USING btree ("public_id");--> statement-breakpoint
CREATE INDEX "api_keys_list" ON "api_keys" USING btree ("organization_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "contacts_external_id" ON "contacts" USING btree ("organization_id","external_id");--> statement-breakpoint
CREATE UNIQUE INDEX "contacts_email" ON "contacts" USING btree ("organization_id",lower("email")) WHERE "contacts"."external_id" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "contacts_phone" ON "contacts" USING btree ("organization_id","phone") WHERE "contacts"."external_id" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "conversations_external_id" ON "conversations" USING btree ("organization_id","external_id") WHERE "conversations"."external_id" is not null;--> statement-breakpoint
CREATE INDEX "conversations_contact" ON "conversations" USING btree ("organization_id","contact_id","id");--> statement-breakpoint
CREATE INDEX "conversations_stage" ON "conversations" USING btree ("organization_id","stage","id");--> statement-breakpoint
CREATE INDEX "decisions_conversation" ON "decisions" USING btree ("organization_id","conversation_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "deliveries_step" ON "deliveries" USING btree ("organization_id","conversation_id","episode","step");--> statement-breakpoint
CREATE INDEX "deliveries_cap" ON "deliveries" USING btree ("organization_id","contact_id","claimed_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "deliveries_unknown" ON "deliveries" USING btree ("settled_at") WHERE "deliveries"."status" = 'unknown' and not "deliveries"."final";--> statement-breakpoint
CREATE INDEX "episodes_due" ON "episodes" USING btree ("organization_id","next_due_at","conversation_id") WHERE "episodes"."state" = 'waiting';--> statement-breakpoint
CREATE INDEX "episodes_overdue" ON "episodes" USING btree ("next_due_at") WHERE "episodes"."state" = 'waiting';--> statement-breakpoint
CREATE INDEX "episodes_open" ON "episodes" USING btree ("conversation_id","number") WHERE "episodes"."state" <> 'ended';--> statement-breakpoint
CREATE INDEX "idempotency_keys_purge" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "messages_external_id" ON "messages" USING btree ("organization_id","conversation_id","external_id") WHERE "messages"."external_id" is not null;--> statement-breakpoint
CREATE INDEX "messages_conversation" ON "messages" USING btree ("organization_id","conversation_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "nudges_step" ON "nudges" USING btree ("organization_id","conversation_id","episode","step");--> statement-breakpoint
CREATE INDEX "outbox_available" ON "outbox" USING btree ("lane","available_at");--> statement-breakpoint
CREATE UNIQUE INDEX "sequences_version" ON "sequences" USING btree ("organization_id","name","version" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "stage_changes_conversation" ON "stage_changes" USING btree ("organization_id","conversation_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "templates_version" ON "templates" USING btree ("organization_id","name","locale","version" DESC NULLS LAST);